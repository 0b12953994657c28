//! The app behind gateways. It pauses until the test lets it go on, so it is by their order, and not
//! by time, that events are seen to come one by one.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use bytes::Bytes;
use example_streaming::{EVENTS, EVENTS_OF_A_STREAM, FILE_LEN, app, lines};
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Empty};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use liftgate::local::{Gateway, Kind, RuntimeApi, Server};
use liftgate::{Options, Runtime};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// A stream that is held back until its end never brings what a test waits for.
const LONG: Duration = Duration::from_secs(30);

/// The app behind a gateway, with the options that its program has.
async fn behind(kind: Kind, app: Router) -> SocketAddr {
    let function = RuntimeApi::bind().await.unwrap();
    let runtime = Runtime::new()
        .options(Options::new().streaming(true))
        .runtime_api(function.address().to_string());
    tokio::spawn(runtime.run(app));
    let gateway = Gateway::new(kind).streaming(true);
    let server = Server::bind("127.0.0.1:0", gateway, function).await;
    let server = server.unwrap();
    let address = server.address();
    tokio::spawn(server.serve());
    address
}

async fn ask(address: SocketAddr, request: http::request::Builder) -> Response<Incoming> {
    let stream = TcpStream::connect(address).await.unwrap();
    let (mut client, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let request = request.header("host", "localhost");
    let request = request.body(Empty::<Bytes>::new()).unwrap();
    let response = timeout(LONG, client.send_request(request)).await;
    response.expect("the head is there").unwrap()
}

async fn chunk(response: &mut Response<Incoming>) -> Option<String> {
    let frame = timeout(LONG, response.frame()).await;
    let data = frame.expect("a chunk is there")?.unwrap();
    let data = data.into_data().unwrap();
    Some(String::from_utf8(data.into()).unwrap())
}

async fn text(response: Response<Incoming>) -> String {
    let body = timeout(LONG, response.collect()).await;
    let body = body.expect("the body is there").unwrap().to_bytes();
    String::from_utf8(body.into()).unwrap()
}

fn event(id: usize) -> String {
    format!("id: {id}\nretry: 1000\ndata: {id} of {EVENTS}\n\n")
}

/// The app, and what each of its pauses takes one of.
fn paused() -> (Router, Arc<Semaphore>) {
    let steps = Arc::new(Semaphore::new(0));
    let taken = Arc::clone(&steps);
    let pause = move || {
        let taken = Arc::clone(&taken);
        async move { taken.acquire().await.unwrap().forget() }
    };
    (app(no_file(), pause), steps)
}

fn no_file() -> PathBuf {
    PathBuf::from("no such file")
}

#[tokio::test]
async fn an_event_is_there_before_the_next_is_made() {
    for kind in [Kind::FunctionUrl, Kind::RestApi] {
        let (app, steps) = paused();
        let address = behind(kind, app).await;
        let mut response = ask(address, Request::get("/events")).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert_eq!(chunk(&mut response).await.unwrap(), event(1), "{kind}");
        for id in 2..=EVENTS_OF_A_STREAM {
            // The event before is here, and this one can only now be made.
            steps.add_permits(1);
            assert_eq!(chunk(&mut response).await.unwrap(), event(id), "{kind}");
        }
        assert_eq!(chunk(&mut response).await, None);
    }
}

#[tokio::test]
async fn a_client_that_comes_back_gets_the_rest() {
    let address = behind(Kind::FunctionUrl, app(no_file(), || std::future::ready(()))).await;
    let after = |last: &'static str| Request::get("/events").header("last-event-id", last);
    let rest: String = (6..=EVENTS).map(event).collect();
    assert_eq!(text(ask(address, after("5")).await).await, rest);
    let last = ask(address, after("9")).await;
    assert_eq!(text(last).await, event(EVENTS));
    let none = ask(address, after("10")).await;
    assert_eq!(none.status(), StatusCode::NO_CONTENT);
    assert_eq!(text(none).await, "");
    let beyond = ask(address, after("18446744073709551615")).await;
    assert_eq!(beyond.status(), StatusCode::NO_CONTENT);
    let junk = text(ask(address, after("five")).await).await;
    assert!(junk.starts_with(&event(1)), "{junk}");
}

#[tokio::test]
async fn gateways_that_cannot_stream_get_the_events_at_once() {
    for kind in [Kind::HttpApi, Kind::Alb, Kind::Lattice] {
        let (app, steps) = paused();
        steps.add_permits(EVENTS_OF_A_STREAM - 1);
        let address = behind(kind, app).await;
        let response = ask(address, Request::get("/events")).await;
        assert!(response.headers().contains_key("content-length"), "{kind}");
        let events: String = (1..=EVENTS_OF_A_STREAM).map(event).collect();
        assert_eq!(text(response).await, events, "{kind}");
    }
}

#[tokio::test]
async fn an_http_api_refuses_the_file_and_takes_its_parts() {
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("gateways.txt");
    std::fs::write(&file, lines().collect::<String>()).unwrap();
    let address = behind(Kind::HttpApi, app(&file, || std::future::ready(()))).await;
    let whole = ask(address, Request::get("/file")).await;
    assert_eq!(whole.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(text(whole).await, r#"{"message":"Internal Server Error"}"#);

    let part = Request::get("/file").header("range", "bytes=49999990-");
    let part = ask(address, part).await;
    assert_eq!(part.status(), StatusCode::PARTIAL_CONTENT);
    assert_eq!(
        part.headers()["content-range"],
        format!("bytes 49999990-49999999/{FILE_LEN}")
    );
    assert_eq!(part.headers()["content-length"], "10");
    assert_eq!(text(part).await, "004999999\n");

    let beyond = Request::get("/file").header("range", "bytes=50000000-");
    let beyond = ask(address, beyond).await;
    assert_eq!(beyond.status(), StatusCode::RANGE_NOT_SATISFIABLE);
    let head = ask(address, Request::head("/file")).await;
    assert_eq!(head.headers()["content-length"], FILE_LEN.to_string());
}
