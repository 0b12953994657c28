//! The conversions: the bytes of an event in, the bytes of a reply out. And the floors: what
//! any conversion does at least.

use std::convert::Infallible;
use std::error::Error as StdError;
use std::future::{Future, Ready, ready};
use std::hint::black_box;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, Request, Response};
use http_body_util::Full;
use liftgate::{Body, Event, Invocation, Lambda, Options, Reply};
use serde::de::IgnoredAny;
use tower_service::Service;

use super::cases::Case;
#[cfg(feature = "lambda-http")]
pub use super::incumbent::{Responding, lambda_http, lambda_http_decode, lambda_http_encode};
use crate::capture::{self, poll_now};

/// Why there is no request, or no reply.
pub type Error = Box<dyn StdError + Send + Sync>;

/// What one conversion takes: `C` is the contender's own kind of context.
#[derive(Debug)]
pub struct Input<C> {
    pub(super) event: Bytes,
    pub(super) context: C,
    pub(super) response: Response<Full<Bytes>>,
}

impl<C: Default> Input<C> {
    /// Memory of its own for the event, as one that has come in from the Runtime API has.
    pub fn new(case: &Case) -> Self {
        Input {
            event: received(&case.event),
            context: C::default(),
            response: case.response.clone().map(Full::new),
        }
    }
}

/// An event as hyper hands it over: a part of the buffer that it was read into.
pub fn received(event: &[u8]) -> Bytes {
    BytesMut::from(event).split().freeze()
}

/// The app: it drops the request, and answers with a response made before.
#[derive(Debug, Default)]
pub struct App {
    pub(super) response: Option<Response<Full<Bytes>>>,
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
        ready(Ok(self.response.take().unwrap_or_default()))
    }
}

/// liftgate, from the event to the response of the app, which the future has.
pub fn decode(
    lambda: &mut Lambda<App>,
    input: Input<liftgate::Context>,
) -> impl Future<Output = Result<Reply<Full<Bytes>>, liftgate::Error>> + use<> {
    lambda.get_mut().response = Some(input.response);
    lambda.call(Invocation::new(input.event, input.context))
}

/// liftgate, from the response that [`decode`]'s future has to the reply.
///
/// # Errors
///
/// If the event is none of a request, or the response is too large.
pub fn encode(
    decoded: impl Future<Output = Result<Reply<Full<Bytes>>, liftgate::Error>>,
) -> Result<Bytes, Error> {
    let reply = poll_now(decoded).ok_or("the reply is not there at once")??;
    reply.into_bytes().map_err(|_| "the reply streams".into())
}

/// liftgate, from the event to the reply.
///
/// # Errors
///
/// If the event is none of a request, or the response is too large.
pub fn liftgate(lambda: &mut Lambda<App>, input: Input<liftgate::Context>) -> Result<Bytes, Error> {
    encode(decode(lambda, input))
}

/// The request of an event.
///
/// # Errors
///
/// If the event is none of a request.
pub fn request(case: &Case) -> Result<Request<Body>, Error> {
    Ok(capture::request(received(&case.event), Options::new())?)
}

/// A floor: puts a request together out of the very method, URI, names, values and extensions
/// that it has, and drops it. What is above that is spent on reading the event.
pub fn build(request: &Request<Body>) {
    let mut built = Request::new(request.body().clone());
    *built.method_mut() = request.method().clone();
    *built.uri_mut() = request.uri().clone();
    let mut headers = HeaderMap::with_capacity(request.headers().len());
    for (name, value) in request.headers() {
        headers.append(name.clone(), value.clone());
    }
    *built.headers_mut() = headers;
    let extensions = request.extensions();
    if let Some(context) = extensions.get::<liftgate::Context>() {
        built.extensions_mut().insert(context.clone());
    }
    if let Some(event) = extensions.get::<Event>() {
        built.extensions_mut().insert(event.clone());
    }
    drop(black_box(built));
}

/// A floor: reads the event, and keeps nothing.
///
/// # Errors
///
/// If the event is not JSON.
pub fn scan(event: Bytes) -> serde_json::Result<IgnoredAny> {
    serde_json::from_slice(&event)
}

/// A floor: copies the event to memory that is there already.
pub fn memcpy(event: &[u8], to: &mut Vec<u8>) {
    to.clear();
    to.extend_from_slice(event);
    black_box(to);
}

/// A floor for binary bodies, in and out.
///
/// By base64-simd, which took a tenth less time for it than the SIMD engine of base64 0.23.
///
/// # Errors
///
/// If this is not base64.
pub fn base64(text: &[u8]) -> Result<String, base64_simd::Error> {
    let body = base64_simd::STANDARD.decode_to_vec(text)?;
    Ok(base64_simd::STANDARD.encode_to_string(body))
}
