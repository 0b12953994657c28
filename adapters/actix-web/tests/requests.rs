//! What of a request the app sees.

use std::cell::RefCell;
use std::future::ready;
use std::rc::Rc;

use actix_web::dev::{PeerAddr, RequestHead};
use actix_web::web::{self, Bytes, Payload};
use actix_web::{App, HttpRequest, HttpResponse};
use futures_util::StreamExt as _;
use http::{HeaderName, HeaderValue, Method, Request, StatusCode, Version};
use liftgate::Body;
use liftgate::local::{Arrival, Kind};
use liftgate_actix_web::service;

use crate::support::{answer, ask, get, kinds, reply};

/// The head that an app saw.
async fn seen(request: Request<Body>) -> RequestHead {
    let seen = Rc::new(RefCell::new(None));
    let noted = Rc::clone(&seen);
    let app = App::new().default_service(web::to(move |request: HttpRequest| {
        *noted.borrow_mut() = Some(request.head().clone());
        ready(HttpResponse::Ok())
    }));
    let response = answer(service(app), request).await;
    assert_eq!(response.status(), StatusCode::OK);
    seen.take().unwrap()
}

#[actix_web::test]
async fn headers_are_those_of_the_request() {
    let headers: [(&str, &[u8]); 9] = [
        ("host", b"api.example.com"),
        ("x-tag", b"two"),
        ("cookie", b"a=1"),
        ("x-tag", b"one"),
        ("x-latin1", b"caf\xe9"),
        ("x-utf8", "café".as_bytes()),
        ("x-empty", b""),
        ("x-tag", b"three\t3"),
        ("cookie", b"b=2"),
    ];
    let mut request = get("/");
    for (name, value) in headers {
        let name = HeaderName::from_static(name);
        let value = HeaderValue::from_bytes(value).unwrap();
        request.headers_mut().append(name, value);
    }
    let head = seen(request).await;
    assert_eq!(head.headers.len(), headers.len());
    for (name, _) in headers {
        let expected = headers.iter().filter(|(other, _)| *other == name);
        let expected: Vec<_> = expected.map(|(_, value)| *value).collect();
        let values: Vec<_> = head
            .headers
            .get_all(name)
            .map(|value| value.as_bytes())
            .collect();
        assert_eq!(values, expected, "{name}");
    }
}

#[actix_web::test]
async fn methods_and_versions_are_those_of_the_request() {
    let methods = [
        "GET",
        "POST",
        "PUT",
        "DELETE",
        "HEAD",
        "OPTIONS",
        "PATCH",
        "TRACE",
        "CONNECT",
        "QUERY",
        "PROPFIND",
        "get",
        "VERSION-CONTROL-AND-MORE",
        "M!*",
    ];
    for method in methods {
        let mut request = get("/");
        *request.method_mut() = Method::from_bytes(method.as_bytes()).unwrap();
        assert_eq!(seen(request).await.method.as_str(), method);
    }
    for version in [
        Version::HTTP_09,
        Version::HTTP_10,
        Version::HTTP_11,
        Version::HTTP_2,
        Version::HTTP_3,
    ] {
        let mut request = get("/");
        *request.version_mut() = version;
        let version = format!("{version:?}");
        assert_eq!(format!("{:?}", seen(request).await.version), version);
    }
}

#[actix_web::test]
async fn targets_are_those_of_the_request() {
    let long = format!("/{}?{}", "p".repeat(30_000), "q".repeat(30_000));
    let targets = [
        "/",
        "/a%20b?x=1&x=%31&flag",
        "/?",
        "/a//b/../c;d=1",
        "/%C3%A9%00",
        "*",
        "https://example.com:8443/a?b",
        "https://example.com/",
        "example.com:443",
        r#"/{"json":[1]}?{}|`^\"#,
        &long,
    ];
    for target in targets {
        let head = seen(get(target)).await;
        assert_eq!(head.uri.to_string(), target);
    }
}

/// As actix's own server does with a request that it cannot read.
#[actix_web::test]
async fn what_actix_has_no_type_for_is_a_bad_request() {
    for target in ["/caf\u{e9}", "/a?q=caf\u{e9}"] {
        let response = answer(service(App::new()), get(target)).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST);
        assert_eq!(
            response.body(),
            "actix-web cannot read the request's target\n"
        );
    }
    let mut request = get("/");
    *request.method_mut() = Method::from_bytes(b"A#B").unwrap();
    let response = answer(service(App::new()), request).await;
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    assert_eq!(
        response.body(),
        "actix-web cannot read the request's method\n"
    );
}

#[actix_web::test]
async fn a_body_is_handed_over_as_it_lies() {
    let body = Bytes::from(vec![b'x'; 1 << 20]);
    let at = body.as_ptr().addr();
    let app = App::new().default_service(web::to(move |mut payload: Payload| async move {
        let chunk = payload.next().await.unwrap().unwrap();
        assert!(payload.next().await.is_none());
        assert_eq!(chunk.as_ptr().addr(), at);
        HttpResponse::Ok().body(chunk)
    }));
    let request = Request::post("/").body(Body::from(body)).unwrap();
    let response = answer(service(app), request).await;
    assert_eq!(response.body().len(), 1 << 20);
    assert_eq!(response.body().as_ptr().addr(), at);
}

#[actix_web::test]
async fn headers_and_target_are_where_the_event_has_them() {
    let event = Bytes::from(
        r#"{"version":"2.0","rawPath":"/a/b","rawQueryString":"","headers":{"x-own":"a value",
        "x-quoted":"\"q\""},"requestContext":{"http":{"method":"GET"}}}"#,
    );
    let range = event.as_ptr_range();
    let range = range.start.addr()..range.end.addr();
    let app = App::new().default_service(web::to(move |request: HttpRequest| {
        let value = |name| request.headers().get(name).unwrap().as_bytes();
        assert!(range.contains(&value("x-own").as_ptr().addr()));
        assert!(range.contains(&request.uri().path().as_ptr().addr()));
        assert_eq!(value("x-quoted"), b"\"q\"");
        ready("seen")
    }));
    let reply = reply(service(app), event, false).await.unwrap();
    let reply = reply.into_bytes().unwrap();
    assert!(reply.windows(4).any(|text| text == b"seen"));
}

#[actix_web::test]
async fn extractors_read_bodies() {
    let app = || {
        App::new()
            .route(
                "/json",
                web::post().to(async |json: web::Json<Vec<u8>>| json.len().to_string()),
            )
            .route(
                "/text",
                web::post().to(async |text: String, bytes: Bytes| {
                    // Whoever comes second finds nothing, as ever.
                    format!("{text}{}", bytes.len())
                }),
            )
    };
    for kind in kinds() {
        let request = Request::post("/json").header("host", "x");
        let request = request.header("content-type", "application/json");
        let request = request.body(Bytes::from("[1, 2, 3]")).unwrap();
        assert_eq!(
            ask(service(app()), kind, &request).await.body(),
            "3",
            "{kind}"
        );
        let request = Request::post("/text").header("host", "x");
        let request = request.header("content-type", "text/plain");
        let request = request.body(Bytes::from("na\u{ef}ve")).unwrap();
        let response = ask(service(app()), kind, &request).await;
        assert_eq!(response.body(), "na\u{ef}ve0", "{kind}");
    }
}

#[actix_web::test]
async fn the_peer_is_the_client() {
    let app = || {
        App::new().default_service(web::to(async |request: HttpRequest, peer: PeerAddr| {
            assert_eq!(request.peer_addr(), Some(peer.0));
            let info = request.connection_info();
            let real = info.realip_remote_addr().unwrap();
            format!("{peer} {real} {} {}", info.scheme(), info.host())
        }))
    };
    for kind in kinds() {
        let request = Request::get("/").header("host", "api.example.com");
        let mut request = request.body(Bytes::new()).unwrap();
        let client = ([203, 0, 113, 7], 50_000).into();
        let arrival = Arrival::new(client, 443);
        request.extensions_mut().insert(arrival);
        let response = ask(service(app()), kind, &request).await;
        let scheme = match kind {
            // Which does not tell.
            Kind::Lattice | Kind::LatticeV1 => "http",
            _ => "https",
        };
        let expected = format!("203.0.113.7:0 203.0.113.7 {scheme} api.example.com");
        assert_eq!(response.body(), expected.as_bytes(), "{kind}");
    }
}
