//! What clients of an app are told behind a gateway, without a socket.

#![allow(dead_code, clippy::unwrap_used)]

use std::error::Error;

use bytes::Bytes;
use http::{Method, Request, Response};
use liftgate::local::{Arrival, Gateway};
use liftgate::{Body, Context, Invocation, Lambda};
use tower_service::Service;

/// A request without a body, of the client 192.0.2.7, at a port of the gateway.
pub(crate) fn request(method: Method, uri: &str, port: u16) -> Request<Bytes> {
    let request = Request::builder().method(method).uri(uri);
    let request = request.header("host", "api.example.com");
    let mut request = request.body(Bytes::new()).unwrap();
    let arrival = Arrival::new("192.0.2.7:40000".parse().unwrap(), port);
    request.extensions_mut().insert(arrival);
    request
}

/// What the client is told, unless the invocation fails.
pub(crate) async fn ask<S, B>(
    gateway: &Gateway,
    request: &Request<Bytes>,
    app: S,
) -> Result<Response<Bytes>, liftgate::Error>
where
    S: Service<Request<Body>, Response = Response<B>>,
    S::Error: Into<Box<dyn Error + Send + Sync>>,
    B: http_body::Body,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let event = gateway.render(request).unwrap();
    let mut lambda = Lambda::new(app);
    std::future::poll_fn(|cx| lambda.poll_ready(cx)).await?;
    let invocation = Invocation::new(event, Context::default());
    let reply = lambda.call(invocation).await?.into_bytes().unwrap();
    Ok(gateway.parse(request, &reply).unwrap())
}
