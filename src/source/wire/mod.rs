//! What the sources share: reading an event's members, building a request of them, and
//! writing a reply.

mod body;
mod cookies;
mod header_seeds;
mod headers;
mod locate;
mod names;
mod percent;
mod query;
mod request;
mod target;
mod text;
mod value;
mod writer;

use std::fmt;

use bytes::Bytes;
use serde::Deserialize as _;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};

use crate::Error;

pub(crate) use body::{decode_body, is_json, needs_base64};
pub(crate) use headers::HeadersIn;
pub(crate) use locate::invalid_json;
pub(crate) use percent::percent_decode;
pub(crate) use query::Query;
pub(crate) use request::request;
pub(crate) use target::{Path, Target};
pub(crate) use text::{Key, OptionalTextSeed, Text, TextSeed, shared};
pub(crate) use value::Value;
pub(crate) use writer::{Writer, escape};

/// Where each member of interest begins in an event: one walk, whatever the gateway.
///
/// The walk only finds the members, so an event of another kind cannot fail it by a value
/// of an unexpected type; a source reads the members it needs, each as the type it expects.
#[derive(Default, Debug)]
pub struct Wire<'a> {
    pub(crate) event: &'a [u8],
    pub(crate) version: Value<'a>,
    pub(crate) http_method: Value<'a>,
    pub(crate) method: Value<'a>,
    pub(crate) path: Value<'a>,
    pub(crate) raw_path: Value<'a>,
    pub(crate) raw_path_v1: Value<'a>,
    pub(crate) raw_query_string: Value<'a>,
    pub(crate) query: Value<'a>,
    pub(crate) multi_value_query: Value<'a>,
    pub(crate) query_v1: Value<'a>,
    pub(crate) headers: Value<'a>,
    pub(crate) multi_value_headers: Value<'a>,
    pub(crate) cookies: Value<'a>,
    pub(crate) body: Value<'a>,
    /// The body where it is a string: read in the walk, which saves passing over it twice.
    pub(crate) body_text: Option<Text<'a>>,
    pub(crate) is_base64: Value<'a>,
    pub(crate) is_base64_v1: Value<'a>,
    pub(crate) context: RequestContext<'a>,
    /// A Lambda authorizer's event: its own kind, though it looks like a request.
    pub(crate) is_authorizer: bool,
}

/// The members of interest in an event's `requestContext`.
#[derive(Default, Debug)]
pub(crate) struct RequestContext<'a> {
    pub(crate) is_present: bool,
    pub(crate) elb: Value<'a>,
    pub(crate) service_arn: Value<'a>,
    pub(crate) connection_id: Value<'a>,
    pub(crate) event_type: Value<'a>,
    pub(crate) route_key: Value<'a>,
    pub(crate) stage: Value<'a>,
    pub(crate) domain_name: Value<'a>,
    pub(crate) path: Value<'a>,
    pub(crate) protocol: Value<'a>,
    pub(crate) http: Value<'a>,
    pub(crate) http_method: Value<'a>,
    pub(crate) http_protocol: Value<'a>,
}

impl<'a> Wire<'a> {
    /// Walks over an event.
    ///
    /// # Errors
    ///
    /// If the event is not JSON.
    pub(crate) fn read(event: &'a [u8]) -> Result<Self, Error> {
        let mut wire = Wire {
            event,
            ..Wire::default()
        };
        let mut json = serde_json::Deserializer::from_slice(event);
        let walk = Walk {
            wire: &mut wire,
            level: Level::Event,
        };
        // An event may be any JSON; one that is no object has no members.
        let walked = if event.trim_ascii_start().starts_with(b"{") {
            walk.deserialize(&mut json)
        } else {
            IgnoredAny::deserialize(&mut json).map(drop)
        };
        walked
            .and_then(|()| json.end())
            .map_err(|error| invalid_json(event, 0, &error))?;
        Ok(wire)
    }

    /// The body as the client sent it.
    pub(crate) fn take_body(&mut self, shared_event: &Bytes) -> Result<Bytes, Error> {
        let is_base64 = match self.is_base64.or(self.is_base64_v1).flag() {
            Ok(flag) => flag,
            Err(_) => {
                let (value, field) = if self.is_base64.is_present() {
                    (self.is_base64, "isBase64Encoded")
                } else {
                    (self.is_base64_v1, "is_base64_encoded")
                };
                return Err(value.unexpected(self.event, field, "expected true or false"));
            }
        };
        match self.body_text.take() {
            Some(text) if is_base64 => decode_body(&text).map_err(|error| {
                let at = self.body.offset(self.event);
                Error::invalid_event("body", at, format_args!("not base64: {error}"))
            }),
            Some(text) => Ok(shared(shared_event, text)),
            None if self.body.is_present() => {
                Err(self
                    .body
                    .unexpected(self.event, "body", "expected a string"))
            }
            None => Ok(Bytes::new()),
        }
    }

    /// The value that follows a key of the event.
    fn value_after(&self, key: &'a [u8]) -> Value<'a> {
        // Past the key and its closing quote. The walk has seen that a colon follows.
        let end = key.as_ptr() as usize - self.event.as_ptr() as usize + key.len() + 1;
        let rest = self.event.get(end..).unwrap_or_default().trim_ascii_start();
        let rest = rest.strip_prefix(b":").unwrap_or_default();
        Value::new(rest.trim_ascii_start())
    }

    /// Notes where a member begins; says where the walk goes on.
    fn note(&mut self, level: Level, key: &[u8], value: Value<'a>) -> Step {
        let place = match (level, key) {
            (Level::Event, b"requestContext") => {
                self.context.is_present = value.is_present();
                return value.into_object(Level::Context);
            }
            (Level::Event, b"body") => {
                self.body = value;
                self.body_text = None;
                return if value.is_string() {
                    Step::Body
                } else {
                    Step::Over
                };
            }
            (Level::Context, b"http") => {
                self.context.http = value;
                return value.into_object(Level::Http);
            }
            (Level::Event, b"methodArn" | b"routeArn" | b"authorizationToken") => {
                self.is_authorizer |= value.is_present();
                return Step::Over;
            }
            (Level::Event, b"version") => &mut self.version,
            (Level::Event, b"httpMethod") => &mut self.http_method,
            (Level::Event, b"method") => &mut self.method,
            (Level::Event, b"path") => &mut self.path,
            (Level::Event, b"rawPath") => &mut self.raw_path,
            (Level::Event, b"raw_path") => &mut self.raw_path_v1,
            (Level::Event, b"rawQueryString") => &mut self.raw_query_string,
            (Level::Event, b"queryStringParameters") => &mut self.query,
            (Level::Event, b"multiValueQueryStringParameters") => &mut self.multi_value_query,
            (Level::Event, b"query_string_parameters") => &mut self.query_v1,
            (Level::Event, b"headers") => &mut self.headers,
            (Level::Event, b"multiValueHeaders") => &mut self.multi_value_headers,
            (Level::Event, b"cookies") => &mut self.cookies,
            (Level::Event, b"isBase64Encoded") => &mut self.is_base64,
            (Level::Event, b"is_base64_encoded") => &mut self.is_base64_v1,
            (Level::Context, b"elb") => &mut self.context.elb,
            (Level::Context, b"serviceArn") => &mut self.context.service_arn,
            (Level::Context, b"connectionId") => &mut self.context.connection_id,
            (Level::Context, b"eventType") => &mut self.context.event_type,
            (Level::Context, b"routeKey") => &mut self.context.route_key,
            (Level::Context, b"stage") => &mut self.context.stage,
            (Level::Context, b"domainName") => &mut self.context.domain_name,
            (Level::Context, b"path") => &mut self.context.path,
            (Level::Context, b"protocol") => &mut self.context.protocol,
            (Level::Http, b"method") => &mut self.context.http_method,
            (Level::Http, b"protocol") => &mut self.context.http_protocol,
            _ => return Step::Over,
        };
        *place = value;
        Step::Over
    }
}

#[derive(Clone, Copy)]
enum Level {
    Event,
    Context,
    Http,
}

enum Step {
    Into(Level),
    Body,
    Over,
}

impl Value<'_> {
    fn into_object(self, level: Level) -> Step {
        if self.is_object() {
            Step::Into(level)
        } else {
            Step::Over
        }
    }
}

struct Walk<'w, 'a> {
    wire: &'w mut Wire<'a>,
    level: Level,
}

impl<'a> DeserializeSeed<'a> for Walk<'_, 'a> {
    type Value = ();

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'a> Visitor<'a> for Walk<'_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key_seed(Key)? {
            // A key with escapes is none that a gateway writes.
            let step = match key {
                Text::Borrowed(key) => {
                    let value = self.wire.value_after(key);
                    self.wire.note(self.level, key, value)
                }
                Text::Owned(_) => Step::Over,
            };
            match step {
                Step::Into(level) => map.next_value_seed(Walk {
                    wire: self.wire,
                    level,
                })?,
                Step::Body => self.wire.body_text = Some(map.next_value_seed(TextSeed)?),
                Step::Over => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}
