//! What several compilations tell, in one space of places, each thing once.

use switchback_compiler::diagnostic::{Diagnostic, Help};
use switchback_compiler::source::{SourceSet, Span};

/// Diagnostics with what they point into.
#[derive(Debug, Default)]
pub struct Told {
    /// All files, named as a person types them who stands where the command was started.
    pub sources: SourceSet,
    /// In source order: plans as they were given, each with its libraries.
    pub diagnostics: Vec<Diagnostic>,
}

impl Told {
    /// Takes in what one compilation told; `shown` names its files.
    pub(super) fn add(&mut self, sources: &SourceSet, diagnostics: Vec<Diagnostic>, shown: &dyn Fn(&str) -> String) {
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
            self.push(one);
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

    /// The same on another target is told once, as gravely as on any.
    fn push(&mut self, one: Diagnostic) {
        match self.diagnostics.iter_mut().find(|known| is_same(known, &one)) {
            Some(known) => known.severity = known.severity.min(one.severity),
            None => self.diagnostics.push(one),
        }
    }

    /// Puts all into source order.
    pub(super) fn sort(&mut self) {
        self.diagnostics.sort_by_key(|one| (one.span(), one.severity, one.page.code));
    }
}

fn is_same(a: &Diagnostic, b: &Diagnostic) -> bool {
    let places = |one: &Diagnostic| one.labels.iter().map(|label| (label.span, label.text.clone())).collect::<Vec<_>>();
    a.page.code == b.page.code && a.message == b.message && places(a) == places(b)
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
        told.add(&sources, found, &shown);
        let (sources, mut found) = compiled("longer.plan.kdl");
        for one in &mut found {
            one.severity = Severity::Error;
        }
        told.add(&sources, found, &shown);
        told.sort();
        let paths: Vec<&str> = told.sources.files().iter().map(|file| file.path.as_str()).collect();
        assert_eq!(paths, ["plans/a.plan.kdl", "plans/x.lib.kdl", "plans/longer.plan.kdl"]);
        assert_eq!(told.diagnostics.len(), 1);
        for one in &told.diagnostics {
            assert_eq!((told.sources.text(one.span()), one.severity), ("two", Severity::Error));
            assert!(matches!(one.help.as_slice(), [Help::Add { path: Some(path), .. }] if path == "plans/x.lib.kdl"));
        }
    }
}
