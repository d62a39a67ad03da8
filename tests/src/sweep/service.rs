//! The services that runs start: whether they serve, and their end with the case.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

/// Below the ports that the kernel gives to clients, so that no outgoing connection takes one of ours.
const FIRST: u16 = 20_000;
const PORTS: u16 = 12_000;

/// A port that nobody uses.
pub(super) fn port() -> Result<u16, String> {
    listen().map(|(_, port)| port)
}

/// Takes a port that nobody uses.
pub(super) fn listen() -> Result<(TcpListener, u16), String> {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let start = (std::process::id() % 97) as u16 * 120;
    for _ in 0..PORTS {
        let port = FIRST + (start + NEXT.fetch_add(1, Ordering::SeqCst)) % PORTS;
        if let Ok(listener) = TcpListener::bind(("127.0.0.1", port)) {
            return Ok((listener, port));
        }
    }
    Err("no port is free".to_owned())
}

/// What a service says of its health; none when nobody listens.
pub(super) fn health(port: u16) -> Option<String> {
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(2)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(2))).ok()?;
    stream.write_all(b"GET /health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    answer.split_once("\r\n\r\n").map(|(_, body)| body.trim().to_owned())
}

/// How many processes work in a platform: those of its services, once no command runs there.
pub(super) fn processes(platform: &Path) -> usize {
    let all = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = all.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter(|pid| works_in(*pid, platform)).count()
}

/// Ends what the services of a platform left running: the processes in their own records, no others.
pub(super) fn end(platform: &Path) {
    let starts = fs::read_dir(platform.join(".switchback/services")).into_iter().flatten().flatten();
    let starts = starts.flat_map(|service| fs::read_dir(service.path()).into_iter().flatten().flatten());
    for start in starts {
        let record = fs::read_to_string(start.path().join("process.json")).unwrap_or_default();
        let record: serde_json::Value = serde_json::from_str(&record).unwrap_or_default();
        let pid = record.get("pid").and_then(serde_json::Value::as_i64).and_then(|pid| i32::try_from(pid).ok());
        if let Some(pid) = pid.filter(|pid| works_in(*pid, platform))
            && let Some(pid) = rustix::process::Pid::from_raw(pid)
        {
            // It may have ended meanwhile.
            let _ended = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        }
    }
}

/// A number may belong to another process by now; ours works in the platform.
fn works_in(pid: i32, platform: &Path) -> bool {
    let cwd = fs::read_link(format!("/proc/{pid}/cwd"));
    cwd.is_ok_and(|cwd| fs::canonicalize(platform).is_ok_and(|platform| cwd == platform))
}
