//! `file.line`: a file of the target's directory has this line.

use super::want::{Content, Mode, Want, text_of};
use super::{Action, Noun, Now, Predicted, Writes, place};
use crate::site::{Fault, Scene};
use crate::world::RelPath;
use regex::Regex;
use switchback_compiler::plan::Call;
use switchback_compiler::registry::{Kind, Needs, Objection, Sources, Touch};
use switchback_compiler::schema::{Example, Form, OwnWayBack, Param, Ty};
use switchback_compiler::value::{Segment, Text};

/// Larger files are data and not settings.
const MOST_BYTES: u64 = 16 << 20;

/// The kind.
pub struct FileLine;

static FORM: Form = Form {
    name: "file.line",
    args: &[Param::one("PATH", Ty::TargetPath, "the file on the target")],
    props: &[
        Param::optional("match", Ty::Pattern, "the lines that it replaces, each as a whole"),
        Param::one("line", Ty::Text, "the line, without its end"),
    ],
    summary: "makes a file have this line",
    text: "Every line that `match` finds becomes `line`, each in its place: if there are several, then whichever of \
           them is heeded says the same. Where `match` finds none, or is not said, `line` is added at the end, unless \
           a line of the file is exactly so already. `match` looks at one line at a time and may find any part of it: \
           write ^ and $ where all of it is meant. `line` is taken as it is; nothing in it refers to what was found. \
           The file must be there: `file.write` makes one. Line ends stay as they are, those of Windows too.",
    way_back: OwnWayBack::Restores("the old file"),
    examples: &[
        Example {
            title: "a setting, whatever it was",
            text: "file.line \"etc/app.conf\" match=\"^port *=\" line=\"port = 8443\"",
        },
        Example {
            title: "a line that must be somewhere",
            text: "file.line \"etc/hosts.allow\" line=\"sshd: 10.0.0.0/8\"",
        },
    ],
    ..Form::ACTION
};

impl Kind for FileLine {
    fn form(&self) -> &'static Form {
        &FORM
    }

    fn touches(&self, call: &Call, _sources: &Sources<'_>) -> Vec<Touch> {
        place::file_touch(call)
    }

    fn objections(&self, call: &Call) -> Vec<Objection> {
        let mut found = place::file_objections(call);
        if call.known("line").is_some_and(is_several) {
            found.push(Objection {
                about: "line",
                text: "this is more than one line".into(),
                help: "write one `file.line` for each line, without \\n".into(),
            });
        }
        found
    }

    fn needs(&self) -> Needs {
        Needs::Directory
    }
}

impl Noun for FileLine {
    fn action(&self) -> Option<&dyn Action> {
        Some(self)
    }
}

impl Writes for FileLine {
    fn wants(&self, call: &Call, scene: &Scene<'_>, world: &mut Predicted) -> Result<Vec<(RelPath, Want)>, Fault> {
        let path = place::of(call, scene)?;
        let now = world.at(&path)?;
        let bytes = match &now {
            Now::Later { .. } => {
                let words = "a line of it, whose text is known only when it is written";
                return Ok(vec![(path, Want::Later(words.into()))]);
            }
            Now::File { .. } => world.bytes(&path, &now, MOST_BYTES),
            Now::Absent => return Err(Fault::new(format!("there is no `{path}`; `file.write` makes a file"))),
            other => return Err(Fault::new(format!("`{path}` is {other}, not a file with lines"))),
        };
        let bytes = bytes.ok_or_else(|| Fault::new(format!("`{path}` is larger than lines are looked for, 16 MiB")))?;
        let old = std::str::from_utf8(&bytes)
            .map_err(|_| Fault::new(format!("`{path}` is not UTF-8 text, so it has no lines to look at")))?;
        let content = Line::of(call, scene)?.put_into(old);
        Ok(vec![(path, Want::File { content: Content::Text(content), mode: Mode::Kept })])
    }

    fn words(&self, call: &Call) -> String {
        place::words(call)
    }
}

fn is_several(line: &str) -> bool {
    line.contains(['\n', '\r'])
}

/// The line that a call wants, and those in whose place it comes.
struct Line {
    replaces: Option<Regex>,
    text: Text,
    /// The text when all of it is known now.
    known: Option<String>,
}

impl Line {
    fn of(call: &Call, scene: &Scene<'_>) -> Result<Self, Fault> {
        let replaces = call.known("match").map(|pattern| {
            regex::RegexBuilder::new(pattern)
                .size_limit(1 << 20)
                .build()
                .map_err(|_| Fault::new(format!("`{pattern}` is no regular expression")))
        });
        let text = text_of(call, "line")?;
        let known = scene.fill(&text).ok();
        if known.as_deref().is_some_and(is_several) {
            return Err(Fault::new("`line` holds more than one line"));
        }
        Ok(Self { replaces: replaces.transpose()?, text, known })
    }

    /// The text with the line in it.
    fn put_into(&self, old: &str) -> Text {
        let hit = |line: &str| self.replaces.as_ref().is_some_and(|replaces| replaces.is_match(line));
        let mut new = Text::default();
        let (mut hits, mut there) = (0, false);
        for raw in old.split_inclusive('\n') {
            let (line, end) = split(raw);
            there |= self.known.as_deref() == Some(line);
            if hit(line) {
                hits += 1;
                self.text.segments().iter().for_each(|segment| new.push(segment.clone()));
                new.push(Segment::Known(end.to_owned()));
            } else {
                new.push(Segment::Known(raw.to_owned()));
            }
        }
        if hits == 0 && !there {
            self.append(old, &mut new);
        }
        new
    }

    fn append(&self, old: &str, new: &mut Text) {
        let first = old.split_inclusive('\n').next().unwrap_or_default();
        let end = if first.ends_with("\r\n") { "\r\n" } else { "\n" };
        if !old.is_empty() && !old.ends_with('\n') {
            new.push(Segment::Known(end.to_owned()));
        }
        self.text.segments().iter().for_each(|segment| new.push(segment.clone()));
        new.push(Segment::Known(end.to_owned()));
    }
}

/// A line and its end.
fn split(raw: &str) -> (&str, &str) {
    let line = raw.strip_suffix('\n').unwrap_or(raw);
    let line = line.strip_suffix('\r').filter(|_| raw.ends_with('\n')).unwrap_or(line);
    raw.split_at(line.len())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::action::testing::{Bench, diff};
    use crate::action::{Body, Learnt};
    use serde_json::json;

    fn put(pattern: Option<&str>, line: &str, old: &str) -> String {
        let replaces = pattern.map(|pattern| Regex::new(pattern).unwrap());
        let line = Line { replaces, text: line.into(), known: Some(line.into()) };
        let once = line.put_into(old).known().unwrap().to_owned();
        assert_eq!(line.put_into(&once).known(), Some(once.as_str()), "twice is once");
        once
    }

    #[test]
    fn matching_lines_are_replaced_and_others_kept() {
        assert_eq!(put(Some("^port"), "port=2", "a\nport=1\nb\n"), "a\nport=2\nb\n");
        assert_eq!(put(Some("^port"), "port=2", "port=1\nport=0\n"), "port=2\nport=2\n");
        assert_eq!(put(Some("^port"), "port=2", "#port=1\n"), "#port=1\nport=2\n");
        assert_eq!(put(Some("^old$"), "new", "old\n"), "new\n");
        assert_eq!(put(Some("^a"), "$1 ${0}", "a\n"), "$1 ${0}\n");
    }

    #[test]
    fn a_line_is_added_once() {
        assert_eq!(put(None, "b", "a\nb\nc\n"), "a\nb\nc\n");
        assert_eq!(put(None, "b", "ab\n"), "ab\nb\n");
        assert_eq!(put(None, "b", ""), "b\n");
    }

    #[test]
    fn line_ends_stay() {
        assert_eq!(put(Some("^a"), "b", "a\r\nc\r\n"), "b\r\nc\r\n");
        assert_eq!(put(None, "b", "a\r\nc\r\n"), "a\r\nc\r\nb\r\n");
        assert_eq!(put(Some("^c"), "d", "a\nc"), "a\nd");
        assert_eq!(put(None, "d", "a\nc"), "a\nc\nd\n");
        assert_eq!(put(Some("a$"), "d", "a\r\n"), "d\r\n");
    }

    #[tokio::test]
    async fn two_edits_of_one_file_show_each_its_own() {
        let bench = Bench::new();
        bench.write("etc/a", b"host=x\nport=1\n", 0o600);
        let calls = [
            Bench::call("file.line", json!({ "path": "etc/a", "match": "^port=", "line": "port=2" })),
            Bench::call("file.line", json!({ "path": "etc/a", "match": "^host=", "line": "host=y" })),
        ];
        let shown = bench.all_there_and_back(&calls).await;
        assert_eq!(diff(&shown[0]), ["@@ -1,2 +1,2 @@", " host=x", "-port=1", "+port=2"]);
        assert_eq!(diff(&shown[1]), ["@@ -1,2 +1,2 @@", "-host=x", "+host=y", " port=2"]);
    }

    #[tokio::test]
    async fn what_has_no_lines_is_refused() {
        let bench = Bench::new();
        bench.write("bin", b"\xff\xfe\n", 0o600);
        bench.write("dir/a", b"", 0o600);
        for (path, why) in [
            ("bin", "`bin` is not UTF-8 text, so it has no lines to look at"),
            ("none", "there is no `none`; `file.write` makes a file"),
            ("dir", "`dir` is a folder, not a file with lines"),
        ] {
            let call = Bench::call("file.line", json!({ "path": path, "line": "x" }));
            assert_eq!(bench.preview(&call).await.unwrap_err().why, why);
            assert_eq!(bench.apply(&call).await.unwrap_err().why, why);
        }
    }

    #[tokio::test]
    async fn a_secret_is_never_shown_and_a_later_value_is_named() {
        let mut bench = Bench::new();
        bench.secret("pw", "tulip-7");
        bench.write("a", b"user=app\npw=old-rose\n", 0o600);
        let secret = json!({ "parts": [{ "text": "pw=" }, { "secret": "pw" }] });
        let later = json!({ "parts": [{ "text": "id=" }, { "output": { "step": "s", "output": "id" } }] });
        let calls = [
            Bench::call("file.line", json!({ "path": "a", "match": "^pw=", "line": secret })),
            Bench::call("file.line", json!({ "path": "a", "match": "^user=", "line": "user=shop" })),
            Bench::call("file.line", json!({ "path": "a", "line": later })),
            Bench::call("file.line", json!({ "path": "a", "line": "x" })),
        ];
        let shown = bench.preview_all(&calls).await.unwrap();
        let text = format!("{shown:?}");
        assert!(!text.contains("tulip") && !text.contains("rose"), "{text}");
        assert_eq!(shown[0][0].after, None);
        assert_eq!(diff(&shown[1])[1..3], ["-user=app", "+user=shop"]);
        assert!(diff(&shown[2]).contains(&"+id=‹known after s›".to_owned()), "{text}");
        assert_eq!(shown[3][0].learnt, Learnt::NotKnowable);
        assert!(matches!(shown[3][0].body, Body::Words(_)));
    }

    #[test]
    fn a_line_is_one_line() {
        let told = Bench::objections("file.line", json!({ "path": "a", "line": "a\nb" }));
        assert_eq!(told, ["this is more than one line"]);
        assert_eq!(Bench::touches("file.line", json!({ "path": "a", "line": "b" })), [("a".to_owned(), false)]);
    }
}
