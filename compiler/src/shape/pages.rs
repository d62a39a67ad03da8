//! What is told about the form of nodes and values.

use crate::diagnostic::Page;

macro_rules! pages {
    ($($(#[$doc:meta])* $name:ident = $page:expr;)*) => {
        $($(#[$doc])* pub static $name: Page = $page;)*
        /// All pages of this module.
        pub static PAGES: &[&Page] = &[$(&$name),*];
    };
}

pages! {
    /// A node that is no word of the language.
    UNKNOWN_NODE = Page {
        code: "node::unknown",
        rule: "R15",
        text: "A node is neither a word of the language nor a noun of the catalogue.",
        wrong: "step \"site\" { file.wrte \"a\" content=\"1\" }",
        right: "step \"site\" { file.write \"a\" content=\"1\" }",
        see: &["node::misplaced"],
        ..Page::ERROR
    };
    /// A node in a place where it can't stand.
    MISPLACED = Page {
        code: "node::misplaced",
        rule: "R15",
        text: "A word is known, but not in this place: a check stands in `before`, `verify` or `unless`, an action in \
               a step, a layer in a plan or a stage.",
        wrong: "step \"site\" { http.get \"http://127.0.0.1/\"; file.write \"a\" content=\"1\" }",
        right: "step \"site\" { file.write \"a\" content=\"1\"; verify { http.get \"http://127.0.0.1/\" } }",
        ..Page::ERROR
    };
    /// A word that is still to come.
    LATER_WORD = Page {
        code: "node::not-yet",
        text: "The language has this word, but this version of Switchback does not know it yet.",
        wrong: "step \"a\" { postgres.query \"portal\" }",
        ..Page::ERROR
    };
    /// A second one where one may stand.
    TWICE = Page {
        code: "node::twice",
        text: "This node may stand once in its block: with two of it nobody could say which one holds.",
        wrong: "deadline \"1h\"\ndeadline \"2h\"\nstep \"a\" { file.write \"a\" content=\"1\" }",
        right: "deadline \"1h\"\nstep \"a\" { file.write \"a\" content=\"1\" }",
        ..Page::ERROR
    };
    /// An argument that must stand there.
    ARGUMENT_MISSING = Page {
        code: "argument::missing",
        text: "A node lacks an argument that it needs. `explain` with the node's name prints its form.",
        wrong: "step \"a\" { file.write content=\"1\" }",
        right: "step \"a\" { file.write \"a\" content=\"1\" }",
        ..Page::ERROR
    };
    /// An argument too many.
    ARGUMENT_EXTRA = Page {
        code: "argument::extra",
        text: "A node has more arguments than its form. Often a `;` is missing before the next node.",
        wrong: "step \"a\" { file.write \"a\" \"b\" content=\"1\" }",
        right: "step \"a\" { file.write \"a\" content=\"1\" }",
        ..Page::ERROR
    };
    /// A property that the node does not have.
    PROPERTY_UNKNOWN = Page {
        code: "property::unknown",
        rule: "R15",
        text: "A node has a property that its form does not know.",
        wrong: "step \"a\" { file.write \"a\" contnt=\"1\" }",
        right: "step \"a\" { file.write \"a\" content=\"1\" }",
        ..Page::ERROR
    };
    /// A property that must stand there.
    PROPERTY_MISSING = Page {
        code: "property::missing",
        text: "A node lacks a property that it needs.",
        wrong: "step \"a\" { moves from=\"1.0.0\"; file.write \"a\" content=\"1\" }",
        right: "step \"a\" { moves from=\"1.0.0\" to=\"1.1.0\"; file.write \"a\" content=\"1\" }",
        ..Page::ERROR
    };
    /// A block where none may stand.
    BLOCK_UNEXPECTED = Page {
        code: "block::unexpected",
        text: "A node has a block, and its form has none.",
        wrong: "step \"a\" { file.remove \"a\" { verify { file.exists \"b\" } } }",
        right: "step \"a\" { file.remove \"a\"; verify { file.exists \"b\" } }",
        ..Page::ERROR
    };
    /// No block where one must stand.
    BLOCK_MISSING = Page {
        code: "block::missing",
        text: "A node needs a block `{ … }` on its own line.",
        wrong: "step \"a\"",
        right: "step \"a\" { file.write \"a\" content=\"1\" }",
        ..Page::ERROR
    };
    /// A value of another type.
    TYPE_WRONG = Page {
        code: "type::wrong",
        text: "A value is not of the type that its place wants. Texts, versions and spans of time are quoted; counts \
               are bare numbers; truth is #true or #false.",
        wrong: "step \"a\" { file.write \"a\" content=\"1\"; verify { http.get \"http://127.0.0.1/\" status=\"200\" } }",
        right: "step \"a\" { file.write \"a\" content=\"1\"; verify { http.get \"http://127.0.0.1/\" status=200 } }",
        ..Page::ERROR
    };
    /// A name with letters that names don't have.
    NAME_WRONG = Page {
        code: "name::form",
        text: "Names of steps, inputs, layers, backups, gates and templates are small letters, digits and `-`, with a \
               letter first, at most 63: they become file names, labels and words of a command line.",
        wrong: "step \"My Step\" { file.write \"a\" content=\"1\" }",
        right: "step \"my-step\" { file.write \"a\" content=\"1\" }",
        ..Page::ERROR
    };
    /// A value outside of the allowed ones.
    VALUE_NOT_ALLOWED = Page {
        code: "value::not-allowed",
        rule: "R15",
        text: "A value is none of those that may stand here.",
        wrong: "on-failure \"retry\"\nstep \"a\" { file.write \"a\" content=\"1\" }",
        right: "on-failure \"stop\"\nstep \"a\" { file.write \"a\" content=\"1\" }",
        ..Page::ERROR
    };
    /// A value that is known too late for its place.
    TOO_LATE = Page {
        code: "value::too-late",
        text: "A value must be known when the plan is compiled, but is known only during the run, or is a secret. What \
               a step touches must be known beforehand; late values may stand in texts, values and bodies.",
        wrong: "step \"a\" { file.write \"a-{{run}}\" content=\"1\" }",
        right: "step \"a\" { file.write \"a\" content=\"{{run}}\" }",
        ..Page::ERROR
    };
    /// A name in `{{…}}` that means nothing.
    UNRESOLVED = Page {
        code: "value::unresolved",
        rule: "R10",
        text: "A `{{name}}` has no meaning here, or an input has no value. Nothing is left unresolved in a plan that \
               runs.",
        wrong: "step \"a\" { file.write \"a\" content=\"{{colour}}\" }",
        right: "input \"colour\" default=\"red\"\nstep \"a\" { file.write \"a\" content=\"{{colour}}\" }",
        see: &["value::placeholder"],
        ..Page::ERROR
    };
    /// A template file that can't be read as one.
    BROKEN_TEMPLATE = Page {
        code: "template::broken",
        rule: "R10",
        text: "A string of a plan, or a file whose name ends in .hbs, is a template, and this one can't be read as one. \
               Where `{{` is meant literally, write \\{{ (in a quoted string of a plan \\\\{{), or take .hbs off the name. Helpers write a \
               value another way: {{dashed v}} for 1.2.0 as 1-2-0, {{minor v}} for 24.3 of 24.3.1, {{base64 v}}, and \
               {{indent v 4}} for four spaces before each line but the first.",
        wrong: "step \"a\" { file.write \"a\" content=\"{{#if colour}}red\" }",
        right: "input \"colour\" type=\"boolean\" default=#true\nstep \"a\" { file.write \"a\" content=\"{{#if colour}}red{{/if}}\" }",
        ..Page::ERROR
    };
    /// A placeholder left in a file.
    PLACEHOLDER = Page {
        code: "value::placeholder",
        rule: "R10",
        text: "A file of values still holds a place that a person was to fill in: <CAPITALS> in angle brackets, or \
               `**` where a value begins.",
        see: &["value::unresolved"],
        ..Page::ERROR
    };
}
