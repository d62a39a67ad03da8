//! Holds nodes against the table of the language: what comes out has a known name, typed values and no surprise.

mod example;
mod fault;
mod pages;
mod source;
mod typed;
mod uninserted;

pub(crate) use fault::faults_in;
pub use pages::PAGES;
pub(crate) use typed::Typed;
pub(crate) use uninserted::uninserted;

use crate::cx::Cx;
use crate::diagnostic::{Diagnostic, nearest};
use crate::env::Env;
use crate::plan::{MESSAGE_LIMIT, READ_LIMIT};
use crate::registry::Kind;
use crate::schema::{
    ACT_PROPS, Block, CHECK_PROPS, Need, Param, Place, READ_PROPS, Role, WORDS, Word, is_later, word_at,
};
use crate::source::Span;
use crate::syntax::{Entry, Node};
use crate::words::ticked;
use pages::{
    ARGUMENT_EXTRA, ARGUMENT_MISSING, BLOCK_MISSING, BLOCK_UNEXPECTED, LATER_WORD, MISPLACED, PROPERTY_MISSING,
};
use pages::{PROPERTY_UNKNOWN, TWICE, UNKNOWN_NODE};

/// A node that fits the language.
#[derive(Clone)]
pub(crate) struct Item<'a> {
    pub(crate) name: &'static str,
    /// From its name to the end of its entries.
    pub(crate) span: Span,
    /// All of it, with its block.
    pub(crate) whole: Span,
    /// Arguments and properties, found by their keys.
    pub(crate) values: Vec<(&'static Param, Typed, Span)>,
    pub(crate) children: Vec<Item<'a>>,
    /// Whether something of it was wrong, which is told, and left out.
    pub(crate) is_cut: bool,
    /// `defaults` of its block, as nodes: what stands in them are nouns without their arguments.
    pub(crate) defaults: Vec<Node>,
    /// Places of each argument, in order.
    pub(crate) arg_spans: Vec<Span>,
    /// The noun, when it is one.
    pub(crate) kind: Option<&'a dyn Kind>,
}

impl<'a> Item<'a> {
    pub(crate) fn value(&self, name: &str) -> Option<&Typed> {
        self.values.iter().find(|(param, ..)| param.is_key(name)).map(|(_, value, _)| value)
    }

    pub(crate) fn span_of(&self, name: &str) -> Span {
        self.values.iter().find(|(param, ..)| param.is_key(name)).map_or(self.span, |(.., span)| *span)
    }

    /// From its name to its first argument: what a noun is called with.
    pub(crate) fn head(&self) -> Span {
        self.arg_spans.first().map_or(self.span, |first| self.span.to(*first))
    }

    /// Values of an argument that may come more than once, each with its place.
    pub(crate) fn all<'s>(&'s self, name: &str) -> impl Iterator<Item = (&'s Typed, Span)> + use<'s, 'a> {
        let many = match self.value(name) {
            Some(Typed::Many(all)) => all.as_slice(),
            _ => &[],
        };
        many.iter().zip(self.arg_spans.iter().copied())
    }

    pub(crate) fn children_called<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'s Self> {
        self.children.iter().filter(move |child| child.name == name)
    }
}

/// What a node is held against.
struct Shape<'a> {
    name: &'static str,
    args: &'static [Param],
    props: &'static [Param],
    /// Properties that its place adds.
    more: [&'static [Param]; 2],
    block: Block,
    open: bool,
    kind: Option<&'a dyn Kind>,
}

impl<'a> Shape<'a> {
    fn of_word(word: &'static Word) -> Self {
        let Word { name, args, props, open, block, places: _, repeat: _, text: _ } = *word;
        Self { name, args, props, more: [&[], &[]], block, open, kind: None }
    }

    fn of_kind(kind: &'a dyn Kind, place: Place) -> Self {
        let form = kind.form();
        let more: [&'static [Param]; 2] = match place {
            Place::Checks if form.is(Role::Reader) => [CHECK_PROPS, READ_PROPS],
            Place::Checks => [CHECK_PROPS, &[]],
            Place::Step | Place::Undo | Place::AfterChange | Place::Meanwhile => [ACT_PROPS, &[]],
            _ => [&[], &[]],
        };
        Self {
            name: form.name,
            args: form.args,
            props: form.props,
            more,
            block: form.block,
            open: false,
            kind: Some(kind),
        }
    }

    fn all_props(&self) -> impl Iterator<Item = &'static Param> {
        self.props.iter().chain(self.more.into_iter().flatten())
    }
}

/// Shapes all nodes of a place; those that don't fit are told and left out.
pub(crate) fn shape<'a>(cx: &mut Cx<'a>, env: &Env, nodes: &[Node], place: Place) -> Vec<Item<'a>> {
    let mut once: Vec<(&'static str, Span)> = Vec::new();
    let mut items = Vec::with_capacity(nodes.len());
    for node in nodes {
        let Some(shape) = find(cx, node, place) else { continue };
        let repeats = shape.kind.is_some() || word_at(shape.name, place).is_some_and(|word| word.repeat);
        match once.iter().find(|(name, _)| *name == shape.name) {
            _ if repeats => {}
            Some((_, first)) => {
                let found = twice(shape.name, node.span, *first);
                cx.sink.push(found);
            }
            None => once.push((shape.name, node.span)),
        }
        items.extend(item(cx, env, node, &shape, place));
    }
    items
}

fn twice(name: &str, again: Span, first: Span) -> Diagnostic {
    Diagnostic::new(&TWICE, format!("`{name}` stands here twice"))
        .label(again, "a second time")
        .label(first, "the first one")
        .help("take one of them out, or write both into one block")
}

/// Holds `insert`, `when`, `use` and `template` against the table, without what stands in their blocks: nothing of
/// them is left when all else is shaped. `None` when they don't fit, which is told.
pub(crate) fn outline<'a>(cx: &mut Cx<'a>, env: &Env, node: &Node) -> Option<Item<'a>> {
    let shape = Shape::of_word(WORDS.iter().find(|word| *word.name == *node.name.value)?);
    let before = cx.sink.len();
    let mut item = Item::of(node, &shape);
    args(cx, env, node, &shape, &mut item);
    props(cx, env, node, &shape, Place::Template, &mut item);
    block_fits(cx, node, &shape, Place::Template);
    (cx.sink.len() == before).then_some(item)
}

fn find<'a>(cx: &mut Cx<'a>, node: &Node, place: Place) -> Option<Shape<'a>> {
    let name = &*node.name.value;
    if let Some(word) = word_at(name, place) {
        return Some(Shape::of_word(word));
    }
    let kind = cx.registry.get(name);
    if let Some(kind) = kind.filter(|kind| place.roles().iter().any(|role| kind.form().is(*role))) {
        return Some(Shape::of_kind(kind, place));
    }
    let found = unknown(cx, node, place, kind);
    cx.sink.push(found);
    None
}

fn unknown(cx: &Cx<'_>, node: &Node, place: Place, kind: Option<&dyn Kind>) -> Diagnostic {
    let name = &*node.name.value;
    let span = node.name.span;
    if let Some(kind) = kind {
        let places: Vec<&str> = kind.form().roles.iter().map(|role| role.place()).collect();
        return misplaced(name, place, span).help(format!("it is {}", places.join("; and ")));
    }
    if is_later(name, cx.registry.all().map(|kind| kind.form().name)) {
        return later(name, span);
    }
    if let Some(word) = WORDS.iter().find(|word| word.name == name) {
        let mut places: Vec<&str> =
            WORDS.iter().filter(|w| w.name == word.name).flat_map(|w| w.places).map(|p| p.name()).collect();
        places.dedup();
        let help = match word.places {
            [Place::Plan] if place == Place::Head => {
                "it stands beside `plan`: write it below, not in its block".to_owned()
            }
            _ => format!("it stands in {}", crate::words::list(&places)),
        };
        return misplaced(name, place, span).help(help);
    }
    let known = cx
        .registry
        .at(place)
        .map(|kind| kind.form().name)
        .chain(WORDS.iter().filter(|word| word.places.contains(&place)).map(|word| word.name));
    let found = Diagnostic::new(&UNKNOWN_NODE, format!("there is no `{name}` in {}", place.name()));
    if let Some(near) = nearest(name, known) {
        return found.label(span, format!("did you mean `{near}`?"));
    }
    match elsewhere(cx, name) {
        Some((near, help)) => found.label(span, format!("did you mean `{near}`?")).help(help),
        None => found.label(span, "not a word of the language").help("`switchback explain words` lists them all"),
    }
}

/// The nearest name that stands in other places, and in which: whoever misspells one may also have put it into the wrong block.
fn elsewhere(cx: &Cx<'_>, name: &str) -> Option<(&'static str, String)> {
    let kinds: Vec<&dyn Kind> = cx.registry.all().collect();
    let near = nearest(name, kinds.iter().map(|kind| kind.form().name))?;
    let kind = kinds.into_iter().find(|kind| kind.form().name == near)?;
    let places: Vec<&str> = kind.form().roles.iter().map(|role| role.place()).collect();
    Some((kind.form().name, format!("`{near}` is {}", places.join("; and "))))
}

fn misplaced(name: &str, place: Place, span: Span) -> Diagnostic {
    Diagnostic::new(&MISPLACED, format!("`{name}` can't stand in {}", place.name())).label(span, "not here")
}

/// A word that is still to come.
pub(crate) fn later(name: &str, span: Span) -> Diagnostic {
    Diagnostic::new(&LATER_WORD, format!("this version of Switchback does not know `{name}` yet"))
        .label(span, "a word of the language that is still to come")
        .help("`switchback explain words` lists what it knows")
}

impl<'a> Item<'a> {
    /// The node without its values.
    fn of(node: &Node, shape: &Shape<'a>) -> Self {
        Self {
            name: shape.name,
            span: node.span,
            whole: node.whole,
            values: Vec::with_capacity(node.entries.len()),
            children: Vec::new(),
            is_cut: false,
            defaults: node.children().iter().filter(|child| &*child.name.value == "defaults").cloned().collect(),
            arg_spans: node.args().map(|entry| entry.value_span).collect(),
            kind: shape.kind,
        }
    }
}

fn item<'a>(cx: &mut Cx<'a>, env: &Env, node: &Node, shape: &Shape<'a>, place: Place) -> Option<Item<'a>> {
    let mut item = Item::of(node, shape);
    let before = cx.sink.len();
    args(cx, env, node, shape, &mut item);
    props(cx, env, node, shape, place, &mut item);
    // What stands in `defaults` are nouns without their arguments; `lower::defaults` reads the nodes themselves.
    if let Some(inner) = block_fits(cx, node, shape, place).filter(|inner| *inner != Place::Defaults) {
        item.children = self::shape(cx, env, node.children(), inner);
    }
    item.is_cut = cx.sink.len() > before;
    // An item with a wrong value is left out whole: what only follows from it would be noise. Its block was looked at.
    (!item.is_cut || node.children.is_some()).then_some(item)
}

fn args<'a>(cx: &mut Cx<'a>, env: &Env, node: &Node, shape: &Shape<'a>, item: &mut Item<'a>) {
    let mut given = node.args().peekable();
    for param in shape.args {
        if given.peek().is_none() {
            if matches!(param.need, Need::One | Need::Many) {
                cx.sink.push(
                    Diagnostic::new(&ARGUMENT_MISSING, format!("`{}` needs {}", shape.name, argument(param)))
                        .label(node.name.span, format!("{} is missing", param.name))
                        .help(format!("its form: {}", form(shape))),
                );
            }
            continue;
        }
        if matches!(param.need, Need::Many | Need::Any) {
            let span = given.peek().map_or(node.span, |entry| entry.value_span);
            let all: Vec<Typed> = given.by_ref().filter_map(|entry| typed::read(cx, env, node, param, entry)).collect();
            item.values.push((param, Typed::Many(all), span));
        } else if let Some(entry) = given.next()
            && let Some(value) = typed::read(cx, env, node, param, entry)
        {
            item.values.push((param, value, entry.value_span));
        }
    }
    if let Some(extra) = given.next() {
        cx.sink.push(
            Diagnostic::new(&ARGUMENT_EXTRA, format!("`{}` has an argument too many", shape.name))
                .label(extra.span, "not expected")
                .help(format!("its form: {}", form(shape))),
        );
    }
}

fn props<'a>(cx: &mut Cx<'a>, env: &Env, node: &Node, shape: &Shape<'a>, place: Place, item: &mut Item<'a>) {
    for (name, entry) in node.props() {
        let Some(param) = shape.all_props().find(|param| *param.name == *name.value) else {
            if !shape.open {
                cx.sink.push(unknown_property(shape, &name.value, name.span, place));
            }
            continue;
        };
        // A second one of the same name is told as a trap of KDL already (R26).
        if !item.values.iter().any(|(known, ..)| *known.name == *param.name)
            && let Some(value) = typed::read(cx, env, node, param, entry)
        {
            item.values.push((param, value, entry.value_span));
        }
    }
    for param in shape.all_props().filter(|param| param.need == Need::One) {
        if !node.props().any(|(name, _)| *name.value == *param.name) {
            cx.sink.push(
                Diagnostic::new(&PROPERTY_MISSING, format!("`{}` needs `{}`", shape.name, param.name))
                    .label(node.name.span, format!("{}= is missing: {}", param.name, param.text))
                    .help(format!("its form: {}", form(shape))),
            );
        }
    }
}

fn unknown_property(shape: &Shape<'_>, name: &str, span: Span, place: Place) -> Diagnostic {
    let of_others = || CHECK_PROPS.iter().chain(READ_PROPS).any(|param| param.name == name);
    if matches!(place, Place::Things | Place::Reader | Place::Notify) && shape.kind.is_some() && of_others() {
        return Diagnostic::new(&PROPERTY_UNKNOWN, format!("`{}` has no `{name}` in {}", shape.name, place.name()))
            .label(span, "a word of checks and actions")
            .help(instead(place, name));
    }
    let known: Vec<&str> = shape.all_props().map(|param| param.name).collect();
    let near = nearest(name, known.iter().copied());
    let label = near.map_or_else(|| "not a property of it".to_owned(), |near| format!("did you mean `{near}`?"));
    let found =
        Diagnostic::new(&PROPERTY_UNKNOWN, format!("`{}` has no property `{name}`", shape.name)).label(span, label);
    if known.is_empty() {
        return found.help("it has no properties");
    }
    found.help(format!("its properties are {}", ticked(&known, "and")))
}

/// What to do about a property of checks where nothing is waited for or compared.
fn instead(place: Place, name: &str) -> String {
    match (place, name) {
        (Place::Things, "within") => "write it at the `backup`: its limit holds for all that it copies".to_owned(),
        (Place::Things, _) => "take it out: here a thing is only copied".to_owned(),
        (Place::Reader, "within") => format!("take it out: one reading may take {READ_LIMIT}"),
        (Place::Reader, _) => "take it out, or compare the value in `verify`: here it is only read".to_owned(),
        (_, "within") => format!("take it out: one message may take {MESSAGE_LIMIT}"),
        _ => "take it out: a message is only sent".to_owned(),
    }
}

/// What a node's block is, when it has one where it may; that none is missing and none too many.
fn block_fits(cx: &mut Cx<'_>, node: &Node, shape: &Shape<'_>, place: Place) -> Option<Place> {
    match shape.block {
        Block::None if node.children.is_some() => {
            cx.sink.push(
                Diagnostic::new(&BLOCK_UNEXPECTED, format!("`{}` has no block", shape.name))
                    .label(node.name.span, "a `{` follows")
                    .help("take the block out, or close the block around it before"),
            );
            None
        }
        Block::None => None,
        Block::Required(_) | Block::Same if node.children.is_none() => {
            cx.sink.push(
                Diagnostic::new(&BLOCK_MISSING, format!("`{}` needs a block", shape.name))
                    .label(node.span, "no `{ … }` follows")
                    .help(format!("its form: {}", form(shape))),
            );
            None
        }
        Block::Optional(inner) | Block::Required(inner) => Some(inner),
        Block::Same => Some(place),
    }
}

fn argument(param: &Param) -> String {
    format!("an argument {}: {}", param.name, param.text)
}

/// `file.write PATH content= from= mode=`, as the catalogue prints it.
fn form(shape: &Shape<'_>) -> String {
    let args = shape.args.iter().map(|param| match param.need {
        Need::One => param.name.to_owned(),
        Need::Optional => format!("[{}]", param.name),
        Need::Many | Need::Any => format!("{}…", param.name),
    });
    let props = shape.props.iter().map(|param| match param.need {
        Need::One => format!("{}=…", param.name),
        _ => format!("[{}=…]", param.name),
    });
    let block = matches!(shape.block, Block::Required(_)).then(|| "{ … }".to_owned());
    std::iter::once(shape.name.to_owned()).chain(args).chain(props).chain(block).collect::<Vec<_>>().join(" ")
}

/// A property that `defaults` gives.
pub(crate) fn typed_default(
    cx: &mut Cx<'_>,
    env: &Env,
    node: &Node,
    name: &str,
    entry: &Entry,
    params: &[Param],
) -> Option<Typed> {
    let param = params.iter().find(|param| param.name == name)?;
    typed::read(cx, env, node, param, entry)
}
