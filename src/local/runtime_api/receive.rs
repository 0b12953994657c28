//! What a program posts: replies, streams and errors.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderMap};
use http::{Request, Response, StatusCode};
use hyper::body::Incoming;
use serde_json::Value;
use tokio::sync::mpsc;

use super::State;
use super::routes::{accepted, refusal};
use super::taken::Ending;
use crate::Body;
use crate::local::failure::{Cause, Failure};
use crate::local::function::{Answer, FunctionReply, ReplyStream};
use crate::local::server::{next_frame, read};
use crate::reply::{ERROR_BODY, ERROR_TYPE};
use crate::source::{MAX_PRELUDE, MAX_REPLY};

const MODE: &str = "lambda-runtime-function-response-mode";
const HTTP_INTEGRATION: &str = "application/vnd.awslambda.http-integration-response";

/// What ends a prelude.
pub(in crate::local) const PRELUDE_END: [u8; 8] = [0; 8];

/// How much a program may say of an error, in bytes.
const MAX_ERROR: usize = 1 << 20;

/// How many chunks may wait for a client that reads slowly.
const CHUNKS: usize = 16;

/// `POST /runtime/invocation/{id}/response`
pub(super) async fn respond(state: &State, id: &str, request: Request<Incoming>) -> Response<Body> {
    let Some(ending) = state.invocations.end(id).filter(Ending::is_awaited) else {
        return unknown(id);
    };
    let (parts, body) = request.into_parts();
    let is_stream = is(&parts.headers, MODE, "streaming");
    let has_prelude = is(&parts.headers, CONTENT_TYPE.as_str(), HTTP_INTEGRATION);
    if ending.is_streaming && (is_stream || has_prelude) {
        return stream(body, ending, has_prelude).await;
    }
    match read(body, MAX_REPLY).await {
        Ok(Some(mut reply)) => {
            let reply = if has_prelude {
                let end = memchr::memmem::find(&reply, &PRELUDE_END);
                reply.truncate(end.unwrap_or(reply.len()).min(MAX_PRELUDE));
                FunctionReply::Prelude(reply)
            } else {
                FunctionReply::Whole(reply)
            };
            ending.finish(Ok(Answer::new(reply)));
            accepted()
        }
        Ok(None) => {
            let message = format!(
                "Response payload size exceeded maximum allowed payload size ({MAX_REPLY} bytes)."
            );
            ending.refuse(Failure::new(Cause::ReplyTooLarge, message.as_str()));
            let kind = "Function.ResponseSizeTooLarge";
            refusal(StatusCode::PAYLOAD_TOO_LARGE, kind, &message)
        }
        Err(error) => {
            let reason = format!("the reply broke off: {error}");
            ending.finish(Err(Failure::new(Cause::Function, reason)));
            truncated()
        }
    }
}

/// Hands a reply on as it comes.
async fn stream(mut body: Incoming, mut ending: Ending<'_>, has_prelude: bool) -> Response<Body> {
    let (chunks, receiver) = mpsc::channel(CHUNKS);
    let reply = FunctionReply::Stream(ReplyStream::new(has_prelude, receiver));
    if !ending.begin(Answer::new(reply)) {
        // Nobody listens, but the function may go on.
        drain(&mut body).await;
        return accepted();
    }
    let failure = loop {
        let chunk = match next_frame(&mut body).await {
            None => break None,
            Some(Ok(frame)) => match frame.into_data() {
                Ok(data) => data,
                Err(frame) => match frame.into_trailers().ok().and_then(|t| error_in(&t)) {
                    Some(failure) => break Some((failure, accepted())),
                    None => continue,
                },
            },
            Some(Err(error)) => {
                let reason = format!("the stream broke off: {error}");
                break Some((Failure::new(Cause::Function, reason), truncated()));
            }
        };
        if chunks.send(Ok(chunk)).await.is_err() {
            drain(&mut body).await;
            return accepted();
        }
    };
    // The client, which sees the stream end, may be quick to call again.
    drop(ending);
    match failure {
        None => accepted(),
        Some((failure, response)) => {
            let _ = chunks.send(Err(failure)).await;
            response
        }
    }
}

fn truncated() -> Response<Body> {
    let kind = "Runtime.TruncatedResponse";
    refusal(StatusCode::BAD_REQUEST, kind, "it broke off")
}

async fn drain(body: &mut Incoming) {
    while let Some(Ok(_)) = next_frame(body).await {}
}

/// `POST /runtime/invocation/{id}/error`
pub(super) async fn fail(state: &State, id: &str, request: Request<Incoming>) -> Response<Body> {
    let Some(ending) = state.invocations.end(id) else {
        return unknown(id);
    };
    let failure = failure_of(request).await;
    ending.finish(Err(failure));
    accepted()
}

/// `POST /runtime/init/error`, `POST /runtime/restore/error`
pub(super) async fn fail_init(state: &State, request: Request<Incoming>) -> Response<Body> {
    let failure = failure_of(request).await;
    state.invocations.fail_init(failure);
    accepted()
}

async fn failure_of(request: Request<Incoming>) -> Failure {
    let (parts, body) = request.into_parts();
    let kind = parts.headers.get(ERROR_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).map(str::to_owned);
    let body = read(body, MAX_ERROR).await.ok().flatten();
    told(kind, &body.unwrap_or_default())
}

/// The error that a stream's trailers tell.
fn error_in(trailers: &HeaderMap) -> Option<Failure> {
    use base64::Engine as _;
    let kind = trailers.get(ERROR_TYPE)?.to_str().ok()?.to_owned();
    let body = trailers.get(ERROR_BODY).map(|body| body.as_bytes());
    let body = base64::engine::general_purpose::STANDARD
        .decode(body.unwrap_or_default())
        .unwrap_or_default();
    Some(told(Some(kind), &body))
}

fn told(kind: Option<String>, body: &[u8]) -> Failure {
    let error: Value = serde_json::from_slice(body).unwrap_or_default();
    let text = |key: &str| error[key].as_str().map(str::to_owned);
    let kind = text("errorType").or(kind);
    let parts: Vec<_> = kind.into_iter().chain(text("errorMessage")).collect();
    let reason = match &parts[..] {
        [] => "the function failed and did not say why".to_owned(),
        parts => parts.join(": "),
    };
    Failure::new(Cause::Function, reason).with_payload(Bytes::copy_from_slice(body))
}

fn is(headers: &HeaderMap, name: &str, text: &str) -> bool {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    value.is_some_and(|value| value.trim().eq_ignore_ascii_case(text))
}

fn unknown(id: &str) -> Response<Body> {
    let message = format!("there is no invocation {id}, or it is over");
    refusal(StatusCode::BAD_REQUEST, "InvalidRequestID", &message)
}
