//! `service.restart`: a service of the target runs anew.

use super::{ACTION, Handle, account, kept, touch, words};
use crate::action::{Account, Action, Applied, Change, Noun, Predicted, Probe, Recipe, Undone};
use crate::site::{Fault, Scene};
use crate::world::service::ServiceState;
use async_trait::async_trait;
use switchback_compiler::plan::Call;
use switchback_compiler::registry::{Kind, Needs, Sources, Touch};
use switchback_compiler::schema::{Example, Form};

/// The kind.
pub struct ServiceRestart;

static FORM: Form = Form {
    name: "service.restart",
    summary: "stops a service of the target and starts it anew",
    text: "It is stopped (TERM, and KILL after 10 s) and started with the command that the target declares; one that does not run is started. Each start has the name of the run, step and action that made it, so that after a crash it is known whether this very restart happened; one that did is not repeated. Undoing restarts a service that ran, after the step's files are back where it stands in `after-change`, and stops one that did not.",
    examples: &[Example {
        title: "only when its file changed",
        text: "file.write \"etc/web.toml\" content=\"port = 8080\"\nafter-change { service.restart \"web\" }",
    }],
    ..ACTION
};

impl Kind for ServiceRestart {
    fn form(&self) -> &'static Form {
        &FORM
    }

    fn touches(&self, call: &Call, _sources: &Sources<'_>) -> Vec<Touch> {
        touch(call)
    }

    fn service<'a>(&self, call: &'a Call) -> Option<&'a str> {
        call.known("name")
    }

    fn needs(&self) -> Needs {
        Needs::Directory
    }
}

impl Noun for ServiceRestart {
    fn action(&self) -> Option<&dyn Action> {
        Some(self)
    }
}

#[async_trait]
impl Action for ServiceRestart {
    async fn preview(&self, call: &Call, scene: &Scene<'_>, world: &mut Predicted) -> Result<Vec<Change>, Fault> {
        let handle = Handle::of(call, scene)?;
        let runs = handle.would_run(world)?;
        Ok(handle.change(if runs { "restarts" } else { "starts" }, true, world))
    }

    async fn prepare(&self, call: &Call, scene: &Scene<'_>) -> Result<Recipe, Fault> {
        kept(Handle::of(call, scene)?.was()?)
    }

    async fn apply(&self, call: &Call, _recipe: &Recipe, scene: &Scene<'_>) -> Result<Applied, Fault> {
        let handle = Handle::of(call, scene)?;
        handle.restart().await?;
        Ok(Applied::changed(1))
    }

    async fn probe(&self, call: &Call, _recipe: &Recipe, scene: &Scene<'_>) -> Result<Probe, Fault> {
        let handle = Handle::of(call, scene)?;
        Ok(match handle.state()? {
            ServiceState::Running { token, .. } if token == handle.token() => {
                Probe::Done(format!("{} was started by this very action", words(call)))
            }
            ServiceState::Running { .. } => Probe::NotDone(format!("{} runs since before", words(call))),
            ServiceState::Stopped => Probe::NotDone(format!("{} does not run", words(call))),
        })
    }

    async fn undo(&self, call: &Call, recipe: &Recipe, scene: &Scene<'_>) -> Result<Undone, Fault> {
        Handle::of(call, scene)?.back(recipe).await
    }

    async fn compare(&self, call: &Call, recipe: &Recipe, scene: &Scene<'_>) -> Result<Vec<String>, Fault> {
        Handle::of(call, scene)?.compared(recipe)
    }

    fn account(&self, call: &Call, recipe: &Recipe) -> Result<Account, Fault> {
        account(call, recipe, true)
    }

    fn words(&self, call: &Call) -> String {
        words(call)
    }
}
