//! `archive.unpack`: the files of an archive are in a folder of the target's directory.

use super::want::{Content, Mode, Want};
use super::writes::MOST_PATHS;
use super::{Action, Noun, Predicted, Writes, place};
use crate::site::{Fault, Scene};
use crate::world::{OWN_FOLDER, RelPath};
use flate2::read::MultiGzDecoder;
use std::collections::BTreeMap;
use std::io::Read;
use switchback_compiler::plan::Call;
use switchback_compiler::registry::{Kind, Needs, Objection, Sources, Touch};
use switchback_compiler::schema::{Example, Form, OwnWayBack, Param, Ty};
use tar::{Archive, Entry, EntryType};

/// Bytes of all files of an archive together: they are held in memory, and a bomb must end somewhere.
const MOST_BYTES: u64 = 512 << 20;
/// What an archive has beside the bytes of its files: a head and a filled block for each, and long names.
const MOST_HEADS: u64 = 64 << 20;

/// For messages.
const HOW_TO_MAKE: &str = "make it of a folder: tar -czf release.tar.gz -C FOLDER .";

/// The kind.
pub struct ArchiveUnpack;

static FORM: Form = Form {
    name: "archive.unpack",
    args: &[Param::one("PATH", Ty::TargetPath, "the folder on the target")],
    props: &[Param::one("from", Ty::SourceFile, "the archive: tar, also gzipped; told by its content, not its name")],
    summary: "writes all files of an archive",
    text: "Each file of the archive is written below PATH with the mode that it has there, as `file.write` writes one; \
           what else is in the folder stays. Folders of the archive are made where they are missing. The archive is \
           read whole before anything is touched, and refused if it holds a path that leaves the folder, a link, a \
           device, the same file twice, more than 20000 entries, or more than 512 MiB of files.",
    way_back: OwnWayBack::Restores("the old files, or none"),
    within: 600,
    examples: &[Example {
        title: "a release as it was built",
        text: "archive.unpack \"releases/2.0\" from=\"files/shop-2.0.tar.gz\"",
    }],
    ..Form::ACTION
};

impl Kind for ArchiveUnpack {
    fn form(&self) -> &'static Form {
        &FORM
    }

    fn touches(&self, call: &Call, _sources: &Sources<'_>) -> Vec<Touch> {
        place::tree_touch(call)
    }

    fn objections(&self, call: &Call) -> Vec<Objection> {
        let mut found = place::folder_objections(call);
        if call.values.get("from").is_some_and(|from| from.get("text").is_some()) {
            found.push(Objection {
                about: "from",
                text: "an archive is no template".into(),
                help: "take .hbs off its name".into(),
            });
        }
        found
    }

    fn source_objections(&self, call: &Call, sources: &Sources<'_>) -> Vec<Objection> {
        let digest = call.values.get("from").and_then(|from| from.get("blob")).and_then(serde_json::Value::as_str);
        let why = digest.and_then(sources).and_then(no_archive);
        why.map(|text| Objection { about: "from", text, help: HOW_TO_MAKE.into() }).into_iter().collect()
    }

    fn needs(&self) -> Needs {
        Needs::Directory
    }
}

impl Noun for ArchiveUnpack {
    fn action(&self) -> Option<&dyn Action> {
        Some(self)
    }
}

impl Writes for ArchiveUnpack {
    fn wants(&self, call: &Call, scene: &Scene<'_>, world: &mut Predicted) -> Result<Vec<(RelPath, Want)>, Fault> {
        let folder = place::of(call, scene)?;
        let source = call.values.get("from").ok_or_else(|| Fault::new("the plan names no archive"))?;
        let name = source.get("source").and_then(|source| source.as_str()).unwrap_or("the archive");
        let packed = unpack(&scene.bytes(source)?).map_err(|why| Fault::new(format!("`{name}` is refused: {why}")))?;
        let mut wants = Vec::with_capacity(packed.len());
        for (below, one) in packed {
            let path = folder.join(&below);
            if path.is_within(&scene.path(OWN_FOLDER)?) {
                return Err(Fault::new(format!("`{name}` is refused: `{path}` is Switchback's own")));
            }
            let want = match one {
                Packed::File { bytes, mode } => {
                    Want::File { content: Content::Bytes(bytes), mode: Mode::Exactly(mode) }
                }
                Packed::Folder { .. } if world.peek(&path)?.is_dir() => continue,
                Packed::Folder { mode } => Want::Dir { mode: Some(mode) },
            };
            wants.push((path, want));
        }
        Ok(wants)
    }

    fn words(&self, call: &Call) -> String {
        place::words(call)
    }
}

/// One entry of an archive.
#[derive(Debug, PartialEq, Eq)]
enum Packed {
    File { bytes: Vec<u8>, mode: u32 },
    Folder { mode: u32 },
}

/// All entries by their paths, or why the archive is refused.
fn unpack(bytes: &[u8]) -> Result<BTreeMap<RelPath, Packed>, String> {
    match bytes {
        [0x1f, 0x8b, ..] => entries(MultiGzDecoder::new(bytes).take(MOST_BYTES + MOST_HEADS)),
        _ => entries(bytes),
    }
}

/// Why bytes can't be an archive, by its first entry alone.
fn no_archive(bytes: &[u8]) -> Option<String> {
    let first =
        |content: &mut dyn Read| Archive::new(content).entries().and_then(|mut all| all.next().transpose().map(drop));
    let read = match bytes {
        [0x1f, 0x8b, ..] => first(&mut MultiGzDecoder::new(bytes)),
        mut plain => first(&mut plain),
    };
    read.err().map(|error| format!("neither tar nor tar.gz, or damaged: {error}"))
}

fn entries(content: impl Read) -> Result<BTreeMap<RelPath, Packed>, String> {
    let unreadable = |error: std::io::Error| format!("it is neither tar nor tar.gz, or is damaged: {error}");
    let mut archive = Archive::new(content);
    let mut found = BTreeMap::new();
    let mut left = MOST_BYTES;
    for (number, entry) in archive.entries().map_err(unreadable)?.enumerate() {
        let mut entry = entry.map_err(unreadable)?;
        if number == MOST_PATHS {
            return Err(format!("it holds more than {MOST_PATHS} entries"));
        }
        let Some((path, is_file)) = path(&entry)? else { continue };
        let mode = entry.header().mode().map_err(unreadable)? & 0o777;
        let one = if is_file {
            Packed::File { bytes: content_of(&mut entry, &mut left)?, mode }
        } else {
            // We must be able to write into it.
            Packed::Folder { mode: mode | 0o700 }
        };
        // A folder may come again, as `tar -r` leaves it.
        if found.insert(path.clone(), one).is_some() && is_file {
            return Err(format!("it holds `{path}` twice"));
        }
    }
    fits(&found).map(|()| found)
}

/// Where an entry goes and whether it is a file; none for the folder itself and for remarks of the format.
fn path(entry: &Entry<'_, impl Read>) -> Result<Option<(RelPath, bool)>, String> {
    let bytes = entry.path_bytes();
    let Ok(text) = std::str::from_utf8(&bytes) else {
        return Err(format!("it holds a name that is not UTF-8, {:?}", String::from_utf8_lossy(&bytes)));
    };
    let is_file = match entry.header().entry_type() {
        EntryType::Regular | EntryType::Continuous => true,
        EntryType::Directory => false,
        EntryType::XGlobalHeader => return Ok(None),
        EntryType::Symlink | EntryType::Link => return Err(format!("`{text}` in it is a link")),
        _ => return Err(format!("`{text}` in it is neither a file nor a folder")),
    };
    let path = RelPath::parse(text).map_err(|error| error.to_string())?;
    match (path.is_root(), is_file) {
        (true, false) => Ok(None),
        (true, true) => Err(format!("`{text}` in it names no file")),
        _ => Ok(Some((path, is_file))),
    }
}

fn content_of(entry: &mut Entry<'_, impl Read>, left: &mut u64) -> Result<Vec<u8>, String> {
    let size = entry.size();
    let too_large = || format!("its files are larger than {} together", crate::screen::size(MOST_BYTES));
    *left = left.checked_sub(size).ok_or_else(too_large)?;
    let mut bytes = Vec::new();
    let read = entry.read_to_end(&mut bytes).map_err(|error| format!("it is damaged: {error}"))?;
    if read as u64 == size { Ok(bytes) } else { Err("it ends too early".into()) }
}

/// Nothing lies below a file, and there is something at all.
fn fits(found: &BTreeMap<RelPath, Packed>) -> Result<(), String> {
    if !found.values().any(|one| matches!(one, Packed::File { .. })) {
        return Err("there is no file in it".into());
    }
    let is_file = |path: &RelPath| matches!(found.get(path), Some(Packed::File { .. }));
    let above = |path: &RelPath| std::iter::successors(path.parent(), RelPath::parent).find(is_file);
    match found.keys().find_map(|path| Some((path, above(path)?))) {
        Some((path, file)) => Err(format!("it holds `{file}` as a file and `{path}` below it")),
        None => Ok(()),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::action::testing::Bench;
    use flate2::{Compression, write::GzEncoder};
    use serde_json::json;
    use std::io::Write;

    /// An entry whose name is written as it is, however bad.
    fn add(tar: &mut tar::Builder<Vec<u8>>, name: &str, kind: EntryType, mode: u32, bytes: &[u8]) {
        let mut header = tar::Header::new_gnu();
        header.as_gnu_mut().unwrap().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_entry_type(kind);
        header.set_mode(mode);
        header.set_size(bytes.len() as u64);
        if kind == EntryType::Symlink {
            header.set_link_name("a").unwrap();
        }
        header.set_cksum();
        tar.append(&header, bytes).unwrap();
    }

    fn archive(entries: &[(&str, EntryType, u32, &[u8])]) -> Vec<u8> {
        let mut tar = tar::Builder::new(Vec::new());
        for (name, kind, mode, bytes) in entries {
            add(&mut tar, name, *kind, *mode, bytes);
        }
        tar.into_inner().unwrap()
    }

    fn gzipped(bytes: &[u8]) -> Vec<u8> {
        let mut gz = GzEncoder::new(Vec::new(), Compression::best());
        gz.write_all(bytes).unwrap();
        gz.finish().unwrap()
    }

    fn sound() -> Vec<u8> {
        archive(&[
            ("./", EntryType::Directory, 0o755, b""),
            ("./bin/", EntryType::Directory, 0o750, b""),
            ("./bin/shop", EntryType::Regular, 0o755, b"#!/bin/sh\n"),
            ("a", EntryType::Regular, 0o4640, b"a\n"),
        ])
    }

    #[tokio::test]
    async fn its_files_are_written_and_go_again() {
        for bytes in [sound(), gzipped(&sound())] {
            let mut bench = Bench::new();
            bench.write("app/a", b"old\n", 0o600);
            bench.write("app/kept", b"kept\n", 0o600);
            let from = bench.blob("app.tar", &bytes, 0o644);
            let call = Bench::call("archive.unpack", json!({ "path": "app", "from": from }));
            let changes = bench.there_and_back(&call).await;
            let shown: Vec<_> = changes.iter().map(|one| one.resource.as_str()).collect();
            assert_eq!(shown, ["app/a", "app/bin", "app/bin/shop"]);
            bench.every_cut(&call).await;
            bench.apply(&call).await.unwrap();
            assert_eq!((bench.mode("app/a"), bench.mode("app/bin")), (0o640, 0o750));
        }
    }

    #[test]
    fn what_leaves_or_is_no_file_is_refused() {
        let one =
            |name: &str, kind| unpack(&archive(&[("ok", EntryType::Regular, 0o644, b""), (name, kind, 0o644, b"")]));
        let why = |name: &str, kind| one(name, kind).unwrap_err();
        assert_eq!(why("../x", EntryType::Regular), "`../x` leaves the directory");
        assert_eq!(why("a/../../x", EntryType::Regular), "`a/../../x` leaves the directory");
        assert!(why("/etc/passwd", EntryType::Regular).contains("is absolute"));
        assert_eq!(why("x", EntryType::Symlink), "`x` in it is a link");
        assert_eq!(why("x", EntryType::Link), "`x` in it is a link");
        assert_eq!(why("x", EntryType::Char), "`x` in it is neither a file nor a folder");
        assert_eq!(why("x", EntryType::Fifo), "`x` in it is neither a file nor a folder");
        assert_eq!(why("ok", EntryType::Regular), "it holds `ok` twice");
        assert_eq!(why("ok/x", EntryType::Regular), "it holds `ok` as a file and `ok/x` below it");
        assert_eq!(why("..", EntryType::Directory), "`..` leaves the directory");
    }

    #[test]
    fn bombs_and_damage_are_refused() {
        assert!(unpack(b"PK\x03\x04 this is a zip").unwrap_err().contains("neither tar nor tar.gz"));
        assert_eq!(unpack(&[0; 1024]).unwrap_err(), "there is no file in it");
        assert_eq!(unpack(&[]).unwrap_err(), "there is no file in it");
        let cut = sound();
        assert!(unpack(&cut[..cut.len() - 1536]).is_err());
        let gz = gzipped(&sound());
        assert!(unpack(&gz[..gz.len() / 2]).is_err());
        let mut header = tar::Header::new_gnu();
        header.set_path("bomb").unwrap();
        header.set_size(1 << 40);
        header.set_mode(0o644);
        header.set_cksum();
        assert_eq!(unpack(header.as_bytes()).unwrap_err(), "its files are larger than 512 MiB together");
        let many: Vec<String> = (0..=MOST_PATHS).map(|number| number.to_string()).collect();
        let many: Vec<_> = many.iter().map(|name| (name.as_str(), EntryType::Regular, 0o644, &b""[..])).collect();
        assert_eq!(unpack(&gzipped(&archive(&many))).unwrap_err(), "it holds more than 20000 entries");
    }

    #[tokio::test]
    async fn it_keeps_out_of_our_own_folder() {
        let mut bench = Bench::new();
        let from = bench.blob("x.tar", &archive(&[(".switchback/lock", EntryType::Regular, 0o644, b"")]), 0o644);
        let call = Bench::call("archive.unpack", json!({ "path": "", "from": from }));
        let why = bench.preview(&call).await.unwrap_err().why;
        assert_eq!(why, "`x.tar` is refused: `.switchback/lock` is Switchback's own");
    }

    #[test]
    fn it_is_a_tree() {
        let from = json!({ "text": "x" });
        assert_eq!(
            Bench::objections("archive.unpack", json!({ "path": "a", "from": from })),
            ["an archive is no template"]
        );
        assert_eq!(Bench::touches("archive.unpack", json!({ "path": "a" })), [("a".to_owned(), true)]);
    }
}
