use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs as _};
use std::path::PathBuf;
use std::time::Duration;

use http::uri::PathAndQuery;

use super::Statuses;

const DEFAULT_PORT: u16 = 8080;
/// What fits into `sockaddr_un` before the NUL, [on Linux](https://man7.org/linux/man-pages/man7/unix.7.html).
const MAX_SOCKET_PATH: usize = 107;

/// Where an app listens.
///
/// # Examples
///
/// ```
/// use liftgate_process::Address;
///
/// assert_eq!(Address::default().to_string(), "127.0.0.1:8080, [::1]:8080");
/// assert_eq!(Address::Unix("/tmp/app.sock".into()).to_string(), "/tmp/app.sock");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// Addresses that are tried in turn.
    Tcp(Vec<SocketAddr>),
    /// The path of a Unix socket.
    Unix(PathBuf),
}

impl Address {
    pub(super) fn tcp(hosts: &[IpAddr], port: Option<u16>) -> Self {
        let port = port.unwrap_or(DEFAULT_PORT);
        let addresses = hosts.iter().map(|host| SocketAddr::new(*host, port));
        Address::Tcp(addresses.collect())
    }
}

impl Default for Address {
    fn default() -> Self {
        Address::tcp(&LOCALHOST, None)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::Unix(path) => path.display().fmt(f),
            Address::Tcp(addresses) => {
                for (index, address) in addresses.iter().enumerate() {
                    let comma = if index > 0 { ", " } else { "" };
                    write!(f, "{comma}{address}")?;
                }
                Ok(())
            }
        }
    }
}

/// How it is found out that an app is ready.
///
/// # Examples
///
/// ```
/// use http::StatusCode;
/// use liftgate_process::Readiness;
///
/// let readiness = Readiness::default();
/// assert_eq!(readiness.path, None);
/// assert!(readiness.healthy.contains(StatusCode::NOT_FOUND));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Readiness {
    /// Where it is asked.
    pub address: Address,
    /// What it is asked for; without it, it is ready when it takes a connection.
    pub path: Option<PathAndQuery>,
    /// The statuses that say that it is ready.
    pub healthy: Statuses,
    /// How long is waited for it; without it, for ever.
    pub timeout: Option<Duration>,
}

impl Default for Readiness {
    fn default() -> Self {
        Readiness {
            address: Address::default(),
            path: None,
            healthy: Statuses::range(100, 499),
            timeout: None,
        }
    }
}

/// IPv4 first: it is what most servers listen on.
pub(super) const LOCALHOST: [IpAddr; 2] = [
    IpAddr::V4(Ipv4Addr::LOCALHOST),
    IpAddr::V6(Ipv6Addr::LOCALHOST),
];

/// The addresses of a host that is told without asking anybody: `localhost`, or an IP address.
pub(super) fn literal(host: &str) -> Option<Vec<IpAddr>> {
    if host.eq_ignore_ascii_case("localhost") {
        return Some(LOCALHOST.to_vec());
    }
    let bare = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    let address = match bare {
        Some(bare) => IpAddr::V6(bare.parse().ok()?),
        None => host.parse().ok()?,
    };
    Some(match address {
        // What an app binds to be reached at any address. One on `::` is reached by both families.
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => vec![LOCALHOST[0]],
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => vec![LOCALHOST[1], LOCALHOST[0]],
        address => vec![address],
    })
}

/// The addresses of a host; a name is looked up.
pub(super) fn resolve(host: &str) -> Result<Vec<IpAddr>, Option<String>> {
    if let Some(addresses) = literal(host) {
        return Ok(addresses);
    }
    let is_of_a_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    if !host.bytes().all(is_of_a_name) {
        return Err(None);
    }
    let found = (host, 0).to_socket_addrs();
    let found = found.map_err(|error| Some(format!("the name is not found: {error}")))?;
    let mut addresses = Vec::new();
    for address in found.map(|address| address.ip()) {
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    match addresses.is_empty() {
        true => Err(Some("the name has no address".to_owned())),
        false => Ok(addresses),
    }
}

pub(super) fn socket(path: &str) -> Option<PathBuf> {
    (path.len() <= MAX_SOCKET_PATH).then(|| path.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(host: &str) -> Vec<String> {
        let addresses = resolve(host).unwrap();
        addresses.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_host_is_a_literal_or_localhost() {
        assert_eq!(found("localhost"), ["127.0.0.1", "::1"]);
        assert_eq!(found("LocalHost"), ["127.0.0.1", "::1"]);
        assert_eq!(found("127.0.0.2"), ["127.0.0.2"]);
        assert_eq!(found("::1"), ["::1"]);
        assert_eq!(found("[::1]"), ["::1"]);
        assert_eq!(found("[fe80::2]"), ["fe80::2"]);
    }

    #[test]
    fn any_address_is_reached_by_loopback() {
        assert_eq!(found("0.0.0.0"), ["127.0.0.1"]);
        assert_eq!(found("::"), ["::1", "127.0.0.1"]);
        assert_eq!(found("[::]"), ["::1", "127.0.0.1"]);
    }

    #[test]
    fn what_is_no_host_is_refused() {
        for host in ["127.0.0.1:80", "http://h", "[127.0.0.1]", "a b", "[::1"] {
            assert_eq!(resolve(host), Err(None), "{host}");
        }
        let error = resolve("no-such-host.invalid").unwrap_err().unwrap();
        assert!(error.starts_with("the name "), "{error}");
    }

    #[test]
    fn a_socket_s_path_is_limited() {
        assert!(socket(&"a".repeat(107)).is_some());
        assert_eq!(socket(&"a".repeat(108)), None);
    }
}
