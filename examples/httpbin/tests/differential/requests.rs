//! Requests of every kind that a client can send, the same in each run.

use base64::Engine as _;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method};

/// How many there are.
pub const COUNT: usize = 2400;

/// A request as a client sends it.
#[derive(Clone, Debug)]
pub struct Sent {
    pub method: Method,
    pub target: String,
    pub headers: Vec<(HeaderName, HeaderValue)>,
    pub body: Bytes,
}

impl Sent {
    /// Whether the answer tells what the app saw.
    pub fn tells(&self) -> bool {
        self.target.trim_start_matches('/').starts_with("anything")
    }

    pub fn query(&self) -> Option<&str> {
        self.target.split_once('?').map(|(_, query)| query)
    }

    pub fn values(&self, name: &str) -> Vec<&[u8]> {
        let named = self.headers.iter().filter(|header| header.0 == name);
        named.map(|header| header.1.as_bytes()).collect()
    }
}

/// Chance that comes out the same each time (SplitMix64).
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((word ^ (word >> 31)) % limit as u64).unwrap()
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

pub fn all() -> Vec<Sent> {
    let mut chance = Chance(42);
    (0..COUNT)
        .map(|number| match number % 3 {
            0 | 1 => asks_what_is_seen(&mut chance),
            _ => asks_for_an_answer(&mut chance),
        })
        .collect()
}

/// To a route that tells what the app saw.
fn asks_what_is_seen(chance: &mut Chance) -> Sent {
    let methods = [
        "GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "QUERY", "PROPFIND",
    ];
    let method = Method::from_bytes(chance.pick(&methods).as_bytes()).unwrap();
    let mut target = chance
        .pick(&["/anything", "/anything", "//anything", "///anything"])
        .to_owned();
    for _ in 0..chance.below(4) {
        target.push('/');
        target += &piece(chance);
    }
    if chance.one_in(5) {
        target.push('/');
    }
    for number in 0..chance.below(5) {
        target.push(if number == 0 { '?' } else { '&' });
        target += &piece(chance);
        if !chance.one_in(4) {
            target.push('=');
            target += &piece(chance);
        }
    }
    let mut headers = headers(chance);
    let (kind, body) = body(chance);
    if let Some(kind) = kind {
        headers.push(header("content-type", kind.as_bytes()));
    }
    if !body.is_empty() && chance.one_in(4) {
        headers.push(header("transfer-encoding", b"chunked"));
    }
    Sent {
        method,
        target,
        headers,
        body,
    }
}

/// To a route with an answer of its own.
fn asks_for_an_answer(chance: &mut Chance) -> Sent {
    let number = chance.below(5000);
    let target = match chance.below(16) {
        0 => format!("/bytes/{number}?seed={number}"),
        1 => format!("/bytes/{}?seed=1", number * 20),
        2 => format!("/text/{number}"),
        3 => format!("/text/{}", number * 20),
        4 => "/latin1".to_owned(),
        5 => "/bom".to_owned(),
        6 => "/png".to_owned(),
        7 => "/gzip".to_owned(),
        8 => format!(
            "/status/{}",
            chance.pick(&[200, 201, 204, 304, 400, 404, 418, 500, 503, 599])
        ),
        9 => format!("/redirect/{}", chance.below(3)),
        10 => "/bad-header".to_owned(),
        11 => "/sse".to_owned(),
        12 => "/cookies/set?a=1&b=2%3B%20Path%3D/&c=%22q%22".to_owned(),
        13 | 14 => {
            return Sent {
                method: Method::POST,
                target: "/response-headers".to_owned(),
                headers: vec![
                    header("host", b"api.example.com"),
                    header("content-type", b"application/json"),
                ],
                body: response_headers(chance),
            };
        }
        _ => "/head-with-length".to_owned(),
    };
    let method = if chance.one_in(6) {
        Method::HEAD
    } else {
        Method::GET
    };
    let mut headers = Vec::new();
    if chance.one_in(2) {
        headers.push(header(
            "accept",
            chance.pick(&["*/*", "text/html", "image/png"]).as_bytes(),
        ));
    }
    headers.push(header("host", b"api.example.com"));
    Sent {
        method,
        target,
        headers,
        body: Bytes::new(),
    }
}

/// The headers to answer with. They are in the body, which no gateway changes.
fn response_headers(chance: &mut Chance) -> Bytes {
    let pairs = [
        ("x-one", "1"),
        ("x-one", "2"),
        ("x-one", "1"),
        ("vary", "accept"),
        ("vary", "origin"),
        ("set-cookie", "a=1"),
        ("set-cookie", "b=2"),
        ("www-authenticate", "Basic"),
        ("server", "mine"),
        ("date", "Wed, 21 Oct 2015 07:28:00 GMT"),
        ("via", "1.1 x"),
        ("authorization", "x"),
        ("user-agent", "x"),
        ("max-forwards", "3"),
        ("content-md5", "x"),
        ("host", "x"),
        ("expect", "x"),
        ("proxy-authenticate", "Basic"),
        ("keep-alive", "timeout=5"),
        ("etag", "\"x\""),
        ("cache-control", "no-store"),
        ("access-control-allow-origin", "*"),
        ("x-empty", ""),
        ("content-language", "de"),
        ("link", "</a>; rel=next"),
    ];
    let some: Vec<_> = (0..1 + chance.below(6))
        .map(|_| chance.pick(&pairs))
        .collect();
    serde_json::to_vec(&some).unwrap().into()
}

fn piece(chance: &mut Chance) -> String {
    let pieces = [
        "a",
        "Zz9",
        "-._~",
        "%20",
        "%2F",
        "%25",
        "%C3%A9",
        "%e2%82%ac",
        "+",
        "!$'()*,;:@",
        "{}|^",
        "%2B",
        "%41",
        "%3F",
        "%23",
        "%00",
        "%ff",
        "..",
        ".",
        "%2e%2e",
        "é",
        "[]",
        "%26",
        "%3D",
    ];
    (0..chance.below(4)).map(|_| chance.pick(&pieces)).collect()
}

fn headers(chance: &mut Chance) -> Vec<(HeaderName, HeaderValue)> {
    let names = [
        "accept",
        "x-one",
        "x-one",
        "x-two",
        "user-agent",
        "authorization",
        "if-none-match",
        "referer",
        "x_under",
        "cookie",
        "cookie",
        "x-forwarded-for",
        "x-amzn-lattice-identity",
        "content-md5",
        "max-forwards",
        "te",
        "via",
        "forwarded",
        "content-encoding",
    ];
    let values: [&[u8]; 11] = [
        b"",
        b"v",
        b"a, b",
        b"\"quoted\\\"",
        b"Wed, 21 Oct 2015 07:28:00 GMT",
        b"a\tb",
        "é".as_bytes(),
        b"x=1; y=2",
        b"{\"j\":1}",
        "日本".as_bytes(),
        b"1;q=0.5",
    ];
    let mut headers = vec![header("host", b"api.example.com")];
    for _ in 0..chance.below(9) {
        headers.push(header(chance.pick(&names), chance.pick(&values)));
    }
    if chance.one_in(12) {
        headers.push(header("x-latin", b"caf\xe9"));
    }
    if chance.one_in(20) {
        let method = chance.pick(&["PATCH", "REPORT"]);
        headers.push(header("x-http-method-override", method.as_bytes()));
    }
    if chance.one_in(20) {
        headers.push(header("connection", b"keep-alive"));
    }
    if chance.one_in(20) && headers.iter().all(|(name, _)| name != "authorization") {
        headers.push(header("authorization", b"AWS4-HMAC-SHA256 Credential=x"));
    }
    if chance.one_in(20) {
        let long = "long ".repeat(chance.below(1500));
        headers.push(header("x-long", long.trim().as_bytes()));
    }
    headers
}

fn body(chance: &mut Chance) -> (Option<&'static str>, Bytes) {
    let kinds = [
        None,
        Some("text/plain; charset=utf-8"),
        Some("text/html"),
        Some("application/json"),
        Some("application/xml"),
        Some("application/javascript"),
        Some("application/octet-stream"),
        Some("application/x-www-form-urlencoded"),
        Some("multipart/form-data; boundary=x"),
        Some("image/png"),
    ];
    let kind = chance.pick(&kinds);
    let repeats = match chance.below(8) {
        0..=3 => return (kind, Bytes::new()),
        4 | 5 => 1 + chance.below(4),
        6 => chance.below(200),
        _ => chance.below(1000),
    };
    let text = "line\n\"quoted\" \\ tab\t nul\0 é 日本 \u{1f600} \u{7f}";
    let body = match chance.below(3) {
        0 => text.repeat(repeats).into_bytes(),
        1 => base64::engine::general_purpose::STANDARD
            .encode(text.repeat(repeats))
            .into_bytes(),
        _ => (0..repeats * 16)
            .map(|_| u8::try_from(chance.below(256)).unwrap())
            .collect(),
    };
    (kind, body.into())
}

fn header(name: &'static str, value: &[u8]) -> (HeaderName, HeaderValue) {
    (
        HeaderName::from_static(name),
        HeaderValue::from_bytes(value).unwrap(),
    )
}
