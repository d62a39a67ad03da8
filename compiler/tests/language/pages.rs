//! Every diagnostic has one page that says what is wrong and how to put it right.

use std::collections::BTreeSet;
use switchback_compiler::pages;

#[test]
fn every_code_has_one_page_with_its_text() {
    let mut seen = BTreeSet::new();
    for page in pages() {
        assert!(seen.insert(page.code), "{} has two pages", page.code);
        let (area, what) = page.code.split_once("::").unwrap();
        let is_name = |part: &str| {
            !part.is_empty()
                && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        };
        assert!(is_name(area) && is_name(what), "{}", page.code);
        assert!(page.text.ends_with('.') && page.text.len() > 20, "{}: {}", page.code, page.text);
        assert!(page.wrong.is_empty() || page.wrong != page.right, "{}", page.code);
    }
}

#[test]
fn pages_point_at_pages() {
    let codes: BTreeSet<&str> = pages().iter().map(|page| page.code).collect();
    for page in pages() {
        for near in page.see {
            assert!(codes.contains(near) && *near != page.code, "{} points at {near}", page.code);
        }
    }
}

#[test]
fn rules_are_named_as_the_language_numbers_them() {
    for page in pages().into_iter().filter(|page| !page.rule.is_empty()) {
        let number = page.rule.strip_prefix('R').and_then(|number| number.parse::<u8>().ok());
        assert!(number.is_some_and(|number| (1..=29).contains(&number)), "{}: {}", page.code, page.rule);
    }
}
