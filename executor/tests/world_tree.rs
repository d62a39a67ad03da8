//! The rooted tree, with the disk as it can be.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use switchback::world::{Bounds, Digest, RelPath, Snapshot, State, Tree, Why};

fn p(text: &str) -> RelPath {
    RelPath::parse(text).unwrap()
}

/// A root with things in it, a store beside it, and a secret outside.
struct Place {
    dir: tempfile::TempDir,
    tree: Tree,
}

impl Place {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("root")).unwrap();
        fs::write(dir.path().join("outside"), "secret").unwrap();
        let tree = Tree::open(&dir.path().join("root")).unwrap();
        Self { dir, tree }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.dir.path().join("root").join(name)
    }

    fn store(&self) -> PathBuf {
        self.dir.path().join("store")
    }

    fn outside(&self) -> String {
        fs::read_to_string(self.dir.path().join("outside")).unwrap()
    }
}

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().mode() & 0o7777
}

fn fifo(path: &Path) {
    rustix::fs::mknodat(rustix::fs::CWD, path, rustix::fs::FileType::Fifo, 0o644.into(), 0).unwrap();
}

/// A directory of all kinds that can be kept.
fn furnish(place: &Place) {
    fs::create_dir_all(place.at("www/empty")).unwrap();
    fs::create_dir_all(place.at("www/closed")).unwrap();
    fs::write(place.at("www/index.html"), "<h1>4.9</h1>").unwrap();
    fs::write(place.at("www/closed/key"), "k").unwrap();
    fs::write(place.at("www/run.sh"), "#!/bin/sh\n").unwrap();
    fs::set_permissions(place.at("www/run.sh"), fs::Permissions::from_mode(0o4755)).unwrap();
    fs::set_permissions(place.at("www/closed/key"), fs::Permissions::from_mode(0o400)).unwrap();
    fs::set_permissions(place.at("www/closed"), fs::Permissions::from_mode(0o500)).unwrap();
    symlink("index.html", place.at("www/home")).unwrap();
    symlink("/nowhere/else", place.at("www/away")).unwrap();
}

#[test]
fn a_written_file_is_whole_and_tells_the_directories_made() {
    let place = Place::new();
    let (path, missing) = (p("etc/app/a.conf"), vec![p("etc"), p("etc/app")]);
    assert_eq!(place.tree.missing_parents(&path).unwrap(), missing);
    let written = place.tree.write_file(&path, &b"one\n"[..], 0o640).unwrap();
    assert_eq!((written.made, written.size, written.digest), (missing, 4, Digest::of(b"one\n")));
    assert_eq!(place.tree.state(&path).unwrap(), State::File { mode: 0o640, size: 4, digest: Digest::of(b"one\n") });
    assert_eq!(place.tree.read(&path, 4).unwrap(), b"one\n");
    let again = place.tree.write_file(&path, &b"two"[..], 0o4755).unwrap();
    assert_eq!((again.made, mode(&place.at("etc/app/a.conf"))), (vec![], 0o4755));
    assert_eq!(place.tree.list(&p("etc"), Bounds::default()).unwrap().len(), 2, "no temporary file is left");
}

#[test]
fn a_replaced_file_keeps_its_owner() {
    let place = Place::new();
    fs::write(place.at("a"), "old").unwrap();
    if std::os::unix::fs::chown(place.at("a"), Some(4242), Some(4243)).is_err() {
        return; // Only root may give files away.
    }
    let old = place.tree.snapshot(&p("a"), &place.store()).unwrap();
    place.tree.write_file(&p("a"), &b"new"[..], 0o644).unwrap();
    let meta = fs::metadata(place.at("a")).unwrap();
    assert_eq!((meta.uid(), meta.gid()), (4242, 4243));
    fs::remove_file(place.at("a")).unwrap();
    place.tree.restore(&old, &place.store(), &p("a")).unwrap();
    assert_eq!(fs::metadata(place.at("a")).unwrap().uid(), 4242);
}

#[test]
fn a_content_that_fails_leaves_the_old_file_and_nothing_else() {
    struct Torn(bool);
    impl std::io::Read for Torn {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            if std::mem::replace(&mut self.0, true) {
                return Err(std::io::Error::from_raw_os_error(5));
            }
            buffer[0] = b'x';
            Ok(1)
        }
    }
    let place = Place::new();
    fs::write(place.at("a"), "old").unwrap();
    let error = place.tree.write_file(&p("a"), Torn(false), 0o644).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("can't write `{}`: the disk reported an input/output error", place.at("a").display())
    );
    assert_eq!(fs::read_to_string(place.at("a")).unwrap(), "old");
    assert_eq!(fs::read_dir(place.at("")).unwrap().count(), 1);
}

#[test]
fn no_link_leads_out() {
    let place = Place::new();
    symlink("../outside", place.at("file")).unwrap();
    symlink("..", place.at("up")).unwrap();
    symlink(place.dir.path(), place.at("abs")).unwrap();
    fs::create_dir(place.at("in")).unwrap();
    symlink("in", place.at("alias")).unwrap();
    for path in ["file", "up/outside", "abs/outside"] {
        let error = place.tree.read(&p(path), 100).unwrap_err();
        assert!(matches!(error.why, Why::Leaves), "{error}");
    }
    for path in ["up/outside", "up/new", "abs/outside", "up/new/deep"] {
        let path = p(path);
        assert!(place.tree.write_file(&path, &b"x"[..], 0o644).is_err());
        assert!(place.tree.remove_tree(&path).is_err());
        assert!(place.tree.make_dir(&path, 0o755).is_err());
        assert!(place.tree.make_link(&path, "in").is_err());
        assert!(place.tree.set_mode(&path, 0o777).is_err());
        assert!(place.tree.snapshot(&path, &place.store()).is_err());
        assert!(place.tree.state(&path).is_err());
    }
    assert!(place.tree.set_mode(&p("file"), 0o777).is_err());
    assert!(place.tree.list(&p("up"), Bounds::default()).is_err());
    assert_eq!(place.tree.state(&p("file")).unwrap(), State::Link { to: "../outside".into() });
    place.tree.write_file(&p("file"), &b"mine"[..], 0o644).unwrap();
    assert!(place.tree.state(&p("file")).is_ok_and(|state| matches!(state, State::File { .. })));
    place.tree.write_file(&p("alias/x"), &b"x"[..], 0o644).unwrap();
    assert_eq!(fs::read_to_string(place.at("in/x")).unwrap(), "x");
    assert_eq!(place.outside(), "secret");
    assert_eq!(fs::read_dir(place.dir.path()).unwrap().count(), 3, "the root, the secret, the store");
}

#[test]
fn a_new_link_stays_inside() {
    let place = Place::new();
    assert_eq!(place.tree.make_link(&p("releases/now"), "../data/5.0").unwrap(), [p("releases")]);
    place.tree.make_link(&p("releases/now"), "5.1").unwrap();
    assert_eq!(place.tree.state(&p("releases/now")).unwrap(), State::Link { to: "5.1".into() });
    for to in ["/etc", "../../x", ""] {
        let error = place.tree.make_link(&p("releases/now"), to).unwrap_err();
        assert!(matches!(error.why, Why::Leaves), "{to}");
    }
}

#[test]
fn what_cannot_be_listed_or_read_is_an_error_and_never_empty() {
    let place = Place::new();
    let list = |path: &str| place.tree.list(&p(path), Bounds::default()).map_err(|error| error.to_string());
    assert!(list("nothing").unwrap_err().ends_with("no such file or directory"));
    fs::write(place.at("file"), "x").unwrap();
    assert!(list("file").is_err());
    assert_eq!(place.tree.state(&p("file/below")).unwrap(), State::Absent);
    // The kernel refuses to read this file even to root.
    let tree = Tree::open(Path::new("/proc/self")).unwrap();
    assert!(tree.read(&p("mem"), 10).is_err());
    assert!(tree.state(&p("mem")).is_err());
    assert!(tree.snapshot(&p("mem"), &place.store()).is_err());
    let name: &std::ffi::OsStr = std::os::unix::ffi::OsStrExt::from_bytes(b"\xff");
    fs::create_dir(place.at("odd")).unwrap();
    fs::write(place.at("odd").join(name), "").unwrap();
    assert!(list("odd").unwrap_err().contains("not UTF-8"));
}

#[test]
fn limits_are_errors() {
    let place = Place::new();
    fs::create_dir_all(place.at("a/b/c")).unwrap();
    fs::write(place.at("a/file"), "12345").unwrap();
    let list = |entries, depth| place.tree.list(&p("a"), Bounds { entries, depth }).map(|found| found.len());
    assert_eq!(list(3, 2).unwrap(), 3);
    assert!(matches!(list(2, 2).unwrap_err().why, Why::TooMany(2)));
    assert!(matches!(list(3, 1).unwrap_err().why, Why::TooDeep(1)));
    assert!(matches!(place.tree.read(&p("a/file"), 4).unwrap_err().why, Why::TooLarge(4)));
}

#[test]
fn a_fifo_is_seen_and_neither_waited_for_nor_copied() {
    let place = Place::new();
    fs::create_dir(place.at("www")).unwrap();
    fifo(&place.at("www/pipe"));
    assert_eq!(place.tree.list(&p("www"), Bounds::default()).unwrap()[&p("pipe")], State::Other);
    assert!(place.tree.read(&p("www/pipe"), 10).unwrap_err().to_string().ends_with("it is a fifo, not a file"));
    assert!(place.tree.write_file(&p("www/pipe"), &b"x"[..], 0o644).is_err(), "it could not be put back");
    let error = place.tree.snapshot(&p("www"), &place.store()).unwrap_err();
    assert_eq!(error.path, place.at("www/pipe"));
    assert!(error.to_string().contains("it is a fifo, not something that can be copied"));
    assert!(place.tree.digest_of(&p("www"), &[]).is_ok());
    assert!(place.tree.remove_tree(&p("www")).unwrap());
}

#[test]
fn removing_takes_links_and_not_what_they_lead_to() {
    let place = Place::new();
    furnish(&place);
    fs::create_dir(place.dir.path().join("other")).unwrap();
    fs::write(place.dir.path().join("other/file"), "x").unwrap();
    symlink(place.dir.path().join("other"), place.at("www/other")).unwrap();
    assert!(place.tree.remove(&p("www")).unwrap_err().to_string().ends_with("the directory is not empty"));
    assert!(place.tree.remove(&p("www/empty")).unwrap());
    assert!(!place.tree.remove(&p("www/empty")).unwrap());
    assert!(place.tree.remove_tree(&p("www")).unwrap());
    assert!(!place.tree.remove_tree(&p("www")).unwrap());
    assert!(place.dir.path().join("other/file").exists());
    assert!(matches!(place.tree.remove_tree(&RelPath::root()).unwrap_err().why, Why::Root));
}

#[test]
fn a_snapshot_puts_a_directory_back_and_converges() {
    let place = Place::new();
    furnish(&place);
    let (path, store) = (p("www"), place.store());
    let before = place.tree.digest_of(&path, &[]).unwrap();
    let kept = place.tree.snapshot(&path, &store).unwrap();
    let kept: Snapshot = serde_json::from_str(&serde_json::to_string(&kept).unwrap()).unwrap();
    assert!(place.tree.compare(&kept, &path).unwrap().is_empty());

    fs::remove_dir(place.at("www/empty")).unwrap();
    fs::write(place.at("www/empty"), "now a file").unwrap();
    fs::remove_file(place.at("www/home")).unwrap();
    fs::create_dir(place.at("www/home")).unwrap();
    fs::write(place.at("www/home/x"), "").unwrap();
    fs::write(place.at("www/index.html"), "<h1>5.0</h1>").unwrap();
    fs::set_permissions(place.at("www/run.sh"), fs::Permissions::from_mode(0o600)).unwrap();
    fs::remove_dir_all(place.at("www/closed")).unwrap();
    fifo(&place.at("www/pipe"));
    let told: Vec<_> = place.tree.compare(&kept, &path).unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(told[..3], ["`www/closed` is gone", "`www/closed/key` is gone", told[2].as_str()]);
    assert!(told.contains(&"`www/index.html` has another content".into()));
    assert!(told.contains(&"`www/run.sh` has mode 0600 and had 4755".into()));
    assert!(told.contains(&"`www/pipe` was not there".into()));
    assert_eq!(told.len(), 8, "{told:#?}");

    for _ in 0..2 {
        place.tree.restore(&kept, &store, &path).unwrap();
        assert_eq!(place.tree.compare(&kept, &path).unwrap(), []);
        assert_eq!(place.tree.digest_of(&path, &[]).unwrap(), before);
    }
    place.tree.remove_tree(&path).unwrap();
    place.tree.restore(&kept, &store, &path).unwrap();
    assert_eq!(place.tree.digest_of(&path, &[]).unwrap(), before);
    assert_eq!((mode(&place.at("www/closed")), mode(&place.at("www/run.sh"))), (0o500, 0o4755));
    let modes = fs::read_dir(&store).unwrap().map(|blob| mode(&blob.unwrap().path())).collect::<Vec<_>>();
    assert!(modes.len() == 3 && modes.iter().all(|mode| *mode == 0o600), "{modes:?}");
}

#[test]
fn what_was_not_there_is_removed_with_the_directories_made_for_it() {
    let place = Place::new();
    let empty = place.tree.digest_of(&RelPath::root(), &[]).unwrap();
    let path = p("conf.d/shop/a.conf");
    let kept = place.tree.snapshot(&path, &place.store()).unwrap();
    assert!(kept.is_absent());
    place.tree.write_file(&path, &b"x"[..], 0o644).unwrap();
    fs::remove_dir_all(place.store()).unwrap();
    for _ in 0..2 {
        place.tree.restore(&kept, &place.store(), &path).unwrap();
        assert_eq!(place.tree.digest_of(&RelPath::root(), &[]).unwrap(), empty);
    }
    place.tree.write_file(&path, &b"x"[..], 0o644).unwrap();
    fs::write(place.at("conf.d/other"), "of somebody else").unwrap();
    place.tree.restore(&kept, &place.store(), &path).unwrap();
    assert!(place.at("conf.d/other").exists() && !place.at("conf.d/shop").exists());
}

#[test]
fn a_damaged_copy_is_found_before_anything_is_touched() {
    let place = Place::new();
    fs::create_dir(place.at("d")).unwrap();
    fs::write(place.at("d/a"), "aaa").unwrap();
    fs::write(place.at("d/b"), "bbb").unwrap();
    let kept = place.tree.snapshot(&p("d"), &place.store()).unwrap();
    fs::write(place.at("d/a"), "changed").unwrap();
    fs::write(place.at("d/b"), "changed").unwrap();
    fs::write(place.at("d/c"), "new").unwrap();
    let blob = fs::read_dir(place.store()).unwrap().map(|blob| blob.unwrap().path());
    let blob = blob.max_by_key(|path| fs::read(path).unwrap()).unwrap();
    fs::write(&blob, "bXb").unwrap();
    let error = place.tree.restore(&kept, &place.store(), &p("d")).unwrap_err();
    assert_eq!((error.path, error.why.to_string()), (blob.clone(), "the stored copy is missing or damaged".into()));
    assert_eq!(fs::read_to_string(place.at("d/a")).unwrap(), "changed");
    assert!(place.at("d/c").exists());
    // A copy taken again mends the store.
    fs::write(place.at("d/b"), "bbb").unwrap();
    place.tree.snapshot(&p("d"), &place.store()).unwrap();
    place.tree.restore(&kept, &place.store(), &p("d")).unwrap();
    assert!(!place.at("d/c").exists());
}

#[test]
fn the_whole_root_is_kept_without_our_own_folder() {
    let place = Place::new();
    furnish(&place);
    place.tree.write_file(&p(".switchback/lock"), &b""[..], 0o600).unwrap();
    let root = RelPath::root();
    let before = place.tree.digest_of(&root, &[]).unwrap();
    let kept = place.tree.snapshot(&root, &place.store()).unwrap();
    place.tree.write_file(&p(".switchback/lock"), &b"held"[..], 0o600).unwrap();
    assert_eq!(place.tree.digest_of(&root, &[]).unwrap(), before);
    place.tree.remove_tree(&p("www")).unwrap();
    place.tree.write_file(&p("new"), &b""[..], 0o600).unwrap();
    assert_ne!(place.tree.digest_of(&root, &[]).unwrap(), before);
    place.tree.restore(&kept, &place.store(), &root).unwrap();
    assert_eq!(place.tree.digest_of(&root, &[]).unwrap(), before);
    assert_eq!(place.tree.read(&p(".switchback/lock"), 10).unwrap(), b"held");
}

#[test]
fn a_digest_sees_each_difference_and_can_skip() {
    let place = Place::new();
    furnish(&place);
    let digest = |skip: &[RelPath]| place.tree.digest_of(&p("www"), skip).unwrap();
    let mut seen = vec![digest(&[])];
    fs::set_permissions(place.at("www/empty"), fs::Permissions::from_mode(0o700)).unwrap();
    seen.push(digest(&[]));
    fs::write(place.at("www/index.html"), "<h1>5.0</h1>").unwrap();
    seen.push(digest(&[]));
    fs::remove_file(place.at("www/home")).unwrap();
    seen.push(digest(&[]));
    fs::rename(place.at("www/run.sh"), place.at("www/run")).unwrap();
    seen.push(digest(&[]));
    fs::create_dir(place.at("www/empty/er")).unwrap();
    seen.push(digest(&[]));
    let skipped = digest(&[p("empty")]);
    fs::remove_dir_all(place.at("www/empty")).unwrap();
    assert_eq!(digest(&[p("empty")]), skipped);
    seen.push(digest(&[]));
    assert_eq!(seen.iter().collect::<std::collections::HashSet<_>>().len(), seen.len());
}

/// A content that sweeps while it is read.
struct Sweeper<'p>(&'p Place, bool);

impl std::io::Read for Sweeper<'_> {
    fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
        self.1 = self.0.tree.sweep_temporaries(&RelPath::root()).unwrap().is_empty();
        Ok(0)
    }
}

#[test]
fn what_a_killed_process_left_is_swept_and_our_own_is_not() {
    let place = Place::new();
    fs::create_dir(place.at("d")).unwrap();
    fs::write(place.at("d/.switchback-tmp-00000000deadbeef-7"), "half").unwrap();
    fs::write(place.at("d/.switchback-tmpfile"), "of the user").unwrap();
    assert_eq!(place.tree.list(&p("d"), Bounds::default()).unwrap().len(), 1);
    let swept = place.tree.sweep_temporaries(&RelPath::root()).unwrap();
    assert_eq!(swept, [p("d/.switchback-tmp-00000000deadbeef-7")]);
    assert_eq!(fs::read_dir(place.at("d")).unwrap().count(), 1);
    let mut writing = Sweeper(&place, false);
    place.tree.write_file(&p("d/new"), &mut writing, 0o644).unwrap();
    assert!(writing.1, "a write that goes on in this process is not disturbed");
}

#[test]
fn ten_thousand_files_are_mirrored_kept_and_put_back() {
    let place = Place::new();
    let mut batch = place.tree.batch();
    for number in 0..10_000 {
        let path = p(&format!("www/{:02}/{number}.txt", number % 100));
        batch.write_file(&path, format!("{}", number % 500).as_bytes(), 0o644).unwrap();
    }
    batch.finish().unwrap();
    let before = place.tree.digest_of(&p("www"), &[]).unwrap();
    let kept = place.tree.snapshot(&p("www"), &place.store()).unwrap();
    assert_eq!(fs::read_dir(place.store()).unwrap().count(), 500, "one blob a content");
    for number in (0..10_000).step_by(10) {
        fs::remove_file(place.at(&format!("www/{:02}/{number}.txt", number % 100))).unwrap();
    }
    assert_eq!(place.tree.compare(&kept, &p("www")).unwrap().len(), 1000);
    place.tree.restore(&kept, &place.store(), &p("www")).unwrap();
    assert_eq!(place.tree.digest_of(&p("www"), &[]).unwrap(), before);
}
