//! A request as Rocket's own server would make it of one of hyper's.
//!
//! The [server][from_hyp] is followed step by step, since what it does is not public.
//!
//! [from_hyp]: https://docs.rs/crate/rocket/0.5.2/source/src/request/request.rs

use http::header::{COOKIE, HOST};
use http::request::Parts;
use http::uri::PathAndQuery;
use http::{Extensions, HeaderMap, HeaderValue};
use liftgate::Event;
use rocket::Request;
use rocket::http::uri::{Host, Origin};
use rocket::http::{Cookie, Header, Method};
use rocket::local::asynchronous::{Client, LocalRequest};
use std::fmt;

use crate::extension::keep;

pub(crate) fn local_request<'c>(
    client: &'c Client,
    parts: &'c Parts,
    extensions: Extensions,
    body: &liftgate::Body,
) -> LocalRequest<'c> {
    let method = Method::from_hyp(&parts.method);
    let target = Target {
        uri: parts.uri.path_and_query(),
        is_bad: method.is_none(),
    };
    let mut local = client.req(method.unwrap_or(Method::Get), target);
    let event = extensions.get::<Event>();
    if let Some(client) = event.and_then(Event::client_addr) {
        local.set_remote(client);
    }
    if !body.as_bytes().is_empty() {
        local.set_body(body.as_bytes());
    }
    let request = local.inner_mut();
    keep(request, extensions);
    set_headers(request, &parts.headers);
    if parts.headers.contains_key(COOKIE) {
        local = local.cookies(cookies(&parts.headers));
    }
    local
}

fn set_headers<'c>(request: &mut Request<'c>, headers: &'c HeaderMap) {
    let host = headers.get(HOST).and_then(text).map(Host::parse);
    if let Some(Ok(host)) = host {
        request.set_host(host);
    }
    for (name, value) in headers {
        // Rocket's values are text, and its server drops what is not UTF-8.
        if let Some(value) = text(value) {
            request.add_header(Header::new(name.as_str(), value));
        }
    }
}

fn cookies(headers: &HeaderMap) -> impl Iterator<Item = Cookie<'_>> {
    let texts = headers.get_all(COOKIE).iter().filter_map(text);
    let cookies = texts.flat_map(|text| text.split(';'));
    cookies.filter_map(|cookie| Cookie::parse_encoded(cookie.trim()).ok())
}

fn text(value: &HeaderValue) -> Option<&str> {
    str::from_utf8(value.as_bytes()).ok()
}

/// What is asked for.
///
/// One without a path, or asked for by a method that Rocket does not know, is bad, so that it goes
/// to the catcher of 400, as it does in Rocket's server. That is what is behind a local request
/// whose target is none.
struct Target<'c> {
    uri: Option<&'c PathAndQuery>,
    is_bad: bool,
}

struct BadTarget;

impl<'c> TryFrom<Target<'c>> for Origin<'c> {
    type Error = BadTarget;

    fn try_from(target: Target<'c>) -> Result<Self, BadTarget> {
        match target.uri {
            // Not parsed: Rocket's server too takes what hyper takes.
            Some(uri) if !target.is_bad => Ok(Origin::new(uri.path(), uri.query())),
            _ => Err(BadTarget),
        }
    }
}

/// The path of a bad target. It is asked for in any case, but what is good needs none.
impl fmt::Display for Target<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.uri {
            Some(uri) if self.is_bad => f.write_str(uri.path()),
            Some(_) => Ok(()),
            None => f.write_str("/"),
        }
    }
}
