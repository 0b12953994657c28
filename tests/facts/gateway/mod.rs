//! The gateways' own half: the events they make, the replies they take, and what they answer by
//! themselves.

mod alb;
mod answers;
mod function_url;
mod http_api;
mod lattice;
mod limits;
mod rest_api;
mod rest_api_reply;
mod signs;
mod stages;
mod warnings;
mod websocket;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request, Response};
use liftgate::local::{Arrival, Cause, Failure, Gateway};
use serde_json::Value;

use crate::support::get;

/// A request of the client 192.0.2.7, with these headers as they are spelled here.
fn sent(method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Request<Bytes> {
    let mut request = Request::new(Bytes::copy_from_slice(body));
    *request.method_mut() = method.parse().unwrap();
    *request.uri_mut() = target.parse().unwrap();
    for (name, value) in headers {
        let name: HeaderName = name.parse().unwrap();
        let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
        request.headers_mut().append(name, value);
    }
    let names = headers.iter().map(|(name, _)| (*name).to_owned());
    let arrival = Arrival::new("192.0.2.7:4000".parse().unwrap(), 443);
    let arrival = arrival.header_names(names.collect());
    request.extensions_mut().insert(arrival);
    request
}

fn event(gateway: &Gateway, request: &Request<Bytes>) -> Value {
    let event = gateway.render(request);
    let event = event.unwrap_or_else(|failure| panic!("{failure}"));
    serde_json::from_slice(&event).unwrap()
}

/// The event of a request for a target, with nothing else to it.
fn event_of(gateway: &Gateway, target: &str) -> Value {
    event(gateway, &sent("GET", target, &[], b""))
}

fn refusal(gateway: &Gateway, request: &Request<Bytes>) -> Cause {
    gateway.render(request).unwrap_err().cause()
}

fn response(gateway: &Gateway, reply: &str) -> Response<Bytes> {
    let response = gateway.parse(&get(), reply.as_bytes());
    response.unwrap_or_else(|failure| panic!("{failure}: {reply}"))
}

fn refused(gateway: &Gateway, reply: &str) -> Failure {
    match gateway.parse(&get(), reply.as_bytes()) {
        Ok(response) => panic!("{reply} is taken: {response:?}"),
        Err(failure) => failure,
    }
}

fn all<'r>(response: &'r Response<Bytes>, name: &str) -> Vec<&'r str> {
    let values = response.headers().get_all(name).iter();
    values.map(|value| value.to_str().unwrap()).collect()
}

fn keys(object: &Value) -> Vec<&str> {
    let mut keys: Vec<_> = object
        .as_object()
        .unwrap()
        .keys()
        .map(|key| &**key)
        .collect();
    keys.sort_unstable();
    keys
}
