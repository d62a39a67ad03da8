//! What is wrong with a template, in words: handlebars names what its grammar expected, which helps nobody.

/// The first fault of a text that handlebars refuses: a fragment, and the piece of the text that it is about.
pub(crate) fn why(raw: &str) -> Option<(String, &str)> {
    let mut open: Vec<(&str, &str)> = Vec::new();
    let mut rest = raw;
    while let Some((before, from)) = rest.find("{{").and_then(|at| rest.split_at_checked(at)) {
        if before.ends_with('\\') {
            rest = from.get(2..)?;
            continue;
        }
        let Some(tag) = tag(from) else {
            return Some(("a `{{` has no `}}`".to_owned(), from.lines().next()?));
        };
        rest = from.get(tag.len()..)?;
        let inside = tag.trim_matches(|c| matches!(c, '{' | '}' | '~')).trim();
        match (inside.strip_prefix(['#', '^']), inside.strip_prefix('/').map(str::trim)) {
            (Some(block), _) if !block.is_empty() => open.push((name(block), tag)),
            (_, Some(closed)) => match open.pop() {
                Some((opened, _)) if opened == closed => {}
                Some((opened, _)) => return Some((format!("`{tag}` stands where `{{{{/{opened}}}}}` belongs"), tag)),
                None => return Some((format!("`{tag}` closes nothing"), tag)),
            },
            _ if inside.is_empty() => return Some((format!("`{tag}` names nothing"), tag)),
            _ => {}
        }
    }
    open.pop().map(|(name, tag)| (format!("`{tag}` has no `{{{{/{name}}}}}`"), tag))
}

/// From `{{` to the end of its `}}`; a comment may hold braces of its own.
fn tag(from: &str) -> Option<&str> {
    let end = if from.starts_with("{{!--") { from.find("--}}")? + 2 } else { from.find("}}")? };
    let braces = from.get(end..)?.bytes().take_while(|byte| *byte == b'}').count();
    from.get(..end + braces.min(4))
}

/// `if` of `if colour`.
fn name(block: &str) -> &str {
    block.trim_start_matches(['>', '*']).split_whitespace().next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_piece_at_fault_is_named() {
        let told = |raw| why(raw).map(|(text, piece)| format!("{text} | {piece}"));
        for (raw, expected) in [
            ("a {{name", "a `{{` has no `}}` | {{name"),
            ("{{#if a}}b", "`{{#if a}}` has no `{{/if}}` | {{#if a}}"),
            ("b{{/if}}", "`{{/if}}` closes nothing | {{/if}}"),
            ("{{#if a}}b{{/each}}", "`{{/each}}` stands where `{{/if}}` belongs | {{/each}}"),
            ("{{ }}", "`{{ }}` names nothing | {{ }}"),
        ] {
            assert_eq!(told(raw).as_deref(), Some(expected), "{raw}");
        }
        for sound in ["{{#if a}}b{{else}}c{{/if}}", "\\{{a", "{{!-- {{a}} --}}", "{{a}}"] {
            assert_eq!(why(sound), None, "{sound}");
        }
    }
}
