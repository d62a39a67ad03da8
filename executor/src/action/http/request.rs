//! `http.request`: asks a server to do something, at most once.

use super::{body, client, is_json, objections, request, shown, two_bodies, with_header};
use crate::action::{
    Action, Applied, Body, Change, Learnt, Noun, Predicted, Probe, Recipe, Undone, What, evidence, values,
};
use crate::fault_point::boundary;
use crate::site::{Fault, Scene};
use crate::world::NetError;
use crate::world::http::Response;
use async_trait::async_trait;
use switchback_compiler::plan::Call;
use switchback_compiler::registry::{Kind, Objection};
use switchback_compiler::schema::{Block, Class, Example, Form, OwnWayBack, Param, Place, Ty};

/// The kind.
pub struct HttpRequest;

const FILE: &str = "body-from";

static FORM: Form = Form {
    name: "http.request",
    args: &[
        Param::one("METHOD", Ty::OneOf(&["GET", "POST", "PUT", "PATCH", "DELETE"]), "what is asked for"),
        Param::one("URL", Ty::Text, "of http or https, in quotes"),
    ],
    props: &[
        Param::optional("body", Ty::Text, "what is sent"),
        Param::optional(
            "body-from",
            Ty::SourceFile,
            "the file of the project that is sent; a template when it ends in .hbs",
        ),
        Param::optional("status", Ty::Count, "the status that means that it worked; any from 200 to 299"),
    ],
    block: Block::Optional(Place::Act),
    summary: "sends a request that changes something",
    text: "`header` children are sent along and may hold secrets. A redirect is an answer and is not followed. It is \
           sent at most once: a server that refuses the connection has done nothing; without an answer in time, or \
           after a crash, it is not known what the server did, and a person is asked, unless an `unless` tells.",
    class: Class::AtMostOnce,
    way_back: OwnWayBack::None,
    examples: &[
        Example {
            title: "a switch of another system, and its way back",
            text: "http.request \"PUT\" \"https://edge.example/api/mode\" body=\"{\\\"mode\\\":\\\"new\\\"}\" status=204 {\n    header \"Authorization\" \"Bearer {{api-token}}\"\n    unless { http.get \"https://edge.example/api/mode\" body=\"new\" }\n}\nundo { http.request \"PUT\" \"https://edge.example/api/mode\" body=\"{\\\"mode\\\":\\\"old\\\"}\" }",
        },
        Example {
            title: "a file of the project as its body",
            text: "http.request \"POST\" \"http://127.0.0.1:8080/import\" body-from=\"files/import.json\" within=\"5m\"",
        },
    ],
    ..Form::ACTION
};

impl Kind for HttpRequest {
    fn form(&self) -> &'static Form {
        &FORM
    }

    fn objections(&self, call: &Call) -> Vec<Objection> {
        objections(call).into_iter().chain(two_bodies(call, FILE)).collect()
    }
}

impl Noun for HttpRequest {
    fn action(&self) -> Option<&dyn Action> {
        Some(self)
    }
}

#[async_trait]
impl Action for HttpRequest {
    async fn preview(&self, call: &Call, scene: &Scene<'_>, _world: &mut Predicted) -> Result<Vec<Change>, Fault> {
        let resource = format!("request {}", line(call));
        let wanted = values::number(call, "status").map_or("any 2xx".to_owned(), |status| format!("status {status}"));
        let body = Body::Words(format!("wants {wanted}; limit {}", crate::screen::limit(scene.within)));
        Ok(vec![Change { resource, what: What::Unknown, learnt: Learnt::NotKnowable, body, after: None }])
    }

    async fn prepare(&self, call: &Call, _scene: &Scene<'_>) -> Result<Recipe, Fault> {
        Recipe::of(&line(call))
    }

    async fn apply(&self, call: &Call, _recipe: &Recipe, scene: &Scene<'_>) -> Result<Applied, Fault> {
        let mut request = request(call, call.known("method").unwrap_or_default(), scene)?;
        request.body = body(call, FILE, scene)?;
        if request.body.as_deref().is_some_and(is_json) {
            with_header(&mut request, "content-type", "application/json");
        }
        let client = client()?;
        boundary("request");
        let answer = client.request(request).await.map_err(|error| unanswered(call, &error))?;
        if fits(call, answer.status) { Ok(Applied::changed(1)) } else { Err(refused(call, &answer, scene)) }
    }

    async fn probe(&self, call: &Call, _recipe: &Recipe, _scene: &Scene<'_>) -> Result<Probe, Fault> {
        let seen = format!("{}: it may have been sent, and no answer to it was seen", line(call));
        Ok(Probe::Unknown(vec![seen]))
    }

    async fn undo(&self, _call: &Call, _recipe: &Recipe, _scene: &Scene<'_>) -> Result<Undone, Fault> {
        Err(Fault::new("a request has no way back of its own"))
    }

    fn words(&self, call: &Call) -> String {
        line(call)
    }
}

/// `POST http://…`, as a person may see it.
fn line(call: &Call) -> String {
    format!("{} {}", call.known("method").unwrap_or_default(), shown(call))
}

/// Whether it is known that nothing happened: what was never sent did nothing.
fn unanswered(call: &Call, error: &NetError) -> Fault {
    let why = format!("{}: {error}", line(call));
    match error {
        NetError::Address(_) | NetError::Request(_) | NetError::Name | NetError::Refused => Fault::new(why),
        // A broken encryption may also come in the middle of an answer.
        NetError::Tls(_) | NetError::NoAnswer(_) | NetError::Redirects | NetError::Broken(_) => Fault::unknown(why),
    }
}

fn refused(call: &Call, answer: &Response, scene: &Scene<'_>) -> Fault {
    let text = answer.text();
    let lines: Vec<&str> = text.lines().collect();
    let why = format!("{}: status {}", line(call), answer.status);
    Fault::new(why).details(evidence::last(&lines, scene))
}

/// Whether a status is the wanted one; without a wish, any that says that it worked.
fn fits(call: &Call, status: u16) -> bool {
    match values::number(call, "status") {
        Some(wanted) => wanted == u64::from(status),
        None => (200..300).contains(&status),
    }
}
