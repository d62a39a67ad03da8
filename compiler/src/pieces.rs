//! Reads a long text in pieces, side by side: the KDL parser takes most of the time of a compilation.
//!
//! A piece is a run of whole nodes. Where one node is long (a layer with all its steps), its block is cut in the same
//! way, and its head is parsed with an empty block. What is cut must have passed the guard, so its blocks are balanced.
//! A text with a fault is told as a whole: pieces only ever make sound text quicker.

use crate::guard;
use crate::scan::{self, Kind, Token};
use crate::syntax::{self, Node};
use std::borrow::Cow;
use std::ops::Range;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

/// Bytes of a piece, about: short enough to share out evenly, long enough that a thread is no waste.
const PIECE: usize = 16 << 10;
/// Texts shorter than this are read as one.
const LONG: usize = 4 * PIECE;

/// Threads: as many as small machines have cores. The machine is not asked, so that the compiler stays pure.
const WORKERS: usize = 4;

/// A part of a text, in the text's order.
#[derive(Debug)]
enum Part {
    /// Whole nodes.
    Nodes(Range<usize>),
    /// One node: from its name to its `{`, what its block holds, and where it ends behind its `}`.
    Block { head: Range<usize>, parts: Vec<Part>, end: usize },
}

/// The nodes of a text that the guard let pass; `base` is where it begins in the shared space.
pub fn nodes(text: &str, base: u32) -> Result<Vec<Node>, kdl::KdlError> {
    let eased = guard::eased(text);
    if text.len() >= LONG {
        let parts = cut(&eased);
        let mut jobs = Vec::new();
        flatten(&parts, &eased, &mut jobs);
        if let Some(mut read) = parsed(&jobs, base) {
            return Ok(put_together(&parts, base, &mut read));
        }
    }
    kdl::KdlDocument::parse_v2(&eased).map(|document| syntax::nodes(document, base))
}

/// A text for the parser, and where it begins in the whole.
struct Job<'t> {
    text: Cow<'t, str>,
    at: usize,
}

fn flatten<'t>(parts: &[Part], text: &'t str, jobs: &mut Vec<Job<'t>>) {
    let of = |range: &Range<usize>| text.get(range.clone()).unwrap_or_default();
    for part in parts {
        match part {
            Part::Nodes(range) => jobs.push(Job { text: Cow::Borrowed(of(range)), at: range.start }),
            Part::Block { head, parts, .. } => {
                jobs.push(Job { text: Cow::Owned(format!("{}}}", of(head))), at: head.start });
                flatten(parts, text, jobs);
            }
        }
    }
}

/// The nodes of each job, in their order; none at all where one of them is no KDL.
fn parsed(jobs: &[Job<'_>], base: u32) -> Option<std::vec::IntoIter<Vec<Node>>> {
    let next = AtomicUsize::new(0);
    // Few documents wait at a time: each takes a hundred times the memory of its text.
    let (to, from) = mpsc::sync_channel(WORKERS);
    let mut read: Vec<Option<Vec<Node>>> = vec![None; jobs.len()];
    thread::scope(|scope| {
        for _ in 0..WORKERS.min(jobs.len()) {
            let (to, next) = (to.clone(), &next);
            scope.spawn(move || {
                while let Some((at, job)) = next_of(jobs, next) {
                    let Ok(document) = kdl::KdlDocument::parse_v2(&job.text) else { return };
                    if to.send((at, document)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(to);
        for (at, document) in from {
            let base = base + jobs.get(at).map_or(0, |job| job.at as u32);
            if let Some(place) = read.get_mut(at) {
                *place = Some(syntax::nodes(document, base));
            }
        }
    });
    Some(read.into_iter().collect::<Option<Vec<_>>>()?.into_iter())
}

fn next_of<'j, 't>(jobs: &'j [Job<'t>], next: &AtomicUsize) -> Option<(usize, &'j Job<'t>)> {
    let at = next.fetch_add(1, Ordering::Relaxed);
    jobs.get(at).map(|job| (at, job))
}

fn put_together(parts: &[Part], base: u32, read: &mut impl Iterator<Item = Vec<Node>>) -> Vec<Node> {
    let mut all = Vec::new();
    for part in parts {
        let mut nodes = read.next().unwrap_or_default();
        if let (Part::Block { parts, end, .. }, Some(node)) = (part, nodes.last_mut()) {
            node.children = Some(Rc::new(put_together(parts, base, read)));
            node.whole.len = base + *end as u32 - node.whole.start;
        }
        all.append(&mut nodes);
    }
    all
}

/// A block while its tokens go by; the outermost is the file.
#[derive(Default)]
struct Frame {
    parts: Vec<Part>,
    /// Where the next piece begins.
    start: usize,
    /// The node that is read.
    node: Option<Open>,
    /// The last token that was no blank and no comment.
    last: Option<Kind>,
}

/// A node that is read.
struct Open {
    start: usize,
    /// Something is taken out of it with `/-`, or it goes on behind a block: it stays whole.
    stays_whole: bool,
    /// Its long block.
    block: Option<Part>,
}

impl Frame {
    fn at(start: usize) -> Self {
        Self { start, ..Self::default() }
    }

    /// The node ends before `end`: it is a part of its own where its block is long, and else of the piece.
    fn node_ends(&mut self, end: usize) {
        let Some(Open { start, stays_whole: false, block: Some(block) }) = self.node.take() else { return };
        let Part::Block { end: block_end, .. } = block else { return };
        self.piece_ends(start);
        self.parts.push(block);
        self.start = block_end.min(end);
    }

    fn piece_ends(&mut self, end: usize) {
        if end > self.start {
            self.parts.push(Part::Nodes(self.start..end));
            self.start = end;
        }
    }

    fn look(&mut self, token: &Token<'_>) {
        let kind = token.kind;
        if kind == Kind::Space {
            // To the parser, blanks behind a node are a part of it.
            if let Some(Open { block: Some(Part::Block { end, .. }), .. }) = &mut self.node
                && *end == token.start
            {
                *end = token.end();
            }
            return;
        }
        if kind.is_comment() {
            return;
        }
        let goes_on = matches!(self.last, Some(Kind::Backslash | Kind::Slashdash));
        if matches!(kind, Kind::Newline | Kind::Semicolon) {
            if goes_on {
                return;
            }
            self.node_ends(token.start);
            if token.end() - self.start >= PIECE {
                self.piece_ends(token.end());
            }
        } else {
            let node = self.node.get_or_insert(Open { start: token.start, stays_whole: false, block: None });
            node.stays_whole |= kind == Kind::Slashdash || node.block.is_some();
        }
        self.last = Some(kind);
    }
}

/// Cuts sound text into parts that cover all of it.
fn cut(text: &str) -> Vec<Part> {
    let mut outer: Vec<(Frame, usize)> = Vec::new();
    let mut frame = Frame::at(0);
    for token in scan::scan(text) {
        match token.kind {
            Kind::Open => {
                frame.look(&token);
                outer.push((std::mem::replace(&mut frame, Frame::at(token.end())), token.end()));
            }
            Kind::Close => {
                let Some((above, open)) = outer.pop() else { continue };
                let inner = std::mem::replace(&mut frame, above);
                closed(&mut frame, inner, open, &token);
            }
            _ => frame.look(&token),
        }
    }
    frame.node_ends(text.len());
    frame.piece_ends(text.len());
    frame.parts
}

fn closed(frame: &mut Frame, mut inner: Frame, open: usize, token: &Token<'_>) {
    frame.last = Some(Kind::Close);
    let Some(node) = frame.node.as_mut() else { return };
    if token.start - open < PIECE {
        return;
    }
    inner.node_ends(token.start);
    inner.piece_ends(token.start);
    node.block = Some(Part::Block { head: node.start..open, parts: inner.parts, end: token.end() });
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn whole(text: &str) -> String {
        format!("{:#?}", syntax::nodes(kdl::KdlDocument::parse_v2(&guard::eased(text)).unwrap(), 7))
    }

    fn pieced(text: &str) -> String {
        format!("{:#?}", nodes(text, 7).unwrap())
    }

    /// Steps of some kilobytes, so that blocks at every depth are long.
    fn steps(from: usize, to: usize) -> String {
        let step = |number: usize| {
            format!(
                "    step \"s{number}\" {{\n        file.write \"a{number}\" content=\"{}\"\n    }}\n",
                "x".repeat(200)
            )
        };
        (from..to).map(step).collect()
    }

    fn long_texts() -> Vec<String> {
        let many = steps(0, 400);
        vec![
            format!("plan \"p\"\n{many}"),
            format!("plan \"p\"\nlayer \"a\" {{\n{many}}}\n\n// end\nlayer \"b\" {{\n{many}}}"),
            format!("plan \"p\" {{ title \"t\" }}; stage \"x\" {{ layer \"a\" {{ {many} }} }}\nlast \"one\""),
            format!("/-layer \"a\" {{\n{many}}}\n/- // why\nlayer \"b\" {{\n{many}}}\nc 1"),
            format!("layer \"a\" \\\n  b=1 {{\n{many}}} /-{{ x }}\n{many}"),
            format!("layer \"a\" /-\"b\" {{\n{many}}}\n/* c {{ */ d {{\n{many}}} /* e */ // f\n"),
            format!("layer \"a\" {{ {many}}} // why\nlayer \"b\" {{ {many} }}  ; c \\\n 1"),
            format!("a \"\"\"\n  {{\n  b\n  \"\"\" #\"}}\"# {{ {many} }}\n{many}"),
            format!("\u{FEFF}layer \"a\" {{{many}}};\n{many}a; b"),
        ]
    }

    #[test]
    fn pieces_mean_what_the_whole_means() {
        for text in long_texts() {
            assert!(text.len() >= LONG, "{}", &text[..60]);
            guard::check(&text, 0).unwrap();
            let (whole, pieced) = (whole(&text), pieced(&text));
            let differs = whole.lines().zip(pieced.lines()).position(|(one, other)| one != other);
            let near = |told: &str, at: usize| {
                told.lines().skip(at.saturating_sub(20)).take(30).collect::<Vec<_>>().join("\n")
            };
            let near = differs.map(|at| format!("whole:\n{}\npieced:\n{}", near(&whole, at), near(&pieced, at)));
            assert!(whole == pieced, "{}\n{}", &text[..60], near.unwrap_or_default());
        }
    }

    #[test]
    fn a_long_text_is_cut_into_short_pieces_and_all_of_it() {
        for text in long_texts().iter().take(3) {
            let parts = cut(text);
            let mut jobs = Vec::new();
            flatten(&parts, text, &mut jobs);
            let longest = jobs.iter().map(|job| job.text.len()).max().unwrap();
            assert!(jobs.len() > 4 && longest < 2 * PIECE, "{} pieces, up to {longest} bytes", jobs.len());
        }
    }

    #[test]
    fn a_fault_in_one_piece_is_told_as_of_the_whole() {
        let text = format!("plan \"p\"\n{}\nstep \"a\" #nothing\n", steps(0, 400));
        let told = nodes(&text, 0).unwrap_err();
        assert_eq!(told, kdl::KdlDocument::parse_v2(&text).unwrap_err());
    }
}
