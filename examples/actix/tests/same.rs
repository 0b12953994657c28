//! The app on actix-web answers what the app on axum does, and what actix's own server sends.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../../../tests/support/client.rs"]
mod client;

use std::net::SocketAddr;

use actix_web::{HttpServer, rt};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use liftgate::Body;
use liftgate::local::{Gateway, Kind};
use tokio::net::TcpStream;
use tower::ServiceExt as _;
use tower_service::Service;

/// A response, or the error's type and message.
type Told = Result<Got, String>;

/// Status, headers in the order of their names, and body.
type Got = (u16, Vec<(String, Vec<u8>)>, Bytes);

const TARGETS: [&str; 38] = [
    "/",
    "/anything",
    "/anything/",
    "/anything/a%20b?x=1&x=2&flag",
    "/anything/a%2Fb/caf%C3%A9?q=caf%C3%A9",
    "/anything/a.b_c~d;e=1,2:3@4!$&'()*+",
    "/no/route/",
    "/status/200",
    "/status/204",
    "/status/304",
    "/status/404",
    "/status/599",
    "/status/x",
    "/status/",
    "/response-headers?x-a=1&x-a=2&content-type=text%2Fcsv",
    "/response-headers?bad%20name=1",
    "/cookies/set?a=1&b=2",
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
    "/latin1",
    "/bom",
    "/png",
    "/gzip",
    "/delay/1",
    "/stream/0",
    "/stream/3?ms=1",
    "/sse",
    "/echo",
    "/body-error",
    "/panic",
];

/// Requests without those whose responses are cut off.
fn requests() -> Vec<Request<Bytes>> {
    let mut requests = Vec::new();
    for target in TARGETS {
        for method in ["GET", "HEAD", "POST", "PUT", "OPTIONS", "PURGE"] {
            let body: &[u8] = match method {
                "POST" | "PUT" => b"caf\xe9 \"\xff\0",
                _ => b"",
            };
            // Which is JSON to it.
            let body = match target.starts_with("/response-headers") {
                true => b"",
                false => body,
            };
            let request = Request::builder().method(method).uri(target);
            let request = request
                .header("host", "api.example.com")
                .header("accept", "*/*")
                .header("cookie", "a=1; b=\"2\"")
                .header("x-tag", "one")
                .header("x-tag", "two, three")
                .header("x-empty", "")
                .header("x-utf-8", "\u{e9}".as_bytes())
                .header("content-type", "application/octet-stream")
                .header("content-length", body.len());
            requests.push(request.body(Bytes::copy_from_slice(body)).unwrap());
        }
    }
    requests
}

fn told(response: Response<Bytes>) -> Told {
    let (parts, body) = response.into_parts();
    let headers = parts.headers.iter();
    let headers = headers.map(|(name, value)| (name.to_string(), value.as_bytes().to_vec()));
    let mut headers: Vec<_> = headers.collect();
    // The sort keeps the order of one name's values.
    headers.sort_by(|(one, _), (other, _)| one.cmp(other));
    Ok((parts.status.as_u16(), headers, body))
}

async fn behind<S, B>(gateway: &Gateway, app: S, request: &Request<Bytes>) -> Told
where
    S: Service<Request<Body>, Response = Response<B>>,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    B: http_body::Body,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let answered = client::ask(gateway, request, app).await;
    let answered = answered.map_err(|error| format!("{} {error}", error.error_type()));
    answered.and_then(told)
}

#[actix_web::test]
async fn it_answers_as_on_axum_behind_every_gateway() {
    let mut failures = 0;
    for kind in Kind::ALL {
        // Its messages are no requests.
        if kind == Kind::WebSocket {
            continue;
        }
        let gateway = Gateway::new(kind).binary_media_types(["*/*"]);
        for request in requests() {
            let axum = behind(&gateway, example_httpbin::App::new(), &request).await;
            let axum = axum.map(|told| without_length(&request, told));
            let service = example_actix::service().await.unwrap();
            let actix = behind(&gateway, service, &request).await;
            let (method, uri) = (request.method(), request.uri());
            assert_eq!(actix, axum, "{kind}: {method} {uri}");
            failures += usize::from(axum.is_err());
        }
    }
    // Every gateway has seen the panic and the broken body, and no other error; to HEAD, the body is
    // not made.
    assert_eq!(failures, 8 * (6 + 5));
}

/// axum tells the length 0 with status 204 and 304, to HEAD alone; actix's own server does not.
fn without_length(request: &Request<Bytes>, mut told: Got) -> Got {
    if request.method() == "HEAD" && [204, 304].contains(&told.0) {
        // Which a function URL renames.
        told.1.retain(|(name, _)| !name.ends_with("content-length"));
    }
    told
}

/// The app served by actix.
async fn serve() -> SocketAddr {
    let server = HttpServer::new(example_actix::app).workers(1);
    let server = server.bind("127.0.0.1:0").unwrap();
    let address = server.addrs()[0];
    rt::spawn(server.run());
    address
}

async fn ask(address: SocketAddr, request: Request<Bytes>) -> Told {
    let stream = TcpStream::connect(address).await.unwrap();
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
    rt::spawn(connection);
    let response = sender.send_request(request.map(Full::new)).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    told(Response::from_parts(parts, body))
}

/// Without what a server writes for itself.
fn bare(told: Told) -> Told {
    told.map(|(status, mut headers, body)| {
        let own = ["connection", "content-length", "date", "transfer-encoding"];
        headers.retain(|(name, _)| !own.contains(&name.as_str()));
        (status, headers, body)
    })
}

#[actix_web::test]
async fn it_answers_as_on_actixs_own_server() {
    let address = serve().await;
    for request in requests() {
        let (method, uri) = (request.method().clone(), request.uri().clone());
        if ["/panic", "/body-error"].contains(&uri.path()) {
            continue;
        }
        let served = ask(address, request.clone()).await;
        let service = example_actix::service().await.unwrap();
        let response = service.oneshot(request.map(Body::from)).await.unwrap();
        let (parts, body) = response.into_parts();
        let has_body = method != "HEAD" && !matches!(parts.status.as_u16(), 204 | 304);
        let body = match has_body {
            true => body.collect().await.unwrap().to_bytes(),
            false => Bytes::new(),
        };
        let called = told(Response::from_parts(parts, body));
        assert_eq!(bare(called), bare(served), "{method} {uri}");
    }
}

/// What the docs say of it, and that actix's own server does the same.
#[actix_web::test]
async fn a_path_that_is_not_encoded_is_a_bad_request() {
    let request = Request::get("/anything/\u{e9}").header("host", "x");
    let request = request.body(Bytes::new()).unwrap();
    let served = ask(serve().await, request.clone()).await;
    assert_eq!(served.unwrap().0, 400);
    let service = example_actix::service().await.unwrap();
    let response = service.oneshot(request.map(Body::from)).await.unwrap();
    assert_eq!(response.status(), 400);
    let axum = example_httpbin::App::new();
    let response = axum.oneshot(
        Request::get("/anything/\u{e9}")
            .body(Body::empty())
            .unwrap(),
    );
    assert_eq!(response.await.unwrap().status(), 200);
}
