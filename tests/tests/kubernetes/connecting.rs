//! The way to a cluster, and all that can be wrong with it.

use crate::stage::{admin, cluster, config_map, connect, name, of_account, run, short};
use serde_json::json;
use std::fs;
use std::time::{Duration, Instant};
use switchback::world::cluster::{Cluster as Client, Conflicts, Fault, FaultKind, Limits, Mode, Source};
use switchback_tests::cluster::Certificate;

async fn refused(source: Source) -> Fault {
    Client::connect(&source, short()).await.unwrap_err()
}

#[test]
fn a_client_knows_whom_it_talks_to() {
    let cluster = cluster!(shared, "a_client_knows_whom_it_talks_to");
    let client = run(admin(cluster));
    assert_eq!((client.context(), client.namespace()), ("test", "default"));
    assert!(client.server().starts_with("https://127.0.0.1:"), "{client:?}");
    assert!(client.version().starts_with("v1."), "{}", client.version());
}

#[test]
fn what_is_wrong_with_a_kubeconfig_is_told_with_a_way_out() {
    let cluster = cluster!(shared, "what_is_wrong_with_a_kubeconfig_is_told_with_a_way_out");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config");
    run(async {
        let missing = refused(Source { kubeconfig: Some(file.clone()), context: None }).await;
        assert_eq!(missing.kind, FaultKind::Setup);
        assert!(
            missing.what.contains("can't be read") && missing.help.unwrap().contains("KUBECONFIG"),
            "{}",
            missing.what
        );
        fs::write(&file, "users:\n- name: a\n  user: { token: tulip-and-rose\n").unwrap();
        let broken = refused(Source { kubeconfig: Some(file.clone()), context: None }).await;
        assert!(
            broken.what.starts_with("the kubeconfig is not one: line ") && !broken.what.contains("tulip"),
            "{broken:?}"
        );
        let context = Some("prod".to_owned());
        let other = refused(Source { kubeconfig: Some(cluster.access().kubeconfig()), context }).await;
        assert_eq!(other.what, "the kubeconfig has no context `prod`");
        assert_eq!(other.help.as_deref(), Some("it has `test`"));
        fs::write(&file, "clusters: []\ncontexts: []\n").unwrap();
        let none = refused(Source { kubeconfig: Some(file.clone()), context: None }).await;
        assert_eq!(none.help.as_deref(), Some("it has no context at all"));
    });
}

#[test]
fn a_server_that_is_not_there_is_told_at_once() {
    let cluster = cluster!(shared, "a_server_that_is_not_there_is_told_at_once");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config");
    let text = fs::read_to_string(cluster.access().kubeconfig()).unwrap();
    let server = run(admin(cluster)).server().trim_end_matches('/').to_owned();
    // A port that was free a moment ago, and whose owner is gone.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    fs::write(&file, text.replace(&server, &format!("https://127.0.0.1:{port}"))).unwrap();
    let fault = run(connect(file, Limits::default())).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Unreachable);
    let wanted = format!("https://127.0.0.1:{port}/: the API server can't be reached: connection refused");
    assert_eq!(fault.what, wanted);
}

#[test]
fn a_foreign_certificate_is_not_trusted() {
    let mut cluster = cluster!(own, "a_foreign_certificate_is_not_trusted");
    cluster.kill_api_server().unwrap();
    cluster.start_api_server(Certificate::Foreign).unwrap();
    let fault = run(connect(cluster.access().kubeconfig(), Limits::default())).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Untrusted);
    assert!(fault.what.contains("the server is not trusted: the certificate"), "{}", fault.what);
}

#[test]
fn credentials_that_end_are_told_as_such() {
    let cluster = cluster!(shared, "credentials_that_end_are_told_as_such");
    let namespace = cluster.namespace("ends").unwrap();
    let file = of_account(cluster, &namespace, "robot");
    run(async {
        let client = connect(file, Limits::default()).await.unwrap();
        let names = name("ConfigMap", &namespace, "a");
        assert_eq!(client.get(&names).await.unwrap(), None);
        cluster.kubectl(&["delete", "serviceaccount", "robot", "--namespace", &namespace], "").unwrap();
        // The server remembers for some seconds that a token is good.
        let deadline = Instant::now() + Duration::from_mins(1);
        let fault = loop {
            if let Err(fault) = client.get(&names).await {
                break fault;
            }
            assert!(Instant::now() < deadline, "the token is good for ever");
            tokio::time::sleep(Duration::from_millis(200)).await;
        };
        assert_eq!(fault.kind, FaultKind::Unauthorized);
        assert!(fault.what.contains("expired") && fault.help.unwrap().starts_with("log in again"), "{}", fault.what);
    });
}

#[test]
fn a_right_that_is_missing_is_named() {
    let cluster = cluster!(shared, "a_right_that_is_missing_is_named");
    let namespace = cluster.namespace("rights").unwrap();
    let file = of_account(cluster, &namespace, "reader");
    run(async {
        let client = connect(file, Limits::default()).await.unwrap();
        let names = name("ConfigMap", &namespace, "a");
        let fault =
            client.apply(&names, &config_map("a", &json!({})), Conflicts::Refuse, Mode::DryRun).await.unwrap_err();
        assert_eq!(fault.kind, FaultKind::Forbidden);
        let wanted =
            format!("ask for this right, until `kubectl auth can-i patch configmaps --namespace {namespace}` says yes");
        assert_eq!(fault.help, Some(wanted));
        let fault = client.get(&name("Secret", &namespace, "a")).await.unwrap_err();
        assert_eq!(fault.kind, FaultKind::Forbidden);
    });
}

#[test]
fn a_read_outlasts_a_server_that_is_away_and_a_write_does_not() {
    let mut cluster = cluster!(own, "a_read_outlasts_a_server_that_is_away_and_a_write_does_not");
    let names = name("ConfigMap", "default", "a");
    let map = config_map("a", &json!({ "k": "v" }));
    run(async {
        let client = admin(&cluster).await;
        client.create(&names, &map, Mode::Real).await.unwrap();
        cluster.kill_api_server().unwrap();
        let fault = client.apply(&names, &map, Conflicts::Refuse, Mode::Real).await.unwrap_err();
        assert!(matches!(fault.kind, FaultKind::Unreachable | FaultKind::Unknown), "{fault:?}");
        let impatient = client.with_limits(short().impatient());
        assert_eq!(impatient.get(&names).await.unwrap_err().kind, FaultKind::Unreachable);
        let reading = tokio::spawn({
            let (client, names) = (client.clone(), names.clone());
            async move { client.get(&names).await }
        });
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert!(!reading.is_finished());
        tokio::task::block_in_place(|| cluster.start_api_server(Certificate::Own)).unwrap();
        assert_eq!(reading.await.unwrap().unwrap().unwrap().get("/data/k"), Some(&json!("v")));
    });
}

#[test]
fn a_server_that_hangs_leaves_a_write_unknown_and_a_read_unanswered() {
    let mut cluster = cluster!(own, "a_server_that_hangs_leaves_a_write_unknown_and_a_read_unanswered");
    let names = name("ConfigMap", "default", "a");
    run(async {
        let client = connect(cluster.access().kubeconfig(), short()).await.unwrap();
        // A connection that is open when the server stops, so that the request is sent.
        assert_eq!(client.get(&names).await.unwrap(), None);
        cluster.hang_api_server().unwrap();
        let fault = client.create(&names, &config_map("a", &json!({})), Mode::Real).await.unwrap_err();
        assert_eq!(fault.kind, FaultKind::Unknown);
        assert_eq!(fault.what, "a change was sent, and it is not known whether it was made: no answer within 3s");
        let fault = client.get(&names).await.unwrap_err();
        assert_eq!(fault.kind, FaultKind::Unreachable);
        cluster.wake_api_server().unwrap();
        client.with_limits(Limits::default()).get(&names).await.unwrap();
    });
}
