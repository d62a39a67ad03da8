//! `service.running`: whether a service of the target runs.

use super::{ARGS, Handle, words};
use crate::action::{Check, Noun, Seen};
use crate::site::{Fault, Scene};
use crate::world::service::ServiceState;
use async_trait::async_trait;
use switchback_compiler::plan::Call;
use switchback_compiler::registry::{Kind, Needs};
use switchback_compiler::schema::{Example, Form};

/// The kind.
pub struct ServiceRunning;

static FORM: Form = Form {
    name: "service.running",
    args: ARGS,
    summary: "a service of the target runs",
    text: "Only what `service.start` or `service.restart` started is known. That its process is there does not say \
           that it serves: `http.get` and `tcp.open` ask itself.",
    examples: &[Example { title: "without a break", text: "service.running \"web\" for=\"10s\"" }],
    ..Form::CHECK
};

impl Kind for ServiceRunning {
    fn form(&self) -> &'static Form {
        &FORM
    }

    fn service<'a>(&self, call: &'a Call) -> Option<&'a str> {
        call.known("name")
    }

    fn needs(&self) -> Needs {
        Needs::Directory
    }
}

impl Noun for ServiceRunning {
    fn check(&self) -> Option<&dyn Check> {
        Some(self)
    }
}

#[async_trait]
impl Check for ServiceRunning {
    async fn look(&self, call: &Call, scene: &Scene<'_>) -> Result<Seen, Fault> {
        Ok(match Handle::of(call, scene)?.state()? {
            ServiceState::Running { .. } => Seen::holds("runs"),
            ServiceState::Stopped => Seen::not("does not run"),
        })
    }

    fn words(&self, call: &Call) -> String {
        words(call)
    }
}
