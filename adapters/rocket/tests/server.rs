//! The same requests to Rocket's own server, over TCP, and to the adapter: what comes back is the
//! same.

use std::fmt;
use std::net::SocketAddr;

use http::header::{CONTENT_LENGTH, DATE, TRANSFER_ENCODING};
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::handshake;
use hyper_util::rt::TokioIo;
use rocket::fairing::AdHoc;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tower_service::Service as _;

use crate::app::rocket;

#[derive(PartialEq)]
struct Answer {
    status: StatusCode,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Answer {
    fn new(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Self {
        // What the server's connection writes by itself.
        let connection = [DATE, TRANSFER_ENCODING];
        let headers = headers
            .iter()
            .filter(|(name, _)| !connection.contains(name));
        let texts = headers.map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes());
            // When a cookie that is removed expires is a year before now.
            let value = value.split("; Expires=").next().unwrap_or_default();
            (name.to_string(), value.to_owned())
        });
        let mut headers: Vec<_> = texts.collect();
        // Rocket's jar of cookies has no order.
        headers.sort_by(|one, other| match one.0 == "set-cookie" {
            true => one.cmp(other),
            false => one.0.cmp(&other.0),
        });
        let body = body.to_owned();
        Answer {
            status,
            headers,
            body,
        }
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let body = String::from_utf8_lossy(&self.body[..self.body.len().min(2000)]);
        write!(f, "{} {:#?}\n{body}", self.status, self.headers)
    }
}

/// Launches a rocket on a port of its own.
async fn launch() -> SocketAddr {
    let (sender, mut launched) = mpsc::unbounded_channel();
    let liftoff = AdHoc::on_liftoff("tell", move |rocket| {
        Box::pin(async move {
            let config = rocket.config();
            sender
                .send(SocketAddr::new(config.address, config.port))
                .unwrap();
        })
    });
    tokio::spawn(rocket().attach(liftoff).launch());
    launched.recv().await.unwrap()
}

async fn by_server(address: SocketAddr, request: Request<&'static [u8]>) -> Option<Answer> {
    let stream = TcpStream::connect(address).await.unwrap();
    let (mut sender, connection) = handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let response = sender.send_request(request.map(Full::new)).await.ok()?;
    let (parts, body) = response.into_parts();
    let body = body.collect().await.ok()?.to_bytes();
    Some(Answer::new(parts.status, &parts.headers, &body))
}

async fn by_adapter(
    service: &mut liftgate_rocket::RocketService,
    request: Request<&'static [u8]>,
) -> Option<Answer> {
    let response = service.call(request.map(liftgate::Body::from)).await.ok()?;
    let (parts, body) = response.into_parts();
    let body = body.collect().await.ok()?.to_bytes();
    Some(Answer::new(parts.status, &parts.headers, &body))
}

fn request(
    method: &str,
    uri: &str,
    headers: &[(&str, &[u8])],
    body: &'static [u8],
) -> Request<&'static [u8]> {
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    // Raw bytes, as a server reads them.
    let uri = http::Uri::from_maybe_shared(bytes::Bytes::copy_from_slice(uri.as_bytes())).unwrap();
    let mut request = Request::builder().method(method).uri(uri);
    if !body.is_empty() {
        request = request.header(CONTENT_LENGTH, body.len());
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(body).unwrap()
}

async fn compare(requests: Vec<Request<&'static [u8]>>) -> Vec<Option<Answer>> {
    let address = launch().await;
    let mut service = liftgate_rocket::service(rocket()).await.unwrap();
    let mut answers = Vec::new();
    for request in requests {
        let by_server = by_server(address, request.clone()).await;
        let by_adapter = by_adapter(&mut service, request.clone()).await;
        assert_eq!(by_adapter, by_server, "{request:?}");
        answers.push(by_adapter);
    }
    answers
}

const LATIN1: &[u8] = b"caf\xe9";

#[tokio::test]
async fn requests_arrive_as_the_server_makes_them() {
    let many: [(&str, &[u8]); 13] = [
        ("host", b"Example.com:8080"),
        ("x-tag", b"one"),
        ("x-between", b""),
        ("x-tag", b"two"),
        ("x-utf8", "caf\u{e9}".as_bytes()),
        ("x-latin1", LATIN1),
        ("x-mixed", b"good"),
        ("x-mixed", LATIN1),
        ("cookie", b"a=1; b=%20x; c; =d; a=2"),
        ("cookie", b"e=caf\xe9"),
        ("cookie", b"f=\"quoted\";g=7"),
        ("accept", b"text/html;q=0.5, application/json"),
        ("content-type", b"text/plain; charset=utf-8"),
    ];
    let mut requests = vec![
        request("GET", "/seen", &many, b""),
        request("POST", "/seen", &many, b"\0\xff binary"),
        request("GET", "/seen", &[("host", b"not a host")], b""),
        request("GET", "/seen", &[("host", LATIN1)], b""),
        request(
            "POST",
            "/seen",
            &[("content-type", b"nonsense")],
            &[7; 100_000],
        ),
    ];
    let methods = [
        "GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "TRACE", "PATCH", "PROPFIND", "get",
    ];
    for method in methods {
        requests.push(request(method, "/seen/it?x=1", &[("host", b"h")], b""));
        requests.push(request(method, "/caught/it", &[("host", b"h")], b""));
        requests.push(request(method, "/text", &[("host", b"h")], b""));
        requests.push(request(method, "/none", &[("host", b"h")], b""));
    }
    let targets = [
        "/seen/a%20b/%2F/%2e%2e/%C3%A9/%ff?q=%20+&q=2&flag&=&?",
        "/seen//a///b/",
        "/seen/?",
        "/seen/\u{e9}/{}\"`^|\\[]<>?\u{e9}{}\"'`^|\\<>".trim_end_matches("<>"),
        "/seen/%zz/%",
        "/seen/.././..;a=b,c@d:e",
        "/seen/?a=b?c=d/e",
        "/tail/a/b%20c",
        "/tail/../secret",
        "/tail/.hidden",
        "/tail/a%2Fb",
        "*",
        "/",
        "//",
    ];
    for target in targets
        .iter()
        .filter(|target| target.parse::<http::Uri>().is_ok())
    {
        requests.push(request("GET", target, &[("host", b"h")], b""));
    }
    let answers = compare(requests).await;
    let first = answers[0].as_ref().unwrap();
    let seen = String::from_utf8_lossy(&first.body);
    for kept in [
        "x-tag: one",
        "x-tag: two",
        "x-utf8: caf\u{e9}",
        "Example.com",
        "a=2",
    ] {
        assert!(seen.contains(kept), "{kept} in {seen}");
    }
    assert!(!seen.contains("x-latin1"), "{seen}");
}

#[tokio::test]
async fn responses_are_those_of_the_server() {
    let paths = [
        "/text",
        "/json",
        "/found?to=/text",
        "/file",
        "/unseekable",
        "/stream/3",
        "/events",
        "/bytes",
        "/long",
        "/nothing",
        "/given/204",
        "/given/304",
        "/given/404",
        "/given/599",
        "/given/999",
        "/panics",
        "/fails",
        "/set-cookies",
        "/over",
        "/chunked",
        "/own-length",
        "/none",
        "/caught/none",
        "/stream/x",
    ];
    let mut requests = vec![];
    for path in paths {
        for method in ["GET", "HEAD", "OPTIONS"] {
            let cookie: (&str, &[u8]) = ("cookie", b"gone=1");
            requests.push(request(method, path, &[("host", b"h"), cookie], b""));
        }
        let json: (&str, &[u8]) = ("accept", b"application/json");
        requests.push(request("GET", path, &[("host", b"h"), json], b""));
    }
    // What the server breaks off is an error.
    let broken = ["/short", "/bad-name", "/bad-value", "/given/1000"];
    for path in broken {
        requests.push(request("GET", path, &[("host", b"h")], b""));
    }
    let is_whole = requests.len() - broken.len();
    let answers = compare(requests).await;
    assert!(answers[..is_whole].iter().all(Option::is_some));
    assert_eq!(answers[is_whole..], broken.map(|_| None));
    let server = answers[0].as_ref().unwrap().headers.iter();
    let names: Vec<_> = server.map(|(name, _)| name.as_str()).collect();
    assert!(
        names.contains(&"x-frame-options") && names.contains(&"server"),
        "{names:?}"
    );
}

#[tokio::test]
async fn forms_and_methods_in_them_are_those_of_the_server() {
    let form: (&str, &[u8]) = ("content-type", b"application/x-www-form-urlencoded");
    let with = |uri, body: &'static [u8]| request("POST", uri, &[("host", b"h"), form], body);
    let answers = compare(vec![
        with("/form", b"a=1&b=2"),
        with("/seen", b"_method=put&a=1"),
        with("/text", b"_method=get"),
        with("/text", b"_method=head"),
        with("/form", &[b'x'; 70_000]),
    ]);
    let answers = answers.await;
    let put = answers[1].as_ref().unwrap();
    assert!(put.body.starts_with(b"PUT /seen"), "{put:?}");
}

#[tokio::test]
async fn private_cookies_are_read_by_either() {
    let address = launch().await;
    let mut service = liftgate_rocket::service(rocket()).await.unwrap();
    let ask = || request("GET", "/private", &[("host", b"h")], b"");
    let set = [
        by_server(address, ask()).await.unwrap(),
        by_adapter(&mut service, ask()).await.unwrap(),
    ];
    for answer in set {
        assert_eq!(answer.body, b"None");
        let mut headers = answer.headers.into_iter();
        let (_, cookie) = headers.find(|(name, _)| name == "set-cookie").unwrap();
        let cookie = cookie.split(';').next().unwrap().to_owned();
        let ask = || {
            request(
                "GET",
                "/private",
                &[("host", b"h"), ("cookie", cookie.as_bytes())],
                b"",
            )
        };
        for answer in [
            by_server(address, ask()).await.unwrap(),
            by_adapter(&mut service, ask()).await.unwrap(),
        ] {
            assert_eq!(answer.body, br#"Some("me")"#);
        }
    }
}

/// The one thing that is not as it is in the server, which ends a body of chunks in good order
/// when it fails.
#[tokio::test]
async fn a_body_that_fails_is_an_error_and_not_an_end() {
    let address = launch().await;
    let mut service = liftgate_rocket::service(rocket()).await.unwrap();
    let ask = || request("GET", "/cut", &[("host", b"h")], b"");
    assert_eq!(by_server(address, ask()).await.unwrap().body, b"first");
    let response = service.call(ask().map(liftgate::Body::from)).await.unwrap();
    let error = response.into_body().collect().await.unwrap_err();
    assert_eq!(error.to_string(), "/cut was asked for");
}
