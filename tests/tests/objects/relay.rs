//! A way to the API server that a test can cut and mend, while the cluster goes on for all others.

use crate::stage::Stage;
use std::io::copy;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::spawn;

/// It passes bytes on in both directions, as long as it lives.
pub struct Relay {
    port: u16,
    is_cut: Arc<AtomicBool>,
    open: Arc<Mutex<Vec<TcpStream>>>,
}

impl Relay {
    /// To the server of a stage's cluster.
    pub fn new(stage: &Stage) -> Self {
        let config = std::fs::read_to_string(stage.cluster().access().kubeconfig()).unwrap();
        let server = config.split("https://").nth(1).and_then(|rest| rest.split('"').next()).unwrap().to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let relay = Self { port: listener.local_addr().unwrap().port(), is_cut: Arc::default(), open: Arc::default() };
        let (is_cut, open) = (Arc::clone(&relay.is_cut), Arc::clone(&relay.open));
        spawn(move || {
            for client in listener.incoming().flatten() {
                // Under the lock, so that none comes in between when all are cut.
                let mut open = open.lock().unwrap();
                // Closed at once, as by a machine on which nothing serves any more.
                if is_cut.load(Ordering::SeqCst) {
                    continue;
                }
                let server = TcpStream::connect(&server).unwrap();
                open.extend([client.try_clone().unwrap(), server.try_clone().unwrap()]);
                drop(open);
                pass_on(client.try_clone().unwrap(), server.try_clone().unwrap());
                pass_on(server, client);
            }
        });
        relay
    }

    /// A script that reaches the server by this way.
    pub fn through(&self, script: &str) -> String {
        let change = format!("s#https://127.0.0.1:[0-9]*#https://127.0.0.1:{}#", self.port);
        format!("sed -e '{change}' $KUBECONFIG > relayed\nexport KUBECONFIG=$PWD/relayed\n{script}")
    }

    /// Nobody reaches the server any more.
    pub fn cut(&self) {
        let mut open = self.open.lock().unwrap();
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

fn pass_on(mut from: TcpStream, mut to: TcpStream) {
    spawn(move || {
        let _ends_with_either = copy(&mut from, &mut to);
        let _may_be_closed = to.shutdown(Shutdown::Both);
    });
}
