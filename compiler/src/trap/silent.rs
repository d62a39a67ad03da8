//! Traps that parse, and mean something else than they look like.

use super::number;
use super::place::{line_at, span, text_of};
use super::word;
use crate::diagnostic::{Diagnostic, Page};
use crate::source::{SourceSet, Span};
use crate::syntax::{Entry, Node};
use std::collections::BTreeMap;
use std::ops::Range;

/// All pages of this file.
pub static PAGES: &[&Page] = &[&WRONG_QUOTES, &COLON, &MISSING_SEMICOLON, &REPEATED];

/// `'a'`, `“a”`
pub static WRONG_QUOTES: Page = Page {
    code: "syntax::wrong-quotes",
    rule: "R26",
    text: "A value stands in quotes that are none to KDL: single ones, typographic ones or backticks. They become a \
           part of the value, which ends at the next blank. KDL's quotes are `\"`.",
    wrong: "needs 'a'",
    right: "needs \"a\"",
    ..Page::ERROR
};

/// `title: "x"`
pub static COLON: Page = Page {
    code: "syntax::colon",
    rule: "R26",
    text: "A name has a colon at its end, as in YAML. In KDL the colon becomes a part of the name. A node is a name, a \
           blank and what belongs to it; a property is `name=value`.",
    wrong: "title: \"Two\"",
    right: "title \"Two\"",
    ..Page::ERROR
};

/// `a "x" b "y"`
pub static MISSING_SEMICOLON: Page = Page {
    code: "syntax::missing-semicolon",
    rule: "R26",
    text: "The name of a node stands without quotes among the values of another one. Nodes on one line are separated by \
           `;`; without it the second one is read as values of the first.",
    wrong: "needs \"a\" verify",
    right: "needs \"a\"; verify",
    ..Page::ERROR
};

/// `needs="b" needs="c"`
pub static REPEATED: Page = Page {
    code: "property::repeated",
    rule: "R26",
    text: "A property stands twice in a node. KDL takes the last one and drops the others without a word. Several values \
           are arguments.",
    wrong: "step \"a\" { file.write \"a\" content=\"1\" content=\"2\" }",
    right: "step \"a\" { file.write \"a\" content=\"2\" }",
    ..Page::ERROR
};

/// Finds what parsed without being meant so; `known` says whether a word is the name of a node.
pub fn silent(sources: &SourceSet, base: u32, nodes: &[Node], known: &dyn Fn(&str) -> bool) -> Vec<Diagnostic> {
    let mut look = Look { text: text_of(sources, base), base, known, found: Vec::new() };
    look.nodes(nodes);
    look.found
}

/// Silent traps told in one file: nobody reads more, and each looks at its whole line.
const MOST_TOLD: usize = 256;

struct Look<'a> {
    text: &'a str,
    base: u32,
    known: &'a dyn Fn(&str) -> bool,
    found: Vec<Diagnostic>,
}

/// A bare value with its place in the file, and what it stands in.
struct Bare<'a> {
    typed: &'a str,
    range: Range<usize>,
    /// `name=` of a property, empty for an argument.
    name: String,
    node: &'a Node,
    index: usize,
}

impl<'a> Look<'a> {
    fn nodes(&mut self, nodes: &'a [Node]) {
        for node in nodes {
            if self.found.len() < MOST_TOLD {
                self.node(node);
            }
        }
    }

    fn node(&mut self, node: &'a Node) {
        let before = self.found.len();
        let name = self.name(node);
        let words = self.words(node);
        self.found.extend(name);
        self.found.extend(words);
        let numbers = node.entries.iter().filter_map(|entry| self.number(entry)).collect::<Vec<_>>();
        self.found.extend(numbers);
        self.repeated(node);
        if let Some(own) = self.found.get_mut(before..) {
            own.sort_by_key(|found| found.span().start);
        }
        self.nodes(node.children());
    }

    fn local(&self, span: Span) -> Range<usize> {
        let start = span.start.saturating_sub(self.base) as usize;
        start..start + span.len as usize
    }

    fn typed(&self, range: Range<usize>) -> &'a str {
        self.text.get(range).unwrap_or_default()
    }

    /// The value of an entry as typed; there may be blanks on both sides of a property's `=`.
    fn value(&self, entry: &Entry) -> (&'a str, Range<usize>) {
        let range = self.local(entry.value_span);
        let typed = self.typed(range.clone());
        let value = if entry.name.is_some() { typed.trim_start_matches(['=', ' ', '\t']) } else { typed };
        (value, range.end - value.len()..range.end)
    }

    fn number(&self, entry: &Entry) -> Option<Diagnostic> {
        let (typed, range) = self.value(entry);
        number::judge(typed, span(self.base, range), &equals(entry))
    }

    fn name(&self, node: &Node) -> Option<Diagnostic> {
        let range = self.local(node.name.span);
        let typed = self.typed(range.clone());
        if is_quoted(typed) {
            return None;
        }
        self.cut(node, typed, range.clone())
            .or_else(|| colon(self.base, typed, range.clone(), ""))
            .or_else(|| wrong_quotes(self.text, self.base, typed, range.clone()))
            .or_else(|| comma(self.base, typed, range))
    }

    /// All bare values that are traps. What stands between wrong quotes is one value, and one comma or missing `;` is
    /// told for all that follow from it.
    fn words(&self, node: &'a Node) -> Vec<Diagnostic> {
        let mut found: Vec<Diagnostic> = Vec::new();
        let mut inside = 0;
        for (index, entry) in node.entries.iter().enumerate() {
            let at = self.local(entry.span).start;
            if at < inside {
                continue;
            }
            let Some(told) = self.entry(node, index, entry) else { continue };
            let is_quote = told.page.code == WRONG_QUOTES.code;
            if is_quote {
                let (typed, range) = self.value(entry);
                inside = quoted_end(self.text, typed, range);
            }
            let many = [word::COMMA.code, MISSING_SEMICOLON.code];
            let is_told = found.iter().any(|one| one.page.code == told.page.code);
            if !is_told || !many.contains(&told.page.code) {
                found.push(told);
            }
        }
        found
    }

    fn entry(&self, node: &'a Node, index: usize, entry: &'a Entry) -> Option<Diagnostic> {
        if entry.name.as_ref().is_some_and(|name| word::is_comparator(&name.value)) {
            return Some(word::comparator(self.text, self.base, self.local(entry.span)));
        }
        let (typed, range) = self.value(entry);
        let is_word = !is_quoted(typed) && !typed.starts_with(|c: char| c.is_ascii_digit());
        is_word.then(|| self.word(&Bare { typed, range, name: equals(entry), node, index })).flatten()
    }

    fn word(&self, bare: &Bare<'_>) -> Option<Diagnostic> {
        let range = || bare.range.clone();
        self.cut(bare.node, bare.typed, range())
            .or_else(|| wrong_quotes(self.text, self.base, bare.typed, range()))
            .or_else(|| comma(self.base, bare.typed, range()))
            .or_else(|| colon(self.base, bare.typed, range(), &bare.name))
            .or_else(|| self.dollar(bare))
            .or_else(|| self.semicolon(bare))
    }

    fn cut(&self, node: &Node, typed: &str, range: Range<usize>) -> Option<Diagnostic> {
        let rest = self.text.get(range.end..).filter(|rest| rest.starts_with("//"))?;
        let is_cut = word::is_cut(typed, rest);
        is_cut.then(|| word::cut_by_comment(self.text, self.base, self.local(node.span).start, range))
    }

    fn dollar(&self, bare: &Bare<'_>) -> Option<Diagnostic> {
        let opens = self.text.get(bare.range.end..).is_some_and(|rest| rest.starts_with('{'));
        (opens && bare.typed.ends_with('$')).then(|| word::dollar_brace(self.text, self.base, bare.range.clone()))
    }

    /// A node's name among values. A dot makes it sure; a plain word may be a value when nothing follows it.
    fn semicolon(&self, bare: &Bare<'_>) -> Option<Diagnostic> {
        let next = bare.node.entries.get(bare.index + 1);
        let looks_so = bare.typed.contains('.') || bare.index > 0 || next.is_some_and(|next| next.name.is_none());
        if !bare.name.is_empty() || !looks_so || !(self.known)(bare.typed) {
            return None;
        }
        let name = self.local(bare.node.name.span);
        let told = Diagnostic::new(
            &MISSING_SEMICOLON,
            format!("`{}` is read as a value of `{}`", bare.typed, bare.node.name.value),
        )
        .label(span(self.base, bare.range.clone()), "a node's name, without a `;` before it")
        .label(span(self.base, name), "this node goes on to the end of its line")
        .help(format!("write ; {} when it begins a node, or \"{}\" when it is a value", bare.typed, bare.typed));
        Some(told)
    }

    fn repeated(&mut self, node: &Node) {
        if node.props().nth(1).is_none() {
            return;
        }
        let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
        // A comparator is told as such already.
        for (name, entry) in node.props().filter(|(name, _)| !word::is_comparator(&name.value)) {
            if let Some(first) = seen.insert(&name.value, entry.span) {
                self.found.push(repeated(&name.value, first, entry.span));
            }
        }
    }
}

fn equals(entry: &Entry) -> String {
    entry.name.as_ref().map(|name| format!("{}=", name.value)).unwrap_or_default()
}

fn is_quoted(typed: &str) -> bool {
    typed.starts_with(['"', '#'])
}

/// The sign that opens wrong quotes, and those that may close them.
fn wrong_quote(typed: &str) -> Option<(char, &'static str)> {
    let opening = typed.chars().next()?;
    let closing = match opening {
        '\'' => "'",
        '`' => "`",
        '‘' | '‚' => "‘’",
        '“' | '”' | '„' => "“”",
        '«' => "»",
        '»' => "«",
        _ => return None,
    };
    Some((opening, closing))
}

/// What stands between wrong quotes, up to the closing sign, or to the end of the word where there is none.
fn between<'t>(text: &'t str, typed: &str, range: &Range<usize>) -> Option<(char, &'t str)> {
    let (opening, closing) = wrong_quote(typed)?;
    let line = text.get(range.start..line_at(text, range.start).end)?;
    let inner = line.get(opening.len_utf8()..)?;
    let len = inner.find(|c| closing.contains(c)).unwrap_or(typed.len() - opening.len_utf8());
    Some((opening, inner.get(..len)?))
}

/// Where what stands between wrong quotes ends.
fn quoted_end(text: &str, typed: &str, range: Range<usize>) -> usize {
    between(text, typed, &range).map_or(range.end, |(opening, inner)| range.start + opening.len_utf8() + inner.len())
}

fn wrong_quotes(text: &str, base: u32, typed: &str, range: Range<usize>) -> Option<Diagnostic> {
    let (opening, inner) = between(text, typed, &range)?;
    let told = Diagnostic::new(&WRONG_QUOTES, format!("`{opening}` is not a quote"))
        .label(span(base, range), "KDL takes the sign as a part of this value")
        .help(format!("write \"{inner}\""));
    Some(told)
}

fn comma(base: u32, typed: &str, range: Range<usize>) -> Option<Diagnostic> {
    let value = typed.strip_suffix(',')?;
    Some(word::comma_in_word(base, range, &format!("\"{value}\"")))
}

fn colon(base: u32, typed: &str, range: Range<usize>, property: &str) -> Option<Diagnostic> {
    let name = typed.strip_suffix(':').filter(|name| !name.is_empty() && property.is_empty())?;
    Some(colon_behind(base, range, name))
}

/// A name with a colon behind it, as in YAML and JSON.
pub(super) fn colon_behind(base: u32, range: Range<usize>, name: &str) -> Diagnostic {
    Diagnostic::new(&COLON, format!("`{name}` has a colon behind it"))
        .label(span(base, range), "KDL takes a colon as a part of a word")
        .help(format!("write {name} and a blank for a node, {name}= for a property"))
}

fn repeated(name: &str, first: Span, second: Span) -> Diagnostic {
    Diagnostic::new(&REPEATED, format!("`{name}` stands twice in this node"))
        .label(second, "the last one would win")
        .label(first, "and this one be dropped")
        .help("remove one; several values are arguments of a node in the block")
}
