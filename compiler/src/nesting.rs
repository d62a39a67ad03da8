//! How deep the parts of a template stand in each other, told before handlebars sees it.
//!
//! Its parser and its renderer go a level of their stack deeper at each block, each `else if` and each parenthesis, and
//! a template may come from anybody.

/// Enough for every template that a person writes.
const MAX_DEPTH: usize = 24;

/// Where a template nests too deep, in bytes.
pub(crate) fn too_deep(raw: &str) -> Option<usize> {
    let mut depth = Depth::default();
    let bytes = raw.as_bytes();
    let mut at = 0;
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with(b"{{") {
            let inside = at + rest.iter().take_while(|byte| matches!(byte, b'{' | b'~')).count();
            depth.tag(bytes.get(inside..).unwrap_or_default());
            at = inside;
        } else {
            depth.byte(rest);
            at += 1;
        }
        if depth.is_too_much() {
            return Some(at);
        }
    }
    None
}

#[derive(Default)]
struct Depth {
    /// For each open block, itself and the `else if`s in it.
    blocks: Vec<usize>,
    levels: usize,
    in_tag: bool,
    parentheses: usize,
}

impl Depth {
    fn tag(&mut self, inside: &[u8]) {
        (self.in_tag, self.parentheses) = (true, 0);
        match inside.first() {
            Some(b'#' | b'^') => {
                self.blocks.push(1);
                self.levels += 1;
            }
            Some(b'/') => self.levels -= self.blocks.pop().unwrap_or(0),
            _ if inside.starts_with(b"else ") => {
                if let Some(block) = self.blocks.last_mut() {
                    *block += 1;
                    self.levels += 1;
                }
            }
            _ => {}
        }
    }

    fn byte(&mut self, rest: &[u8]) {
        match rest.first() {
            Some(b'}') if rest.starts_with(b"}}") => self.in_tag = false,
            Some(b'(') if self.in_tag => self.parentheses += 1,
            Some(b')') => self.parentheses = self.parentheses.saturating_sub(1),
            _ => {}
        }
    }

    fn is_too_much(&self) -> bool {
        self.levels > MAX_DEPTH || self.parentheses > MAX_DEPTH
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_chains_and_parentheses_are_bounded() {
        let (open, close) = ("{{#if a}}", "{{/if}}");
        let sound = [
            format!("{open}x{close}").repeat(1000),
            format!("{}x{}", open.repeat(24), close.repeat(24)),
            format!("{open}{}{close}", "{{else if b}}".repeat(20)),
            "f(((((((((((((((((((((((((((((x".to_owned(),
        ];
        for text in sound {
            assert_eq!(too_deep(&text), None, "{text:.40}");
        }
        let deep = [
            open.repeat(25),
            format!("{open}{}", "{{else if b}}".repeat(24)),
            format!("{{{{a {}", "(".repeat(25)),
            "{{^x}}".repeat(1000),
        ];
        for text in deep {
            assert!(too_deep(&text).is_some(), "{text:.40}");
        }
    }
}
