//! The pages behind every gateway, byte for byte as `axum::serve` gives them.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../../../tests/support/client.rs"]
mod client;

use bytes::Bytes;
use example_maud::app;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use liftgate::local::{Gateway, Kind};
use tokio::net::{TcpListener, TcpStream};

fn get(path: &str) -> Request<Bytes> {
    let request = Request::get(path).header("host", "x");
    request.body(Bytes::new()).unwrap()
}

fn post(body: &'static str) -> Request<Bytes> {
    Request::post("/")
        .header("host", "x")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("content-length", body.len())
        .body(Bytes::from(body))
        .unwrap()
}

async fn served(request: Request<Bytes>) -> Response<Bytes> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(async { axum::serve(listener, app()).await });
    let stream = TcpStream::connect(address).await.unwrap();
    let (mut client, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let response = client.send_request(request.map(Full::new)).await.unwrap();
    let (head, body) = response.into_parts();
    let response = Response::from_parts(head, body.collect().await.unwrap().to_bytes());
    server.abort();
    response
}

/// The response that all doors agree on.
async fn everywhere(request: Request<Bytes>) -> Response<Bytes> {
    let expected = served(request.clone()).await;
    for kind in Kind::ALL {
        // Its messages are no requests.
        if kind == Kind::WebSocket {
            continue;
        }
        let seen = client::ask(&Gateway::new(kind), &request, app()).await;
        let seen = seen.unwrap();
        assert_eq!(seen.status(), expected.status(), "{kind}");
        assert_eq!(seen.body(), expected.body(), "{kind}");
        let location = |response: &Response<Bytes>| response.headers().get("location").cloned();
        assert_eq!(location(&seen), location(&expected), "{kind}");
        // Where the app has none, some gateways do.
        if let Some(expected) = expected.headers().get("content-type") {
            assert_eq!(&seen.headers()["content-type"], expected, "{kind}");
        }
    }
    expected
}

fn text(response: Response<Bytes>) -> String {
    String::from_utf8(response.into_body().into()).unwrap()
}

#[tokio::test]
async fn the_form_is_a_page() {
    let response = everywhere(get("/")).await;
    assert_eq!(
        response.headers()["content-type"],
        "text/html; charset=utf-8"
    );
    let page = text(response);
    assert!(
        page.starts_with("<!DOCTYPE html><html lang=\"en\">"),
        "{page}"
    );
    assert!(
        page.contains("<form method=\"post\" action=\"./\">"),
        "{page}"
    );
}

#[tokio::test]
async fn a_form_leads_to_a_page_on_which_all_is_escaped() {
    let sent = "name=%3Cscript%3Ealert%28%22%26%27%22%29%3C%2Fscript%3E+%C3%A9%F0%9F%98%80";
    let redirect = everywhere(post(sent)).await;
    assert_eq!(redirect.status(), 303);
    let location = redirect.headers()["location"].to_str().unwrap();
    let page = everywhere(get(&format!("/{location}"))).await;
    assert_eq!(page.status(), 200);
    let page = text(page);
    let escaped = "&lt;script&gt;alert(&quot;&amp;'&quot;)&lt;/script&gt; é😀";
    assert!(
        page.contains(&format!("<h1>Hello, {escaped}!</h1>")),
        "{page}"
    );
    assert!(page.contains("Your name has 31 characters."), "{page}");
    assert!(!page.contains("<script"), "{page}");
}

#[tokio::test]
async fn wrong_input_is_told() {
    let response = everywhere(post("name=+%22+")).await;
    assert_eq!(response.status(), 303);
    let response = everywhere(post("name=++")).await;
    assert_eq!(response.status(), 422);
    let page = text(response);
    assert!(page.contains("value=\"  \""), "{page}");
    assert!(page.contains("<p role=\"alert\">"), "{page}");
    assert_eq!(everywhere(post("nom=x")).await.status(), 422);
    assert_eq!(everywhere(get("/greeting")).await.status(), 400);
    assert_eq!(everywhere(get("/none")).await.status(), 404);
}
