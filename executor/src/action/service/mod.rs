//! `service.start`, `service.stop`, `service.restart`, `service.running`: programs of the target that outlive a run.

mod restart;
mod running;
mod start;
mod stop;

pub use restart::ServiceRestart;
pub use running::ServiceRunning;
pub use start::ServiceStart;
pub use stop::ServiceStop;

use super::{Account, Body, Change, Effect, Foreseen, Learnt, Predicted, Recipe, Undone, What, evidence};
use crate::resource::{Resource, running};
use crate::site::{Fault, Scene};
use crate::world::process::{Env, Launcher, Program};
use crate::world::service::{Service, ServiceError, ServiceState, Services};
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::time::Duration;
use switchback_compiler::plan::{Call, Service as Declared};
use switchback_compiler::registry::Touch;
use switchback_compiler::schema::{Class, Form, OwnWayBack, Param, Ty};

/// From TERM to KILL.
const GRACE: Duration = Duration::from_secs(10);

const ARGS: &[Param] = &[Param::one("NAME", Ty::Name, "a `service` of the target")];

/// What all actions on services have in common.
const ACTION: Form =
    Form { args: ARGS, class: Class::Probeable, way_back: OwnWayBack::Restores("the old state"), ..Form::ACTION };

/// Whether it ran: all that an undo needs to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Was {
    Running,
    Stopped,
}

#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    was: Was,
}

/// A service of a call, in its scene.
struct Handle<'s> {
    name: &'s str,
    declared: &'s Declared,
    directory: &'s Path,
    scene: &'s Scene<'s>,
}

impl<'s> Handle<'s> {
    fn of(call: &'s Call, scene: &'s Scene<'s>) -> Result<Self, Fault> {
        let name = call.known("name").unwrap_or_default();
        let services = &scene.site.services;
        let declared = services.get(name).ok_or_else(|| unknown(name, services.keys()))?;
        let directory = scene.site.directory.as_deref().ok_or_else(|| Fault::new("the target has no directory"))?;
        Ok(Self { name, declared, directory, scene })
    }

    /// The service as it would be started now.
    fn service(&self) -> Result<Service, Fault> {
        let fill = |text| self.scene.fill(text);
        let mut words = self.declared.program.iter().map(fill).collect::<Result<Vec<_>, _>>()?.into_iter();
        let program = words.next().ok_or_else(|| Fault::new(format!("service `{}` has no program", self.name)))?;
        let named = self.declared.env.iter().map(|(name, value)| Ok((name.clone(), fill(value)?)));
        let values = named.collect::<Result<_, Fault>>()?;
        let env = Env { cleared: false, without: self.scene.site.secrets.variables().clone(), values };
        let cwd = std::path::absolute(self.directory).unwrap_or_else(|_| self.directory.to_owned());
        let program = Program { program, args: words.collect(), cwd, env };
        Ok(Service { name: self.name.to_owned(), program })
    }

    fn services(&self) -> Result<Services, Fault> {
        Ok(Services::open(self.directory, Launcher::current())?)
    }

    fn state(&self) -> Result<ServiceState, Fault> {
        // A directory that its seed still stands for has no processes.
        if !self.directory.exists() {
            return Ok(ServiceState::Stopped);
        }
        self.services()?.state(self.name).map_err(|error| self.fault(&error))
    }

    fn was(&self) -> Result<Was, Fault> {
        Ok(match self.state()? {
            ServiceState::Running { .. } => Was::Running,
            ServiceState::Stopped => Was::Stopped,
        })
    }

    /// The name of the start that this very action makes, by which a later look knows it again.
    fn token(&self) -> String {
        format!("{}/{}/{}", self.scene.site.run, self.scene.step, self.scene.act)
    }

    async fn start(&self) -> Result<(), Fault> {
        let (services, service) = (self.services()?, self.service()?);
        let started = services.start(&service, &self.token()).await;
        started.map(drop).map_err(|error| self.fault(&error))
    }

    async fn restart(&self) -> Result<(), Fault> {
        let (services, service) = (self.services()?, self.service()?);
        let started = services.restart(&service, &self.token(), self.grace()).await;
        started.map(drop).map_err(|error| self.fault(&error))
    }

    async fn stop(&self) -> Result<(), Fault> {
        let stopped = self.services()?.stop(self.name, self.grace()).await;
        stopped.map(drop).map_err(|error| self.fault(&error))
    }

    fn grace(&self) -> Duration {
        GRACE.min(self.scene.within / 2)
    }

    fn fault(&self, error: &ServiceError) -> Fault {
        let details = match error {
            ServiceError::Ended { last_lines, .. } => evidence::last(last_lines, self.scene),
            _ => Vec::new(),
        };
        Fault::new(error.to_string()).details(details)
    }

    /// Puts back what was, and says how.
    async fn back(&self, recipe: &Recipe) -> Result<Undone, Fault> {
        let Kept { was } = recipe.read()?;
        let what = match (was, self.was()?) {
            (Was::Running, Was::Running) => {
                self.restart().await?;
                format!("{} restarted", self.name)
            }
            (Was::Running, Was::Stopped) => {
                self.start().await?;
                format!("{} started again", self.name)
            }
            (Was::Stopped, Was::Running) => {
                self.stop().await?;
                format!("{} stopped", self.name)
            }
            (Was::Stopped, Was::Stopped) => {
                // A supervisor of a killed process may be about to start it: now it never will.
                self.stop().await?;
                String::new()
            }
        };
        Ok(Undone { what, left: Vec::new() })
    }

    /// What is not as it was.
    fn compared(&self, recipe: &Recipe) -> Result<Vec<String>, Fault> {
        let Kept { was } = recipe.read()?;
        Ok(match (was, self.was()?) {
            (Was::Running, Was::Stopped) => vec![format!("service {} ran and is stopped", self.name)],
            (Was::Stopped, Was::Running) => vec![format!("service {} was stopped and runs", self.name)],
            _ => Vec::new(),
        })
    }

    /// Whether it would run, after all that was previewed so far.
    fn would_run(&self, world: &Predicted) -> Result<bool, Fault> {
        match world.foreseen(&Resource::service(self.name)) {
            Some(Foreseen::Service { runs }) => Ok(*runs),
            _ => Ok(self.was()? == Was::Running),
        }
    }

    /// The change, after which it runs or not.
    fn change(&self, words: &str, runs: bool, world: &mut Predicted) -> Vec<Change> {
        let service = Resource::service(self.name);
        let resource = service.spoken("");
        world.foresee(service, Foreseen::Service { runs });
        vec![Change {
            resource,
            what: What::Changed,
            learnt: Learnt::Simulated,
            body: Body::Words(words.to_owned()),
            after: Some(running(runs).says),
        }]
    }
}

fn kept(was: Was) -> Result<Recipe, Fault> {
    Recipe::of(&Kept { was })
}

/// A recipe that says that nothing is to be done.
fn nothing() -> Result<Recipe, Fault> {
    Recipe::of(&[(); 0])
}

fn unknown<'a>(name: &str, declared: impl Iterator<Item = &'a String>) -> Fault {
    let declared: Vec<&String> = declared.collect();
    let help = if declared.is_empty() {
        format!("it declares none; in the project file: target \"…\" {{ service \"{name}\" {{ program \"…\" }} }}")
    } else {
        format!("it declares {}", switchback_compiler::words::ticked(&declared, "and"))
    };
    Fault::new(format!("the target has no service `{name}`")).details([help])
}

fn touch(call: &Call) -> Vec<Touch> {
    call.known("name").map(Touch::service).into_iter().collect()
}

/// What an action after which it runs, or not, says of it.
fn account(call: &Call, recipe: &Recipe, runs: bool) -> Result<Account, Fault> {
    let Kept { was } = recipe.read()?;
    let effect = |name: &str| Effect {
        resource: Resource::service(name),
        before: running(was == Was::Running),
        after: Some(running(runs)),
    };
    Ok(Account { resources: call.known("name").map(effect).into_iter().collect(), ..Account::default() })
}

fn words(call: &Call) -> String {
    format!("service {}", call.known("name").unwrap_or_default())
}
