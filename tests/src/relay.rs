//! A way to the API server that a test can cut and mend, while the cluster goes on for all others.

use crate::cluster::Access;
use std::io::{self, copy};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::spawn;

/// It passes bytes on in both directions, as long as it lives.
pub struct Relay {
    port: u16,
    is_cut: Arc<AtomicBool>,
    open: Arc<Mutex<Vec<TcpStream>>>,
}

impl Relay {
    /// To the server of a cluster.
    pub fn new(access: &Access) -> io::Result<Self> {
        let config = std::fs::read_to_string(access.kubeconfig())?;
        let server = config.split("https://").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
        let server = server.to_owned();
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let port = listener.local_addr()?.port();
        let relay = Self { port, is_cut: Arc::default(), open: Arc::default() };
        let (is_cut, open) = (Arc::clone(&relay.is_cut), Arc::clone(&relay.open));
        spawn(move || {
            for client in listener.incoming().flatten() {
                // Under the lock, so that none comes in between when all are cut.
                let mut open = locked(&open);
                // Closed at once, as by a machine on which nothing serves any more.
                if is_cut.load(Ordering::SeqCst) {
                    continue;
                }
                // Who can't be passed on is not served either, and a test that needs it fails by that.
                let _unserved = TcpStream::connect(&server).and_then(|server| {
                    open.extend([client.try_clone()?, server.try_clone()?]);
                    pass_on(client.try_clone()?, server.try_clone()?);
                    pass_on(server, client);
                    Ok(())
                });
            }
        });
        Ok(relay)
    }

    /// A script that reaches the server by this way.
    pub fn through(&self, script: &str) -> String {
        let change = format!("s#https://127.0.0.1:[0-9]*#https://127.0.0.1:{}#", self.port);
        format!("sed -e '{change}' $KUBECONFIG > relayed\nexport KUBECONFIG=$PWD/relayed\n{script}")
    }

    /// Nobody reaches the server any more.
    pub fn cut(&self) {
        let mut open = locked(&self.open);
        self.is_cut.store(true, Ordering::SeqCst);
        for stream in open.drain(..) {
            let _may_be_closed = stream.shutdown(Shutdown::Both);
        }
    }

    /// Whoever tries again reaches it.
    pub fn mend(&self) {
        self.is_cut.store(false, Ordering::SeqCst);
    }
}

fn locked(open: &Mutex<Vec<TcpStream>>) -> MutexGuard<'_, Vec<TcpStream>> {
    open.lock().unwrap_or_else(PoisonError::into_inner)
}

fn pass_on(mut from: TcpStream, mut to: TcpStream) {
    spawn(move || {
        let _ends_with_either = copy(&mut from, &mut to);
        let _may_be_closed = to.shutdown(Shutdown::Both);
    });
}
