//! Requests, ports and certificates, all on 127.0.0.1.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::sync::Arc;
use std::time::Duration;
use switchback::world::http::{Http, Request};
use switchback::world::{NetError, tcp, tls};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const LIMIT: Duration = Duration::from_secs(10);

/// Answers each connection with what the function makes of the request, and hangs up.
async fn server(answer: impl Fn(String) -> Vec<u8> + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = vec![0; 4096];
            let read = stream.read(&mut request).await.unwrap();
            request.truncate(read);
            let _ = stream.write_all(&answer(String::from_utf8_lossy(&request).into_owned())).await;
        }
    });
    address
}

fn ok(body: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

/// An address where nobody listens.
async fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap().to_string()
}

async fn serve_tls() -> String {
    let certificate = CertificateDer::from(include_bytes!("tls/certificate.der").to_vec());
    let key = PrivateKeyDer::try_from(include_bytes!("tls/key.der").to_vec()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_no_client_auth().with_single_cert(vec![certificate], key).unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            if let Ok(mut stream) = acceptor.accept(stream).await {
                let _ = stream.read(&mut [0; 10]).await;
            }
        }
    });
    address
}

#[tokio::test]
async fn a_request_is_sent_whole_and_the_answer_read() {
    let address = server(|request| ok(&request)).await;
    let request = Request {
        method: "POST".into(),
        headers: vec![("X-Token".into(), "t1".into())],
        body: Some(b"payload".to_vec()),
        ..Request::get(format!("http://{address}/a?b=c"), LIMIT)
    };
    let response = Http::new().unwrap().request(request).await.unwrap();
    assert_eq!((response.status, response.cut), (200, false));
    let text = response.text().into_owned();
    assert!(text.starts_with("POST /a?b=c HTTP/1.1\r\n") && text.contains("x-token: t1\r\n"), "{text}");
}

#[tokio::test]
async fn a_redirect_is_an_answer_unless_asked() {
    let address = server(|request| {
        if request.starts_with("GET /new") {
            return ok("there");
        }
        let to = if request.starts_with("GET /circle") { "/circle" } else { "/new" };
        format!("HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n").into_bytes()
    })
    .await;
    let http = Http::new().unwrap();
    let url = format!("http://{address}/old");
    assert_eq!(http.get(&url, LIMIT).await.unwrap().status, 302);
    let followed = http.request(Request { follow: true, ..Request::get(url, LIMIT) }).await.unwrap();
    assert_eq!((followed.status, followed.text().as_ref()), (200, "there"));
    let circle = Request { follow: true, ..Request::get(format!("http://{address}/circle"), LIMIT) };
    assert_eq!(http.request(circle).await.unwrap_err(), NetError::Redirects);
}

#[tokio::test]
async fn a_long_answer_is_cut() {
    let address = server(|_| ok(&"x".repeat(3 * 1024 * 1024))).await;
    let response = Http::new().unwrap().get(&format!("http://{address}/"), LIMIT).await.unwrap();
    assert_eq!((response.body.len(), response.cut), (1024 * 1024, true));
}

#[tokio::test]
async fn what_goes_wrong_is_said_in_a_fragment_without_secrets() {
    let http = Http::new().unwrap();
    let (nobody, silent, broken) =
        (nobody().await, TcpListener::bind("127.0.0.1:0").await.unwrap(), server(|_| vec![]).await);
    let silent = silent.local_addr().map(|address| (silent, address.to_string())).unwrap();
    let asked = [
        (format!("http://user:hunter2@{nobody}/?token=hunter2"), "connection refused"),
        (format!("http://user:hunter2@{}/?token=hunter2", silent.1), "no answer within 200ms"),
        (format!("http://{broken}/hunter2"), "the answer is not one of HTTP, or ended too early"),
        (format!("https://{broken}/hunter2"), "the other side cut the connection"),
        ("ftp://hunter2".into(), "not an URL that begins with `http://` or `https://`"),
        ("hunter2".into(), "not an URL"),
    ];
    for (url, expected) in asked {
        let limit = if expected.contains("200ms") { Duration::from_millis(200) } else { LIMIT };
        let error = http.get(&url, limit).await.unwrap_err();
        assert_eq!(error.to_string(), expected, "{url}");
        assert!(!format!("{error:?}").contains("hunter2"));
    }
    let header = Request { headers: vec![("a b".into(), "hunter2".into())], ..Request::get("http://127.0.0.1", LIMIT) };
    assert_eq!(http.request(header).await.unwrap_err().to_string(), "not a name of a header");
}

#[tokio::test]
async fn an_untrusted_certificate_is_refused_by_requests() {
    let address = serve_tls().await;
    let error = Http::new().unwrap().get(&format!("https://{address}/"), LIMIT).await.unwrap_err();
    assert_eq!(error.to_string(), "the certificate is of an unknown issuer");
}

#[tokio::test]
async fn a_port_is_open_or_refuses() {
    let address = server(|_| vec![]).await;
    assert!(tcp::connect(&address, LIMIT).await.unwrap() < LIMIT);
    assert_eq!(tcp::connect(&nobody().await, LIMIT).await, Err(NetError::Refused));
    assert!(matches!(tcp::connect("no-port", LIMIT).await, Err(NetError::Address(_))));
}

#[tokio::test]
async fn a_certificate_is_read_though_nobody_trusts_it() {
    let address = serve_tls().await;
    let shown = tls::certificate(&address, Some("shop.lumen.example"), LIMIT).await.unwrap();
    assert_eq!(shown.names, ["shop.lumen.example", "127.0.0.1"]);
    assert_eq!(shown.serial, "a1b2c");
    assert!(shown.has_serial("0A:1B:2C") && shown.has_serial("0x0a1b2c") && !shown.has_serial("0a1b2d"));
    assert!(shown.not_before < shown.not_after);
    assert_eq!(tls::certificate(&address, None, LIMIT).await.unwrap(), shown);
    let plain = server(|_| b"220 mail.lumen.example ready\r\n".to_vec()).await;
    let error = tls::certificate(&plain, None, LIMIT).await.unwrap_err();
    assert_eq!(error.to_string(), "the other side does not speak TLS");
    assert_eq!(tls::certificate(&nobody().await, None, LIMIT).await.unwrap_err(), NetError::Refused);
}
