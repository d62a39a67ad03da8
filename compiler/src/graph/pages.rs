//! What is told about the order of steps.

use crate::diagnostic::Page;

/// A `needs` that names no step.
pub static UNKNOWN_STEP: Page = Page {
    code: "needs::unknown",
    rule: "R15",
    text: "`needs` names a step that is not in the plan.",
    wrong: "step \"config\" { file.write \"a\" content=\"1\" }\nstep \"b\" { needs \"confg\"; file.write \"b\" content=\"1\" }",
    right: "step \"config\" { file.write \"a\" content=\"1\" }\nstep \"b\" { needs \"config\"; file.write \"b\" content=\"1\" }",
    see: &["needs::cycle", "needs::later-layer"],
    ..Page::ERROR
};

/// A `needs` against the order of layers.
pub static LATER_LAYER: Page = Page {
    code: "needs::later-layer",
    rule: "R2",
    text: "A step needs one of a layer or a stage that runs later. Layers run one after the other, each complete \
           before the next, so the one could never begin.",
    wrong: "layer \"user-space\" { step \"a\" { needs \"b\"; file.write \"a\" content=\"1\" } }\nlayer \"core-kernel\" { step \"b\" { file.write \"b\" content=\"1\" } }",
    right: "layer \"user-space\" { step \"a\" { file.write \"a\" content=\"1\" } }\nlayer \"core-kernel\" { step \"b\" { needs \"a\"; file.write \"b\" content=\"1\" } }",
    see: &["needs::unknown"],
    ..Page::ERROR
};

/// Steps that wait for each other.
pub static CYCLE: Page = Page {
    code: "needs::cycle",
    rule: "R2",
    text: "Steps need each other in a ring, so none of them can ever start. One of the edges is not meant.",
    wrong: "step \"a\" { needs \"b\"; file.write \"a\" content=\"1\" }\nstep \"b\" { needs \"a\"; file.write \"b\" content=\"1\" }",
    right: "step \"a\" { file.write \"a\" content=\"1\" }\nstep \"b\" { needs \"a\"; file.write \"b\" content=\"1\" }",
    see: &["needs::unknown"],
    ..Page::ERROR
};

/// A layer that nobody names.
pub static LAYER_UNKNOWN: Page = Page {
    code: "layer::unknown",
    rule: "R15",
    text: "A layer is none of the platform's. They are user-space, core-kernel and cloud-kernel, from the top, unless \
           the project or a library names others with `layers`.",
    wrong: "layer \"user-spase\" { step \"a\" { file.write \"a\" content=\"1\" } }",
    right: "layer \"user-space\" { step \"a\" { file.write \"a\" content=\"1\" } }",
    ..Page::ERROR
};

/// Steps in and out of layers.
pub static LAYER_MIXED: Page = Page {
    code: "layer::mixed",
    rule: "R1",
    text: "In a stage either all steps stand in layers or none does: a step without a layer has no place in the order \
           of layers.",
    wrong: "layer \"user-space\" { step \"a\" { file.write \"a\" content=\"1\" } }\nstep \"b\" { file.write \"b\" content=\"1\" }",
    right: "layer \"user-space\" {\n    step \"a\" { file.write \"a\" content=\"1\" }\n    step \"b\" { file.write \"b\" content=\"1\" }\n}",
    ..Page::ERROR
};

/// All pages of this module.
pub static PAGES: &[&Page] = &[&UNKNOWN_STEP, &LATER_LAYER, &CYCLE, &LAYER_UNKNOWN, &LAYER_MIXED];
