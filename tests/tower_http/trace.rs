//! `TraceLayer`: it sees requests, responses, chunks and ends as under hyper.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::routing::get;
use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode};
use tower::ServiceBuilder;
use tower_http::classify::ServerErrorsFailureClass;
use tower_http::trace::{OnRequest, TraceLayer};
use tracing::Span;

use super::answer::Sent;
use super::doors::{answers, gateways};

type Log = Arc<Mutex<Vec<String>>>;

fn note(log: &Log) -> impl Fn(String) + Clone + use<> {
    let log = Arc::clone(log);
    move |line| log.lock().unwrap().push(line)
}

/// A closure would be of one type of body.
#[derive(Clone)]
struct Requests(Log);

impl<B> OnRequest<B> for Requests {
    fn on_request(&mut self, request: &Request<B>, _: &Span) {
        note(&self.0)(format!("{} {}", request.method(), request.uri()));
    }
}

fn chunks() -> Body {
    let chunks = ["first ", "second ", "third"];
    let chunks = chunks.map(|chunk| Ok::<_, std::io::Error>(Bytes::from_static(chunk.as_bytes())));
    Body::from_stream(futures_util::stream::iter(chunks))
}

#[tokio::test]
async fn what_is_traced_is_the_same() {
    let log = Log::default();
    let (responses, lengths) = (note(&log), note(&log));
    let (ends, failures) = (note(&log), note(&log));
    let trace = TraceLayer::new_for_http()
        .on_request(Requests(Arc::clone(&log)))
        .on_response(move |response: &Response<_>, _: Duration, _: &Span| {
            responses(response.status().to_string());
        })
        .on_body_chunk(move |chunk: &Bytes, _: Duration, _: &Span| {
            lengths(format!("{} bytes", chunk.len()));
        })
        .on_eos(move |_: Option<&HeaderMap>, _: Duration, _: &Span| ends("end".to_owned()))
        .on_failure(
            move |class: ServerErrorsFailureClass, _: Duration, _: &Span| {
                failures(format!("failure: {class}"));
            },
        );
    let router = Router::new()
        .route("/", get(|| async { "hello" }))
        .route("/chunks", get(|| async { chunks() }))
        .route(
            "/fails",
            get(|| async { StatusCode::INTERNAL_SERVER_ERROR }),
        );
    let app = ServiceBuilder::new().layer(trace).service(router);
    let sent = ["/", "/chunks", "/fails", "/none?a=1"].map(Sent::get);
    let got = answers(app, &sent).await;
    assert_eq!(got[1].text(), "first second third");

    let log = log.lock().unwrap();
    let doors = 1 + gateways().len();
    let plain = &log[..log.len() / doors];
    let expected = [
        "GET /",
        "200 OK",
        "5 bytes",
        "end",
        "GET /chunks",
        "200 OK",
        "6 bytes",
        "7 bytes",
        "5 bytes",
        "end",
        "GET /fails",
        "500 Internal Server Error",
        "failure: Status code: 500 Internal Server Error",
        "GET /none?a=1",
        "404 Not Found",
    ];
    assert_eq!(plain, expected);
    for traced in log.chunks(plain.len()) {
        assert_eq!(traced, plain);
    }
}
