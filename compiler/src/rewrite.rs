//! The helpers of templates: few, and named by what they make of a text.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use handlebars::{Handlebars, RenderError, RenderErrorReason, handlebars_helper};

/// For messages.
pub(crate) const NAMES: [&str; 4] = ["dashed", "minor", "base64", "indent"];

handlebars_helper!(Dashed: |text: str| dashed(text));
handlebars_helper!(Minor: |text: str| minor(text)?);
handlebars_helper!(Base64: |text: str| STANDARD.encode(text));
handlebars_helper!(Indent: |text: str, width: u64| indent(text, width)?);

pub(crate) fn register(engine: &mut Handlebars<'_>) {
    engine.register_helper("dashed", Box::new(Dashed));
    engine.register_helper("minor", Box::new(Minor));
    engine.register_helper("base64", Box::new(Base64));
    engine.register_helper("indent", Box::new(Indent));
}

/// `1.2.0` as names of Kubernetes objects write it: `1-2-0`.
fn dashed(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect()
}

/// `24.3` of `24.3.1`.
fn minor(text: &str) -> Result<String, RenderError> {
    let mut parts = text.splitn(3, '.');
    match (parts.next(), parts.next()) {
        (Some(major), Some(minor)) if !major.is_empty() && minor.bytes().all(|byte| byte.is_ascii_digit()) => {
            Ok(format!("{major}.{minor}"))
        }
        _ => Err(RenderErrorReason::Other(format!("`minor` takes a version as 24.3.1, not `{text}`")).into()),
    }
}

/// So many spaces before each line but the first, which stands where the template puts it; none before an empty one.
fn indent(text: &str, width: u64) -> Result<String, RenderError> {
    if width > 80 {
        return Err(RenderErrorReason::Other(format!("`indent` takes up to 80 spaces, not {width}")).into());
    }
    let pad = " ".repeat(width as usize);
    let mut lines = text.split('\n');
    let first = lines.next().unwrap_or_default().to_owned();
    Ok(lines.fold(first, |all, line| if line.is_empty() { all + "\n" } else { all + "\n" + &pad + line }))
}
