//! The table of the language: every node, its arguments, properties and the places where it may stand.
//!
//! Lowering, `explain`, the generated catalogue and completion all read these tables; nothing else knows a word's form.

mod forms;
mod words;

pub use forms::{Class, Example, Form, OwnWayBack, Role};
pub use words::{ACT_PROPS, CHECK_PROPS, LATER, LATER_FAMILIES, READ_PROPS, WORDS, is_later, word_at};

/// Where a node stands: the file's top level or the block around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// Top level of a plan.
    Plan,
    /// Top level of a library.
    Library,
    /// Top level of the project file.
    Project,
    /// The block of `plan`.
    Head,
    /// The block of `input`.
    Input,
    /// The block of `component`.
    Component,
    /// The block of `paths`.
    Paths,
    /// The block of a project's `target`.
    Target,
    /// The block of a target's `service`.
    Service,
    /// The block of `policy`.
    Policy,
    /// The block of `stage`.
    Stage,
    /// The block of `layer`.
    Layer,
    /// The block of `step`.
    Step,
    /// The block of `undo`.
    Undo,
    /// The block of `after-change`.
    AfterChange,
    /// The block of `meanwhile`.
    Meanwhile,
    /// The block of `before`, `verify`, `unless`, `hold`.
    Checks,
    /// The block of `backup`.
    Things,
    /// The block of `installed`, `read`, `output`: one reader.
    Reader,
    /// The block of `freeze`.
    Freeze,
    /// The block of `gate`.
    Gate,
    /// The block of `notify`.
    Notify,
    /// The block of an action.
    Act,
    /// The block of `defaults`.
    Defaults,
    /// The block of `template` before it is put in: anything.
    Template,
}

impl Place {
    /// How messages name the place.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plan => "a plan",
            Self::Library => "a library",
            Self::Project => "the project file",
            Self::Head => "`plan`",
            Self::Input => "`input`",
            Self::Component => "`component`",
            Self::Paths => "`paths`",
            Self::Target => "`target`",
            Self::Service => "`service`",
            Self::Policy => "`policy`",
            Self::Stage => "`stage`",
            Self::Layer => "`layer`",
            Self::Step => "`step`",
            Self::Undo => "`undo`",
            Self::AfterChange => "`after-change`",
            Self::Meanwhile => "`meanwhile`",
            Self::Checks => "a block of checks",
            Self::Things => "`backup`",
            Self::Reader => "a block that reads one thing",
            Self::Freeze => "`freeze`",
            Self::Gate => "`gate`",
            Self::Notify => "`notify`",
            Self::Act => "an action",
            Self::Defaults => "`defaults`",
            Self::Template => "`template`",
        }
    }

    /// The roles of nouns that may stand here.
    pub fn roles(self) -> &'static [Role] {
        match self {
            Self::Step | Self::Undo | Self::AfterChange | Self::Meanwhile => &[Role::Action],
            Self::Checks => &[Role::Check],
            Self::Things => &[Role::Thing],
            Self::Reader => &[Role::Reader],
            Self::Notify => &[Role::Message],
            _ => &[],
        }
    }
}

/// The type of an argument or a property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ty {
    /// Any text; later values may be part of it.
    Text,
    /// A text that must be known when the plan is compiled.
    Known,
    /// `[a-z][a-z0-9-]*`.
    Name,
    /// A version.
    Version,
    /// A version, or all that begin like it: `"24.3.x"`.
    Versions,
    /// A backup of this plan, or `PLAN/NAME`, one that another took.
    Copy,
    /// A span of time: `"1h30m"`.
    Span,
    /// A whole number, at least 0.
    Count,
    /// `#true` or `#false`.
    Truth,
    /// A path on the target, relative to its directory.
    TargetPath,
    /// A source file of the project; a template when its name ends in `.hbs`.
    SourceFile,
    /// A folder of the project.
    SourceFolder,
    /// A chart of the project, a folder or an archive: its files as they are, none of them a template of ours.
    Chart,
    /// A word of a program's command line: one that begins with `./` is a source.
    Word,
    /// Permission bits: `"0644"`.
    Mode,
    /// A regular expression.
    Pattern,
    /// A label selector: `tier=prod,region in (eu)`.
    Selector,
    /// One of these.
    OneOf(&'static [&'static str]),
    /// A string, a number or a truth, as it comes.
    Any,
    /// The same, known when the plan is compiled.
    Plain,
}

impl Ty {
    /// How messages name the type.
    pub fn name(self) -> String {
        let name = match self {
            Self::Text | Self::Known | Self::Word => "a text",
            Self::Name => "a name (`[a-z][a-z0-9-]*`)",
            Self::Version => "a version in quotes",
            Self::Versions => "a version in quotes, or with an `x` for any number, like \"24.3.x\"",
            Self::Copy => "the name of a backup, or PLAN/NAME for one of another plan",
            Self::Span => "a span of time in quotes, like \"90s\" or \"1h30m\"",
            Self::Count => "a whole number",
            Self::Truth => "#true or #false",
            Self::TargetPath => "a path on the target in quotes",
            Self::SourceFile => "the path of a file in quotes",
            Self::SourceFolder => "the path of a folder in quotes",
            Self::Chart => "the path of a chart in quotes, a folder or a `.tgz`",
            Self::Mode => "permission bits in quotes, like \"0644\"",
            Self::Pattern => "a regular expression in quotes",
            Self::Selector => "a label selector in quotes",
            Self::Any | Self::Plain => "a value",
            Self::OneOf(words) => return crate::words::one_of(words),
        };
        name.to_owned()
    }
}

/// Whether a parameter may be left out, and whether it may come more than once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Must stand there.
    One,
    /// May be left out.
    Optional,
    /// One or more; the last of the arguments.
    Many,
    /// None or more; the last of the arguments.
    Any,
}

/// An argument or a property.
#[derive(Clone, Copy, Debug)]
pub struct Param {
    /// Its name: as typed for a property, as printed for an argument.
    pub name: &'static str,
    /// How a call holds its value; the name in lower case when empty.
    key: &'static str,
    /// Its type.
    pub ty: Ty,
    /// Whether it may be left out.
    pub need: Need,
    /// What it says, in a line.
    pub text: &'static str,
}

impl Param {
    /// One that must stand there.
    pub const fn one(name: &'static str, ty: Ty, text: &'static str) -> Self {
        Self { name, key: "", ty, need: Need::One, text }
    }

    /// One that may be left out.
    pub const fn optional(name: &'static str, ty: Ty, text: &'static str) -> Self {
        Self { name, key: "", ty, need: Need::Optional, text }
    }

    /// One that must come at least once.
    pub const fn many(name: &'static str, ty: Ty, text: &'static str) -> Self {
        Self { name, key: "", ty, need: Need::Many, text }
    }

    /// One that may come any number of times, also none.
    pub const fn any(name: &'static str, ty: Ty, text: &'static str) -> Self {
        Self { name, key: "", ty, need: Need::Any, text }
    }

    /// Lets calls hold its value under another key than its name in lower case.
    #[must_use]
    pub const fn keyed(self, key: &'static str) -> Self {
        Self { key, ..self }
    }

    /// The key under which a call holds its value.
    pub fn key(&self) -> String {
        if self.key.is_empty() { self.name.to_ascii_lowercase() } else { self.key.to_owned() }
    }

    /// Whether that is its key.
    pub fn is_key(&self, key: &str) -> bool {
        if self.key.is_empty() { self.name.eq_ignore_ascii_case(key) } else { self.key == key }
    }
}

/// The block of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Block {
    /// It has none.
    None,
    /// It may have one, with what may stand in that place.
    Optional(Place),
    /// It must have one.
    Required(Place),
    /// It has the block of the place it stands in (`when`).
    Same,
}

/// A word of the language: its form and where it may stand.
#[derive(Clone, Copy, Debug)]
pub struct Word {
    /// The node's name.
    pub name: &'static str,
    /// Where it may stand.
    pub places: &'static [Place],
    /// Its arguments.
    pub args: &'static [Param],
    /// Its properties.
    pub props: &'static [Param],
    /// Whether any other property is taken too, as a text.
    pub open: bool,
    /// Its block.
    pub block: Block,
    /// Whether it may stand there more than once.
    pub repeat: bool,
    /// What it says, in a line.
    pub text: &'static str,
}

impl Word {
    /// A word without arguments, properties and block, once in its place; the rest by struct update.
    pub const PLAIN: Self =
        Self { name: "", places: &[], args: &[], props: &[], open: false, block: Block::None, repeat: false, text: "" };
}
