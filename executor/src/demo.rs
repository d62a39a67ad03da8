//! A tiny service to try plans on: what a new project's plan upgrades, and what tests run.
//!
//! It reads `key = value` lines, a small part of TOML: `port` and `release`; `healthy`, which is true unless said; and
//! `data`, a file beside the configuration that is its site. It reads them once, when it starts, so that a change
//! needs a restart as with most services.

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use serde::Deserialize;
use std::convert::Infallible;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};

/// The subcommand that runs it; the second argument is its configuration.
pub const ARGUMENT: &str = "demo-service";

/// How often it looks whether its configuration is still there.
const LOOK: Duration = Duration::from_secs(1);
/// A file that is being replaced may be gone for one look.
const MISSED: u32 = 2;
/// A client that is slower than this is left alone.
const SLOWEST: Duration = Duration::from_secs(10);

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    port: u16,
    release: String,
    #[serde(default = "yes")]
    healthy: bool,
    data: Option<PathBuf>,
}

fn yes() -> bool {
    true
}

impl Config {
    fn read(path: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
        let mut config = Self::parse(&text)?;
        let folder = path.parent().unwrap_or(Path::new(""));
        config.data = config.data.map(|data| folder.join(data));
        Ok(config)
    }

    /// Numbers, truths and strings without special letters are written alike in TOML and JSON.
    fn parse(text: &str) -> Result<Self, String> {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let values = lines.map(|line| {
            let (key, value) = line.split_once('=').ok_or_else(|| format!("no `=` in `{line}`"))?;
            let value = serde_json::from_str(value.trim()).map_err(|error| format!("`{line}`: {error}"))?;
            Ok((key.trim().to_owned(), value))
        });
        let values = values.collect::<Result<serde_json::Map<_, _>, String>>()?;
        serde_json::from_value(values.into()).map_err(|error| error.to_string())
    }
}

/// The whole process of the service.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(serve(args)),
        Err(error) => {
            eprintln!("the service can't start: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Serves on 127.0.0.1 until it gets TERM, or its configuration is gone: who deletes the folder leaves no process.
///
/// `args` are what follows [`ARGUMENT`].
pub async fn serve(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let Some(path) = args.into_iter().next().map(PathBuf::from) else {
        eprintln!("{ARGUMENT}: needs the path of its configuration");
        return ExitCode::from(64);
    };
    match run(&path).await {
        Ok(why) => {
            eprintln!("{ARGUMENT}: {why}");
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("{ARGUMENT}: {why}");
            ExitCode::FAILURE
        }
    }
}

/// Why it ended.
async fn run(path: &Path) -> Result<&'static str, String> {
    let config = Config::read(path).map_err(|why| format!("`{}`: {why}", path.display()))?;
    let mut terminated = signal(SignalKind::terminate()).map_err(|error| error.to_string())?;
    let address = ("127.0.0.1", config.port);
    let listener = TcpListener::bind(address).await.map_err(|error| format!("port {}: {error}", config.port))?;
    eprintln!("{ARGUMENT}: release {} on port {}", config.release, config.port);
    tokio::select! {
        _ = terminated.recv() => Ok("ended by TERM"),
        () = gone(path) => Ok("its configuration is gone"),
        () = accept(listener, Arc::new(config)) => Ok("ended"),
    }
}

async fn gone(path: &Path) {
    let mut missed = 0;
    while missed < MISSED {
        tokio::time::sleep(LOOK).await;
        missed = if path.exists() { 0 } else { missed + 1 };
    }
}

async fn accept(listener: TcpListener, config: Arc<Config>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                tokio::spawn(answer_all(stream, Arc::clone(&config)));
            }
            // Too many open files: those that are open close soon.
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

async fn answer_all(stream: TcpStream, config: Arc<Config>) {
    let answer = |request: Request<Incoming>| {
        let answer = answer(request.method(), request.uri().path(), &config);
        async { Ok::<_, Infallible>(answer) }
    };
    let mut server = http1::Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(SLOWEST);
    // A client that hangs up early is its own affair.
    let _ended = server.serve_connection(TokioIo::new(stream), service_fn(answer)).await;
}

fn answer(method: &Method, path: &str, config: &Config) -> Response<Full<Bytes>> {
    let Config { port: _, release, healthy, data } = config;
    match (method, path) {
        (&Method::GET | &Method::HEAD, "/health") => {
            let status = if *healthy { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
            let body = serde_json::json!({ "release": release, "healthy": healthy });
            said(status, "application/json", format!("{body}\n"))
        }
        (&Method::GET | &Method::HEAD, "/") => match data.as_ref().map(std::fs::read) {
            None => said(StatusCode::OK, "text/plain; charset=utf-8", format!("release {release}\n")),
            Some(Ok(site)) => said(StatusCode::OK, "text/plain; charset=utf-8", site),
            Some(Err(_)) => said(StatusCode::INTERNAL_SERVER_ERROR, "text/plain", "its site can't be read\n"),
        },
        _ => said(StatusCode::NOT_FOUND, "text/plain", "there is /health and /\n"),
    }
}

fn said(status: StatusCode, kind: &'static str, body: impl Into<Bytes>) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body.into()));
    *response.status_mut() = status;
    response.headers_mut().insert(hyper::header::CONTENT_TYPE, hyper::header::HeaderValue::from_static(kind));
    response
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn a_configuration_is_a_few_lines() {
        let config = Config::parse("# web\nport = 8080\n\nrelease = \"2.0.0\"\nhealthy = false\n").unwrap();
        assert_eq!((config.port, config.release.as_str(), config.healthy), (8080, "2.0.0", false));
        assert!(Config::parse("port = 8080\nrelease = \"1\"").unwrap().healthy);
        for wrong in ["port = 8080", "port", "port = 8080\nrelease = 2.0.0", "port = 1\nrelease = \"1\"\ncolour = 1"] {
            assert!(Config::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn health_says_the_release() {
        let config = |healthy| Config { port: 0, release: "2.0.0".into(), healthy, data: None };
        assert_eq!(answer(&Method::GET, "/health", &config(true)).status(), 200);
        assert_eq!(answer(&Method::GET, "/health", &config(false)).status(), 503);
        assert_eq!(answer(&Method::GET, "/other", &config(true)).status(), 404);
        assert_eq!(answer(&Method::POST, "/health", &config(true)).status(), 404);
    }
}
