//! Fenced code blocks of a Markdown file, as documentation is checked by them.

use pulldown_cmark::{CodeBlockKind, CowStr, Event, Options, Parser, Tag, TagEnd};

/// A fenced block.
#[derive(Debug, PartialEq, Eq)]
pub struct Fence {
    /// The line of its first line of text, from 1.
    pub line: usize,
    /// All that stands behind the opening fence: `kdl`, `kdl,ignore`, `toml files/shop.toml`.
    pub info: String,
    /// Its text.
    pub text: String,
    /// The HTML comment right before it, without its marks.
    pub remark: Option<String>,
}

impl Fence {
    /// The language, and what follows it behind commas.
    pub fn language(&self) -> (&str, Vec<&str>) {
        let mut words = self.info.split_whitespace().next().unwrap_or_default().split(',');
        (words.next().unwrap_or_default(), words.collect())
    }

    /// The file that the block stands for: the second word behind the fence.
    pub fn path(&self) -> Option<&str> {
        self.info.split_whitespace().nth(1)
    }
}

/// All fenced blocks, in order.
pub fn fences(text: &str) -> Vec<Fence> {
    let mut found = Vec::new();
    let mut open: Option<Fence> = None;
    let mut remark: Option<String> = None;
    for (event, range) in Parser::new_ext(text, Options::all()).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                let line = line_of(text, range.start) + 1;
                open = Some(Fence { line, info: info.into_string(), text: String::new(), remark: remark.take() });
            }
            Event::Text(part) => {
                remark = None;
                if let Some(fence) = &mut open {
                    fence.text.push_str(&part);
                }
            }
            Event::End(TagEnd::CodeBlock) => found.extend(open.take()),
            Event::Html(html) => remark = comment(&html),
            _ => {}
        }
    }
    found
}

fn comment(html: &CowStr<'_>) -> Option<String> {
    let inner = html.trim().strip_prefix("<!--")?.strip_suffix("-->")?.trim();
    (!inner.is_empty()).then(|| inner.to_owned())
}

fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

#[cfg(test)]
#[expect(clippy::indexing_slicing, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn a_fence_knows_its_line_its_file_and_the_remark_right_before_it() {
        let text = "# A\n\n<!-- shows a mistake -->\n```kdl,ignore\nplan \"a\"\n```\n\ntext\n\n```toml files/a.toml\na = 1\n```\n";
        let found = fences(text);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].line, 5);
        assert_eq!(found[0].language(), ("kdl", vec!["ignore"]));
        assert_eq!(found[0].remark.as_deref(), Some("shows a mistake"));
        assert_eq!(found[1].path(), Some("files/a.toml"));
        assert_eq!(found[1].text, "a = 1\n");
        assert_eq!(found[1].remark, None);
    }
}
