//! The requests that each framework's app is asked.

use bytes::Bytes;
use http::Request;

/// A request as a client sends it.
pub fn all() -> Vec<Request<Bytes>> {
    let mut requests = Vec::new();
    requests.extend(targets().map(|target| ask("GET", target, &[], b"")));
    requests.extend(methods().map(|method| ask(method, "/anything/m?x=1", &[], b"body")));
    requests.extend(heads().map(|target| ask("HEAD", target, &[], b"")));
    requests.extend(bodies().map(|(kind, body)| ask("POST", "/anything", &[kind], body)));
    requests.extend(bodies().map(|(kind, body)| ask("POST", "/echo", &[kind], body)));
    requests.push(ask("GET", "/anything", &HEADERS, b""));
    requests.push(ask("POST", "/response-headers", &[], RESPONSE_HEADERS));
    requests
}

/// What tells the request, and what has an answer of its own.
fn targets() -> impl Iterator<Item = &'static str> {
    let targets = [
        "/anything",
        "/anything/",
        "/anything/a%20b?x=1&x=2&y=%20z&flag",
        "/anything/a%2Fb",
        "/anything/caf%C3%A9?q=caf%C3%A9&plus=a+b",
        "/anything/a.b_c~d;e=1,2:3@4!$&'()*+",
        "/anything?empty=&=nothing&a=b=c",
        "/no/route",
        "/no/route/",
        "/",
        "/status/200",
        "/status/201",
        "/status/204",
        "/status/304",
        "/status/404",
        "/status/418",
        "/status/500",
        "/status/599",
        "/status/x",
        "/response-headers?x-a=1&x-a=2&content-type=text%2Fcsv",
        "/cookies/set?a=1&b=2%3B%20Path%3D/&c=%22q%22",
        "/redirect/2",
        "/redirect/0",
        "/bad-header",
        "/head-with-length",
        "/bytes/0",
        "/bytes/1000?seed=7",
        "/bytes/200000",
        "/bytes/268435457",
        "/text/0",
        "/text/1000",
        "/text/100000",
        "/latin1",
        "/bom",
        "/png",
        "/gzip",
        "/delay/1",
        "/stream/0",
        "/stream/3?ms=1",
        "/sse",
        "/panic",
        "/body-error",
    ];
    targets.into_iter()
}

fn methods() -> impl Iterator<Item = &'static str> {
    ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"].into_iter()
}

/// Not of a status without a body: axum writes a length of 0 there, and others write none.
fn heads() -> impl Iterator<Item = &'static str> {
    let targets = ["/anything", "/head-with-length", "/bytes/1000", "/text/9"];
    targets.into_iter().chain(["/stream/3", "/png"])
}

type Header = (&'static str, &'static [u8]);

fn bodies() -> impl Iterator<Item = (Header, &'static [u8])> {
    let bodies: [(&[u8], &[u8]); 6] = [
        (b"text/plain; charset=utf-8", "naïve \"text\"\n".as_bytes()),
        (b"application/json", br#"{"a": [1, "\u00e9"]}"#),
        (b"application/x-www-form-urlencoded", b"a=1&b=%20"),
        (b"application/octet-stream", b"\0\x01\xfe\xff"),
        (b"image/png", b"\x89PNG\r\n\x1a\n"),
        (
            b"multipart/form-data; boundary=x",
            b"--x\r\n\r\n1\r\n--x--\r\n",
        ),
    ];
    let kind = |(kind, body)| (("content-type", kind), body);
    bodies.into_iter().map(kind)
}

/// Repeated ones, cookies, quotes, and what frameworks like to read.
const HEADERS: [Header; 13] = [
    ("accept", b"text/html, */*;q=0.1"),
    ("accept-encoding", b"identity"),
    ("cookie", b"a=1; b=\"2\""),
    ("cookie", b"c=3"),
    ("if-none-match", b"\"x\""),
    ("origin", b"https://example.com"),
    ("range", b"bytes=0-1"),
    ("user-agent", b"conformance/1"),
    ("x-empty", b""),
    ("x-quoted", b"a \"b\", c\\d"),
    ("x-tag", b"one"),
    ("x-tag", b"two, three"),
    ("x-utf-8", "é".as_bytes()),
];

const RESPONSE_HEADERS: &[u8] =
    br#"[["x-one","1"],["x-one","2"],["vary","accept"],["etag","\"x\""],
    ["set-cookie","a=1; Expires=Thu, 31 Dec 2099 23:59:59 GMT"],["set-cookie","b=2"],
    ["cache-control","no-store"],["x-empty",""],["x-quoted","a \"b\", c\\d"]]"#;

fn ask(method: &str, target: &str, headers: &[Header], body: &'static [u8]) -> Request<Bytes> {
    let mut request = Request::builder().method(method).uri(target);
    request = request.header("host", "api.example.com");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Bytes::from_static(body)).unwrap()
}
