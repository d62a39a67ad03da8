//! How the change of one path is shown before it happens.

use super::want::{Content, Want};
use super::{Body, Change, Learnt, Now, Predicted, What};
use crate::screen::diff::{self, DiffLine, Kind};
use crate::secrets::covered;
use crate::site::{Fault, Scene};
use crate::world::RelPath;
use switchback_compiler::value::Segment;

/// Lines around a change that are shown.
const CONTEXT: usize = 1;
/// Larger files are told by size and not shown as text.
const SHOWN: u64 = 1 << 20;

/// What stands at a path afterwards, and the changes that lead there: none where it is so already, two where something
/// of another kind is replaced.
pub(super) fn changes(
    path: &RelPath,
    want: Want,
    scene: &Scene<'_>,
    world: &mut Predicted,
) -> Result<(Now, Vec<Change>), Fault> {
    let now = world.at(path)?;
    let wanted = Wanted::of(want, &now, scene);
    if now.is_as(&wanted.next) {
        return Ok((now, Vec::new()));
    }
    goes(path, &now, &wanted.next, world)?;
    let mut changes = Vec::new();
    let stays = kind(&now) == kind(&wanted.next);
    if !stays && now != Now::Absent {
        changes.push(change(path, What::Deleted, Body::Words(now.to_string()), None));
    }
    if wanted.next != Now::Absent {
        let (what, old) = if stays { (What::Changed, &now) } else { (What::Created, &Now::Absent) };
        changes.push(change(path, what, body(path, old, &wanted, scene, world), after(&wanted, scene)));
    }
    if let Some(words) = wanted.unknown {
        for change in &mut changes {
            (change.learnt, change.body) = (Learnt::NotKnowable, Body::Words(words.clone()));
        }
    }
    Ok((wanted.next, changes))
}

fn change(path: &RelPath, what: What, body: Body, after: Option<String>) -> Change {
    Change { resource: path.to_string(), what, learnt: Learnt::Simulated, body, after }
}

/// Whether what stands there can go at all.
fn goes(path: &RelPath, now: &Now, next: &Now, world: &Predicted) -> Result<(), Fault> {
    if *now == Now::Other {
        return Err(Fault::new(format!("`{path}` is {now}, which could not be put back")));
    }
    if !now.is_dir() || next.is_dir() {
        return Ok(());
    }
    match world.below(path)?.into_keys().next() {
        None => Ok(()),
        Some(inner) if *next == Now::Absent => {
            Err(Fault::new(format!("`{path}` is a folder that is not empty: it holds `{inner}`")))
        }
        Some(inner) => Err(Fault::new(format!("`{path}` is to be a file and is a folder that holds `{inner}`"))),
    }
}

fn kind(now: &Now) -> u8 {
    match now {
        Now::Absent => 0,
        Now::File { .. } | Now::Later { .. } => 1,
        Now::Dir { .. } => 2,
        Now::Link { .. } => 3,
        Now::Other => 4,
    }
}

/// What will stand there, as a person may see it.
struct Wanted {
    next: Now,
    /// The text to show, with hidden and later parts named.
    text: Option<String>,
    secret: bool,
    /// Why the change can't be told, in words.
    unknown: Option<String>,
}

impl Wanted {
    fn of(want: Want, now: &Now, scene: &Scene<'_>) -> Self {
        let plain = |next| Self { next, text: None, secret: false, unknown: None };
        match want {
            Want::Absent => plain(Now::Absent),
            Want::Dir { mode } => {
                let old = if let Now::Dir { mode } = now { Some(*mode) } else { None };
                plain(Now::Dir { mode: mode.or(old).unwrap_or(0o755) })
            }
            Want::Copied(next) => plain(next),
            Want::Copy { one, .. } => plain(one.state().into()),
            Want::Later(words) => {
                Self { unknown: Some(words), ..plain(Now::Later { mode: now.mode().unwrap_or(0o644) }) }
            }
            Want::File { content: Content::Bytes(bytes), mode } => plain(Now::file(&bytes, mode.over(now.mode()))),
            Want::File { content: Content::Text(text), mode } => {
                let mode = mode.over(now.mode());
                let shown = text.segments().iter().map(|segment| hidden(segment, scene)).collect();
                let next = scene.fill(&text).map_or(Now::Later { mode }, |text| Now::file(text.as_bytes(), mode));
                Self { next, text: Some(shown), secret: text.is_secret(), unknown: None }
            }
        }
    }
}

/// A secret as a digest keyed with the target's key (R11); before the target's first run there is none.
fn hidden(segment: &Segment, scene: &Scene<'_>) -> String {
    let Segment::Secret(name) = segment else { return segment.to_string() };
    match (scene.site.key, scene.site.secrets.get(name)) {
        (Some(key), Some(value)) => {
            let digest = blake3::keyed_hash(&key, value.as_bytes()).to_hex();
            format!("‹hidden {}›", digest.get(..6).unwrap_or_default())
        }
        _ => "‹hidden›".into(),
    }
}

fn body(path: &RelPath, old: &Now, wanted: &Wanted, scene: &Scene<'_>, world: &Predicted) -> Body {
    match (old, &wanted.next) {
        (Now::File { digest, mode, .. }, Now::File { digest: same, mode: next, .. }) if digest == same => {
            Body::Words(format!("mode {mode:04o} → {next:04o}"))
        }
        (Now::Dir { mode }, Now::Dir { mode: next }) => Body::Words(format!("mode {mode:04o} → {next:04o}")),
        (_, Now::Dir { mode }) => Body::Words(format!("a folder, mode {mode:04o}")),
        (old, next @ (Now::File { .. } | Now::Later { .. })) => {
            let mut body = content(path, old, wanted, scene, world);
            if let (Body::Lines(lines), Some(note)) = (&mut body, mode_note(old, next)) {
                lines.push(DiffLine { kind: Kind::Note, text: note });
            }
            body
        }
        (Now::Absent, next) => Body::Words(next.to_string()),
        (old, next) => Body::Words(format!("{old} → {next}")),
    }
}

/// What there is to say of the mode beside a new content.
fn mode_note(old: &Now, next: &Now) -> Option<String> {
    let mode = next.mode()?;
    match old.mode() {
        Some(old) if old != mode => Some(format!("mode {old:04o} → {mode:04o}")),
        None if mode != 0o644 => Some(format!("mode {mode:04o}")),
        _ => None,
    }
}

fn content(path: &RelPath, old: &Now, wanted: &Wanted, scene: &Scene<'_>, world: &Predicted) -> Body {
    let bytes = |now: &Now| match now {
        Now::File { .. } => world.bytes(path, now, SHOWN).map(|bytes| bytes.to_vec()),
        _ => Some(Vec::new()),
    };
    let new = wanted.text.clone().map_or_else(|| bytes(&wanted.next), |text| Some(text.into_bytes()));
    let (Some(old_bytes), Some(new)) = (bytes(old), new) else {
        return Body::Words(format!("{old} → {}", wanted.next));
    };
    let (Ok(old_text), Ok(new)) = (std::str::from_utf8(&old_bytes), std::str::from_utf8(&new)) else {
        return Body::Lines(diff::of_bytes(&old_bytes, &new, CONTEXT));
    };
    let mask = |text: &str| scene.site.secrets.mask(text);
    let new = mask(new);
    let old_text = if wanted.secret { covered(old_text, &new) } else { mask(old_text) };
    let lines = diff::of_bytes(old_text.as_bytes(), new.as_bytes(), CONTEXT);
    if lines.is_empty() && *old != Now::Absent {
        return Body::Words("a hidden value in it changes".into());
    }
    Body::Lines(lines)
}

/// What a bundle binds to; of what holds a secret it binds to nothing, because a digest could be guessed.
fn after(wanted: &Wanted, scene: &Scene<'_>) -> Option<String> {
    match &wanted.next {
        Now::File { digest, mode, bytes, .. } => {
            let text = bytes.as_deref().map(String::from_utf8_lossy);
            let told = text.is_some_and(|text| scene.site.secrets.mask(&text) != text);
            (!wanted.secret && !told).then(|| format!("{digest} {mode:04o}"))
        }
        Now::Dir { mode } => Some(format!("folder {mode:04o}")),
        Now::Link { to } => Some(format!("link to {to}")),
        Now::Absent | Now::Later { .. } | Now::Other => None,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::action::testing::{Bench, diff};
    use serde_json::{Value as Json, json};

    async fn shown(bench: &Bench, values: Json) -> Vec<Change> {
        bench.preview(&Bench::call("file.write", values)).await.unwrap()
    }

    #[tokio::test]
    async fn modes_and_contents_are_told() {
        let bench = Bench::new();
        bench.write("a", b"one\n", 0o644);
        let only_mode = shown(&bench, json!({ "path": "a", "content": "one\n", "mode": "0600" })).await;
        assert_eq!(only_mode[0].body, Body::Words("mode 0644 → 0600".into()));
        let both = shown(&bench, json!({ "path": "a", "content": "two\n", "mode": "0600" })).await;
        assert_eq!(diff(&both), ["@@ -1,1 +1,1 @@", "-one", "+two", "mode 0644 → 0600"]);
        assert!(both[0].after.as_deref().is_some_and(|after| after.starts_with("b3:") && after.ends_with(" 0600")));
        let new = shown(&bench, json!({ "path": "b", "content": "one\n", "mode": "0755" })).await;
        assert_eq!((new[0].what, diff(&new)), (What::Created, vec!["+one".to_owned(), "mode 0755".to_owned()]));
        assert_eq!(shown(&bench, json!({ "path": "a", "content": "one\n" })).await, []);
    }

    #[tokio::test]
    async fn bytes_that_are_no_text_are_told_by_size() {
        let mut bench = Bench::new();
        bench.write("a", b"\x00one", 0o644);
        let from = bench.blob("b", b"\x00three", 0o644);
        let lines = diff(&shown(&bench, json!({ "path": "a", "from": from })).await);
        assert!(lines[0].starts_with("binary, 4 bytes → 6 bytes, b3:"), "{lines:?}");
        let large = bench.blob("c", &vec![b'x'; 2 << 20], 0o644);
        let body = shown(&bench, json!({ "path": "a", "from": large })).await.remove(0).body;
        assert_eq!(body, Body::Words("a file of 4 bytes → a file of 2 MiB".into()));
    }

    #[tokio::test]
    async fn what_is_replaced_by_another_kind_counts_as_deleted() {
        let bench = Bench::new();
        bench.link("a", "b");
        let changes = shown(&bench, json!({ "path": "a", "content": "one\n" })).await;
        let told: Vec<_> = changes.iter().map(|one| one.what).collect();
        assert_eq!(told, [What::Deleted, What::Created]);
    }

    #[tokio::test]
    async fn a_secret_shows_by_a_keyed_digest_or_not_at_all() {
        let mut bench = Bench::new();
        bench.secret("pw", "tulip-7");
        bench.write("a", b"user=app\npw=tulip-6\n", 0o644);
        let secret = json!({ "parts": [{ "text": "user=app\npw=" }, { "secret": "pw" }, { "text": "\n" }] });
        let call = json!({ "path": "a", "content": secret });
        let told = diff(&shown(&bench, call.clone()).await);
        assert_eq!(told, ["@@ -1,2 +1,2 @@", " user=app", "-‹hidden line›", "+pw=‹hidden›"]);
        bench.site.key = Some([7; 32]);
        let changes = shown(&bench, call).await;
        let hidden = diff(&changes).pop().unwrap();
        assert!(hidden.starts_with("+pw=‹hidden ") && hidden.len() > "+pw=‹hidden›".len(), "{hidden}");
        assert_eq!(changes[0].after, None, "a digest could be guessed");
    }

    #[tokio::test]
    async fn what_can_not_be_put_back_is_refused() {
        let bench = Bench::new();
        bench.fifo("pipe");
        bench.write("dir/a", b"a", 0o644);
        for (path, why) in [
            ("pipe", "`pipe` is neither a file, a folder nor a link, which could not be put back"),
            ("dir", "`dir` is to be a file and is a folder that holds `dir/a`"),
        ] {
            let call = Bench::call("file.write", json!({ "path": path, "content": "x" }));
            assert_eq!(bench.preview(&call).await.unwrap_err().why, why);
            assert!(bench.apply(&call).await.is_err());
        }
        assert_eq!(bench.read("dir/a"), "a");
    }
}
