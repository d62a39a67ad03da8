//! `service.stop`: a service of the target does not run.

use super::{ACTION, Handle, Was, account, kept, nothing, touch, words};
use crate::action::{Account, Action, Applied, Change, Noun, Predicted, Probe, Recipe, Undone};
use crate::site::{Fault, Scene};
use async_trait::async_trait;
use switchback_compiler::plan::Call;
use switchback_compiler::registry::{Kind, Needs, Sources, Touch};
use switchback_compiler::schema::{Example, Form};

/// The kind.
pub struct ServiceStop;

static FORM: Form = Form {
    name: "service.stop",
    summary: "stops a service of the target",
    text: "All processes of the service get TERM, and KILL after 10 s. One that does not run is left alone. Only what `service.start` or `service.restart` started is known and stopped. Undoing starts it again, with the command that the target declares now.",
    examples: &[Example { title: "a service of the target", text: "service.stop \"web\"" }],
    ..ACTION
};

impl Kind for ServiceStop {
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

impl Noun for ServiceStop {
    fn action(&self) -> Option<&dyn Action> {
        Some(self)
    }
}

#[async_trait]
impl Action for ServiceStop {
    async fn preview(&self, call: &Call, scene: &Scene<'_>, world: &mut Predicted) -> Result<Vec<Change>, Fault> {
        let handle = Handle::of(call, scene)?;
        let runs = handle.would_run(world)?;
        Ok(if runs { handle.change("stops", false, world) } else { Vec::new() })
    }

    async fn prepare(&self, call: &Call, scene: &Scene<'_>) -> Result<Recipe, Fault> {
        let was = Handle::of(call, scene)?.was()?;
        if was == Was::Stopped { nothing() } else { kept(was) }
    }

    async fn apply(&self, call: &Call, _recipe: &Recipe, scene: &Scene<'_>) -> Result<Applied, Fault> {
        let handle = Handle::of(call, scene)?;
        if handle.was()? == Was::Stopped {
            return Ok(Applied::default());
        }
        handle.stop().await?;
        Ok(Applied::changed(1))
    }

    async fn probe(&self, call: &Call, _recipe: &Recipe, scene: &Scene<'_>) -> Result<Probe, Fault> {
        let handle = Handle::of(call, scene)?;
        Ok(match handle.was()? {
            Was::Stopped => Probe::Done(format!("{} is stopped", words(call))),
            Was::Running => Probe::NotDone(format!("{} still runs", words(call))),
        })
    }

    async fn undo(&self, call: &Call, recipe: &Recipe, scene: &Scene<'_>) -> Result<Undone, Fault> {
        Handle::of(call, scene)?.back(recipe).await
    }

    async fn compare(&self, call: &Call, recipe: &Recipe, scene: &Scene<'_>) -> Result<Vec<String>, Fault> {
        Handle::of(call, scene)?.compared(recipe)
    }

    fn account(&self, call: &Call, recipe: &Recipe) -> Result<Account, Fault> {
        account(call, recipe, false)
    }

    fn words(&self, call: &Call) -> String {
        words(call)
    }
}
