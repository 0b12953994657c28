use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::{Duration, SystemTime};

use http::header::{HeaderMap, HeaderValue};

/// What a gateway knows of a request besides the request: an extension of it, where it came over
/// a connection.
///
/// # Examples
///
/// ```
/// use liftgate::local::{Arrival, Gateway, Kind};
///
/// let mut request = http::Request::get("/").body(bytes::Bytes::new())?;
/// request.extensions_mut().insert(Arrival::new("192.0.2.7:40000".parse()?, 443));
/// let event = Gateway::new(Kind::RestApi).render(&request)?;
/// assert!(std::str::from_utf8(&event)?.contains(r#""sourceIp":"192.0.2.7""#));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Arrival {
    pub(super) client: SocketAddr,
    pub(super) port: u16,
    pub(super) request_id: String,
    pub(super) trace_id: String,
    /// Since 1970.
    pub(super) time: Duration,
    /// The names of the headers as the client spelled them.
    pub(super) names: Vec<String>,
}

impl Arrival {
    /// A request that arrives now, of this client, at this port, with ids of its own.
    pub fn new(client: SocketAddr, port: u16) -> Self {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let time = now.unwrap_or_default();
        Arrival {
            client,
            port,
            request_id: super::ids::uuid(),
            trace_id: super::ids::trace_id(time),
            time,
            names: Vec::new(),
        }
    }

    /// The names of the headers as the client spelled them, which some gateways hand on.
    pub fn header_names(mut self, names: Vec<String>) -> Self {
        self.names = names;
        self
    }

    /// The id of the request, and of the invocation.
    pub fn request_id(&self) -> &str {
        &self.request_id
    }

    /// The trace header, `Root=1-...`.
    pub fn trace_id(&self) -> &str {
        &self.trace_id
    }

    pub(super) fn client_ip(&self) -> IpAddr {
        self.client.ip()
    }

    pub(super) fn time_ms(&self) -> u128 {
        self.time.as_millis()
    }

    /// The headers with those that a gateway adds.
    pub(super) fn forwarded(&self, headers: &HeaderMap) -> HeaderMap {
        let mut headers = self.forwarded_for(headers);
        let port = HeaderValue::from(self.port);
        headers.entry("x-forwarded-port").or_insert(port);
        let http = HeaderValue::from_static("http");
        headers.entry("x-forwarded-proto").or_insert(http);
        if let Ok(root) = HeaderValue::from_str(&self.trace_id) {
            headers.entry("x-amzn-trace-id").or_insert(root);
        }
        headers
    }

    pub(super) fn forwarded_for(&self, headers: &HeaderMap) -> HeaderMap {
        let mut headers = headers.clone();
        let mut hops: Vec<u8> = Vec::new();
        for value in headers.get_all("x-forwarded-for") {
            hops.extend_from_slice(value.as_bytes());
            hops.extend_from_slice(b", ");
        }
        hops.extend_from_slice(self.client_ip().to_string().as_bytes());
        if let Ok(hops) = HeaderValue::from_bytes(&hops) {
            headers.insert("x-forwarded-for", hops);
        }
        headers
    }
}

/// That of a request that came over no connection. It is always the same.
impl Default for Arrival {
    fn default() -> Self {
        Arrival {
            client: SocketAddr::new(Ipv4Addr::LOCALHOST.into(), 0),
            port: 80,
            request_id: "00000000-0000-4000-8000-000000000000".to_owned(),
            trace_id: "Root=1-00000000-000000000000000000000000".to_owned(),
            time: Duration::ZERO,
            names: Vec::new(),
        }
    }
}
