//! Ports of loopback for servers.

use std::net::TcpListener;

/// Below those that the kernel gives to clients, so that the port of a server that is restarted is still free.
const FIRST: u16 = 20_000;
const COUNT: u16 = 12_000;
const TRIES: usize = 100;

/// One that is free now. It may be another's a moment later, so who starts a server with it must try again then.
pub(super) fn free() -> Result<u16, String> {
    for _ in 0..TRIES {
        let random = getrandom::u32().map_err(|error| error.to_string())?;
        let port = FIRST + (random % u32::from(COUNT)) as u16;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return Ok(port);
        }
    }
    Err(format!("no port is free among {TRIES}"))
}
