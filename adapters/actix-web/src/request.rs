//! actix's request of liftgate's.

use std::future::ready;

use actix_http::Request;
use actix_web::HttpMessage as _;
use actix_web::dev::Payload;
use actix_web::http::header::{HeaderMap, HeaderValue};
use actix_web::http::{Method, Uri, Version};
use bytes::Bytes;
use futures_util::stream::once;
use http::uri::PathAndQuery;
use liftgate::{Body, Context, Event};

/// Makes actix's request, or tells what in it actix has no type for.
pub(crate) fn to_actix(request: http::Request<Body>) -> Result<Request, &'static str> {
    let (mut parts, body) = request.into_parts();
    let event = parts.extensions.remove::<Event>();
    let mut request = Request::with_payload(payload(body));
    let head = request.head_mut();
    head.method = method(&parts.method).ok_or("method")?;
    head.version = version(parts.version);
    head.peer_addr = event.as_ref().and_then(Event::client_addr);
    let bytes = event.as_ref().map(Event::bytes);
    head.uri = uri(parts.uri, bytes).ok_or("target")?;
    append(&mut head.headers, parts.headers, bytes).ok_or("header")?;
    let mut extensions = request.extensions_mut();
    if let Some(event) = event {
        extensions.insert(event);
    }
    if let Some(context) = parts.extensions.remove::<Context>() {
        extensions.insert(context);
    }
    drop(extensions);
    Ok(request)
}

fn payload(body: Body) -> Payload {
    let body = body.into_bytes();
    match body.is_empty() {
        true => Payload::None,
        // As it is: `Payload::from` would make a queue for it.
        false => Payload::Stream {
            payload: Box::pin(once(ready(Ok(body)))),
        },
    }
}

fn method(method: &http::Method) -> Option<Method> {
    Some(match *method {
        http::Method::GET => Method::GET,
        http::Method::POST => Method::POST,
        http::Method::PUT => Method::PUT,
        http::Method::DELETE => Method::DELETE,
        http::Method::HEAD => Method::HEAD,
        http::Method::OPTIONS => Method::OPTIONS,
        http::Method::PATCH => Method::PATCH,
        _ => return Method::from_bytes(method.as_str().as_bytes()).ok(),
    })
}

fn version(version: http::Version) -> Version {
    match version {
        http::Version::HTTP_09 => Version::HTTP_09,
        http::Version::HTTP_10 => Version::HTTP_10,
        http::Version::HTTP_2 => Version::HTTP_2,
        http::Version::HTTP_3 => Version::HTTP_3,
        _ => Version::HTTP_11,
    }
}

fn uri(uri: http::Uri, event: Option<&Bytes>) -> Option<Uri> {
    let parts = uri.into_parts();
    let bytes = match (parts.scheme, parts.authority, parts.path_and_query) {
        (None, None, Some(target)) => {
            let found = event.and_then(|event| find(event, target.as_str().as_bytes()));
            found.unwrap_or_else(|| Bytes::from_owner(Target(target)))
        }
        (None, Some(authority), None) => Bytes::copy_from_slice(authority.as_str().as_bytes()),
        (Some(scheme), Some(authority), target) => {
            let target = target.as_ref().map_or("/", PathAndQuery::as_str);
            Bytes::from(format!("{scheme}://{authority}{target}"))
        }
        _ => return None,
    };
    Uri::from_maybe_shared(bytes).ok()
}

/// The memory of a target.
struct Target(PathAndQuery);

impl AsRef<[u8]> for Target {
    fn as_ref(&self) -> &[u8] {
        self.0.as_str().as_bytes()
    }
}

fn append(to: &mut HeaderMap, from: http::HeaderMap, event: Option<&Bytes>) -> Option<()> {
    let mut name = None;
    for (next, value) in from {
        // Only the first of a name's values comes with the name.
        if let Some(next) = next {
            name = Some(crate::names::to_actix(&next)?);
        }
        to.append(name.clone()?, header_value(value, event)?);
    }
    Some(())
}

fn header_value(value: http::HeaderValue, event: Option<&Bytes>) -> Option<HeaderValue> {
    // The length of a body that is not there is none of the event's bytes.
    if value == "0" {
        return Some(HeaderValue::from_static("0"));
    }
    let found = event.and_then(|event| find(event, value.as_bytes()));
    let bytes = found.unwrap_or_else(|| Bytes::from_owner(value));
    HeaderValue::from_maybe_shared(bytes).ok()
}

/// The same bytes as a part of the event, if that is where they lie, as nearly all do.
fn find(event: &Bytes, part: &[u8]) -> Option<Bytes> {
    let start = part.as_ptr().addr().checked_sub(event.as_ptr().addr())?;
    let end = start.checked_add(part.len())?;
    (end <= event.len()).then(|| event.slice(start..end))
}
