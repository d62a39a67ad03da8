//! What can go wrong on the way to another machine, in words.

use super::wording::{fault, span};
use rustls::CertificateError;
use std::error::Error;
use std::io;
use std::time::Duration;

/// Why there was no answer. The address is not in it: an URL may hold secrets, and who asked knows what was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NetError {
    /// Neither a host and a port, nor an URL of http or https.
    #[error("{0}")]
    Address(&'static str),
    /// A header or method that can't be sent.
    #[error("{0}")]
    Request(&'static str),
    /// The resolver does not know the name, or can't be asked.
    #[error("name not found")]
    Name,
    /// Nobody listens there.
    #[error("connection refused")]
    Refused,
    /// Too slow, or nobody there at all.
    #[error("no answer within {}", span(*.0))]
    NoAnswer(Duration),
    /// The connection was made and the encryption was not.
    #[error("{0}")]
    Tls(String),
    /// One answer led to the next, without an end.
    #[error("too many redirects")]
    Redirects,
    /// The answer is not what the protocol allows, or ended too early.
    #[error("{0}")]
    Broken(String),
}

impl NetError {
    /// The words for an error of the operating system, perhaps with one of TLS in it.
    pub(super) fn of_io(error: &io::Error) -> Self {
        if let Some(tls) = tls_inside(error) {
            return Self::Tls(tls);
        }
        match error.kind() {
            io::ErrorKind::ConnectionRefused => Self::Refused,
            io::ErrorKind::UnexpectedEof => Self::Broken("the other side cut the connection".to_owned()),
            _ => Self::Broken(fault(error)),
        }
    }
}

/// The words for the first error of TLS among an error and its causes.
fn tls_inside(error: &(dyn Error + 'static)) -> Option<String> {
    causes(error).find_map(|cause| cause.downcast_ref::<rustls::Error>()).map(tls_words)
}

/// An error and all that it comes from; `io::Error` hides what it wraps from `source`.
pub(super) fn causes<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(Some(error), |cause| cause_of(*cause))
}

fn cause_of<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(wrapped) => Some(wrapped),
        None => error.source(),
    }
}

pub(super) fn tls_words(error: &rustls::Error) -> String {
    match error {
        rustls::Error::InvalidCertificate(why) => certificate_words(why).to_owned(),
        rustls::Error::AlertReceived(alert) => format!("the other side ended the handshake: {alert:?}"),
        rustls::Error::InvalidMessage(_) => "the other side does not speak TLS".to_owned(),
        other => format!("no TLS connection: {other}"),
    }
}

fn certificate_words(why: &CertificateError) -> &'static str {
    use CertificateError as E;
    match why {
        E::Expired | E::ExpiredContext { .. } => "the certificate has expired",
        E::NotValidYet | E::NotValidYetContext { .. } => "the certificate is not valid yet",
        E::NotValidForName | E::NotValidForNameContext { .. } => "the certificate is for another name",
        E::UnknownIssuer => "the certificate is of an unknown issuer",
        E::Revoked => "the certificate is revoked",
        _ => "the certificate can't be trusted",
    }
}
