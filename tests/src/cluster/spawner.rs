//! Starts processes from one thread that lives as long as this process.
//!
//! The kernel kills a child that asked for it when the *thread* that started it ends, and each test has a thread.

use std::io;
use std::process::{Child, Command};
use std::sync::LazyLock;
use std::sync::mpsc::{Receiver, Sender, channel};

struct Order {
    command: Command,
    answer: Sender<io::Result<Child>>,
}

static SPAWNER: LazyLock<Sender<Order>> = LazyLock::new(|| {
    let (sender, orders) = channel();
    std::thread::spawn(move || serve(&orders));
    sender
});

fn serve(orders: &Receiver<Order>) {
    for mut order in orders {
        // Who asked may be gone; a child of his is then nobody's, but ends with this process.
        let _ = order.answer.send(order.command.spawn());
    }
}

/// Starts it.
pub(super) fn spawn(command: Command) -> io::Result<Child> {
    let (answer, child) = channel();
    let gone = || io::Error::other("the thread that starts processes is gone");
    SPAWNER.send(Order { command, answer }).map_err(|_| gone())?;
    child.recv().map_err(|_| gone())?
}
