//! Drives a `Lambda` by hand: an event in, and the request that the app saw, or the reply.

pub mod runtime_api;

use std::cell::RefCell;
use std::convert::Infallible;
use std::future::{Future, ready};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body as _;
use liftgate::{Body, Error, Event, Invocation, Lambda, Options};
use serde_json::Value;
use tower_service::Service;

/// The request that an event becomes.
pub fn try_request(options: Options, event: impl Into<Bytes>) -> Result<Request<Body>, Error> {
    let seen = RefCell::new(None);
    let app = tower::service_fn(|request: Request<Body>| {
        *seen.borrow_mut() = Some(request);
        ready(Ok::<_, Infallible>(Response::new(Body::empty())))
    });
    let mut lambda = Lambda::with_options(app, options);
    let invocation = Invocation::new(event, liftgate::Context::default());
    let called = poll_now(lambda.call(invocation)).map(drop);
    drop(lambda);
    called.map(|()| seen.into_inner().expect("the app was called"))
}

/// The request that an event becomes, with the default options.
pub fn request(event: impl Into<Bytes>) -> Request<Body> {
    try_request(Options::new(), event).unwrap_or_else(|error| panic!("{error}"))
}

/// The error that an event ends in.
pub fn error(event: impl Into<Bytes>) -> Error {
    match try_request(Options::new(), event) {
        Ok(request) => panic!("the app saw {request:?}"),
        Err(error) => error,
    }
}

/// The reply to an event, of an app that answers with the given response.
pub fn try_reply<B>(
    options: Options,
    event: impl Into<Bytes>,
    response: Response<B>,
) -> Result<Bytes, Error>
where
    B: http_body::Body,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let response = RefCell::new(Some(response));
    let app = tower::service_fn(|_: Request<Body>| {
        let response = response.borrow_mut().take().expect("one call");
        ready(Ok::<_, Infallible>(response))
    });
    let invocation = Invocation::new(event, liftgate::Context::default());
    let reply = poll_now(Lambda::with_options(app, options).call(invocation))?;
    Ok(reply.into_bytes().expect("a buffered reply"))
}

/// The reply as JSON, with the default options.
pub fn reply(event: impl Into<Bytes>, response: Response<impl Into<Bytes>>) -> Value {
    let response = response.map(|body| Body::from(body.into()));
    let reply = try_reply(Options::new(), event, response);
    let reply = reply.unwrap_or_else(|error| panic!("{error}"));
    serde_json::from_slice(&reply).expect("a reply is JSON")
}

/// The values of a header, in order.
pub fn values<'r>(request: &'r Request<Body>, name: &str) -> Vec<&'r [u8]> {
    let values = request.headers().get_all(name).iter();
    values.map(|value| value.as_bytes()).collect()
}

/// A request of no consequence.
pub fn get() -> Request<Bytes> {
    Request::new(Bytes::new())
}

/// The event that a request was made of.
pub fn event_of(request: &Request<Body>) -> &Event {
    request
        .extensions()
        .get()
        .expect("every request has its event")
}

/// The body, and the size it was said to have.
pub fn body_of(request: Request<Body>) -> (Bytes, Option<u64>) {
    let size = request.body().size_hint().exact();
    (request.into_body().into_bytes(), size)
}

/// The output of a future that has nothing to wait for.
pub fn poll_now<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    match future
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()))
    {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("the future waits for something"),
    }
}

/// The pairs of a query, as a form parser reads them.
pub fn form_pairs(query: &str) -> Vec<(String, String)> {
    let decode = |text: &str| {
        let mut bytes = Vec::new();
        let mut rest = text.as_bytes();
        while let [byte, tail @ ..] = rest {
            rest = tail;
            match byte {
                b'+' => bytes.push(b' '),
                b'%' => {
                    let hex = std::str::from_utf8(&tail[..2]).unwrap();
                    bytes.push(u8::from_str_radix(hex, 16).unwrap());
                    rest = &tail[2..];
                }
                byte => bytes.push(*byte),
            }
        }
        String::from_utf8(bytes).unwrap()
    };
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}
