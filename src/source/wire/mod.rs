//! What the sources share: reading an event's members, building a request of them, and
//! writing a reply.

mod body;
mod cookies;
mod escape;
mod headers;
mod locate;
mod names;
mod pair;
mod percent;
mod query;
mod request;
mod scan;
mod skip;
mod string;
mod target;
mod text;
mod value;
mod words;
mod writer;

use bytes::Bytes;
use http::HeaderMap;

use crate::Error;
use crate::event::Places;

pub(crate) use body::{decode_body, is_json};
pub(crate) use escape::escape;
pub(crate) use headers::HeadersIn;
pub(crate) use locate::invalid_value;
pub(crate) use percent::{encode_path, percent_decode};
pub(crate) use query::Query;
pub(crate) use request::request;
pub(crate) use scan::Scanner;
pub(crate) use target::{Path, Target};
pub(crate) use text::{Text, shared};
pub(crate) use value::Value;
pub(crate) use writer::Writer;

/// Where each member of interest begins in an event: one walk, whatever the gateway.
///
/// The walk finds the members, and reads those that are most of an event: the body, and the
/// headers. No value of an unexpected type fails it, so an event of another kind can be told
/// by its marks; a source then reads the members it needs, each as the type it expects.
#[derive(Debug)]
pub struct Wire<'a> {
    pub(crate) event: &'a Bytes,
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
    /// The headers, where the walk has read them already.
    headers_read: Option<HeaderMap>,
    pub(crate) multi_value_headers: Value<'a>,
    multi_value_headers_read: Option<HeaderMap>,
    /// The headers and the multi-value headers have the same names and values.
    has_equal_headers: bool,
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
    pub(crate) whole: Value<'a>,
    identity: Value<'a>,
    source_ip: Value<'a>,
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
    pub(crate) fn read(event: &'a Bytes) -> Result<Self, Error> {
        let mut wire = Wire::new(event);
        let mut scanner = Scanner::new(event, 0);
        // An event may be any JSON; one that is no object has no members.
        if scanner.rest().starts_with(b"{") {
            wire.walk(&mut scanner, Level::Event)?;
        } else {
            scanner.skip()?;
        }
        scanner.end()?;
        Ok(wire)
    }

    fn new(event: &'a Bytes) -> Self {
        Wire {
            event,
            headers_read: None,
            multi_value_headers_read: None,
            has_equal_headers: false,
            version: Default::default(),
            http_method: Default::default(),
            method: Default::default(),
            path: Default::default(),
            raw_path: Default::default(),
            raw_path_v1: Default::default(),
            raw_query_string: Default::default(),
            query: Default::default(),
            multi_value_query: Default::default(),
            query_v1: Default::default(),
            headers: Default::default(),
            multi_value_headers: Default::default(),
            cookies: Default::default(),
            body: Default::default(),
            body_text: Default::default(),
            is_base64: Default::default(),
            is_base64_v1: Default::default(),
            context: Default::default(),
            is_authorizer: Default::default(),
        }
    }

    /// Where members begin that are asked for later.
    pub(crate) fn places(&self) -> Places {
        let place = |value: Value<'_>| match value.is_present() {
            true => u32::try_from(value.offset(self.event)).unwrap_or(u32::MAX),
            false => 0,
        };
        Places {
            request_context: place(self.context.whole),
            identity: place(self.context.identity),
            source_ip: place(self.context.source_ip),
            headers: place(self.headers),
            multi_value_headers: place(self.multi_value_headers),
        }
    }

    /// The body as the client sent it.
    pub(crate) fn take_body(&mut self) -> Result<Bytes, Error> {
        let is_base64 = self.is_base64.or(self.is_base64_v1).flag(self.event)?;
        match self.body_text.take() {
            Some(text) if is_base64 => decode_body(&text).map_err(|error| {
                let at = self.body.offset(self.event);
                Error::invalid_event("body", at, format_args!("not base64: {error}"))
            }),
            Some(text) => Ok(shared(self.event, text)),
            None if self.body.is_present() => self.body.text(self.event).map(|_| Bytes::new()),
            None => Ok(Bytes::new()),
        }
    }

    fn walk(&mut self, scanner: &mut Scanner<'a>, level: Level) -> Result<(), Error> {
        scanner.enter_object("an object")?;
        let mut is_first = true;
        while let Some(key) = scanner.member(&mut is_first)? {
            let value = Value::new(scanner.rest());
            match self.note(level, &key, value) {
                Step::Into(level) => self.walk(scanner, level)?,
                Step::Body => self.body_text = Some(scanner.long_string()?),
                Step::Headers => self.headers_read = self.walk_headers(scanner)?,
                Step::MultiValueHeaders { is_first } => {
                    // But once, or an event with many of them would take for ever.
                    self.has_equal_headers = is_first && self.skip_equal_headers(scanner);
                    if !self.has_equal_headers {
                        self.multi_value_headers_read = self.walk_headers(scanner)?;
                    }
                }
                Step::Over => scanner.skip()?,
            }
        }
        Ok(())
    }

    /// Reads headers in passing. Those that are none are passed over: they are a fault only if
    /// the event turns out to be a request, and are read again then.
    fn walk_headers(&mut self, scanner: &mut Scanner<'a>) -> Result<Option<HeaderMap>, Error> {
        let mut headers = HeadersIn::new(self.event);
        let mut ahead = scanner.quiet();
        if headers.read_from(&mut ahead).is_err() {
            return scanner.skip().map(|()| None);
        }
        scanner.go_to(ahead.at());
        Ok(Some(headers.into_map()))
    }

    /// Passes over multi-value headers that say the same as the headers that have been read, as
    /// they do unless one is repeated; says whether they do.
    fn skip_equal_headers(&self, scanner: &mut Scanner<'a>) -> bool {
        let headers = self.headers.scan(self.event);
        let read = self.headers_read.is_some().then_some(headers).flatten();
        read.is_some_and(|headers| scanner.skip_in_arrays(headers))
    }

    /// Notes where a member begins; says where the walk goes on.
    fn note(&mut self, level: Level, key: &[u8], value: Value<'a>) -> Step {
        let place = match (level, key) {
            (Level::Event, b"requestContext") => {
                self.context = RequestContext {
                    whole: value,
                    ..RequestContext::default()
                };
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
                self.context.http_method = Value::default();
                self.context.http_protocol = Value::default();
                self.context.source_ip = Value::default();
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
            (Level::Event, b"headers") => {
                self.headers = value;
                self.headers_read = None;
                self.has_equal_headers = false;
                // After multi-value headers, they are needed only for names missing there.
                let now = value.is_object() && !self.multi_value_headers.is_present();
                return if now { Step::Headers } else { Step::Over };
            }
            (Level::Event, b"multiValueHeaders") => {
                let is_first = !self.multi_value_headers.is_present();
                self.multi_value_headers = value;
                self.multi_value_headers_read = None;
                self.has_equal_headers = false;
                let now = value.is_object();
                return if now {
                    Step::MultiValueHeaders { is_first }
                } else {
                    Step::Over
                };
            }
            (Level::Event, b"cookies") => &mut self.cookies,
            (Level::Event, b"isBase64Encoded") => &mut self.is_base64,
            (Level::Event, b"is_base64_encoded") => &mut self.is_base64_v1,
            (Level::Context, b"identity") => &mut self.context.identity,
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
            (Level::Http, b"sourceIp") => &mut self.context.source_ip,
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
    Headers,
    MultiValueHeaders { is_first: bool },
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
