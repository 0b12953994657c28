//! An axum app on AWS's runtime, whose routes do what apps do, good and bad. The tests drive it.
//!
//! It needs a Runtime API, and any Lambda tool brings one:
//!
//! ```sh
//! cargo build -p liftgate-lambda-runtime --example routes
//! cargo run -p liftgate-cli -- dev -- target/debug/examples/routes
//! ```
//!
//! With `STREAMING=1` it streams, with `OTEL=1` AWS's layer for OpenTelemetry is around it, and with
//! `HANDLER=1` it is a handler of events.

use std::convert::Infallible;
use std::env;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context as TaskContext, Poll};
use std::time::Duration;

use axum::body::{Body as AxumBody, Bytes};
use axum::response::AppendHeaders;
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use futures_util::stream;
use http::Request;
use lambda_runtime::Runtime;
use lambda_runtime::layers::{OpenTelemetryLayer, TracingLayer};
use liftgate::{Body, Context, Options};
use liftgate_lambda_runtime::{Adapter, Handler};
use serde_json::{Value, json};
use tower::{Service, ServiceExt as _, service_fn};

type BoxError = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<(), lambda_runtime::Error> {
    let app = Router::new()
        .route("/hello", get(|| async { "hello world" }))
        .route("/echo", post(|body: Bytes| async { body }))
        .route("/context", get(context))
        .route("/headers", get(headers))
        .route("/chunks", get(chunks))
        .route("/break", get(breaks))
        .route("/boom", get(booms))
        .route("/panic", get(panics))
        .route("/after", get(after))
        .route(
            "/exhaust",
            get(async || EXHAUSTED.store(true, Ordering::Relaxed)),
        );
    let app = service_fn(move |request: Request<Body>| {
        let app = app.clone();
        async move {
            if request.uri().path() == "/fail" {
                return Err(BoxError::from("the database is away"));
            }
            app.oneshot(request).await.map_err(BoxError::from)
        }
    });

    let is_set = |name| env::var_os(name).is_some();
    let options = Options::new().streaming(is_set("STREAMING"));
    if is_set("HANDLER") {
        let runtime = Runtime::new(Handler::with_options(Limited(app), options));
        if is_set("OTEL") {
            let flush = || println!("flushed");
            return runtime.layer(OpenTelemetryLayer::new(flush)).run().await;
        }
        return runtime.layer(TracingLayer::new()).run_concurrent().await;
    }
    let runtime = Adapter::with_options(Limited(app), options).into_runtime();
    if is_set("OTEL") {
        let flush = || println!("flushed");
        return runtime.layer(OpenTelemetryLayer::new(flush)).run().await;
    }
    runtime.layer(TracingLayer::new()).run_concurrent().await
}

/// What the Runtime API said, by liftgate's context and by AWS's.
async fn context(
    Extension(context): Extension<Context>,
    Extension(aws): Extension<lambda_runtime::Context>,
) -> Json<Value> {
    Json(json!({
        "request_id": context.request_id(),
        "deadline_ms": context.deadline_ms(),
        "arn": context.invoked_function_arn(),
        "trace_id": context.trace_id(),
        "tenant_id": context.tenant_id(),
        "client_context": context.client_context::<Value>(),
        "cognito_identity": context.cognito_identity::<Value>(),
        "headers": context.headers().len(),
        "aws_request_id": aws.request_id,
        "function_name": aws.env_config.function_name,
        "memory": aws.env_config.memory,
    }))
}

async fn headers() -> (
    AppendHeaders<[(&'static str, &'static str); 5]>,
    &'static str,
) {
    let headers = [
        ("set-cookie", "a=1"),
        ("set-cookie", "b=2"),
        ("vary", "origin"),
        ("vary", "accept"),
        ("x-name", "Zoë"),
    ];
    (AppendHeaders(headers), "two of each")
}

async fn chunks() -> AxumBody {
    let chunks = stream::unfold(0, |n| async move {
        tokio::time::sleep(Duration::from_millis(10)).await;
        (n < 3).then(|| (Ok::<_, Infallible>(format!("chunk {n}\n")), n + 1))
    });
    AxumBody::from_stream(chunks)
}

async fn breaks() -> AxumBody {
    let chunks = [Ok("the first chunk\n"), Err("the disk is full")];
    AxumBody::from_stream(stream::iter(chunks))
}

async fn booms() -> AxumBody {
    AxumBody::from_stream(stream::unfold(0, |n| async move {
        assert_eq!(n, 0, "the second chunk");
        Some((Ok::<_, Infallible>("the first chunk\n"), n + 1))
    }))
}

async fn panics() {
    panic!("/panic was asked for");
}

async fn after(Extension(context): Extension<Context>) -> &'static str {
    context.after_response(async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        println!("worked");
    });
    "done soon"
}

static EXHAUSTED: AtomicBool = AtomicBool::new(false);

/// Is not ready once, after `/exhaust`.
#[derive(Clone)]
struct Limited<S>(S);

impl<S, R> Service<R> for Limited<S>
where
    S: Service<R, Error = BoxError>,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut TaskContext<'_>) -> Poll<Result<(), BoxError>> {
        if EXHAUSTED.swap(false, Ordering::Relaxed) {
            return Poll::Ready(Err("all is exhausted".into()));
        }
        self.0.poll_ready(cx)
    }

    fn call(&mut self, request: R) -> S::Future {
        self.0.call(request)
    }
}
