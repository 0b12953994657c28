//! The runtime, against a Runtime API that a test scripts.

mod around;
mod concurrency;
mod deadline;
mod faults;
mod incumbents;
mod lifecycle;
mod panics;
mod scripted;
mod streaming;
#[cfg(feature = "tracing")]
mod tracing;

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::Router;
use axum::routing::{any, get};
use bytes::Bytes;
use http::{Request, Response};
use http_body::Frame;
use liftgate::{Body, Error, Runtime};
use tower::ServiceExt as _;

use crate::support::runtime_api::{RuntimeApi, invocation};

type BoxError = Box<dyn std::error::Error + Send + Sync>;

fn event(path: &str) -> String {
    format!(
        r#"{{"version":"2.0","rawPath":"{path}","requestContext":{{"http":{{"method":"GET"}}}}}}"#
    )
}

/// The event of a function URL.
fn url_event(path: &str) -> String {
    let domain = r#""domainName":"id.lambda-url.eu-west-1.on.aws""#;
    format!(
        r#"{{"version":"2.0","rawPath":"{path}","requestContext":{{{domain},"http":{{"method":"GET"}}}}}}"#
    )
}

struct FailingBody(u8);

impl http_body::Body for FailingBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        self.0 += 1;
        match self.0 {
            1 => Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"first"))))),
            2 => Poll::Ready(Some(Err("the database went away".into()))),
            _ => panic!("polled again after an error"),
        }
    }
}

async fn panicking() -> &'static str {
    panic!("on purpose: {}", 7)
}

fn router() -> Router {
    Router::new()
        .route("/", get(|| async { "hello" }))
        .route("/large", get(|| async { "x".repeat(1 << 20) }))
        .route("/larger", get(|| async { "x".repeat(6_000_000) }))
        .route("/panic", get(panicking))
        .route(
            "/body",
            any(|| async { Response::new(axum::body::Body::new(FailingBody(0))) }),
        )
}

/// The router, but `/error` fails as a service.
async fn app(request: Request<Body>) -> Result<Response<axum::body::Body>, BoxError> {
    if request.uri().path() == "/error" {
        return Err("no such thing".into());
    }
    Ok(router().oneshot(request).await?)
}

fn serve(api: &RuntimeApi) -> tokio::task::JoinHandle<Result<(), Error>> {
    let runtime = Runtime::new().runtime_api(api.address.clone());
    // The future can be spawned on any runtime.
    tokio::spawn(runtime.run(tower::service_fn(app)))
}

#[tokio::test]
async fn invocations_are_answered_in_turn_over_one_connection() {
    let api = RuntimeApi::start([
        invocation("r-1", event("/")),
        invocation("r-2", event("/none")),
    ])
    .await;
    serve(&api);
    let posts = api.posts().await;
    assert_eq!(posts[0].path, "/2018-06-01/runtime/invocation/r-1/response");
    assert_eq!(
        (&posts[0].json()["statusCode"], &posts[0].json()["body"]),
        (&200.into(), &"hello".into())
    );
    assert_eq!(posts[1].path, "/2018-06-01/runtime/invocation/r-2/response");
    assert_eq!(posts[1].json()["statusCode"], 404);
    assert_eq!(api.connections(), 1);
}

#[tokio::test]
async fn every_failure_is_reported_and_the_next_invocation_served() {
    let mut not_utf8 = event("/~").into_bytes();
    not_utf8
        .iter_mut()
        .filter(|byte| **byte == b'~')
        .for_each(|byte| *byte = 0xe9);
    let api = RuntimeApi::start([
        invocation("panic", event("/panic")),
        invocation("error", event("/error")),
        invocation("body", event("/body")),
        invocation("malformed", "{\"version\":"),
        invocation("unknown", r#"{"Records":[{"eventSource":"aws:sqs"}]}"#),
        invocation("latin-1", not_utf8),
        invocation("fine", event("/")),
    ])
    .await;
    serve(&api);
    let posts = api.posts().await;
    let expected = [
        (
            "panic/error",
            "Liftgate.Panic",
            "the service panicked: on purpose: 7",
        ),
        (
            "error/error",
            "Liftgate.ServiceError",
            "the service failed: no such thing",
        ),
        (
            "body/error",
            "Liftgate.BodyError",
            "the response's body failed: the database went away",
        ),
        (
            "malformed/error",
            "Liftgate.InvalidEvent",
            "invalid event: version: not JSON: it ends too early (byte 11)",
        ),
        (
            "unknown/error",
            "Liftgate.UnknownEvent",
            "unknown event: this is an SQS event; turn on Options::pass_through to receive it",
        ),
    ];
    for (post, (path, kind, message)) in posts.iter().zip(expected) {
        assert!(post.path.ends_with(path), "{post:?}");
        assert_eq!(post.error(), (kind.to_owned(), message.to_owned()));
    }
    assert!(posts[5].path.ends_with("latin-1/response"));
    assert!(posts[6].path.ends_with("fine/response"));
    assert_eq!(posts.len(), 7);
}

#[tokio::test]
async fn odd_headers_of_the_runtime_api_fail_nothing() {
    let mut odd = invocation("r-1", event("/"));
    let headers = odd.headers_mut();
    headers.insert(
        "lambda-runtime-client-context",
        r#"{"custom":{"n":7},"client":{}}"#.parse().unwrap(),
    );
    headers.insert(
        "lambda-runtime-cognito-identity",
        http::HeaderValue::from_bytes(b"\xff").unwrap(),
    );
    headers.insert("lambda-runtime-invocation-id", "i-1".parse().unwrap());
    headers.remove("lambda-runtime-deadline-ms");
    let api = RuntimeApi::start([odd]).await;
    serve(&api);
    let posts = api.posts().await;
    assert_eq!(posts[0].json()["statusCode"], 200);
    assert_eq!(posts[0].headers["lambda-runtime-invocation-id"], "i-1");
}

#[tokio::test]
async fn a_reply_over_lambdas_limit_is_reported_with_both_sizes() {
    let api =
        RuntimeApi::start([invocation("r-1", event("/")), invocation("r-2", event("/"))]).await;
    let mut large = true;
    let app = tower::service_fn(move |_: Request<Body>| {
        let body = "x".repeat(if std::mem::take(&mut large) {
            6_291_556
        } else {
            1
        });
        std::future::ready(Ok::<_, Infallible>(Response::new(Body::from(body))))
    });
    tokio::spawn(Runtime::new().runtime_api(api.address.clone()).run(app));
    let posts = api.posts().await;
    let (kind, message) = posts[0].error();
    assert_eq!(kind, "Liftgate.InvalidResponse");
    let sizes = "the reply has 6291634 bytes, and http_api takes at most 6291556 bytes";
    assert!(message.ends_with(sizes), "{message}");
    assert!(posts[1].path.ends_with("r-2/response"));
}

#[tokio::test]
async fn the_message_of_an_error_is_not_endless() {
    let options = liftgate::Options::new().pass_through("/jobs");
    let api =
        RuntimeApi::start([invocation("r-1", "{}"), invocation("r-2", event("/panic"))]).await;
    let app = tower::service_fn(|request: Request<Body>| async move {
        if request.uri().path() == "/panic" {
            panic!("{}", "x".repeat(1 << 20));
        }
        let body = Body::from("y".repeat(5 << 20));
        Ok::<_, Infallible>(Response::builder().status(500).body(body).unwrap())
    });
    let runtime = Runtime::new()
        .runtime_api(api.address.clone())
        .options(options);
    tokio::spawn(runtime.run(app));
    let posts = api.posts().await;
    assert_eq!(posts[0].error().0, "Liftgate.ErrorStatus");
    assert_eq!(posts[1].error().0, "Liftgate.Panic");
    assert!(posts.iter().all(|post| post.body.len() < 16_384));
}

#[tokio::test]
async fn the_runtime_api_may_be_a_url_with_a_path() {
    let api = RuntimeApi::start([invocation("r-1", event("/"))]).await;
    let runtime = Runtime::new().runtime_api(format!("http://{}/.rt/", api.address));
    tokio::spawn(runtime.run(router()));
    assert_eq!(
        api.posts().await[0].path,
        "/.rt/2018-06-01/runtime/invocation/r-1/response"
    );
}

#[tokio::test]
async fn an_impossible_address_is_an_error_at_once() {
    let impossible = [
        "",
        "a b\n",
        "foo:99999",
        "host:",
        "https://host",
        "http://",
        "u@host:1",
        "[::1",
    ];
    for address in impossible {
        let ended = Runtime::new().runtime_api(address).run(router()).await;
        assert!(
            ended
                .unwrap_err()
                .to_string()
                .contains("AWS_LAMBDA_RUNTIME_API")
        );
    }
}

#[tokio::test]
async fn a_service_need_be_neither_send_nor_clone() {
    let api = RuntimeApi::start([invocation("r-1", event("/"))]).await;
    let factory = async || {
        let count = std::rc::Rc::new(std::cell::Cell::new(0));
        Ok::<_, Infallible>(tower::service_fn(move |_: Request<Body>| {
            count.set(count.get() + 1);
            let count = std::rc::Rc::clone(&count);
            async move { Ok::<_, Infallible>(Response::new(Body::from(count.get().to_string()))) }
        }))
    };
    tokio::select! {
        ended = Runtime::new().runtime_api(api.address.clone()).run_local(factory) => panic!("{ended:?}"),
        posts = api.posts() => assert_eq!(posts[0].json()["body"], "1"),
    }
}
