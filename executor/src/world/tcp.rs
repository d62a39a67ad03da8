//! Connecting to a port.

use super::net::NetError;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Connects to `host:port` (`[::1]:443` for addresses of version 6), hangs up, and says how long it took.
pub async fn connect(address: &str, limit: Duration) -> Result<Duration, NetError> {
    let began = Instant::now();
    open(address, limit).await?;
    Ok(began.elapsed())
}

/// The same, and the connection is kept.
pub(super) async fn open(address: &str, limit: Duration) -> Result<TcpStream, NetError> {
    let (host, port) = split(address)?;
    timeout(limit, open_any(host, port)).await.map_err(|_| NetError::NoAnswer(limit))?
}

/// Host and port of an address, the host without brackets.
pub(super) fn split(address: &str) -> Result<(&str, u16), NetError> {
    let wrong = NetError::Address("not an address of the form `host:port`");
    let (host, port) = address.rsplit_once(':').ok_or(wrong.clone())?;
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let port = port.parse().map_err(|_| wrong.clone())?;
    match bare {
        Some(host) => Ok((host, port)),
        None if host.is_empty() || host.contains(':') => Err(wrong),
        None => Ok((host, port)),
    }
}

/// Tries all addresses of a name, as each is an answer.
async fn open_any(host: &str, port: u16) -> Result<TcpStream, NetError> {
    let addresses: Vec<SocketAddr> = tokio::net::lookup_host((host, port)).await.map_err(|_| NetError::Name)?.collect();
    let mut last = NetError::Name;
    for address in addresses {
        match TcpStream::connect(address).await {
            Ok(stream) => return Ok(stream),
            Err(error) => last = NetError::of_io(&error),
        }
    }
    Err(last)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_split() {
        assert_eq!(split("gateway.lumen:8443").unwrap(), ("gateway.lumen", 8443));
        assert_eq!(split("[::1]:80").unwrap(), ("::1", 80));
        for wrong in ["gateway", ":80", "::1:80", "a:99999", "a:"] {
            assert!(split(wrong).is_err(), "{wrong}");
        }
    }
}
