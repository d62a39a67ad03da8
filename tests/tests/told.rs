//! Who is told of a run: others by `notify`, and readers that may not read.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Child;
use std::time::{Duration, Instant};
use switchback_tests::person::Project;

/// What a message says; its sender waits for an answer as long as the stream is open.
fn message(listener: &TcpListener) -> (TcpStream, String) {
    let (mut stream, _) = listener.accept().unwrap();
    let (mut request, mut part) = (Vec::new(), [0; 4096]);
    // The facts are one JSON object, and the end of the body.
    while !request.ends_with(b"}") {
        let read = stream.read(&mut part).unwrap();
        assert!(read > 0, "{}", String::from_utf8_lossy(&request));
        request.extend(part.get(..read).unwrap_or_default());
    }
    (stream, String::from_utf8(request).unwrap())
}

fn answer(mut stream: TcpStream, status: &str) {
    write!(stream, "HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").unwrap();
}

/// Runs a plan that ends so, and looks at its journal while others are told.
fn is_told_when_it_is_so(plan: &str, event: &str, result: &str) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let plan = format!("notify \"chat\" on=\"{event}\" {{ http.post \"http://127.0.0.1:{port}/\" }}\n{plan}");
    let project = Project::new(&plan, &[]).unwrap();
    std::thread::scope(|scope| {
        let run = scope.spawn(|| project.alone(&["run", "go.plan.kdl", "--yes"]).unwrap());
        let (stream, said) = message(&listener);
        assert!(said.contains(&format!("\"event\":\"{event}\"")), "{said}");
        let status = project.alone(&["status"]).unwrap();
        answer(stream, "500 Internal Server Error");
        let ended = run.join().unwrap();
        assert!(status.said.contains(result) && !status.said.contains(" runs"), "{}\n{}", status.said, ended.said);
        let note = format!("note: notify chat was not told of {event}: ");
        assert!(ended.said.contains(&note), "{}", ended.said);
    });
    let report = project.report().unwrap();
    assert!(report.contains(&format!("notify chat was not told of {event}")), "{report}");
}

#[test]
fn others_are_told_that_a_run_is_done_when_its_journal_says_so() {
    is_told_when_it_is_so("step \"a\" { file.write \"a\" content=\"1\" }", "done", "done");
}

#[test]
fn others_are_told_that_a_run_is_undone_when_its_journal_says_so() {
    let plan = "step \"a\" { file.write \"a\" content=\"1\"; verify { file.contains \"a\" \"2\" within=\"100ms\" } }";
    is_told_when_it_is_so(plan, "undone", "undone");
}

/// More than any pipe holds.
fn long() -> String {
    (0..600).fold(String::new(), |mut plan, at| {
        let _ = writeln!(plan, "step \"s{at}\" {{ file.write \"f{at}\" content=\"{at}\\n\" }}");
        plan
    })
}

/// Its exit status. One that never ends is a run that waits for its reader.
fn ends(mut child: Child) -> Option<i32> {
    let began = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        if began.elapsed() > Duration::from_mins(3) {
            child.kill().unwrap();
            let _reaped = child.wait();
            return None;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_pipe_that_nobody_reads_does_not_stop_a_run() {
    for more in [["--events", "json"], ["--progress", "plain"]] {
        let project = Project::new(&long(), &[]).unwrap();
        let mut child = project.piped(&[&["run", "go.plan.kdl", "--yes"][..], &more].concat()).unwrap();
        // Only what is left of the other stream is let go.
        let (out, err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        let (unread, read): (Box<dyn Read + Send>, Box<dyn Read + Send>) =
            if more == ["--events", "json"] { (Box::new(out), Box::new(err)) } else { (Box::new(err), Box::new(out)) };
        let other = std::thread::spawn(move || std::io::copy(&mut { read }, &mut std::io::sink()));
        assert_eq!(ends(child), Some(0), "{more:?}");
        let _ended = other.join().unwrap();
        drop(unread);
        assert_eq!(project.holds("f599").as_deref(), Some("599\n"));
        let status = project.alone(&["status"]).unwrap();
        assert!(status.said.contains("done") && status.said.contains("600 of 600"), "{}", status.said);
    }
}
