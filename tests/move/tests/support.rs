//! Both, on the same event.

use std::convert::Infallible;
use std::panic::catch_unwind;

use bytes::Bytes;
use futures_util::FutureExt as _;
use http::{Request, Response};
use http_body_util::Full;
use lambda_http::request::LambdaRequest;
use lambda_http::{Adapter, LambdaEvent};
use liftgate::local::{Gateway, Kind};
use liftgate::{Context, Error, Invocation, Lambda, Options};
use serde_json::Value;
use tower::service_fn;
use tower_service::Service as _;

/// The event of a `GET /orders`, and what is to be otherwise in it.
pub fn event(kind: Kind, change: impl FnOnce(&mut Value)) -> Value {
    let request = Request::get("/orders").header("host", "api.example.com");
    let request = request.body(Bytes::new()).unwrap();
    let event = Gateway::new(kind).render(&request).unwrap();
    let mut event = serde_json::from_slice(&event).unwrap();
    change(&mut event);
    event
}

/// The request that lambda_http makes of an event.
pub fn lambda_http_request(event: &Value) -> lambda_http::Request {
    let (sender, receiver) = std::sync::mpsc::channel();
    let app = service_fn(move |request: lambda_http::Request| {
        sender.send(request).unwrap();
        async { Ok::<_, Infallible>(String::new()) }
    });
    let payload = serde_json::from_value::<LambdaRequest>(event.clone());
    let mut context = lambda_http::Context::default();
    context.xray_trace_id = Some("Root=1-of-lambda".into());
    let event = LambdaEvent::new(payload.expect("an event"), context);
    let called = Adapter::from(app).call(event).now_or_never();
    called.unwrap().unwrap();
    receiver.recv().unwrap()
}

/// Whether lambda_http panics on an event.
pub fn lambda_http_panics(event: &Value) -> bool {
    catch_unwind(|| lambda_http_request(event)).is_err()
}

/// Whether lambda_http takes an event for one.
pub fn lambda_http_knows(event: &str) -> bool {
    serde_json::from_str::<LambdaRequest>(event).is_ok()
}

/// The JSON that lambda_http writes of a response.
pub fn lambda_http_reply(
    event: &Value,
    response: Response<Bytes>,
) -> Result<Value, serde_json::Error> {
    let app = service_fn(move |_: lambda_http::Request| {
        let response = response.clone().map(Full::new);
        async { Ok::<_, Infallible>(response) }
    });
    let payload: LambdaRequest = serde_json::from_value(event.clone()).unwrap();
    let event = LambdaEvent::new(payload, lambda_http::Context::default());
    let reply = Adapter::from(app).call(event).now_or_never().unwrap();
    serde_json::from_slice(&serde_json::to_vec(&reply.unwrap())?)
}

/// The request that liftgate makes of an event.
pub fn liftgate_request(event: &Value) -> Request<liftgate::Body> {
    try_liftgate_request(event.to_string()).unwrap()
}

/// The request that liftgate makes of an event, or why there is none.
pub fn try_liftgate_request(event: impl Into<Bytes>) -> Result<Request<liftgate::Body>, Error> {
    let (sender, receiver) = std::sync::mpsc::channel();
    let app = service_fn(move |request: Request<liftgate::Body>| {
        sender.send(request).unwrap();
        async { Ok::<_, Infallible>(Response::new(String::new())) }
    });
    let invocation = Invocation::new(event, Context::default());
    let called = Lambda::new(app).call(invocation).now_or_never();
    called.unwrap()?;
    Ok(receiver.recv().unwrap())
}

/// The JSON that liftgate writes of a response.
pub fn liftgate_reply(event: &Value, response: Response<Bytes>) -> Value {
    let reply = liftgate_reply_with(Options::new(), event, response).into_bytes();
    serde_json::from_slice(&reply.unwrap()).unwrap()
}

/// The reply that liftgate makes of a response.
pub fn liftgate_reply_with(
    options: Options,
    event: &Value,
    response: Response<Bytes>,
) -> liftgate::Reply<Full<Bytes>> {
    let app = service_fn(move |_| {
        let response = response.clone().map(Full::new);
        async { Ok::<_, Infallible>(response) }
    });
    let mut lambda = Lambda::with_options(app, options);
    let invocation = Invocation::new(event.to_string(), Context::default());
    lambda.call(invocation).now_or_never().unwrap().unwrap()
}

pub fn values<B>(request: &Request<B>, name: &str) -> Vec<String> {
    let values = request.headers().get_all(name).iter();
    let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    values.map(text).collect()
}
