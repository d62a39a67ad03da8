//! `http.post`: how a notification reaches a chat or a webhook.

use super::{body, client, is_json, objections, request, shown, two_bodies, with_header};
use crate::action::{Message, Noun};
use crate::site::{Fault, Scene};
use async_trait::async_trait;
use serde_json::Value as Json;
use switchback_compiler::plan::Call;
use switchback_compiler::registry::{Kind, Objection};
use switchback_compiler::schema::{Block, Example, Form, OwnWayBack, Param, Place, Role, Ty};

/// The kind.
pub struct HttpPost;

const FILE: &str = "from";

static FORM: Form = Form {
    name: "http.post",
    roles: &[Role::Message],
    args: &[Param::one("URL", Ty::Text, "of http or https, in quotes; may be a secret")],
    props: &[
        Param::optional("body", Ty::Text, "what is sent instead of the facts"),
        Param::optional(
            "from",
            Ty::SourceFile,
            "the file of the project that is sent instead; a template when it ends in .hbs",
        ),
    ],
    block: Block::Optional(Place::Act),
    summary: "sends a message to a webhook",
    text: "Without `body` and `from` the facts are sent as a JSON object of texts: event, plan, target, run and why. With them, that text is sent; {{names}} in it are the plan's, not facts of the event, so that a \
           notification with a text of its own has one `notify` for each event. `header` children are sent along. Any \
           answer from 200 to 299 is fine; a message that can't be sent never stops a run.",
    way_back: OwnWayBack::NotNeeded,
    within: 30,
    examples: &[
        Example { title: "the facts, to a program", text: "http.post \"{{hook-url}}\"" },
        Example {
            title: "a text, to a chat",
            text: "http.post \"{{hook-url}}\" body=\"{\\\"text\\\":\\\"the shop is being moved\\\"}\" {\n    header \"X-Team\" \"web\"\n}",
        },
    ],
    ..Form::ACTION
};

impl Kind for HttpPost {
    fn form(&self) -> &'static Form {
        &FORM
    }

    fn objections(&self, call: &Call) -> Vec<Objection> {
        objections(call).into_iter().chain(two_bodies(call, FILE)).collect()
    }
}

impl Noun for HttpPost {
    fn message(&self) -> Option<&dyn Message> {
        Some(self)
    }
}

#[async_trait]
impl Message for HttpPost {
    async fn send(&self, call: &Call, facts: &Json, scene: &Scene<'_>) -> Result<(), Fault> {
        let mut request = request(call, "POST", scene)?;
        let facts = || scene.site.secrets.mask(&facts.to_string()).into_bytes();
        let body = body(call, FILE, scene)?.unwrap_or_else(facts);
        let kind = if is_json(&body) { "application/json" } else { "text/plain; charset=utf-8" };
        with_header(&mut request, "content-type", kind);
        request.body = Some(body);
        let url = shown(call);
        let answer = client()?.request(request).await.map_err(|error| Fault::new(format!("{url}: {error}")))?;
        if (200..300).contains(&answer.status) {
            return Ok(());
        }
        Err(Fault::new(format!("{url}: status {}", answer.status)))
    }
}
