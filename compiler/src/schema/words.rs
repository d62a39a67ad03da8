//! The words of the language, one entry each.

use super::{Block, Param, Place, Ty, Word};

use Place::{
    AfterChange, Checks, Component, Defaults, Freeze, Gate, Head, Input, Layer, Library, Meanwhile, Notify, Paths,
    Plan, Policy, Project, Reader, Service, Stage, Step, Target, Template, Things, Undo,
};

/// Every block that `insert` and `when` may stand in.
const ANYWHERE: &[Place] = &[
    Plan,
    Library,
    Stage,
    Layer,
    Step,
    Undo,
    AfterChange,
    Meanwhile,
    Checks,
    Things,
    Template,
    Defaults,
    Gate,
    Notify,
];
/// Blocks with a scope of their own.
const SCOPES: &[Place] = &[Plan, Stage, Layer, Step];

const ELSE: &str = "what follows when it does not hold: a failure, a warning, or a person says whether to go on";
const SAME_AS: &str = "the very text that it read before the first change of its block: of its step in a step, of \
                       the run in the plan";

/// Properties of every check, on top of its own.
pub const CHECK_PROPS: &[Param] = &[
    Param::optional("within", Ty::Span, "how long to wait for it"),
    Param::optional("for", Ty::Span, "how long it must hold without a break, inside `within`"),
    Param::optional("every", Ty::Span, "the time between two looks, 2s where nothing says it"),
    Param::optional("failures", Ty::Count, "failing looks in a row that are forgiven, none where it is left out"),
    Param::optional("stalled", Ty::Span, "fail when what is seen stays the same for so long"),
    Param::optional("else", Ty::OneOf(&["fail", "warn", "ask"]), ELSE),
    Param::optional("hint", Ty::Text, "what to tell when it does not hold"),
    Param::optional("as", Ty::Name, "a name to speak of it"),
];

/// Comparisons of a check that reads a value.
pub const READ_PROPS: &[Param] = &[
    Param::optional("is", Ty::Any, "the value read must be this"),
    Param::optional("at-least", Ty::Any, "at least this: a number, or a version in quotes"),
    Param::optional("at-most", Ty::Any, "at most this: a number, or a version in quotes"),
    Param::optional("matches", Ty::Pattern, "it must match this"),
    Param::optional("all", Ty::Truth, "where several values stand in lines: each of them is compared"),
    Param::optional("same-as", Ty::OneOf(&["before"]), SAME_AS),
];

/// Properties of every action, on top of its own.
pub const ACT_PROPS: &[Param] =
    &[Param::optional("within", Ty::Span, "its limit"), Param::optional("as", Ty::Name, "a name to speak of it")];

/// Words that the language has and this version does not know yet.
pub const LATER: &[&str] = &["requires", "evidence", "each", "peer", "role", "signer", "signers", "approvals", "deny"];

/// First words of nouns that the language has and this version does not know yet.
pub const LATER_FAMILIES: &[&str] = &["kube", "helm", "postgres", "argocd", "flux"];

/// Whether a name is of the language, and still to come. Of a family of which there are nouns already none is: there a name
/// that nothing has is misspelt.
pub fn is_later<'n>(name: &str, nouns: impl IntoIterator<Item = &'n str>) -> bool {
    // A family stands alone in `defaults`.
    let family = |name: &'n str| name.split_once('.').map_or(name, |(family, _)| family);
    let own = name.split_once('.').map_or(name, |(family, _)| family);
    LATER.contains(&name) || LATER_FAMILIES.contains(&own) && !nouns.into_iter().any(|noun| family(noun) == own)
}

const fn word(name: &'static str, places: &'static [Place], text: &'static str) -> Word {
    Word { name, places, text, ..Word::PLAIN }
}

const NAME: &[Param] = &[Param::one("NAME", Ty::Name, "its name")];

/// From where to where a row of a `paths` table leads.
const HOP: &[Param] = &[
    Param::one("from", Ty::Versions, "the version before, or those that begin alike: \"24.3.x\""),
    Param::one("to", Ty::Versions, "the version after, or those that begin alike"),
];

/// All words.
pub const WORDS: &[Word] = &[
    Word {
        args: &[Param::one("VERSION", Ty::Count, "the version of the language: 1")],
        ..word("language", &[Plan, Library, Project], "the version of the language that a file is written in")
    },
    Word {
        args: &[Param::one("NAME", Ty::Known, "its name, as runs and reports show it")],
        props: &[
            Param::optional("order", Ty::OneOf(&["top-down", "bottom-up"]), "which layer runs first"),
            Param::optional("direction", Ty::OneOf(&["upgrade", "rollback"]), "where no `moves` tells it"),
        ],
        block: Block::Optional(Head),
        ..word("plan", &[Plan], "the head of a plan; all else stands below it")
    },
    Word {
        args: &[Param::one("TEXT", Ty::Text, "the title")],
        ..word("title", &[Head], "what the plan is for, in a line")
    },
    Word {
        args: &[Param::one("ID", Ty::Text, "the ticket")],
        ..word("ticket", &[Head], "the ticket that the plan belongs to")
    },
    Word {
        args: &[Param::optional("COMPONENT", Ty::Name, "the component; left out, the one called like the step")],
        props: &[
            Param::one("from", Ty::Version, "the version before"),
            Param::one("to", Ty::Version, "the version after"),
        ],
        repeat: true,
        ..word("moves", &[Head, Step], "from which version to which: the one place where versions stand")
    },
    Word {
        args: &[Param::one("FILE", Ty::Known, "the plan, relative to this file")],
        ..word("rollback-plan", &[Head], "the plan that goes back from here later, checked against this one")
    },
    Word {
        args: &[Param::one("FILE", Ty::Known, "a library, relative to this file")],
        repeat: true,
        ..word("use", &[Plan, Library], "takes in the declarations of a library")
    },
    Word {
        args: NAME,
        props: &[
            Param::optional(
                "type",
                Ty::OneOf(&["string", "version", "duration", "size", "number", "boolean"]),
                "its type; string when not said",
            ),
            Param::optional("default", Ty::Any, "its value when nothing else gives one"),
            Param::optional("pattern", Ty::Pattern, "what the value must match, as a whole"),
            Param::optional("env", Ty::Known, "the environment variable that gives it"),
            Param::optional(
                "from",
                Ty::Known,
                "where it is read from: \"file:…\", or a key of a Secret or a ConfigMap in the target's namespace, \
                 \"kube:secret/NAME#KEY\"",
            ),
            Param::optional("secret", Ty::Truth, "never shown, never written down"),
        ],
        block: Block::Optional(Input),
        repeat: true,
        ..word("input", &[Plan, Library, Template], "a value given from outside, used as {{name}}")
    },
    Word {
        args: &[Param::many("VALUE", Ty::Plain, "a value that is allowed, of the input's type")],
        ..word("in", &[Input], "the values that are allowed")
    },
    Word { block: Block::Required(Reader), ..word("read", &[Input], "reads the value from the world, at diff") },
    Word {
        args: NAME,
        block: Block::Required(Template),
        repeat: true,
        ..word("template", &[Plan, Library], "a piece of plan to put in, with inputs of its own")
    },
    Word { args: NAME, open: true, repeat: true, ..word("insert", ANYWHERE, "puts a template in, with its inputs") },
    Word {
        args: &[Param::optional("INPUT", Ty::Name, "an input")],
        props: &[
            Param::optional("is", Ty::Any, "the value that the input must have"),
            Param::optional("label", Ty::Selector, "what the target's labels must be"),
        ],
        block: Block::Same,
        repeat: true,
        ..word("when", ANYWHERE, "takes its block in only where this holds; decided before signing")
    },
    Word {
        props: &[
            Param::optional("within", Ty::Span, "the limit of what says none itself"),
            Param::optional("every", Ty::Span, "the time between two looks of a check"),
        ],
        block: Block::Optional(Defaults),
        repeat: true,
        ..word(
            "defaults",
            &[Plan, Library, Project, Target, Stage, Layer, Step],
            "properties for what says none itself; below it those of a noun, or of a family (`kube`, `helm`)",
        )
    },
    Word {
        args: &[Param::many("NAME", Ty::Name, "a layer")],
        ..word("layers", &[Project, Library], "the layers of the platform, from the top")
    },
    Word {
        args: NAME,
        block: Block::Required(Layer),
        repeat: true,
        ..word("layer", &[Plan, Stage], "a level of the platform: its steps, or checks alone")
    },
    Word {
        args: &[Param::one("KIND", Ty::OneOf(&["prepare", "finalize"]), "which stage")],
        props: &[
            Param::optional("good-for", Ty::Span, "how long what was prepared stays good"),
            Param::optional("after", Ty::OneOf(&["any"]), "a finalize stage that runs after an undo too"),
        ],
        block: Block::Required(Stage),
        repeat: true,
        ..word("stage", &[Plan], "harmless work before the window (prepare), or what gives up the way back (finalize)")
    },
    Word {
        args: NAME,
        props: &[
            Param::optional("layer", Ty::Name, "the layer it belongs to"),
            Param::optional("owner", Ty::Name, "the role that owns it"),
            Param::optional("stateful", Ty::Truth, "whether it holds data"),
        ],
        block: Block::Optional(Component),
        repeat: true,
        ..word("component", &[Plan, Library], "something with a version")
    },
    Word {
        props: &[Param::optional("pattern", Ty::Pattern, "which part of what is read is the version")],
        block: Block::Required(Reader),
        ..word("installed", &[Component], "how its version is read")
    },
    Word {
        args: &[Param::one("COMPONENT", Ty::Name, "the component that moves only along these")],
        block: Block::Required(Paths),
        repeat: true,
        ..word(
            "paths",
            &[Plan, Library],
            "from which versions a component can move to which; one without it moves freely",
        )
    },
    Word {
        props: HOP,
        repeat: true,
        ..word("upgrade", &[Paths], "a way up, in one hop; several targets are several of it")
    },
    Word {
        props: HOP,
        repeat: true,
        ..word("rollback", &[Paths], "a way back, in one hop; several targets are several of it")
    },
    Word {
        args: NAME,
        block: Block::Required(Step),
        repeat: true,
        ..word("step", &[Plan, Stage, Layer], "the unit of work, of order, of undo and of report")
    },
    Word {
        args: &[Param::many("STEP", Ty::Name, "a step that comes first")],
        repeat: true,
        ..word("needs", &[Step], "the steps that must be done before this one begins")
    },
    Word {
        block: Block::Required(Checks),
        repeat: true,
        ..word("before", &[Plan, Stage, Layer, Step, Undo], "what must hold before anything is touched here")
    },
    Word {
        block: Block::Required(Checks),
        repeat: true,
        ..word("verify", &[Plan, Stage, Layer, Step, Undo], "what must hold afterwards")
    },
    Word {
        block: Block::Required(Checks),
        ..word("unless", &[Step, Undo, Place::Act], "where this holds, it is so already and nothing is done")
    },
    Word {
        args: &[Param::optional("NAME", Ty::Name, "its name; the step's when left out")],
        props: &[
            Param::optional("keep", Ty::Span, "how long it is kept beyond the run"),
            Param::optional("max-age", Ty::Span, "how old a copy may be to count"),
            Param::optional("within", Ty::Span, "its limit"),
        ],
        block: Block::Required(Things),
        repeat: true,
        ..word("backup", SCOPES, "a named copy, proven readable, kept beyond the run")
    },
    Word {
        args: NAME,
        props: &[Param::optional("pattern", Ty::Pattern, "what the value must match, as a whole")],
        block: Block::Required(Reader),
        repeat: true,
        ..word("output", &[Step], "a value that later steps use as {{step.STEP.NAME}}")
    },
    Word {
        props: &[Param::optional("within", Ty::Span, "its limit")],
        block: Block::Required(Undo),
        repeat: true,
        ..word("undo", &[Step], "the step's way back, in place of the actions' own")
    },
    word("own", &[Undo], "the actions' own way back, in reverse"),
    Word {
        args: &[Param::one("WHY", Ty::Text, "why it may stay")],
        ..word("stays", &[Step], "an undo leaves this step's work where it is")
    },
    Word {
        args: &[Param::one("WHY", Ty::Text, "why there is no way back")],
        ..word("irreversible", &[Step], "there is no way back from this step")
    },
    Word {
        args: &[Param::one("WHAT", Ty::Text, "what is lost")],
        repeat: true,
        ..word("loses", &[Undo], "what this way back throws away; it then never runs unasked")
    },
    Word {
        args: NAME,
        props: &[Param::optional(
            "ask",
            Ty::OneOf(&["here"]),
            "ask when the block begins, not before the first change",
        )],
        block: Block::Required(Gate),
        repeat: true,
        ..word("gate", SCOPES, "waits for people")
    },
    Word {
        args: &[Param::one("TEXT", Ty::Text, "what is confirmed")],
        props: &[Param::optional("type", Ty::Text, "what must be typed; the gate's name when left out")],
        ..word("confirm", &[Gate], "asks a person to type something")
    },
    Word {
        block: Block::Required(AfterChange),
        repeat: true,
        ..word(
            "after-change",
            &[Step],
            "what brings a thing up to date, done only if an action of the step changed something",
        )
    },
    Word {
        block: Block::Required(Meanwhile),
        repeat: true,
        ..word(
            "meanwhile",
            SCOPES,
            "what the block takes away before its first change and gives back at its end, however it ends",
        )
    },
    Word {
        props: &[Param::one("at-most", Ty::Span, "when the way back ends by itself")],
        block: Block::Optional(Checks),
        ..word("hold", &[Plan], "how long the way back stays open after the change")
    },
    Word {
        args: &[Param::any("DAY", Ty::OneOf(DAYS), "a day of the week")],
        props: &[
            Param::one("from", Ty::Known, "when it opens, \"22:00\""),
            Param::one("to", Ty::Known, "when it closes, \"04:00\""),
            Param::one("zone", Ty::Known, "the time zone, \"Europe/Berlin\""),
        ],
        ..word("window", &[Plan], "when changes may begin")
    },
    Word {
        block: Block::Optional(Freeze),
        ..word(
            "freeze",
            &[Plan],
            "fails the change at its end, where others wrote to an object or deleted it after an action of this plan \
             changed it last; of a release that one changed all objects count",
        )
    },
    Word {
        props: &[Param::one("manager", Ty::Known, "the field manager that may go on writing")],
        repeat: true,
        ..word("except", &[Freeze], "who may go on writing")
    },
    Word {
        args: &[Param::one("SPAN", Ty::Span, "from the first change on")],
        ..word("deadline", SCOPES, "when the change must be done")
    },
    Word {
        args: &[Param::one("HOW", Ty::OneOf(&["undo", "undo-step", "stop"]), "what follows a failure")],
        props: &[Param::optional(
            "losses",
            Ty::OneOf(&["ask", "accept"]),
            "whether an undo that loses data asks first",
        )],
        ..word(
            "on-failure",
            SCOPES,
            "what follows a failure; left out, an upgrade is taken back, and a rollback is left where it is",
        )
    },
    Word {
        args: NAME,
        props: &[Param::one("on", Ty::Known, "events: start failed undone done")],
        block: Block::Required(Notify),
        repeat: true,
        ..word("notify", &[Plan], "tells others what happened, once, when it is on the disk")
    },
    Word {
        args: &[
            Param::one("CODE", Ty::Known, "the diagnostic's code"),
            Param::one("WHY", Ty::Known, "why it is fine here"),
        ],
        repeat: true,
        ..word("accept", &[Plan, Head, Stage, Layer, Step], "waives one diagnostic that may be waived")
    },
    Word {
        args: NAME,
        block: Block::Required(Target),
        repeat: true,
        ..word("target", &[Project], "where plans may run")
    },
    Word {
        args: &[Param::one("PATH", Ty::Known, "the directory, relative to the project's folder")],
        props: &[Param::optional("seed", Ty::Known, "a folder of the project that stands for it while it is absent")],
        ..word("directory", &[Target], "a platform that lives in a directory on this machine")
    },
    Word {
        props: &[
            Param::optional("context", Ty::Known, "the context of the kubeconfig; left out, its current one"),
            Param::optional("namespace", Ty::Known, "the namespace of what names none itself; left out, `default`"),
            Param::optional(
                "lease",
                Ty::Known,
                "the namespace in which the Lease lies that runs hold on it; left out, `default`",
            ),
        ],
        ..word("kube", &[Target], "a platform that lives in a cluster, alone or beside a directory")
    },
    Word {
        args: &[Param::one("PATH", Ty::Known, "the folder")],
        ..word(
            "backups",
            &[Target],
            "where backups are kept beyond the run; without it in `.switchback/backups/TARGET` of the project",
        )
    },
    Word { open: true, repeat: true, ..word("label", &[Target], "labels that selectors look at") },
    Word {
        args: &[Param::one("INPUT", Ty::Name, "an input"), Param::one("VALUE", Ty::Any, "its value on this target")],
        repeat: true,
        ..word("set", &[Target], "the value of an input on this target")
    },
    Word {
        args: NAME,
        block: Block::Required(Service),
        repeat: true,
        ..word("service", &[Target], "a local process that outlives the run")
    },
    Word {
        args: &[Param::many("WORD", Ty::Text, "the program, then its arguments").keyed("words")],
        ..word("program", &[Service], "the command that a service runs, never through a shell")
    },
    Word {
        args: &[
            Param::one("NAME", Ty::Known, "the variable"),
            Param::one("VALUE", Ty::Text, "its value; the only place for a secret"),
        ],
        repeat: true,
        ..word("env", &[Place::Act, Service], "a variable of a program's environment")
    },
    Word {
        args: &[Param::one("NAME", Ty::Known, "the header"), Param::one("VALUE", Ty::Text, "its value")],
        repeat: true,
        ..word("header", &[Place::Act], "a header of a request")
    },
    Word {
        args: &[Param::many("FILE", Ty::SourceFile, "files of values; a later one wins over an earlier one")],
        repeat: true,
        ..word("values", &[Place::Act], "files of values that a chart is given")
    },
    Word {
        args: &[
            Param::one("KEY", Ty::Known, "where it goes: `image.tag`, `ports[0]`"),
            Param::one("VALUE", Ty::Any, "its value, over those of files; may be a secret"),
        ],
        repeat: true,
        ..word("set", &[Place::Act], "a single value that a chart is given")
    },
    Word {
        props: &[Param::optional("label", Ty::Selector, "the targets it holds for")],
        block: Block::Required(Policy),
        repeat: true,
        ..word("policy", &[Project], "what the project asks of its plans")
    },
    Word {
        props: &[Param::one("at-most", Ty::Count, "deletions that need no number typed")],
        ..word("deletions", &[Policy], "how many deletions go without the number typed")
    },
    Word {
        args: &[
            Param::one("CODE", Ty::Known, "a diagnostic's code"),
            Param::one("LEVEL", Ty::OneOf(&["deny", "warn", "allow"]), "how grave it is here"),
        ],
        repeat: true,
        ..word("lint", &[Policy], "how grave a warning is in this project")
    },
];

const DAYS: &[&str] = &["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// The word of that name that may stand in this place.
pub fn word_at(name: &str, place: Place) -> Option<&'static Word> {
    WORDS.iter().find(|word| word.name == name && (word.places.contains(&place) || place == Template))
}
