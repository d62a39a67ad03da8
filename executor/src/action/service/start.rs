//! `service.start`: a service of the target runs.

use super::{ACTION, Handle, Was, account, kept, nothing, touch, words};
use crate::action::{Account, Action, Applied, Change, Noun, Predicted, Probe, Recipe, Undone};
use crate::site::{Fault, Scene};
use async_trait::async_trait;
use switchback_compiler::plan::Call;
use switchback_compiler::registry::{Kind, Needs, Sources, Touch};
use switchback_compiler::schema::{Example, Form};

/// The kind.
pub struct ServiceStart;

static FORM: Form = Form {
    name: "service.start",
    summary: "starts a service of the target",
    text: "The service is declared in the project file's target: its program, in the target's directory, with its own environment. It outlives the run. One that runs already is left alone, also when its command was another; `service.restart` starts it anew. A program that ends within a third of a second has failed, and its last lines are shown. Undoing stops it again.",
    examples: &[Example { title: "a service of the target", text: "service.start \"web\"" }],
    ..ACTION
};

impl Kind for ServiceStart {
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

impl Noun for ServiceStart {
    fn action(&self) -> Option<&dyn Action> {
        Some(self)
    }
}

#[async_trait]
impl Action for ServiceStart {
    async fn preview(&self, call: &Call, scene: &Scene<'_>, world: &mut Predicted) -> Result<Vec<Change>, Fault> {
        let handle = Handle::of(call, scene)?;
        let runs = handle.would_run(world)?;
        Ok(if runs { Vec::new() } else { handle.change("starts", true, world) })
    }

    async fn prepare(&self, call: &Call, scene: &Scene<'_>) -> Result<Recipe, Fault> {
        let was = Handle::of(call, scene)?.was()?;
        if was == Was::Running { nothing() } else { kept(was) }
    }

    async fn apply(&self, call: &Call, _recipe: &Recipe, scene: &Scene<'_>) -> Result<Applied, Fault> {
        let handle = Handle::of(call, scene)?;
        if handle.was()? == Was::Running {
            return Ok(Applied::default());
        }
        handle.start().await?;
        Ok(Applied::changed(1))
    }

    async fn probe(&self, call: &Call, _recipe: &Recipe, scene: &Scene<'_>) -> Result<Probe, Fault> {
        let handle = Handle::of(call, scene)?;
        Ok(match handle.was()? {
            Was::Running => Probe::Done(format!("{} runs", words(call))),
            Was::Stopped => Probe::NotDone(format!("{} does not run", words(call))),
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
