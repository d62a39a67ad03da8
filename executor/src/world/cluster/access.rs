//! For how long the credentials are good that a kubeconfig names.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::Timestamp;
use kube::config::AuthInfo;
use secrecy::ExposeSecret;

/// For how long they are good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Until then.
    Until(Timestamp),
    /// A command or a file gives new ones when they end.
    Renewed,
    /// They don't say.
    Unknown,
}

impl Access {
    /// What a kubeconfig's credentials say, in the order in which the client takes them. A certificate says it (RFC 5280,
    /// 4.1.2.5), and so does a token in the form of Kubernetes' own (RFC 7519, 4.1.4); it is not judged here, only read.
    pub(super) fn of(auth: &AuthInfo) -> Self {
        if auth.auth_provider.is_some() || auth.username.is_some() {
            return Self::Unknown;
        }
        let certificate = certificate(auth).and_then(|pem| not_after(&pem));
        let Some(token) = &auth.token else {
            let renewed = auth.exec.is_some() || auth.token_file.is_some();
            return if renewed { Self::Renewed } else { certificate.map_or(Self::Unknown, Self::Until) };
        };
        // Where both are shown, either is enough.
        match (certificate, expiry(token.expose_secret())) {
            (Some(one), Some(other)) => Self::Until(one.max(other)),
            (None, Some(until)) => Self::Until(until),
            (_, None) => Self::Unknown,
        }
    }
}

fn certificate(auth: &AuthInfo) -> Option<Vec<u8>> {
    match (&auth.client_certificate_data, &auth.client_certificate) {
        (Some(data), _) => STANDARD.decode(data.trim()).ok(),
        (None, Some(path)) => std::fs::read(path).ok(),
        (None, None) => None,
    }
}

fn not_after(pem: &[u8]) -> Option<Timestamp> {
    let (_, pem) = x509_parser::pem::parse_x509_pem(pem).ok()?;
    let certificate = pem.parse_x509().ok()?;
    Timestamp::from_second(certificate.validity().not_after.timestamp()).ok()
}

fn expiry(token: &str) -> Option<Timestamp> {
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    let claims: serde_json::Value = serde_json::from_slice(&claims).ok()?;
    Timestamp::from_second(claims.get("exp")?.as_i64()?).ok()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use kube::config::ExecConfig;

    #[test]
    fn a_token_says_when_it_ends() {
        let token = format!("e30.{}.sig", URL_SAFE_NO_PAD.encode(r#"{"exp":1800000000,"sub":"a"}"#));
        let auth = |token: &str| AuthInfo { token: Some(token.to_owned().into()), ..AuthInfo::default() };
        let until = Timestamp::from_second(1_800_000_000).unwrap();
        assert_eq!(Access::of(&auth(&token)), Access::Until(until));
        for other in ["opaque", "a.b.c", "", "e30.e30.x"] {
            assert_eq!(Access::of(&auth(other)), Access::Unknown, "{other}");
        }
        let exec = AuthInfo { exec: Some(ExecConfig::default()), ..auth(&token) };
        assert_eq!(Access::of(&exec), Access::Until(until), "a token counts before a command");
        let file = AuthInfo { token_file: Some("/run/token".to_owned()), ..AuthInfo::default() };
        assert_eq!(Access::of(&file), Access::Renewed);
        assert_eq!(Access::of(&AuthInfo::default()), Access::Unknown);
    }

    #[test]
    fn a_certificate_says_when_it_ends() {
        let pair = rcgen::generate_simple_self_signed(vec!["a".to_owned()]).unwrap();
        let data = Some(STANDARD.encode(pair.cert.pem()));
        let auth = AuthInfo { client_certificate_data: data, ..AuthInfo::default() };
        let token = format!("e30.{}.sig", URL_SAFE_NO_PAD.encode(r#"{"exp":1}"#));
        let both = AuthInfo { token: Some(token.into()), ..auth.clone() };
        assert_eq!(Access::of(&both), Access::of(&auth), "either is enough");
        assert!(matches!(Access::of(&auth), Access::Until(until) if until > Timestamp::now()));
    }
}
