//! Sending one request, and what it means when no answer comes.

use super::super::net::{NetError, causes, tls_words};
use super::super::wording::span;
use super::answer::{Answer, Effect};
use super::fault::{Fault, FaultKind};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Bytes;
use hyper::{Request, Response};
use kube::client::{AuthError, Body};
use std::error::Error;
use std::time::Duration;
use tokio::time::timeout;

/// Before the first read that is tried again.
pub(super) const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// Between two.
pub(super) const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// The longest pause that a server may ask for.
const LONGEST_TOLD: Duration = Duration::from_mins(1);
/// An object has two megabytes at most, a page of a list as many as are asked for; as many answers as requests at once may
/// be in memory together.
const LARGEST_ANSWER: usize = 32 << 20;

/// Sends one request, once.
pub(super) async fn once(
    client: &kube::Client,
    request: Request<Vec<u8>>,
    effect: Effect,
    limit: Duration,
) -> Result<Answer, Fault> {
    let exchange = async {
        let response = client.send(request.map(Body::from)).await.map_err(|error| failed(&error, effect))?;
        whole(response, effect).await
    };
    timeout(limit, exchange)
        .await
        .unwrap_or_else(|_| Err(unanswered(&format!("no answer within {}", span(limit)), effect)))
}

async fn whole(response: Response<Body>, effect: Effect) -> Result<Answer, Fault> {
    let status = response.status().as_u16();
    let retry_after = response.headers().get("retry-after").and_then(|value| value.to_str().ok()?.parse().ok());
    let body = Limited::new(response.into_body(), LARGEST_ANSWER).collect().await;
    let body: Bytes = body.map_err(|error| cut_off(&*error, effect))?.to_bytes();
    Ok(Answer { status, retry_after: retry_after.map(Duration::from_secs), body: body.into() })
}

/// An answer that was not read to its end.
fn cut_off(error: &(dyn Error + 'static), effect: Effect) -> Fault {
    if effect == Effect::None && error.is::<LengthLimitError>() {
        let what = format!("the answer has more than {} MiB", LARGEST_ANSWER >> 20);
        return Fault::new(FaultKind::TooLarge, what);
    }
    unanswered("the answer ended too early", effect)
}

/// How long to wait before the next try: what the server asks for, else a little more or less than the pause, so that many
/// clients don't come back together.
pub(super) fn wait(fault: &Fault, pause: Duration) -> Duration {
    if let FaultKind::Transient(Some(told)) = fault.kind {
        return told.min(LONGEST_TOLD);
    }
    let mut random = [0];
    // Without randomness it is the pause itself.
    let _ = getrandom::fill(&mut random);
    let [random] = random;
    pause.mul_f64(1.0 + f64::from(random) / 512.0)
}

/// Why a request could not be sent, or came to no answer.
pub(super) fn failed(error: &kube::Error, effect: Effect) -> Fault {
    if let Some(fault) = setup(error) {
        return fault;
    }
    if let Some(tls) = causes(error).find_map(|cause| cause.downcast_ref::<rustls::Error>()) {
        return untrusted(tls);
    }
    let words = causes(error).filter_map(|cause| cause.downcast_ref::<std::io::Error>()).last().map(words);
    let words = words.unwrap_or_else(|| "the connection broke".to_owned());
    let connecting = causes(error).filter_map(|cause| cause.downcast_ref::<hyper_util::client::legacy::Error>());
    if connecting.into_iter().any(hyper_util::client::legacy::Error::is_connect) {
        return unreachable(&words);
    }
    unanswered(&words, effect)
}

fn words(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::TimedOut => "nobody answers".to_owned(),
        _ if error.to_string().contains("lookup") => NetError::Name.to_string(),
        _ => NetError::of_io(error).to_string(),
    }
}

/// What went wrong before anything was sent.
fn setup(error: &kube::Error) -> Option<Fault> {
    let fault = |what: String, help: &str| Some(Fault::new(FaultKind::Setup, what).with_help(help));
    if let Some(auth) = causes(error).find_map(|cause| cause.downcast_ref::<AuthError>()) {
        return fault(auth_words(auth), "log in again, or run the command of this context's user by hand");
    }
    match error {
        kube::Error::ProxyProtocolDisabled { .. } | kube::Error::ProxyProtocolUnsupported { .. } => fault(
            "this context asks for a proxy, which is not supported".to_owned(),
            "take `proxy-url` out, or reach it directly",
        ),
        kube::Error::RustlsTls(error) => fault(
            format!("the certificates of this context can't be used: {error}"),
            "look at its cluster and its user",
        ),
        kube::Error::Auth(auth) => fault(auth_words(auth), "look at the user of this context"),
        _ => None,
    }
}

/// Never what a command printed: tokens are in it.
fn auth_words(error: &AuthError) -> String {
    match error {
        AuthError::AuthExecRun { cmd, out } => format!("`{cmd}`, which logs in, failed: {}", out.status),
        AuthError::AuthExecStart(error) => format!("the command that logs in can't be started: {error}"),
        AuthError::ReadTokenFile(error, path) => format!("the token `{}` can't be read: {error}", path.display()),
        _ => "the credentials of this context can't be used".to_owned(),
    }
}

fn untrusted(error: &rustls::Error) -> Fault {
    let help =
        "compare `certificate-authority` of the context with the cluster's; who stands between could do this too";
    let what = format!("the server is not trusted: {}", tls_words(error));
    Fault::new(FaultKind::Untrusted, what).with_help(help)
}

fn unreachable(words: &str) -> Fault {
    let help = "look whether the cluster is up and this machine may reach it: `kubectl version` with the same context";
    Fault::new(FaultKind::Unreachable, format!("the API server can't be reached: {words}")).with_help(help)
}

fn unanswered(words: &str, effect: Effect) -> Fault {
    match effect {
        Effect::None => unreachable(words),
        Effect::Write => {
            let what = format!("a change was sent, and it is not known whether it was made: {words}");
            Fault::new(FaultKind::Unknown, what).with_help("look at the object before it is tried again")
        }
    }
}

/// What can't even be written as a request.
pub(super) fn unsendable(error: &dyn Error) -> Fault {
    Fault::new(FaultKind::Setup, format!("this can't be asked of a server: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_can_ask_for_no_pause_without_end() {
        let fault = |told: Duration| Fault::new(FaultKind::Transient(Some(told)), "busy");
        assert_eq!(wait(&fault(Duration::from_secs(3)), FIRST_PAUSE), Duration::from_secs(3));
        assert_eq!(wait(&fault(Duration::MAX), FIRST_PAUSE), LONGEST_TOLD);
    }
}
