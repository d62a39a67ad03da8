//! `tls.serves`: which certificate a server shows.

use super::{Check, Noun, Seen, tcp_open, values};
use crate::site::{Fault, Scene};
use crate::world::tls::{self, Certificate};
use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use switchback_compiler::plan::Call;
use switchback_compiler::registry::{Kind, Objection};
use switchback_compiler::schema::{Example, Form, Param, Ty};
use switchback_compiler::words::count;

/// The kind.
pub struct TlsServes;

static FORM: Form = Form {
    name: "tls.serves",
    args: &[Param::one("ADDRESS", Ty::Text, "host:port; [::1]:port for addresses of version 6")],
    props: &[
        Param::optional("serial", Ty::Text, "the serial number of the certificate, in hex digits"),
        Param::optional("days", Ty::Count, "days that it must still be good for"),
        Param::optional("name", Ty::Text, "a name that it must be for, which the server is asked for"),
    ],
    summary: "a server shows a certificate that is good",
    text: "The certificate must have begun and not ended; with `days`, not for so many days more. Which authority \
           signed it is not judged, so that a new certificate can be looked at before clients trust it: `http.get` \
           judges that. The serial may be written with colons or 0x. Without `name` the server is asked for the host \
           of the address, and its names are not compared.",
    examples: &[Example {
        title: "the new one is in place",
        text: "tls.serves \"gateway.example:8443\" serial=\"0A:1B:2C\" days=30 name=\"shop.example\"",
    }],
    ..Form::CHECK
};

impl Kind for TlsServes {
    fn form(&self) -> &'static Form {
        &FORM
    }

    fn objections(&self, call: &Call) -> Vec<Objection> {
        tcp_open::address(call)
    }
}

impl Noun for TlsServes {
    fn check(&self) -> Option<&dyn Check> {
        Some(self)
    }
}

#[async_trait]
impl Check for TlsServes {
    async fn look(&self, call: &Call, scene: &Scene<'_>) -> Result<Seen, Fault> {
        let address = values::filled(call, "address", scene)?.unwrap_or_default();
        let wanted = Wanted {
            serial: values::filled(call, "serial", scene)?,
            name: values::filled(call, "name", scene)?,
            days: values::number(call, "days").unwrap_or_default(),
        };
        Ok(match tls::certificate(&address, wanted.name.as_deref(), scene.within).await {
            Ok(shown) => wanted.judge(&shown, crate::clock::now()),
            Err(error) => Seen::not(error.to_string()),
        })
    }

    fn words(&self, call: &Call) -> String {
        format!("certificate of {}", values::shown(call, "address"))
    }
}

/// What the certificate must be.
struct Wanted {
    serial: Option<String>,
    name: Option<String>,
    days: u64,
}

impl Wanted {
    fn judge(&self, shown: &Certificate, now: Timestamp) -> Seen {
        let Certificate { serial, not_before, not_after, names } = shown;
        let until = not_after.strftime("%Y-%m-%d");
        if let Some(wanted) = self.serial.as_ref().filter(|wanted| !shown.has_serial(wanted)) {
            return Seen::not(format!("serial {serial}, not {wanted}"));
        }
        if let Some(wanted) = self.name.as_ref().filter(|wanted| !names.iter().any(|name| covers(name, wanted))) {
            return Seen::not(format!("it is for {}, not for {wanted}", switchback_compiler::words::list(names)));
        }
        if now < *not_before {
            return Seen::not(format!("not good before {}", not_before.strftime("%Y-%m-%d")));
        }
        let left = not_after.duration_since(now);
        if left <= SignedDuration::ZERO {
            return Seen::not(format!("ended on {until}"));
        }
        let days = u64::try_from(left.as_hours() / 24).unwrap_or_default();
        if days < self.days {
            return Seen::not(format!("ends on {until}, in {}, not {}", count(days as usize, "day"), self.days));
        }
        Seen::holds(format!("serial {serial}, until {until}"))
    }
}

/// Whether a name of a certificate is for a server: itself, or `*.` for one part. Source: RFC 9525, section 6.3.
fn covers(name: &str, server: &str) -> bool {
    let (name, server) = (name.to_lowercase(), server.to_lowercase());
    match (name.strip_prefix("*."), server.split_once('.')) {
        (Some(rest), Some((first, domain))) => !first.is_empty() && rest == domain,
        _ => name == server,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn judged(serial: Option<&str>, name: Option<&str>, days: u64, now: &str) -> (bool, String) {
        let shown = Certificate {
            serial: "a1b2c".into(),
            not_before: "2026-01-01T00:00:00Z".parse().unwrap(),
            not_after: "2026-03-01T00:00:00Z".parse().unwrap(),
            names: vec!["shop.example".into(), "*.api.example".into()],
        };
        let wanted = Wanted { serial: serial.map(Into::into), name: name.map(Into::into), days };
        let seen = wanted.judge(&shown, now.parse().unwrap());
        (seen.holds, seen.says)
    }

    #[test]
    fn a_certificate_is_judged_by_all_that_is_asked() {
        let now = "2026-02-01T00:00:00Z";
        assert_eq!(judged(Some("0A:1B:2C"), None, 28, now), (true, "serial a1b2c, until 2026-03-01".into()));
        assert_eq!(judged(Some("0a1b2d"), None, 0, now), (false, "serial a1b2c, not 0a1b2d".into()));
        assert_eq!(judged(None, None, 29, now), (false, "ends on 2026-03-01, in 28 days, not 29".into()));
        assert_eq!(judged(None, None, 0, "2026-03-01T00:00:00Z"), (false, "ended on 2026-03-01".into()));
        assert_eq!(judged(None, None, 0, "2025-12-31T23:59:59Z"), (false, "not good before 2026-01-01".into()));
        let other = judged(None, Some("other.example"), 0, now);
        assert_eq!(other, (false, "it is for shop.example and *.api.example, not for other.example".into()));
        assert!(judged(None, Some("V1.api.example"), 0, now).0);
        assert!(!judged(None, Some("a.v1.api.example"), 0, now).0);
        assert!(!judged(None, Some("api.example"), 0, now).0);
    }
}
