//! A server that takes one order, and counts what it was asked for.

use super::service;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

/// It ends with this.
#[derive(Debug)]
pub(super) struct Server {
    seen: Arc<Seen>,
    port: u16,
}

#[derive(Debug, Default)]
struct Seen {
    posted: AtomicU64,
    deleted: AtomicU64,
    ends: AtomicBool,
}

impl Server {
    /// On a port that nobody has.
    pub(super) fn start() -> Result<Self, String> {
        let (listener, port) = service::listen()?;
        let seen = Arc::new(Seen::default());
        let told = Arc::clone(&seen);
        thread::spawn(move || {
            for stream in listener.incoming() {
                if told.ends.load(Ordering::SeqCst) {
                    return;
                }
                // A client that was killed in the middle is no fault of ours.
                let _answered = stream.and_then(|stream| answer(stream, &told));
            }
        });
        Ok(Self { seen, port })
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// Orders that were made and taken back.
    pub(super) fn counted(&self) -> (u64, u64) {
        (self.seen.posted.load(Ordering::SeqCst), self.seen.deleted.load(Ordering::SeqCst))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.seen.ends.store(true, Ordering::SeqCst);
        // It wakes up by a last visitor.
        let _woken = TcpStream::connect(("127.0.0.1", self.port));
    }
}

fn answer(mut stream: TcpStream, seen: &Seen) -> io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(2)))?;
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte)?;
        head.extend(byte);
    }
    if head.starts_with(b"POST") {
        seen.posted.fetch_add(1, Ordering::SeqCst);
    } else if head.starts_with(b"DELETE") {
        seen.deleted.fetch_add(1, Ordering::SeqCst);
    }
    let open = seen.posted.load(Ordering::SeqCst) > seen.deleted.load(Ordering::SeqCst);
    let body = if open { "taken" } else { "none" };
    write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
}
