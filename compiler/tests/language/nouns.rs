//! A small registry: nouns with the forms of those that plans use most, and nothing behind them.

use switchback_compiler::plan::Call;
use switchback_compiler::registry::{Kind, Needs, Objection, Registry, Sources, Touch};
use switchback_compiler::schema::{Block, Class, Form, OwnWayBack, Param, Place, Role, Ty};

/// A noun of the tests: its form, and what it writes.
struct Noun {
    form: &'static Form,
    touches: fn(&Call) -> Vec<Touch>,
}

impl Kind for Noun {
    fn form(&self) -> &'static Form {
        self.form
    }

    fn touches(&self, call: &Call, _sources: &Sources<'_>) -> Vec<Touch> {
        (self.touches)(call)
    }

    fn needs(&self) -> Needs {
        let of_files = matches!(self.form.family(), "file" | "dir" | "service");
        if of_files { Needs::Directory } else { Needs::Nothing }
    }

    fn objections(&self, call: &Call) -> Vec<Objection> {
        let both = call.values.contains_key("content") == call.values.contains_key("from");
        let wrong = self.form.name == "file.write" && both;
        wrong.then(|| Objection::new("`content` or `from`", "say one of them")).into_iter().collect()
    }
}

fn nothing(_: &Call) -> Vec<Touch> {
    Vec::new()
}

fn file(call: &Call) -> Vec<Touch> {
    call.known("path").map(Touch::file).into_iter().collect()
}

fn tree(call: &Call) -> Vec<Touch> {
    call.known("path").map(Touch::tree).into_iter().collect()
}

fn service(call: &Call) -> Vec<Touch> {
    let touch = |name: &str| Touch { space: "service".into(), path: name.to_owned(), tree: false };
    call.known("name").map(touch).into_iter().collect()
}

const PATH: &[Param] = &[Param::one("PATH", Ty::TargetPath, "a path")];
const COPY: &[Param] = &[Param::one("copy", Ty::Name, "a backup")];
const FOLDER: &[Param] = &[Param::one("from", Ty::SourceFolder, "a folder")];
const SERVICE: &[Param] = &[Param::one("NAME", Ty::Name, "a service")];
const BACK: OwnWayBack = OwnWayBack::Restores("what was there");

static NOUNS: &[Noun] = &[
    Noun {
        form: &Form {
            name: "file.write",
            args: PATH,
            props: &[
                Param::optional("content", Ty::Text, "what it holds"),
                Param::optional("from", Ty::SourceFile, "the file that it holds"),
                Param::optional("mode", Ty::Mode, "its permission bits"),
            ],
            way_back: BACK,
            ..Form::ACTION
        },
        touches: file,
    },
    Noun { form: &Form { name: "file.remove", args: PATH, way_back: BACK, ..Form::ACTION }, touches: file },
    Noun {
        form: &Form { name: "file.restore", args: PATH, props: COPY, way_back: BACK, ..Form::ACTION },
        touches: file,
    },
    Noun {
        form: &Form { name: "dir.mirror", args: PATH, props: FOLDER, way_back: BACK, ..Form::ACTION },
        touches: tree,
    },
    Noun { form: &Form { name: "service.restart", args: SERVICE, way_back: BACK, ..Form::ACTION }, touches: service },
    Noun {
        form: &Form {
            name: "program",
            roles: &[Role::Action, Role::Check, Role::Reader],
            args: &[Param::many("WORD", Ty::Word, "the program, then its arguments").keyed("words")],
            block: Block::Optional(Place::Act),
            class: Class::AtMostOnce,
            ..Form::ACTION
        },
        touches: nothing,
    },
    Noun {
        form: &Form {
            name: "http.get",
            roles: &[Role::Check, Role::Reader],
            args: &[Param::one("URL", Ty::Text, "an address")],
            props: &[
                Param::optional("status", Ty::Count, "the status"),
                Param::optional("body", Ty::Text, "what the answer holds"),
            ],
            ..Form::CHECK
        },
        touches: nothing,
    },
    Noun {
        form: &Form {
            name: "file.line",
            args: PATH,
            props: &[
                Param::optional("match", Ty::Pattern, "the line to replace"),
                Param::one("line", Ty::Text, "the line"),
            ],
            way_back: BACK,
            ..Form::ACTION
        },
        touches: file,
    },
    Noun { form: &Form { name: "service.start", args: SERVICE, way_back: BACK, ..Form::ACTION }, touches: service },
    Noun {
        form: &Form {
            name: "file.contains",
            args: &[Param::one("PATH", Ty::TargetPath, "a path"), Param::one("TEXT", Ty::Text, "what it holds")],
            ..Form::CHECK
        },
        touches: nothing,
    },
    Noun { form: &Form { name: "file.exists", args: PATH, ..Form::CHECK }, touches: nothing },
    Noun {
        form: &Form { name: "file", roles: &[Role::Thing, Role::Reader], args: PATH, ..Form::CHECK },
        touches: nothing,
    },
    Noun { form: &Form { name: "dir", roles: &[Role::Thing], args: PATH, ..Form::CHECK }, touches: nothing },
    Noun {
        form: &Form {
            name: "http.post",
            roles: &[Role::Message],
            args: &[Param::one("URL", Ty::Text, "an address")],
            ..Form::CHECK
        },
        touches: nothing,
    },
];

/// All of them.
pub fn registry() -> Registry<'static> {
    Registry::new(NOUNS.iter().map(|noun| noun as &dyn Kind))
}
