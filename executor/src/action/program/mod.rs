//! `program`: a program with its arguments, never a shell line.

mod act;
mod command;
mod look;
mod starts;

pub use starts::conceal;
pub(super) use starts::{Starts, passing};

use super::values::stray;
use super::{Action, Check, Noun, Reader};
use command::Word;
use switchback_compiler::plan::Call;
use switchback_compiler::registry::{Kind, Objection};
use switchback_compiler::schema::{Block, Class, Example, Form, OwnWayBack, Param, Place, Role, Ty};

/// The kind.
pub struct Program;

static FORM: Form = Form {
    name: "program",
    roles: &[Role::Action, Role::Check, Role::Reader],
    args: &[
        Param::many("WORD", Ty::Word, "the program, then its arguments; `./…` is a file of the project").keyed("words")
    ],
    block: Block::Optional(Place::Act),
    summary: "runs a program, never through a shell",
    text: "It runs on the machine of Switchback, in the target's directory (without one: the project's). A word that \
           begins with ./ is a file of the project: what runs is its copy in the bundle. `env` children set its \
           environment, the only place for a secret: variables that secret inputs are read from are not handed on. What it \
           says is kept in a file of the run, and secrets in that are overwritten when it has ended. Exit status 0 is success. Past its `within` all of it gets TERM, \
           after 10 s KILL; ctrl-c does not reach it. As an action it is done at most once: when a crash leaves open \
           whether it did its work, a person is asked, unless an `unless` tells. As a check it holds at \
           exit status 0: it runs once, and with a `within` of its own again and again until it holds. As a reader it gives its trimmed standard output, at most 64 KiB.",
    class: Class::AtMostOnce,
    way_back: OwnWayBack::None,
    within: 300,
    once: true,
    examples: &[
        Example {
            title: "a script of the project, with its way back",
            text: "program \"./scripts/migrate.sh\" \"42\" within=\"10m\" {\n    env \"PGPASSWORD\" \"{{pg-password}}\"\n    unless { program \"./scripts/migrate.sh\" \"--is-at\" \"42\" }\n}\nundo { program \"./scripts/migrate.sh\" \"41\" }",
        },
        Example {
            title: "a reload, only when something changed",
            text: "file.write \"conf.d/shop.conf\" content=\"listen 80;\"\nafter-change { program \"nginx\" \"-s\" \"reload\" }",
        },
        Example {
            title: "as a check, and as a reader",
            text: "before {\n    program \"nginx\" \"-t\"\n    program \"uname\" \"-m\" is=\"x86_64\"\n}\nfile.write \"a\" content=\"b\"",
        },
    ],
    ..Form::ACTION
};

impl Kind for Program {
    fn form(&self) -> &'static Form {
        &FORM
    }

    fn objections(&self, call: &Call) -> Vec<Objection> {
        let words = command::words(call).unwrap_or_default();
        let secret = words.iter().any(Word::is_secret);
        let argument = Objection {
            about: "words",
            text: "a secret as an argument is seen by everyone who lists processes".into(),
            help: "the environment is the only place for a secret: { env \"NAME\" \"{{secret}}\" }".into(),
        };
        let header = stray(call, "header", "a program has `env` children");
        let of_charts = ["values", "set"].into_iter().filter_map(|child| stray(call, child, "it is for charts"));
        secret.then_some(argument).into_iter().chain(header).chain(of_charts).collect()
    }
}

impl Noun for Program {
    fn action(&self) -> Option<&dyn Action> {
        Some(self)
    }

    fn check(&self) -> Option<&dyn Check> {
        Some(self)
    }

    fn reader(&self) -> Option<&dyn Reader> {
        Some(self)
    }
}
