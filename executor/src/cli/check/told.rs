//! What several compilations tell, in one space of places, each thing once.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use switchback_compiler::diagnostic::{Diagnostic, Help};
use switchback_compiler::source::{SourceSet, Span};
use switchback_compiler::words::ticked;

/// Diagnostics with what they point into.
#[derive(Debug, Default)]
pub struct Told {
    /// All files, named as a person types them who stands where the command was started.
    pub sources: SourceSet,
    /// In source order: plans as they were given, each with its libraries.
    pub diagnostics: Vec<Diagnostic>,
    /// On which targets each of them is so, while they are gathered.
    on: Vec<On>,
    /// Where each stands among them.
    known: BTreeMap<Key, usize>,
}

/// What makes two the same: page, place and words; of those with a measure the words say the measure.
type Key = (&'static str, Span, Option<(String, String)>);

/// The target that a plan was compiled for, of how many.
#[derive(Clone, Debug)]
pub(super) struct Target<'a> {
    pub(super) name: &'a str,
    pub(super) of: usize,
}

/// Where a diagnostic is so.
#[derive(Debug, Default)]
struct On {
    /// As it is told.
    targets: BTreeSet<String>,
    /// Elsewhere in a lesser measure.
    less: bool,
    /// Targets of its project.
    of: usize,
}

impl Told {
    /// Takes in what one compilation told; `shown` names its files.
    pub(super) fn add(
        &mut self,
        sources: &SourceSet,
        diagnostics: Vec<Diagnostic>,
        target: Option<&Target<'_>>,
        shown: &dyn Fn(&str) -> String,
    ) {
        let bases: Vec<(u32, u32)> =
            sources.files().iter().map(|file| (file.base, self.base_of(&shown(&file.path), &file.text))).collect();
        let moved = |span: Span| {
            let old = sources.file_of(span).map_or(0, |file| file.base);
            let new = bases.iter().find(|(base, _)| *base == old).map_or(0, |(_, new)| *new);
            Span { start: span.start - old + new, ..span }
        };
        for mut one in diagnostics {
            for label in &mut one.labels {
                label.span = moved(label.span);
            }
            for help in &mut one.help {
                if let Help::Add { path: Some(path), .. } = help {
                    *path = shown(path);
                }
            }
            self.push(one, target);
        }
    }

    /// Where a file begins; one that several plans use is there once.
    fn base_of(&mut self, path: &str, text: &str) -> u32 {
        let known = self.sources.files().iter().find(|file| file.path == path && file.text == text);
        match known.map(|file| file.base) {
            Some(base) => base,
            None => self.sources.add(path, text),
        }
    }

    /// The same on another target is told once, as gravely as on any, and in its greatest measure.
    fn push(&mut self, one: Diagnostic, target: Option<&Target<'_>>) {
        let label = one.labels.first().map(|label| label.text.clone()).unwrap_or_default();
        let words = one.measure.is_none().then(|| (one.message.clone(), label));
        let next = self.diagnostics.len();
        let at = *self.known.entry((one.page.code, one.span(), words)).or_insert(next);
        if at == next {
            self.diagnostics.push(one);
            self.on.push(On::default());
        } else if let (Some(known), Some(on)) = (self.diagnostics.get_mut(at), self.on.get_mut(at)) {
            let weight = |one: &Diagnostic| (Reverse(one.severity), one.measure);
            if weight(&one) < weight(known) {
                on.less |= known.measure.is_some();
                return;
            }
            if weight(&one) > weight(known) {
                *known = one;
                *on = On { less: known.measure.is_some(), ..On::default() };
            }
        }
        if let (Some(on), Some(target)) = (self.on.get_mut(at), target) {
            on.targets.insert(target.name.to_owned());
            on.of = target.of;
        }
    }

    /// Puts all into source order, each with the targets on which alone it is so.
    pub(super) fn sort(&mut self) {
        self.known.clear();
        for (one, on) in self.diagnostics.iter_mut().zip(std::mem::take(&mut self.on)) {
            one.message.push_str(&on.words());
        }
        self.diagnostics.sort_by_key(|one| (one.span(), one.severity, one.page.code));
    }
}

/// Targets that a message names; of more it says how many.
const MOST_NAMED: usize = 3;

impl On {
    fn words(&self) -> String {
        let names: Vec<&str> = self.targets.iter().map(String::as_str).collect();
        if names.is_empty() || names.len() >= self.of {
            return String::new();
        }
        let most = if self.less { " most of all" } else { "" };
        let noun = if names.len() == 1 { "target" } else { "targets" };
        match names.get(..MOST_NAMED) {
            Some(first) if names.len() > MOST_NAMED => {
                let first: Vec<String> = first.iter().map(|name| format!("`{name}`")).collect();
                format!(",{most} on {} of {} targets: {}, …", names.len(), self.of, first.join(", "))
            }
            _ => format!(",{most} on {noun} {}", ticked(&names, "and")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use switchback_compiler::diagnostic::{Page, Severity};

    static PAGE: Page = Page { code: "a::b", severity: Severity::Warning, ..Page::ERROR };

    fn compiled(plan: &str) -> (SourceSet, Vec<Diagnostic>) {
        let mut sources = SourceSet::default();
        sources.add(plan, "plan\n");
        let library = sources.add("x.lib.kdl", "one two\n");
        let found = Diagnostic::new(&PAGE, "what")
            .label(Span::new(library as usize + 4, 3), "here")
            .help_line(Help::Add { path: Some("x.lib.kdl".into()), line: 1, text: "three".into() });
        (sources, vec![found])
    }

    #[test]
    fn what_two_plans_find_in_one_library_is_told_once_and_as_gravely_as_in_any() {
        let mut told = Told::default();
        let shown = |path: &str| format!("plans/{path}");
        let (sources, found) = compiled("a.plan.kdl");
        told.add(&sources, found, None, &shown);
        let (sources, mut found) = compiled("longer.plan.kdl");
        for one in &mut found {
            one.severity = Severity::Error;
        }
        told.add(&sources, found, None, &shown);
        told.sort();
        let paths: Vec<&str> = told.sources.files().iter().map(|file| file.path.as_str()).collect();
        assert_eq!(paths, ["plans/a.plan.kdl", "plans/x.lib.kdl", "plans/longer.plan.kdl"]);
        assert_eq!(told.diagnostics.len(), 1);
        for one in &told.diagnostics {
            assert_eq!((told.sources.text(one.span()), one.severity), ("two", Severity::Error));
            assert!(matches!(one.help.as_slice(), [Help::Add { path: Some(path), .. }] if path == "plans/x.lib.kdl"));
        }
    }
    #[test]
    fn what_is_so_on_some_targets_names_them_and_of_measures_the_greatest_is_told() {
        let mut told = Told::default();
        let mut sources = SourceSet::default();
        sources.add("a.plan.kdl", "one two three\n");
        let measured = |much: u64| {
            Diagnostic::new(&PAGE, format!("it takes {much}")).label(Span::new(4, 3), "here").measured(much)
        };
        let plain = || Diagnostic::new(&PAGE, "what").label(Span::new(0, 3), "here");
        let everywhere = || Diagnostic::new(&PAGE, "all").label(Span::new(8, 5), "here");
        for (name, found) in [
            ("small", vec![measured(12), everywhere()]),
            ("big", vec![measured(73), plain(), everywhere()]),
            ("middle", vec![measured(20), plain(), everywhere()]),
        ] {
            told.add(&sources, found, Some(&Target { name, of: 3 }), &str::to_owned);
        }
        told.sort();
        let messages: Vec<&str> = told.diagnostics.iter().map(|one| one.message.as_str()).collect();
        assert_eq!(
            messages,
            ["what, on targets `big` and `middle`", "it takes 73, most of all on target `big`", "all"]
        );
    }
}
