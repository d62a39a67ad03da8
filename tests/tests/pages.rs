//! The examples of `explain`: the wrong one gets the code, the right one compiles.

use std::collections::BTreeMap;
use switchback::action::registry;
use switchback_compiler::diagnostic::{Diagnostic, Page};
use switchback_compiler::{Request, compile, pages};

/// Sources that examples write from.
const FILES: &[&str] = &["files/index.html", "files/portal.json", "files/www/index.html"];

/// Traps of KDL: their examples are lines that may stand in any block, so they are read and not judged as a plan.
fn is_trap(page: &Page) -> bool {
    page.code.starts_with("syntax::") || ["value::number-spelling", "version::unquoted"].contains(&page.code)
}

fn told(page: &Page, example: &str) -> Vec<Diagnostic> {
    let has_head = example.starts_with("plan ") || page.code == "plan::no-head";
    let text = if has_head { example.to_owned() } else { format!("plan \"example\"\n{example}\n") };
    let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    files.extend(FILES.iter().map(|path| ((*path).to_owned(), b"{}\n".to_vec())));
    files.insert("example.plan.kdl".to_owned(), text.into_bytes());
    let request = Request { root: "example.plan.kdl".to_owned(), ..Request::default() };
    compile(&files, &request, &registry()).diagnostics
}

/// Pages whose examples do not do yet what they are for. It only shrinks.
const AT_ODDS: &[&str] = &[];

/// Fails with what is at odds and not listed, and with what is listed and no longer at odds.
fn judge(at_odds: &[(&str, String)]) -> Result<(), String> {
    let news = at_odds.iter().filter(|(code, _)| !AT_ODDS.contains(code));
    let news: Vec<String> = news.map(|(code, why)| format!("{code}: {why}")).collect();
    if news.is_empty() { Ok(()) } else { Err(format!("\n{}", news.join("\n"))) }
}

fn codes(found: &[Diagnostic]) -> Vec<&'static str> {
    found.iter().map(|one| one.page.code).collect()
}

fn wrong_ones() -> Vec<(&'static str, String)> {
    let with_example = pages().into_iter().filter(|page| !page.wrong.is_empty());
    let found = with_example.map(|page| (page.code, codes(&told(page, page.wrong))));
    let without = found.filter(|(code, found)| !found.contains(code));
    without.map(|(code, found)| (code, format!("its wrong example gets {found:?}"))).collect()
}

fn right_ones() -> Vec<(&'static str, String)> {
    let with_example = pages().into_iter().filter(|page| !page.right.is_empty());
    let found = with_example.map(|page| (page, codes(&told(page, page.right))));
    let unsound = found.filter(|(page, found)| {
        let counts = |code: &&str| !is_trap(page) || *code == page.code || code.starts_with("syntax::");
        found.iter().any(counts)
    });
    unsound.map(|(page, found)| (page.code, format!("its right example gets {found:?}"))).collect()
}

#[test]
fn the_wrong_example_of_a_page_gets_its_code() -> Result<(), String> {
    judge(&wrong_ones())
}

#[test]
fn the_right_example_of_a_page_compiles() -> Result<(), String> {
    judge(&right_ones())
}

#[test]
fn what_is_listed_as_at_odds_still_is() {
    let at_odds = [wrong_ones(), right_ones()].concat();
    for code in AT_ODDS {
        assert!(at_odds.iter().any(|(found, _)| found == code), "take {code} out of AT_ODDS");
    }
}
