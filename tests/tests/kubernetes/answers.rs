//! Answers that a healthy API server seldom gives, from a server that plays one.

use crate::stage::{config_map, name, run, short};
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use switchback::world::cluster::{
    Cluster as Client, Conflicts, FaultKind, Limits, Mode, Object, ObjectName, Restored, Selection, Source,
};

/// What the server says to requests for objects, one after the other, and the requests that came.
#[derive(Clone, Default)]
struct Play {
    answers: Arc<Mutex<Vec<(&'static str, &'static str)>>>,
    asked: Arc<Mutex<Vec<String>>>,
    /// Whether it can't tell its kinds, and how often it was asked for them then.
    kinds: Arc<Mutex<(bool, usize)>>,
}

impl Play {
    fn says(&self, answers: &[(&'static str, &'static str)]) {
        *self.answers.lock().unwrap() = answers.iter().rev().copied().collect();
        self.asked.lock().unwrap().clear();
    }

    fn asked(&self) -> usize {
        self.asked.lock().unwrap().len()
    }

    fn answer(&self, asked: &str) -> (String, String) {
        let path = asked.split(' ').nth(1).unwrap();
        let resource =
            json!({ "resource": "configmaps", "scope": "Namespaced", "responseKind": { "kind": "ConfigMap" } });
        let core = json!([{ "metadata": {}, "versions": [{ "version": "v1", "resources": [resource] }] }]);
        let told: Value = match path {
            "/version" => json!({ "gitVersion": "v1.36.0" }),
            "/api" if self.kinds.lock().unwrap().0 => {
                self.kinds.lock().unwrap().1 += 1;
                return (AWAY.0.to_owned(), AWAY.1.to_owned());
            }
            "/api" => json!({ "items": core }),
            "/apis" => json!({ "items": [] }),
            _ => {
                self.asked.lock().unwrap().push(asked.to_owned());
                match self.answers.lock().unwrap().pop() {
                    Some((head, body)) => return (head.to_owned(), body.to_owned()),
                    None => json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "a" } }),
                }
            }
        };
        ("200 OK".to_owned(), told.to_string())
    }

    /// Answers requests until the other side goes. An answer without a head cuts the connection instead.
    fn serve(&self, stream: &TcpStream) -> Option<()> {
        let mut reader = BufReader::new(stream);
        loop {
            let (mut first, mut length) = (String::new(), 0);
            reader.read_line(&mut first).ok().filter(|read| *read > 0)?;
            loop {
                let mut line = String::new();
                reader.read_line(&mut line).ok()?;
                if let Some(told) = line.to_lowercase().strip_prefix("content-length:") {
                    length = told.trim().parse().ok()?;
                }
                if line.trim().is_empty() {
                    break;
                }
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).ok()?;
            let (head, body) = self.answer(&first);
            if head.is_empty() {
                return None;
            }
            let length = body.len();
            write!(
                &*stream,
                "HTTP/1.1 {head}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
            )
            .ok()?;
        }
    }
}

/// A client of such a server.
async fn client(play: &Play, limits: Limits) -> Client {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config");
    let text = format!(
        "clusters: [{{name: a, cluster: {{server: \"http://127.0.0.1:{port}\"}}}}]\nusers: [{{name: a, user: {{}}}}]\n\
         contexts: [{{name: a, context: {{cluster: a, user: a}}}}]\ncurrent-context: a\n"
    );
    fs::write(&file, text).unwrap();
    let play = play.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let play = play.clone();
            std::thread::spawn(move || play.serve(&stream.unwrap()));
        }
    });
    Client::connect(&Source { kubeconfig: Some(file), context: None }, limits).await.unwrap()
}

fn map() -> (ObjectName, Object) {
    (name("ConfigMap", "default", "a"), config_map("a", &json!({})))
}

const BUSY: (&str, &str) = ("429 Too Many Requests\r\nretry-after: 1", "busy");
const AWAY: (&str, &str) = ("503 Service Unavailable", r#"{"kind":"Status","message":"no endpoints"}"#);
const BROKEN: (&str, &str) =
    ("500 Internal Server Error", r#"{"kind":"Status","message":"etcdserver: request timed out"}"#);
/// What stands before a server answers in its own words.
const BETWEEN: (&str, &str) = ("503 Service Unavailable", "upstream connect error");
const CUT: (&str, &str) = ("", "");

#[test]
fn a_read_is_tried_again_when_the_server_asks_for_it() {
    run(async {
        let play = Play::default();
        let client = client(&play, Limits::default()).await;
        client.kinds().await.unwrap();
        play.says(&[BUSY, AWAY, BROKEN, CUT]);
        let began = Instant::now();
        assert!(client.get(&map().0).await.unwrap().is_some());
        assert_eq!(play.asked(), 5);
        // It was asked to wait a second, and no machine is too fast for that.
        assert!(began.elapsed() >= Duration::from_secs(1));
        play.says(&[AWAY]);
        let (names, object) = map();
        client.apply(&names, &object, Conflicts::Refuse, Mode::DryRun).await.unwrap();
        assert_eq!(play.asked(), 2);
    });
}

#[test]
fn a_write_is_sent_once_whatever_comes_back() {
    run(async {
        let play = Play::default();
        let client = client(&play, Limits::default()).await;
        let (names, object) = map();
        let second = Some(Duration::from_secs(1));
        let cases = [
            (BUSY, FaultKind::Transient(second)),
            (AWAY, FaultKind::Transient(None)),
            (BETWEEN, FaultKind::Unknown),
            (BROKEN, FaultKind::Unknown),
            (CUT, FaultKind::Unknown),
        ];
        for (answer, wanted) in cases {
            client.kinds().await.unwrap();
            play.says(&[answer]);
            let fault = client.apply(&names, &object, Conflicts::Refuse, Mode::Real).await.unwrap_err();
            assert_eq!((fault.kind, play.asked()), (wanted, 1), "{answer:?}");
        }
    });
}

#[test]
fn a_read_is_given_up_in_the_end() {
    run(async {
        let play = Play::default();
        let client = client(&play, short()).await;
        play.says(&[AWAY; 100]);
        let fault = client.get(&map().0).await.unwrap_err();
        assert_eq!((fault.kind, fault.what.as_str()), (FaultKind::Transient(None), "no endpoints"));
        assert!((2..100).contains(&play.asked()), "{}", play.asked());
    });
}

#[test]
fn a_list_that_never_ends_is_refused() {
    run(async {
        let play = Play::default();
        let client = client(&play, short()).await;
        let kind = client.kind("", "ConfigMap").await.unwrap();
        play.says(&[("200 OK", r#"{"items":[],"metadata":{"continue":"again"}}"#); 100]);
        let fault = client.list(&kind, &Selection::default()).await.unwrap_err();
        assert_eq!(fault.what, "the server's list of `/api/v1/configmaps` has no end");
        assert_eq!(play.asked(), 2);
    });
}

#[test]
fn a_list_whose_place_is_too_long_ago_begins_again() {
    run(async {
        let play = Play::default();
        let client = client(&play, short()).await;
        let kind = client.kind("", "ConfigMap").await.unwrap();
        let part = ("200 OK", r#"{"items":[{"metadata":{"name":"a"}}],"metadata":{"continue":"again"}}"#);
        let gone = ("410 Gone", r#"{"kind":"Status","reason":"Expired","message":"too old","code":410}"#);
        let whole = ("200 OK", r#"{"items":[{"metadata":{"name":"a"}},{"metadata":{"name":"b"}}],"metadata":{}}"#);
        play.says(&[part, gone, whole]);
        let told = client.list(&kind, &Selection::default()).await.unwrap();
        assert_eq!(told.iter().map(Object::name).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(play.asked(), 3);
        // One that is older each time is given up.
        play.says(&[part, gone].repeat(50));
        assert_eq!(client.list(&kind, &Selection::default()).await.unwrap_err().kind, FaultKind::Expired);
        assert!(play.asked() < 100);
    });
}

#[test]
fn what_is_put_back_is_tried_again_while_the_server_can_not_take_it() {
    run(async {
        let play = Play::default();
        let client = client(&play, Limits::default()).await;
        let (names, before) = map();
        play.says(&[ABSENT, AWAY, ABSENT, ("201 Created", MADE), ("200 OK", MADE)]);
        assert_eq!(client.restore(&names, Some(&before), None, Mode::Real).await, Ok(Restored::Created));
        let posts = play.asked.lock().unwrap().iter().filter(|asked| asked.starts_with("POST")).count();
        assert_eq!(posts, 2);
    });
}

const ABSENT: (&str, &str) =
    ("404 Not Found", r#"{"kind":"Status","reason":"NotFound","message":"configmaps \"a\" not found"}"#);
const MADE: &str = r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{}}"#;

#[test]
fn all_who_wait_for_the_kinds_hear_that_they_can_not_be_told() {
    run(async {
        let play = Play::default();
        let client = client(&play, short()).await;
        play.kinds.lock().unwrap().0 = true;
        let all = futures_util::future::join_all((0..20).map(|_| client.kinds())).await;
        assert!(all.iter().all(Result::is_err));
        // One question is tried again for a second; of twenty, one after the other, each would be.
        let asked = play.kinds.lock().unwrap().1;
        assert!((2..20).contains(&asked), "{asked}");
    });
}
