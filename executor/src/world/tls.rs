//! Looking at the certificate that a server shows.

use super::net::{NetError, tls_words};
use super::tcp;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer, X509Certificate};

/// What a server shows, trusted or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// The serial number, in lower-case hex digits without leading zeros.
    pub serial: String,
    /// From when on it is good.
    pub not_before: jiff::Timestamp,
    /// Until when.
    pub not_after: jiff::Timestamp,
    /// The names and addresses that it is for; of an old one without any, its common name.
    pub names: Vec<String>,
}

impl Certificate {
    /// Whether it has this serial number, written in any of the usual ways (`0A:1B`, `0x0a1b`, `a1b`).
    pub fn has_serial(&self, written: &str) -> bool {
        let digits = written.trim().trim_start_matches("0x").replace([':', ' '], "").to_lowercase();
        digits.trim_start_matches('0') == self.serial
    }
}

/// Connects to `host:port` and reads the server's own certificate; `name` is asked for when it is not the host.
pub async fn certificate(address: &str, name: Option<&str>, limit: Duration) -> Result<Certificate, NetError> {
    let (host, _) = tcp::split(address)?;
    let name = ServerName::try_from(name.unwrap_or(host).to_owned())
        .map_err(|_| NetError::Address("not a name that a server can be asked for"))?;
    let connector = TlsConnector::from(Arc::new(config()?));
    let shown = async {
        let stream = tcp::open(address, limit).await?;
        let stream = connector.connect(name, stream).await.map_err(|error| NetError::of_io(&error))?;
        let shown = stream.get_ref().1.peer_certificates().and_then(<[_]>::first).map(|shown| shown.to_vec());
        shown.ok_or_else(|| NetError::Tls("the server showed no certificate".to_owned()))
    };
    let der = timeout(limit, shown).await.map_err(|_| NetError::NoAnswer(limit))??;
    read(&der).ok_or_else(|| NetError::Tls("the server's certificate can't be read".to_owned()))
}

fn read(der: &[u8]) -> Option<Certificate> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    let digits: String = certificate.raw_serial().iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
    let validity = certificate.validity();
    Some(Certificate {
        serial: digits.trim_start_matches('0').to_owned(),
        not_before: jiff::Timestamp::from_second(validity.not_before.timestamp()).ok()?,
        not_after: jiff::Timestamp::from_second(validity.not_after.timestamp()).ok()?,
        names: names(&certificate),
    })
}

fn names(certificate: &X509Certificate<'_>) -> Vec<String> {
    let alternative = certificate.subject_alternative_name().ok().flatten();
    let alternative = alternative.iter().flat_map(|extension| &extension.value.general_names);
    let names: Vec<_> = alternative.filter_map(name_of).collect();
    if !names.is_empty() {
        return names;
    }
    let common = certificate.subject().iter_common_name();
    common.filter_map(|name| name.as_str().ok()).map(str::to_owned).collect()
}

fn name_of(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(bytes) => <[u8; 4]>::try_from(*bytes)
            .map(|four| std::net::IpAddr::from(four).to_string())
            .or_else(|_| <[u8; 16]>::try_from(*bytes).map(|six| std::net::IpAddr::from(six).to_string()))
            .ok(),
        _ => None,
    }
}

fn config() -> Result<ClientConfig, NetError> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| NetError::Tls(tls_words(&error)))?;
    let verifier = Arc::new(Onlooker { provider });
    Ok(builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth())
}

/// Takes every certificate, because it is only looked at and nothing is ever sent; but the server must have its key.
#[derive(Debug)]
struct Onlooker {
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Onlooker {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
