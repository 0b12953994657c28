use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::{Duration, SystemTime};

use http::header::{HeaderMap, HeaderName, HeaderValue};

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
    /// The id that API Gateway calls extended.
    pub(super) extended_id: String,
    pub(super) trace_id: String,
    /// Since 1970.
    pub(super) time: Duration,
    /// The names of the headers as the client spelled them.
    pub(super) names: Vec<String>,
}

impl Arrival {
    /// A request that arrives now, of this client, at this port, with ids of its own. It comes by
    /// HTTPS if that is port 443, and by HTTP elsewhere.
    pub fn new(client: SocketAddr, port: u16) -> Self {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let time = now.unwrap_or_default();
        Arrival {
            client,
            port,
            request_id: super::ids::uuid(),
            extended_id: super::ids::extended(),
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

    /// The time in the way of the common log format: `12/Mar/2020:19:03:58 +0000`.
    pub(super) fn clock(&self) -> String {
        clock(self.time.as_secs())
    }

    /// The id of a message, in the form of API Gateway's other ids.
    pub(super) fn message_id(&self) -> String {
        let digits = self.request_id.chars().filter(char::is_ascii_alphanumeric);
        digits.take(15).chain(['=']).collect()
    }

    /// A header's name as the client spelled it.
    pub(super) fn spelled<'a>(&'a self, name: &'a HeaderName) -> &'a str {
        let name = name.as_str();
        let mut names = self.names.iter();
        let spelled = names.find(|spelled| spelled.eq_ignore_ascii_case(name));
        spelled.map_or(name, String::as_str)
    }

    /// The headers with those that a gateway adds. What a client says of the connection is no
    /// matter to the gateway, which has it before its eyes; a trace that is begun goes on.
    pub(super) fn forwarded(&self, headers: &HeaderMap) -> HeaderMap {
        let mut headers = self.forwarded_for(headers);
        headers.insert("x-forwarded-port", HeaderValue::from(self.port));
        let scheme = if self.port == HTTPS { "https" } else { "http" };
        headers.insert("x-forwarded-proto", HeaderValue::from_static(scheme));
        if let Ok(root) = HeaderValue::from_str(&self.trace_id) {
            headers.entry("x-amzn-trace-id").or_insert(root);
        }
        headers
    }

    /// The headers with the client's address after those that it tells of itself.
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
            port: HTTPS,
            request_id: "00000000-0000-4000-8000-000000000000".to_owned(),
            extended_id: "AAAAAAAAAAAAAAA=".to_owned(),
            trace_id: "Root=1-00000000-000000000000000000000000".to_owned(),
            time: Duration::ZERO,
            names: Vec::new(),
        }
    }
}

/// The port at which clients speak HTTPS.
const HTTPS: u16 = 443;

fn clock(seconds: u64) -> String {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let (mut days, second) = (seconds / 86_400, seconds % 86_400);
    let mut year = 1970;
    let is_leap = |year: u64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    while days >= 365 + u64::from(is_leap(year)) {
        days -= 365 + u64::from(is_leap(year));
        year += 1;
    }
    let february = 28 + u64::from(is_leap(year));
    let lengths = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut month = "";
    for (name, length) in MONTHS.into_iter().zip(lengths) {
        month = name;
        if days < length {
            break;
        }
        days -= length;
    }
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let day = days + 1;
    format!("{day:02}/{month}/{year}:{hour:02}:{minute:02}:{second:02} +0000")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_logs_have_them() {
        assert_eq!(clock(0), "01/Jan/1970:00:00:00 +0000");
        assert_eq!(clock(1_584_039_838), "12/Mar/2020:19:03:58 +0000");
        assert_eq!(clock(1_722_641_683), "02/Aug/2024:23:34:43 +0000");
        assert_eq!(clock(1_709_251_199), "29/Feb/2024:23:59:59 +0000");
        assert_eq!(clock(1_735_689_599), "31/Dec/2024:23:59:59 +0000");
    }

    #[test]
    fn names_are_the_clients() {
        let names = vec!["tEsT-HEADeR".to_owned()];
        let arrival = Arrival::default().header_names(names);
        let spelled = |name| arrival.spelled(&HeaderName::from_static(name)).to_owned();
        assert_eq!(spelled("test-header"), "tEsT-HEADeR");
        assert_eq!(spelled("accept"), "accept");
    }
}
