//! lambda_http, by the steps of `lambda_runtime` 1.5: see `deserialize` in its `deserializer.rs`,
//! `Adapter` in lambda_http's `lib.rs`, and `into_req` of `EventCompletionRequest` in the
//! runtime's `requests.rs`.

use std::convert::Infallible;

use bytes::Bytes;
use http::Response;
use http_body_util::Full;
use lambda_http::request::LambdaRequest;
use lambda_http::{Adapter, Context, LambdaEvent, TransformResponse};
use tower_service::Service;

use super::contenders::{App, Error, Input};
use crate::capture::poll_now;

/// The future that has the response of the app.
pub type Responding = TransformResponse<'static, Response<Full<Bytes>>, Infallible>;

/// lambda_http, from the event to the response of the app, which the future has.
///
/// # Errors
///
/// If lambda_http does not know the event.
pub fn lambda_http_decode(input: Input<Context>) -> Result<Responding, Error> {
    let json = &mut serde_json::Deserializer::from_slice(&input.event);
    let payload: LambdaRequest = serde_path_to_error::deserialize(json)?;
    let mut adapter = Adapter::from(App {
        response: Some(input.response),
    });
    Ok(adapter.call(LambdaEvent::new(payload, input.context)))
}

/// lambda_http, from the response that the future has to the reply.
///
/// # Errors
///
/// If the reply cannot be written.
pub fn lambda_http_encode(decoded: Result<Responding, Error>) -> Result<Vec<u8>, Error> {
    let reply = poll_now(decoded?).ok_or("the reply is not there at once")?;
    let Ok(reply) = reply;
    Ok(serde_json::to_vec(&reply)?)
}

/// lambda_http, from the event to the reply.
///
/// # Errors
///
/// If lambda_http does not know the event.
pub fn lambda_http(input: Input<Context>) -> Result<Vec<u8>, Error> {
    lambda_http_encode(lambda_http_decode(input))
}
