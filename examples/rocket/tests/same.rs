//! The answers are those of `example-httpbin`, behind a gateway, but for what Rocket does itself.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../../../tests/support/client.rs"]
mod client;

use bytes::Bytes;
use example_httpbin::App;
use http::{Request, Response};
use liftgate::Body;
use liftgate::local::{Gateway, Kind};
use tower_service::Service;

type Headers<'a> = &'a [(&'a str, &'a [u8])];
/// Status, headers in the order of their names, and body.
type Shown = (u16, Vec<(String, Vec<u8>)>, Bytes);

fn request(
    method: &str,
    target: &str,
    headers: Headers<'_>,
    body: &'static [u8],
) -> Request<Bytes> {
    let mut request = Request::builder().method(method).uri(target);
    request = request.header("host", "example.com");
    if !body.is_empty() {
        request = request.header("content-length", body.len());
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Bytes::from_static(body)).unwrap()
}

/// The answer behind a gateway, with its headers in order; `None` if the invocation fails.
async fn answer<S, B>(service: S, kind: Kind, request: &Request<Bytes>) -> Option<Response<Bytes>>
where
    S: Service<Request<Body>, Response = Response<B>>,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    B: http_body::Body,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let gateway = Gateway::new(kind).binary_media_types(["*/*"]);
    client::ask(&gateway, request, service).await.ok()
}

fn shown(response: &Response<Bytes>) -> Shown {
    let headers = response.headers().iter();
    let headers =
        headers.filter(|(name, _)| *name != "date" && !name.as_str().starts_with("x-amz"));
    let mut headers: Vec<_> = headers
        .map(|(name, value)| (name.to_string(), value.as_bytes().to_owned()))
        .collect();
    headers.sort_by(|one, other| one.0.cmp(&other.0));
    (response.status().as_u16(), headers, response.body().clone())
}

#[tokio::test]
async fn the_answers_are_those_of_axum() {
    let tags: Headers<'_> = &[
        ("x-tag", b"one"),
        ("x-tag", b"two"),
        ("cookie", b"a=1; b=2"),
    ];
    let octets: Headers<'_> = &[("content-type", b"application/octet-stream")];
    let json: Headers<'_> = &[("content-type", b"application/json")];
    let form: Headers<'_> = &[("content-type", b"application/x-www-form-urlencoded")];
    let mut requests = vec![
        request(
            "GET",
            "/anything/a%20b/%C3%A9?x=1&x=%31&flag&y=%20+",
            tags,
            b"",
        ),
        request("POST", "/anything", octets, b"\0\xff\xfe binary"),
        request("POST", "/anything", form, b"a=1&b=2"),
        request("PUT", "/echo", octets, b"\0\xff\xfe binary"),
        request("POST", "/echo", json, b"{\"a\": 1}"),
        request(
            "POST",
            "/response-headers",
            json,
            b"[[\"x-a\", \"1\"], [\"x-a\", \"2\"]]",
        ),
        request(
            "GET",
            "/anything",
            &[("x-utf8", "caf\u{e9}".as_bytes())],
            b"",
        ),
    ];
    let methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    let targets = [
        "/",
        "/anything",
        "/anything/",
        "/anything/x?",
        "/none",
        "/status/200",
        "/status/204",
        "/status/304",
        "/status/404",
        "/status/99",
        "/status/x",
        "/status",
        "/redirect/2",
        "/redirect/0",
        "/cookies/set?a=1&b=2",
        "/cookies",
        "/response-headers?x-a=1&x-a=2&x-b=",
        "/response-headers?bad%20name=1",
        "/bytes/0",
        "/bytes/1001?seed=7",
        "/bytes/100000",
        "/text/1000",
        "/latin1",
        "/bom",
        "/png",
        "/gzip",
        "/sse",
        "/stream/3?ms=1",
        "/head-with-length",
        "/delay/1",
        "/body-error",
        "/bytes/268435457",
    ];
    for target in targets {
        requests.extend(methods.map(|method| request(method, target, tags, b"")));
    }
    requests.retain(|request| request.method() != "HEAD" || request.uri() != "/status/204");
    requests.push(request("GET", "/bad-header", &[], b""));
    let service = example_rocket::service().await.unwrap();
    for kind in [Kind::FunctionUrl, Kind::RestApi, Kind::Alb] {
        for request in &requests {
            let by_axum = answer(App::new(), kind, request).await;
            let by_rocket = answer(service.clone(), kind, request).await;
            assert_eq!(
                by_rocket.as_ref().map(shown),
                by_axum.as_ref().map(shown),
                "{kind}: {request:?}"
            );
        }
    }
}

async fn by_both(request: Request<Bytes>) -> [Option<Shown>; 2] {
    let service = example_rocket::service().await.unwrap();
    // A load balancer passes on what others refuse.
    let by_rocket = answer(service, Kind::Alb, &request).await;
    let by_axum = answer(App::new(), Kind::Alb, &request).await;
    [by_rocket, by_axum].map(|answer| answer.as_ref().map(shown))
}

#[tokio::test]
async fn rocket_has_ways_of_its_own() {
    let [rocket, axum] = by_both(request("GET", "/panic", &[], b"")).await;
    assert!(rocket.unwrap().0 == 500 && axum.is_none());

    let [rocket, axum] = by_both(request("PROPFIND", "/anything", &[], b"")).await;
    assert_eq!([rocket.unwrap().0, axum.unwrap().0], [400, 200]);

    let form: Headers<'_> = &[("content-type", b"application/x-www-form-urlencoded")];
    let [rocket, axum] = by_both(request("POST", "/anything", form, b"_method=put")).await;
    let method = |answer: Option<Shown>| {
        let seen: serde_json::Value = serde_json::from_slice(&answer.unwrap().2).unwrap();
        seen["method"].as_str().unwrap().to_owned()
    };
    assert_eq!([method(rocket), method(axum)], ["PUT", "POST"]);

    // A 204 has no length, and Rocket takes away what an app says.
    let length = |answer: &Option<Shown>| {
        let headers = &answer.as_ref().unwrap().1;
        headers.iter().any(|(name, _)| name == "content-length")
    };
    let [rocket, axum] = by_both(request("HEAD", "/status/204", &[], b"")).await;
    assert_eq!([length(&rocket), length(&axum)], [false, true]);

    for slashes in ["//status/418", "/status/418/"] {
        let [rocket, axum] = by_both(request("GET", slashes, &[], b"")).await;
        assert_eq!(
            [rocket.unwrap().0, axum.unwrap().0],
            [418, 200],
            "{slashes}"
        );
    }
}
