//! `http.request`, `http.get`, `http.post`: one client, and requests from calls.

mod get;
mod post;
mod request;

pub use get::HttpGet;
pub use post::HttpPost;
pub use request::HttpRequest;

use super::values;
use crate::site::{Fault, Scene};
use crate::world::http::{Http, Request};
use std::sync::OnceLock;
use switchback_compiler::plan::Call;
use switchback_compiler::registry::Objection;
use switchback_compiler::value::Segment;

/// The client of all requests: making one reads the system's certificates.
fn client() -> Result<Http, Fault> {
    static CLIENT: OnceLock<Http> = OnceLock::new();
    if let Some(client) = CLIENT.get() {
        return Ok(client.clone());
    }
    let made = Http::new().map_err(|error| Fault::new(format!("no client for HTTP: {error}")))?;
    Ok(CLIENT.get_or_init(|| made).clone())
}

/// A request of a call: its address and its headers, still without a body.
fn request(call: &Call, method: &str, scene: &Scene<'_>) -> Result<Request, Fault> {
    let url = values::filled(call, "url", scene)?.unwrap_or_default();
    let headers = values::filled_pairs(call, "header", scene)?;
    Ok(Request { method: method.to_owned(), headers, ..Request::get(url, scene.within) })
}

/// What is sent: the text of one property, or the file of another.
fn body(call: &Call, file: &str, scene: &Scene<'_>) -> Result<Option<Vec<u8>>, Fault> {
    match (values::filled(call, "body", scene)?, call.values.get(file)) {
        (Some(text), _) => Ok(Some(text.into_bytes())),
        (None, Some(source)) => scene.bytes(source).map(Some),
        (None, None) => Ok(None),
    }
}

fn is_json(body: &[u8]) -> bool {
    serde_json::from_slice::<serde_json::Value>(body).is_ok()
}

/// Adds a header unless the plan gives it.
fn with_header(request: &mut Request, name: &str, value: &str) {
    if !request.headers.iter().any(|(given, _)| given.eq_ignore_ascii_case(name)) {
        request.headers.push((name.to_owned(), value.to_owned()));
    }
}

/// What is wrong with a call of any of the three.
fn objections(call: &Call) -> Vec<Objection> {
    let env = values::stray(call, "env", "a request has `header` children");
    let of_charts = ["values", "set"].into_iter().filter_map(|child| values::stray(call, child, "it is for charts"));
    wrong_address(call).into_iter().chain(env).chain(of_charts).collect()
}

/// The objection to an address whose beginning is known and is not one of HTTP.
fn wrong_address(call: &Call) -> Option<Objection> {
    let url = values::text(call, "url").ok().flatten()?;
    let Some(Segment::Known(known)) = url.segments().first() else { return None };
    let fits = known.starts_with("http://") || known.starts_with("https://");
    (!fits).then(|| Objection {
        about: "url",
        text: format!("`{known}` is no address of http or https"),
        help: "write it whole: \"http://127.0.0.1:8080/health\"".into(),
    })
}

/// The objection to two bodies.
fn two_bodies(call: &Call, file: &'static str) -> Option<Objection> {
    let both = call.values.contains_key("body") && call.values.contains_key(file);
    both.then(|| Objection::new(format!("both `body` and `{file}`"), "keep one of them"))
}

/// The address as a person may see it.
fn shown(call: &Call) -> String {
    values::shown(call, "url")
}
