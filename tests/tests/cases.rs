//! Compile cases, and that every diagnostic has one.

use std::collections::{BTreeMap, BTreeSet};
use switchback_tests::case::{Case, codes_in};
use switchback_tests::{expected, files_below, folder};

#[test]
fn every_case_tells_what_is_expected() -> Result<(), String> {
    let cases = Case::all(&folder("cases"))?;
    assert!(!cases.is_empty(), "there are no cases");
    let failed: Vec<String> = cases.iter().filter_map(|case| case.check().err()).collect();
    expected::report(&failed)
}

#[test]
fn every_diagnostic_has_a_case() -> Result<(), String> {
    if expected::update() {
        // The texts are being written at this very moment.
        return Ok(());
    }
    let mut shown: BTreeSet<String> = Case::all(&folder("cases"))?.iter().flat_map(Case::codes).collect();
    for page in files_below(&folder("transcripts")).map_err(|error| error.to_string())? {
        shown.extend(codes_in(&std::fs::read_to_string(page).map_err(|error| error.to_string())?));
    }
    let known: BTreeSet<String> = switchback_compiler::pages().iter().map(|page| page.code.to_owned()).collect();
    let told = |what: &str, codes: BTreeSet<&String>| {
        let codes: Vec<&str> = codes.into_iter().map(String::as_str).collect();
        if codes.is_empty() { String::new() } else { format!("\n{what}:\n  {}", codes.join("\n  ")) }
    };
    let wrong = told("have no case, write one in tests/cases", known.difference(&shown).collect())
        + &told("stand in a case and are no codes", shown.difference(&known).collect());
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

/// Codes with two pages, of which `explain` shows the first. It only shrinks.
const TWO_PAGES: &[&str] = &[];

#[test]
fn a_code_has_one_page() {
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    for page in switchback_compiler::pages() {
        *times.entry(page.code).or_default() += 1;
    }
    let repeated: Vec<&str> = times.into_iter().filter(|(_, times)| *times > 1).map(|(code, _)| code).collect();
    assert_eq!(repeated, TWO_PAGES);
}
