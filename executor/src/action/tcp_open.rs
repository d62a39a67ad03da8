//! `tcp.open`: whether somebody listens at a port.

use super::{Check, Noun, Seen, values};
use crate::site::{Fault, Scene};
use crate::world::tcp;
use async_trait::async_trait;
use switchback_compiler::plan::Call;
use switchback_compiler::registry::{Kind, Objection};
use switchback_compiler::schema::{Example, Form, Param, Ty};

/// The kind.
pub struct TcpOpen;

static FORM: Form = Form {
    name: "tcp.open",
    args: &[Param::one("ADDRESS", Ty::Text, "host:port; [::1]:port for addresses of version 6")],
    summary: "a port takes connections",
    text: "It connects and hangs up at once; nothing is sent. That a port is open does not say that what listens there \
           works: where it speaks HTTP, `http.get` asks more.",
    examples: &[Example { title: "a database", text: "tcp.open \"127.0.0.1:5432\" within=\"1m\"" }],
    ..Form::CHECK
};

impl Kind for TcpOpen {
    fn form(&self) -> &'static Form {
        &FORM
    }

    fn objections(&self, call: &Call) -> Vec<Objection> {
        address(call)
    }
}

impl Noun for TcpOpen {
    fn check(&self) -> Option<&dyn Check> {
        Some(self)
    }
}

#[async_trait]
impl Check for TcpOpen {
    async fn look(&self, call: &Call, scene: &Scene<'_>) -> Result<Seen, Fault> {
        let address = values::filled(call, "address", scene)?.unwrap_or_default();
        Ok(match tcp::connect(&address, scene.within).await {
            Ok(_) => Seen::holds("open"),
            Err(error) => Seen::not(error.to_string()),
        })
    }

    fn words(&self, call: &Call) -> String {
        values::shown(call, "address")
    }
}

/// The objection to an address that is known now and is none.
pub(super) fn address(call: &Call) -> Vec<Objection> {
    let Some(known) = call.known("address") else { return Vec::new() };
    let port = known.rsplit_once(':').filter(|(host, _)| !host.is_empty()).map(|(_, port)| port.parse::<u16>());
    match port {
        Some(Ok(1..)) => Vec::new(),
        _ => vec![Objection {
            about: "address",
            text: format!("`{known}` is no host and port"),
            help: "write it like \"127.0.0.1:5432\"".into(),
        }],
    }
}
