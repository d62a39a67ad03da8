//! `http.get`: what a page answers.

use super::{client, objections, request, shown};
use crate::action::{Check, Noun, Reader, Seen, values};
use crate::site::{Fault, Scene};
use crate::world::http::Response;
use async_trait::async_trait;
use switchback_compiler::plan::Call;
use switchback_compiler::registry::{Kind, Objection};
use switchback_compiler::schema::{Block, Example, Form, Param, Place, Role, Ty};

/// The kind.
pub struct HttpGet;

/// What a sound page answers.
const OK: u64 = 200;
/// More than any value that one compares or hands on.
const VALUE: usize = 64 * 1024;

static FORM: Form = Form {
    name: "http.get",
    roles: &[Role::Check, Role::Reader],
    args: &[Param::one("URL", Ty::Text, "of http or https, in quotes")],
    props: &[
        Param::optional("status", Ty::Count, "the status that it must answer; 200"),
        Param::optional("body", Ty::Text, "a text that must stand in its answer"),
    ],
    block: Block::Optional(Place::Act),
    summary: "a page answers as it should",
    text: "A redirect is an answer and is not followed; a certificate must be good. `header` children are sent along. \
           No proxy of the environment is used. As a reader it gives the trimmed body, at most 64 KiB, of an answer \
           with the right status.",
    examples: &[
        Example {
            title: "healthy for a while",
            text: "http.get \"http://127.0.0.1:8080/health\" status=200 within=\"30s\" for=\"10s\"",
        },
        Example {
            title: "with a token, and a text in the answer",
            text: "http.get \"https://shop.example/version\" body=\"2.0.0\" {\n    header \"Authorization\" \"Bearer {{api-token}}\"\n}",
        },
        Example { title: "what it answers", text: "http.get \"http://127.0.0.1:8080/replicas\" at-least=3" },
    ],
    ..Form::CHECK
};

impl Kind for HttpGet {
    fn form(&self) -> &'static Form {
        &FORM
    }

    fn objections(&self, call: &Call) -> Vec<Objection> {
        objections(call)
    }
}

impl Noun for HttpGet {
    fn check(&self) -> Option<&dyn Check> {
        Some(self)
    }

    fn reader(&self) -> Option<&dyn Reader> {
        Some(self)
    }
}

#[async_trait]
impl Check for HttpGet {
    async fn look(&self, call: &Call, scene: &Scene<'_>) -> Result<Seen, Fault> {
        let answer = match ask(call, scene).await? {
            Ok(answer) => answer,
            Err(why) => return Ok(Seen::not(why)),
        };
        let status = format!("status {}", answer.status);
        if !fits(call, answer.status) {
            return Ok(Seen::not(status));
        }
        Ok(match values::filled(call, "body", scene)? {
            Some(text) if !answer.text().contains(&text) => {
                let text = scene.site.secrets.mask(&text);
                Seen::not(format!("{status}, without {text:?} in its answer"))
            }
            _ => Seen::holds(status),
        })
    }

    fn words(&self, call: &Call) -> String {
        shown(call)
    }
}

#[async_trait]
impl Reader for HttpGet {
    async fn read(&self, call: &Call, scene: &Scene<'_>) -> Result<String, Fault> {
        let url = shown(call);
        let answer = ask(call, scene).await?.map_err(|why| Fault::new(format!("{url}: {why}")))?;
        if !fits(call, answer.status) {
            return Err(Fault::new(format!("{url}: status {}", answer.status)));
        }
        let text = answer.text();
        let value = text.trim();
        if answer.cut || value.len() > VALUE {
            return Err(Fault::new(format!("{url}: its answer is more than 64 KiB, which is no value")));
        }
        Ok(value.to_owned())
    }
}

/// The answer, or why there is none.
async fn ask(call: &Call, scene: &Scene<'_>) -> Result<Result<Response, String>, Fault> {
    let request = request(call, "GET", scene)?;
    Ok(client()?.request(request).await.map_err(|error| error.to_string()))
}

fn fits(call: &Call, status: u16) -> bool {
    values::number(call, "status").unwrap_or(OK) == u64::from(status)
}
