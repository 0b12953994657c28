//! The conversions: the bytes of an event in, the bytes of a reply out.

use std::convert::Infallible;
use std::future::{Future, Ready, ready};
use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http::Response;
use http_body_util::Full;
use lambda_http::request::LambdaRequest;
use lambda_http::{Adapter, LambdaEvent};
use liftgate::{Invocation, Lambda};
use serde::de::IgnoredAny;
use tower_service::Service;

use crate::cases::Case;

/// What one conversion takes.
#[derive(Debug)]
pub struct Input {
    event: Bytes,
    response: Response<Full<Bytes>>,
}

impl Input {
    /// Memory of its own for the event, as one that has come in from the Runtime API has.
    pub fn new(case: &Case) -> Self {
        Input {
            event: case.event.clone().into(),
            response: case.response.clone().map(Full::new),
        }
    }
}

/// The app: it drops the request, and answers with a response made before.
#[derive(Debug, Default)]
pub struct App {
    response: Option<Response<Full<Bytes>>>,
}

impl<R> Service<R> for App {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: R) -> Self::Future {
        drop(black_box(request));
        ready(Ok(self.response.take().unwrap()))
    }
}

/// liftgate, from the event to the response of the app, which the future has.
pub fn decode(
    lambda: &mut Lambda<App>,
    input: Input,
) -> impl Future<Output = Result<liftgate::Reply<Full<Bytes>>, liftgate::Error>> + use<> {
    lambda.get_mut().response = Some(input.response);
    lambda.call(Invocation::new(input.event, liftgate::Context::default()))
}

/// liftgate, from the event to the reply.
pub fn liftgate(lambda: &mut Lambda<App>, input: Input) -> Bytes {
    poll_now(decode(lambda, input))
        .unwrap()
        .into_bytes()
        .unwrap()
}

/// lambda_http, from the event to the reply, by the steps of `lambda_runtime` 1.5: see
/// `deserialize` in its `deserializer.rs`, `Adapter` in lambda_http's `lib.rs`, and
/// `into_req` of `EventCompletionRequest` in its `requests.rs`.
pub fn lambda_http(input: Input) -> Vec<u8> {
    let json = &mut serde_json::Deserializer::from_slice(&input.event);
    let payload: LambdaRequest = serde_path_to_error::deserialize(json).unwrap();
    let mut adapter = Adapter::from(App {
        response: Some(input.response),
    });
    let event = LambdaEvent::new(payload, lambda_http::Context::default());
    let reply = poll_now(adapter.call(event)).unwrap();
    serde_json::to_vec(&reply).unwrap()
}

/// The floor: reads the event, and keeps nothing.
pub fn scan(event: Bytes) -> IgnoredAny {
    serde_json::from_slice(&event).unwrap()
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
