use std::convert::Infallible;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::State;
use super::closing::Closing;
use super::extensions::deadline_ms;
use super::receive::{fail, fail_init, respond};
use crate::Body;
use crate::local::function::Call;
use crate::local::server::{read, spare};

const EXTENSION_ID: HeaderName = HeaderName::from_static("lambda-extension-identifier");
const ARN: HeaderValue =
    HeaderValue::from_static("arn:aws:lambda:us-east-1:123456789012:function:local");

/// An extension says little.
const MAX_REGISTRATION: usize = 64 << 10;

/// Serves every connection, until it is dropped.
pub(super) async fn serve(listener: TcpListener, state: Arc<State>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => drop(connections.spawn(connection(stream, Arc::clone(&state)))),
                // Too many open files, say: it passes.
                Err(_) => spare().await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn connection(stream: TcpStream, state: Arc<State>) {
    // A delay is all that is lost without it.
    let _ = stream.set_nodelay(true);
    let (stream, has_ended) = Closing::new(stream);
    let service = service_fn(|request| route(request, &state, has_ended.clone()));
    let served = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    // A program that ended, or that spoke no HTTP.
    let _ = served.await;
}

async fn route(
    request: Request<Incoming>,
    state: &State,
    mut has_ended: watch::Receiver<bool>,
) -> Result<Response<Body>, Infallible> {
    let path = request.uri().path().to_owned();
    let segments: Vec<_> = path.trim_matches('/').split('/').collect();
    let method = request.method().clone();
    Ok(match (method, &segments[..]) {
        (Method::GET, ["2018-06-01", "runtime", "invocation", "next"]) => {
            tokio::select! {
                biased;
                // Whoever has gone takes no event along.
                _ = has_ended.wait_for(|has_ended| *has_ended) => Response::default(),
                call = state.invocations.next() => event_of(call),
            }
        }
        (Method::POST, ["2018-06-01", "runtime", "invocation", id, "response"]) => {
            respond(state, id, request).await
        }
        (Method::POST, ["2018-06-01", "runtime", "invocation", id, "error"]) => {
            fail(state, id, request).await
        }
        (Method::POST, ["2018-06-01", "runtime", "init" | "restore", "error"]) => {
            fail_init(state, request).await
        }
        // There is no snapshot to wait over.
        (Method::GET, ["2018-06-01", "runtime", "restore", "next"]) => Response::default(),
        (Method::POST, ["2020-01-01", "extension", "register"]) => register(state, request).await,
        (Method::GET, ["2020-01-01", "extension", "event", "next"]) => {
            next_of(state, request.headers()).await
        }
        (Method::POST, ["2020-01-01", "extension", "init" | "exit", "error"]) => {
            status(StatusCode::ACCEPTED, r#"{"status":"OK"}"#)
        }
        (Method::PUT, ["2022-07-01", "telemetry"] | ["2020-08-15", "logs"]) => {
            // As the Runtime Interface Emulator answers.
            let kind = "Telemetry.NotSupported";
            refusal(StatusCode::ACCEPTED, kind, "Telemetry API is not supported")
        }
        _ => refusal(
            StatusCode::NOT_FOUND,
            "NotFound",
            &format!("no {path} here"),
        ),
    })
}

/// An invocation, as `next` answers.
fn event_of(call: Call) -> Response<Body> {
    let mut response = Response::new(Body::from(call.event));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert("lambda-runtime-invoked-function-arn", ARN);
    let deadline = deadline_ms(call.timeout);
    headers.insert("lambda-runtime-deadline-ms", deadline.into());
    let texts = [
        ("lambda-runtime-aws-request-id", call.request_id),
        ("lambda-runtime-trace-id", call.trace_id),
    ];
    for (name, text) in texts {
        if let Ok(value) = HeaderValue::try_from(text) {
            headers.insert(name, value);
        }
    }
    response
}

async fn register(state: &State, request: Request<Incoming>) -> Response<Body> {
    let body = match read(request.into_body(), MAX_REGISTRATION).await {
        Ok(Some(body)) => body,
        _ => Bytes::from_static(b"?"),
    };
    match state.extensions.register(&body) {
        Ok(id) => {
            let text =
                r#"{"functionName":"local","functionVersion":"$LATEST","handler":"bootstrap"}"#;
            let mut response = status(StatusCode::OK, text);
            if let Ok(id) = HeaderValue::try_from(id) {
                response.headers_mut().insert(EXTENSION_ID, id);
            }
            response
        }
        Err(error) => refusal(
            StatusCode::BAD_REQUEST,
            "InvalidRequestFormat",
            &error.to_string(),
        ),
    }
}

async fn next_of(state: &State, headers: &HeaderMap) -> Response<Body> {
    let id = headers.get(EXTENSION_ID);
    let id = id.and_then(|id| id.to_str().ok()).unwrap_or_default();
    match state.extensions.next(id).await {
        Some(event) => status(StatusCode::OK, &event),
        None => refusal(
            StatusCode::FORBIDDEN,
            "Extension.UnknownExtensionIdentifier",
            "no such extension",
        ),
    }
}

pub(super) fn accepted() -> Response<Body> {
    status(StatusCode::ACCEPTED, r#"{"status":"OK"}"#)
}

pub(super) fn refusal(code: StatusCode, kind: &str, message: &str) -> Response<Body> {
    let text = serde_json::json!({"errorMessage": message, "errorType": kind});
    status(code, &text.to_string())
}

fn status(code: StatusCode, text: &str) -> Response<Body> {
    let mut response = Response::new(Body::from(text.to_owned()));
    *response.status_mut() = code;
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}
