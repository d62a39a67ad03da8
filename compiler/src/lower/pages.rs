//! What is told while nodes get their meaning.

use crate::diagnostic::{Page, Severity};

macro_rules! pages {
    ($($(#[$doc:meta])* $name:ident = $page:expr;)*) => {
        $($(#[$doc])* pub static $name: Page = $page;)*
        /// All pages of this module.
        pub static PAGES: &[&Page] = &[$(&$name),*];
    };
}

pages! {
    /// A version of the language that is not known.
    LANGUAGE_UNKNOWN = Page {
        code: "language::unsupported",
        text: "A file says that it is written in a version of the language that this Switchback does not know. Nothing \
               of it is guessed.",
        wrong: "language 2\nstep \"a\" { file.write \"a\" content=\"1\" }",
        right: "language 1\nstep \"a\" { file.write \"a\" content=\"1\" }",
        ..Page::ERROR
    };
    /// An input that contradicts itself.
    INPUT_WRONG = Page {
        code: "input::wrong",
        text: "An input's declaration contradicts itself: a default that it does not allow, a secret with a default, a \
               place that can't be read from.",
        wrong: "input \"size\" default=\"xl\" { in \"s\" \"m\" }\nstep \"a\" { file.write \"a\" content=\"{{size}}\" }",
        right: "input \"size\" default=\"m\" { in \"s\" \"m\" }\nstep \"a\" { file.write \"a\" content=\"{{size}}\" }",
        ..Page::ERROR
    };
    /// A window that is none.
    WINDOW_WRONG = Page {
        code: "window::wrong",
        text: "A window's times are hours and minutes of a day, its days are mon to sun, its zone one of the \
               IANA database as `Europe/Berlin`. A window whose end comes before its beginning runs past midnight.",
        wrong: "window \"sat\" from=\"10pm\" to=\"04:00\" zone=\"Europe/Berlin\"\nstep \"a\" { file.write \"a\" content=\"1\" }",
        right: "window \"sat\" from=\"22:00\" to=\"04:00\" zone=\"Europe/Berlin\"\nstep \"a\" { file.write \"a\" content=\"1\" }",
        ..Page::ERROR
    };
    /// A default for something that does not exist.
    DEFAULT_UNKNOWN = Page {
        code: "defaults::unknown",
        rule: "R15",
        text: "`defaults` gives a property to a noun that does not exist or that has no such property.",
        wrong: "defaults { htp.get every=\"1s\" }\nstep \"a\" { file.write \"a\" content=\"1\" }",
        right: "defaults { http.get every=\"1s\" }\nstep \"a\" { file.write \"a\" content=\"1\" }",
        ..Page::ERROR
    };
    /// What a noun finds wrong with its use.
    OBJECTION = Page {
        code: "call::wrong",
        text: "The form of a noun is right, and yet it can't be done like this; the message says why.",
        wrong: "step \"a\" { file.write \"a\" }",
        right: "step \"a\" { file.write \"a\" content=\"1\" }",
        ..Page::ERROR
    };
    /// Times of a check that contradict each other.
    CHECK_NUMBERS = Page {
        code: "wait::contradiction",
        rule: "R5",
        text: "A check must hold for longer than it is waited for, so it never could.",
        wrong: "step \"a\" { file.write \"a\" content=\"1\"; verify { tcp.open \"127.0.0.1:80\" within=\"30s\" for=\"1m\" } }",
        right: "step \"a\" { file.write \"a\" content=\"1\"; verify { tcp.open \"127.0.0.1:80\" within=\"2m\" for=\"1m\" } }",
        ..Page::ERROR
    };
    /// A step without anything.
    EMPTY_STEP = Page {
        code: "step::empty",
        text: "A step has neither an action nor a check nor a backup.",
        wrong: "step \"a\" { stays \"nothing\" }",
        right: "step \"a\" { file.write \"a\" content=\"1\" }",
        ..Page::ERROR
    };
    /// Two actions of one name.
    NAME_TAKEN = Page {
        code: "name::taken",
        text: "Two actions of a step have the same name (`as=`).",
        wrong: "step \"a\" { file.write \"a\" content=\"1\" as=\"x\"; file.write \"b\" content=\"1\" as=\"x\" }",
        right: "step \"a\" { file.write \"a\" content=\"1\" as=\"x\"; file.write \"b\" content=\"1\" as=\"y\" }",
        ..Page::ERROR
    };
    /// A target without a place.
    TARGET_NOWHERE = Page {
        code: "target::nowhere",
        text: "A target says no place: it needs a `directory`, a cluster (`kube`), or both.",
        ..Page::ERROR
    };
    /// A target without what a plan works on.
    TARGET_LACKS = Page {
        code: "target::lacks",
        text: "A plan works on files or services of a target that has no `directory`, or on objects of a target that \
               has no cluster (`kube`). A target may have both; a program needs neither, and runs in the project's \
               folder where there is no directory. `check` tells it only where none of the project's targets has all \
               that the plan needs: on the others it just does not run.",
        see: &["target::nowhere", "service::unknown"],
        ..Page::ERROR
    };
    /// A service that the target does not have.
    SERVICE_UNKNOWN = Page {
        code: "service::unknown",
        rule: "R15",
        text: "A step starts, stops or looks at a service that the target does not declare. Services are declared in \
               the project file, in each target that has them; a plan is compiled for every target.",
        ..Page::ERROR
    };
    /// A file of an input that is not there.
    INPUT_FILE = Page {
        code: "input::no-file",
        severity: Severity::Warning,
        text: "An input is read from a file of the project that is not there now. It is read at `diff`, so something \
               may write it until then; otherwise nothing gives this input a value.",
        wrong: "input \"version\" from=\"file:no/version\"\nstep \"a\" { file.write \"a\" content=\"{{version}}\" }",
        right: "input \"version\" default=\"1.0\"\nstep \"a\" { file.write \"a\" content=\"{{version}}\" }",
        see: &["input::wrong"],
        waivable: true,
        ..Page::ERROR
    };
    /// A value that was found for an input and is none that it takes, or none where it needs one.
    INPUT_VALUE = Page {
        code: "input::no-value",
        text: "At `diff` the values of inputs are looked for: --input, what the target sets, the environment, a file, \
               what `read` reads, the default. What was found is not allowed, can't be read, or a secret has none.",
        see: &["input::wrong", "value::unresolved"],
        ..Page::ERROR
    };
    /// A way back that is no plan.
    ROLLBACK_NO_PLAN = Page {
        code: "rollback::no-plan",
        rule: "R27",
        text: "`rollback-plan` names the plan that goes back from here later, by hand. A plan's name ends in .plan.kdl.",
        wrong: "plan \"up\" { rollback-plan \"rollback.kdl\" }\nstep \"a\" { file.write \"a\" content=\"1\" }",
        right: "plan \"up\" { title \"up\" }\nstep \"a\" { file.write \"a\" content=\"1\" }",
        see: &["rollback::unlike", "file::missing"],
        ..Page::ERROR
    };
    /// A row of a table of paths that leads the other way.
    PATH_BACKWARDS = Page {
        code: "path::backwards",
        rule: "R6",
        text: "A row of a `paths` table leads the other way than its word says: an `upgrade` to an earlier version, or a \
               `rollback` to a later one. Versions are compared by number, so 1.10 comes after 1.9.",
        wrong: "paths \"app\" { upgrade from=\"1.10.x\" to=\"1.9.x\" }\nstep \"a\" { file.write \"a\" content=\"1\" }",
        right: "paths \"app\" { upgrade from=\"1.9.x\" to=\"1.10.x\" }\nstep \"a\" { file.write \"a\" content=\"1\" }",
        see: &["path::none"],
        ..Page::ERROR
    };
    /// An event that does not exist.
    NOTIFY_WRONG = Page {
        code: "notify::unknown-event",
        rule: "R15",
        text: "`notify` asks for an event that never happens. The events are start, failed, undone and done.",
        wrong: "notify \"chat\" on=\"finished\" { http.post \"http://127.0.0.1/\" }\nstep \"a\" { file.write \"a\" content=\"1\" }",
        right: "notify \"chat\" on=\"done\" { http.post \"http://127.0.0.1/\" }\nstep \"a\" { file.write \"a\" content=\"1\" }",
        ..Page::ERROR
    };
}
