//! `http.*`, `tcp.open` and `tls.serves` against servers of this process.

use crate::Trial;
use crate::stage::{SECRET, Stage, refused, runtime};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use switchback::action::{Body, Learnt, Probe, Seen, What, noun};
use switchback_compiler::plan::Call;

pub const TRIALS: &[Trial] = &[
    ("http::a_request_is_sent_once_with_all_that_it_has", a_request_is_sent_once_with_all_that_it_has),
    ("http::a_wrong_status_is_a_failure", a_wrong_status_is_a_failure),
    ("http::what_was_never_sent_is_known", what_was_never_sent_is_known),
    ("http::without_an_answer_it_is_not_known", without_an_answer_it_is_not_known),
    ("http::a_request_is_shown_without_secrets", a_request_is_shown_without_secrets),
    ("http::a_page_is_judged", a_page_is_judged),
    ("http::a_page_is_read", a_page_is_read),
    ("http::facts_are_sent_unless_there_is_a_body", facts_are_sent_unless_there_is_a_body),
    ("http::a_port_is_open_or_not", a_port_is_open_or_not),
    ("http::a_certificate_is_looked_at", a_certificate_is_looked_at),
    ("http::addresses_are_judged_when_compiled", addresses_are_judged_when_compiled),
];

/// A server that answers each request alike; what it was asked is kept.
struct Server {
    port: u16,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Without an answer it reads the request and never says a word.
    fn new(answer: Option<&'static str>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&asked);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                kept.lock().unwrap().push(request(&mut stream));
                match answer {
                    Some(answer) => stream.write_all(answer.as_bytes()).unwrap(),
                    None => std::thread::sleep(Duration::from_secs(5)),
                }
            }
        });
        Self { port, asked }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

/// Reads one request, with its body when it says how long that is.
fn request(stream: &mut TcpStream) -> String {
    let (mut text, mut piece) = (String::new(), [0; 4096]);
    loop {
        let read = stream.read(&mut piece).unwrap();
        text.push_str(&String::from_utf8_lossy(&piece[..read]));
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        if read == 0 || body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
            return text;
        }
    }
}

fn nobody() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn look(check: &str) -> Seen {
    Stage::new(&format!("verify {{ {check} }}"), "", &[]).look().unwrap()
}

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 12\r\n\r\n release 42 \n";
const BUSY: &str = "HTTP/1.1 503 Busy\r\ncontent-length: 27\r\n\r\nfirst\nhunter2-secret is bad";

fn a_request_is_sent_once_with_all_that_it_has() {
    let server = Server::new(Some(OK));
    let step = format!(
        "http.request \"PUT\" \"http://127.0.0.1:{}/mode\" body-from=\"files/mode.json.hbs\" {{\n header \"X-Token\" \"{{{{secret}}}}\"\n}}",
        server.port
    );
    let stage = Stage::new(&step, "", &[("files/mode.json.hbs", "{\"run\":\"{{run}}\"}")]);
    assert_eq!(stage.apply(&stage.prepare()).unwrap().changed, 1);
    let asked = server.asked();
    assert_eq!(asked.len(), 1);
    assert!(
        asked[0].starts_with("PUT /mode HTTP/1.1\r\n") && asked[0].ends_with("\r\n\r\n{\"run\":\"abcdef\"}"),
        "{asked:?}"
    );
    assert!(
        asked[0].contains(&format!("x-token: {SECRET}\r\n")) && asked[0].contains("content-type: application/json")
    );
}

fn a_wrong_status_is_a_failure() {
    let server = Server::new(Some(BUSY));
    let stage = Stage::new(&format!("http.request \"POST\" \"http://127.0.0.1:{}/\"", server.port), "", &[]);
    let fault = stage.apply(&stage.prepare()).unwrap_err();
    assert_eq!((fault.why, fault.unknown), (format!("POST http://127.0.0.1:{}/: status 503", server.port), false));
    assert_eq!(fault.details, ["| first", "| ‹hidden› is bad"]);
    let wanted =
        Stage::new(&format!("http.request \"POST\" \"http://127.0.0.1:{}/\" status=503", server.port), "", &[]);
    assert!(wanted.apply(&wanted.prepare()).is_ok());
}

fn what_was_never_sent_is_known() {
    let stage = Stage::new(&format!("http.request \"POST\" \"http://127.0.0.1:{}/\"", nobody()), "", &[]);
    let fault = stage.apply(&stage.prepare()).unwrap_err();
    assert!(fault.why.ends_with("/: connection refused") && !fault.unknown, "{fault:?}");
}

fn without_an_answer_it_is_not_known() {
    let server = Server::new(None);
    let url = format!("http://127.0.0.1:{}/", server.port);
    let stage = Stage::new(&format!("http.request \"POST\" \"{url}\" within=\"300ms\""), "", &[]);
    let recipe = stage.prepare();
    let fault = stage.apply(&recipe).unwrap_err();
    assert_eq!((fault.why, fault.unknown), (format!("POST {url}: no answer within 300ms"), true));
    let seen = format!("POST {url}: it may have been sent, and no answer to it was seen");
    assert_eq!(stage.probe(&recipe), Probe::Unknown(vec![seen]));
}

fn a_request_is_shown_without_secrets() {
    let stage = Stage::new("http.request \"DELETE\" \"http://127.0.0.1/{{secret}}\" within=\"2m\"", "", &[]);
    let change = stage.preview().unwrap().remove(0);
    assert_eq!(change.resource, "request DELETE http://127.0.0.1/‹secret secret›");
    assert_eq!((change.what, change.learnt), (What::Unknown, Learnt::NotKnowable));
    assert_eq!(change.body, Body::Words("wants any 2xx; limit 2m".into()));
    assert!(!serde_json::to_string(&stage.prepare()).unwrap().contains(SECRET));
}

fn a_page_is_judged() {
    let (ok, busy) = (Server::new(Some(OK)), Server::new(Some(BUSY)));
    let url = |server: &Server| format!("http.get \"http://127.0.0.1:{}/\"", server.port);
    assert_eq!(look(&url(&ok)), Seen::holds("status 200"));
    assert_eq!(look(&url(&busy)), Seen::not("status 503"));
    assert_eq!(look(&format!("{} status=503", url(&busy))), Seen::holds("status 503"));
    assert_eq!(look(&format!("{} body=\"release 42\"", url(&ok))), Seen::holds("status 200"));
    let without = look(&format!("{} body=\"release 43\"", url(&ok)));
    assert_eq!(without, Seen::not("status 200, without \"release 43\" in its answer"));
    assert_eq!(look(&format!("http.get \"http://127.0.0.1:{}/\"", nobody())), Seen::not("connection refused"));
    look(&format!("{} {{ header \"X-Token\" \"{{{{secret}}}}\" }}", url(&ok)));
    assert!(ok.asked().last().unwrap().contains(&format!("x-token: {SECRET}")));
}

fn a_page_is_read() {
    let read = |server: &Server| {
        Stage::new(&format!("verify {{ http.get \"http://127.0.0.1:{}/\" }}", server.port), "", &[]).read()
    };
    assert_eq!(read(&Server::new(Some(OK))).unwrap(), "release 42");
    assert!(read(&Server::new(Some(BUSY))).unwrap_err().why.ends_with("/: status 503"));
}

fn facts_are_sent_unless_there_is_a_body() {
    let server = Server::new(Some(OK));
    let send = |port: u16, more: &str| {
        let url = format!("http://127.0.0.1:{port}/");
        let call = Call {
            kind: "http.post".into(),
            values: serde_json::from_str(&format!("{{\"url\":\"{url}\"{more}}}")).unwrap(),
        };
        let stage = Stage::new("verify { tcp.open \"127.0.0.1:1\" }", "", &[]);
        let facts = serde_json::json!({ "event": "failed", "why": format!("said {SECRET}") });
        let message = noun("http.post").unwrap().message().unwrap();
        stage.on("notify", Duration::from_secs(5), async |scene| message.send(&call, &facts, &scene).await)
    };
    send(server.port, "").unwrap();
    send(server.port, ",\"body\":\"moved\",\"header\":[[\"X-Team\",\"web\"]]").unwrap();
    let asked = server.asked();
    assert!(asked[0].ends_with("\r\n\r\n{\"event\":\"failed\",\"why\":\"said ‹hidden›\"}"), "{}", asked[0]);
    assert!(asked[0].contains("content-type: application/json"));
    assert!(asked[1].ends_with("\r\n\r\nmoved") && asked[1].contains("x-team: web"), "{}", asked[1]);
    assert!(send(Server::new(Some(BUSY)).port, "").unwrap_err().why.ends_with("status 503"));
    assert!(send(nobody(), "").unwrap_err().why.ends_with("connection refused"));
}

fn a_port_is_open_or_not() {
    let server = Server::new(Some(OK));
    assert_eq!(look(&format!("tcp.open \"127.0.0.1:{}\"", server.port)), Seen::holds("open"));
    assert_eq!(look(&format!("tcp.open \"127.0.0.1:{}\"", nobody())), Seen::not("connection refused"));
}

fn a_certificate_is_looked_at() {
    let runtime = runtime();
    let address = runtime.block_on(serve_tls());
    let serves = |more: &str| look(&format!("tls.serves \"{address}\" {more}"));
    let held = serves("serial=\"0A:1B:2C\" name=\"shop.lumen.example\" days=1");
    assert!(held.holds && held.says.starts_with("serial a1b2c, until "), "{held:?}");
    assert_eq!(serves("serial=\"1\""), Seen::not("serial a1b2c, not 1"));
    let other = serves("name=\"other.example\"");
    assert_eq!(other, Seen::not("it is for shop.lumen.example and 127.0.0.1, not for other.example"));
    assert!(!serves("days=1000000").holds);
}

async fn serve_tls() -> String {
    let certificate = include_bytes!("../tls/certificate.der").to_vec().into();
    let key = rustls::pki_types::PrivateKeyDer::try_from(include_bytes!("../tls/key.der").to_vec()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_no_client_auth().with_single_cert(vec![certificate], key).unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            // A client that only looks hangs up as soon as it has seen the certificate.
            tokio::spawn(async move { acceptor.accept(stream).await.map(drop) });
        }
    });
    address
}

fn addresses_are_judged_when_compiled() {
    let none: [&str; 0] = [];
    assert_eq!(
        refused("verify { http.get \"localhost:8080/health\" }"),
        ["`localhost:8080/health` is no address of http or https"]
    );
    assert_eq!(refused("verify { http.get \"{{secret}}/health\" }"), none);
    assert_eq!(refused("verify { tcp.open \"localhost\" }"), ["`localhost` is no host and port"]);
    assert_eq!(refused("verify { tls.serves \"[::1]:443\" }"), none);
    assert_eq!(
        refused("http.request \"GET\" \"http://a/\" { env \"A\" \"b\" }"),
        ["`env` says nothing to `http.request`"]
    );
}
