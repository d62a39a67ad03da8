//! Asking over HTTP.

use super::net::{NetError, causes};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Method, Url, redirect};
use std::time::{Duration, Instant};
use tokio::time::timeout;

/// More of an answer than any check compares.
const BODY_LIMIT: usize = 1024 * 1024;
/// As many as browsers follow.
const MAX_REDIRECTS: usize = 10;

/// One client for all requests; it goes where it is told, past any proxy of the environment.
#[derive(Clone, Debug)]
pub struct Http {
    stay: Client,
    follow: Client,
}

/// What is asked. Not printable, because each part of it may hold a secret.
#[derive(Clone)]
pub struct Request {
    /// `GET`, `POST`, …
    pub method: String,
    /// Of http or https.
    pub url: String,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// What is sent.
    pub body: Option<Vec<u8>>,
    /// For all of it, to the last byte of the answer.
    pub limit: Duration,
    /// Whether a redirect is followed, or is the answer.
    pub follow: bool,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// As a number.
    pub status: u16,
    /// At most 1 MiB.
    pub body: Vec<u8>,
    /// Whether the answer was longer.
    pub cut: bool,
    /// Until the last byte was there.
    pub took: Duration,
}

impl Request {
    /// A plain question.
    pub fn get(url: impl Into<String>, limit: Duration) -> Self {
        Self { method: "GET".to_owned(), url: url.into(), headers: Vec::new(), body: None, limit, follow: false }
    }
}

impl Response {
    /// The body as text; what is not UTF-8 in it is replaced.
    pub fn text(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.body)
    }
}

impl Http {
    /// Makes the client. Certificates are judged by the system's roots; where it has none, no certificate is good.
    pub fn new() -> Result<Self, NetError> {
        // Fails only when there is one already, and then that one is used.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Ok(Self { stay: client(redirect::Policy::none)?, follow: client(bounded)? })
    }

    /// Asks, and reads the answer.
    pub async fn request(&self, request: Request) -> Result<Response, NetError> {
        let (began, limit) = (Instant::now(), request.limit);
        let client = if request.follow { &self.follow } else { &self.stay };
        let (status, body, cut) =
            timeout(limit, exchange(client, request)).await.map_err(|_| NetError::NoAnswer(limit))??;
        Ok(Response { status, body, cut, took: began.elapsed() })
    }

    /// Asks with `GET`.
    pub async fn get(&self, url: &str, limit: Duration) -> Result<Response, NetError> {
        self.request(Request::get(url, limit)).await
    }
}

#[derive(Debug, thiserror::Error)]
#[error("too many redirects")]
struct TooMany;

fn bounded() -> redirect::Policy {
    redirect::Policy::custom(|attempt| {
        if attempt.previous().len() > MAX_REDIRECTS { attempt.error(TooMany) } else { attempt.follow() }
    })
}

fn client(redirects: fn() -> redirect::Policy) -> Result<Client, NetError> {
    let name = concat!("switchback/", env!("CARGO_PKG_VERSION"));
    // Each request has a connection of its own: a kept one may still lead to a server that was replaced since. The
    // page that redirects is told to nobody, because its address may hold a secret.
    let builder = || {
        let plain = Client::builder().no_proxy().user_agent(name).pool_max_idle_per_host(0).referer(false);
        plain.redirect(redirects())
    };
    // On a machine without any root certificate the first can't be made, and plain http must work there too.
    let made = builder().build().or_else(|_| builder().tls_certs_only([]).build());
    made.map_err(|error| words(&error))
}

async fn exchange(client: &Client, request: Request) -> Result<(u16, Vec<u8>, bool), NetError> {
    let Request { method, url, headers, body, limit: _, follow: _ } = request;
    let mut asked = client.request(method_of(&method)?, url_of(&url)?).headers(headers_of(headers)?);
    if let Some(body) = body {
        asked = asked.body(body);
    }
    let mut answer = asked.send().await.map_err(|error| words(&error))?;
    let mut bytes = Vec::new();
    while let Some(piece) = answer.chunk().await.map_err(|error| words(&error))? {
        bytes.extend_from_slice(&piece);
        if bytes.len() > BODY_LIMIT {
            bytes.truncate(BODY_LIMIT);
            return Ok((answer.status().as_u16(), bytes, true));
        }
    }
    Ok((answer.status().as_u16(), bytes, false))
}

fn method_of(text: &str) -> Result<Method, NetError> {
    Method::from_bytes(text.as_bytes()).map_err(|_| NetError::Request("not a method of HTTP"))
}

fn url_of(text: &str) -> Result<Url, NetError> {
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(url),
        Ok(_) => Err(NetError::Address("not an URL that begins with `http://` or `https://`")),
        Err(_) => Err(NetError::Address("not an URL")),
    }
}

fn headers_of(headers: Vec<(String, String)>) -> Result<HeaderMap, NetError> {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        let name = name.parse::<HeaderName>().map_err(|_| NetError::Request("not a name of a header"))?;
        let value = value.parse::<HeaderValue>().map_err(|_| NetError::Request("not a value of a header"))?;
        map.append(name, value);
    }
    Ok(map)
}

/// Words for the innermost cause that has some; never the URL, which the library's own text shows.
fn words(error: &reqwest::Error) -> NetError {
    if error.is_dns() {
        return NetError::Name;
    }
    if causes(error).any(<dyn std::error::Error>::is::<TooMany>) {
        return NetError::Redirects;
    }
    match causes(error).filter_map(|cause| cause.downcast_ref::<std::io::Error>()).last() {
        Some(io) => NetError::of_io(io),
        None if error.is_builder() => NetError::Request("not a request that can be sent"),
        None => NetError::Broken("the answer is not one of HTTP, or ended too early".to_owned()),
    }
}
