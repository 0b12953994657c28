//! [VPC Lattice][lattice], event structure V2 and V1.
//!
//! ```json
//! {
//!   "version": "2.0", "path": "/a%20b", "method": "GET",
//!   "headers": {"accept": ["a", "b"], "x-forwarded-for": ["10.0.2.100"]},
//!   "queryStringParameters": {"x": ["1", "2"]}, "body": null,
//!   "requestContext": {"serviceArn": "arn:aws:vpc-lattice:...", "timeEpoch": "1690497599177430"}
//! }
//! ```
//!
//! ```json
//! {
//!   "raw_path": "/a%20b", "method": "GET", "headers": {"accept": "a, b"},
//!   "query_string_parameters": {"x": "2"}, "body": "", "is_base64_encoded": false
//! }
//! ```
//!
//! AWS does not document whether the values of the query are encoded:
//! [`Options::lattice_query`] says how they are taken. Nor does it document several values
//! of one name in a reply: they are joined by a comma, and cookies, which cannot be, are an
//! array in V2, where the request has arrays, and differ by the case of the name in V1.
//!
//! [lattice]: https://docs.aws.amazon.com/vpc-lattice/latest/ug/lambda-functions.html

use std::net::SocketAddr;

use bytes::Bytes;
use http::{Request, Response};

use super::alb::single_value_headers;
use super::wire::{self, Path, Query, Target, Value, Wire, Writer};
use super::{Asked, Source, last_hop, sealed::Sealed};
use crate::{Body, Error, Event, Options};

/// VPC Lattice, event structure V2. See the [table of sources](crate::source).
#[derive(Clone, Copy, Debug)]
pub struct Lattice;

/// VPC Lattice, event structure V1. See the [table of sources](crate::source).
#[derive(Clone, Copy, Debug)]
pub struct LatticeV1;

impl Source for Lattice {
    fn name(&self) -> &'static str {
        "lattice"
    }
}

impl Sealed for Lattice {
    fn mark(&self, wire: &Wire<'_>) -> bool {
        wire.context.service_arn.is_present()
    }

    fn decode(&self, wire: &mut Wire<'_>, options: &Options) -> Result<Request<Body>, Error> {
        let (path, query) = (wire.path, wire.query.or(wire.query_v1));
        decode(wire, ("path", path), query, options)
    }

    fn encode(
        &self,
        response: &Response<Bytes>,
        asked: Asked,
        options: &Options,
    ) -> Result<Bytes, Error> {
        let encoding = options.encoding_of(response.headers().get(http::header::CONTENT_TYPE));
        let mut reply = Writer::new(response, encoding, true, asked.is_head);
        reply.status_description();
        if reply.set_cookies().count() > 1 {
            reply.headers(|reply, is_first| {
                reply.header_name(b"set-cookie", is_first);
                reply.cookie_array();
            });
        } else {
            single_value_headers(&mut reply, true);
        }
        Ok(reply.finish())
    }

    fn client_addr(&self, event: &Event) -> Option<SocketAddr> {
        last_hop(event.last_header("x-forwarded-for").as_deref())
    }
}

impl Source for LatticeV1 {
    fn name(&self) -> &'static str {
        "lattice_v1"
    }
}

impl Sealed for LatticeV1 {
    fn mark(&self, wire: &Wire<'_>) -> bool {
        wire.raw_path_v1.is_present() && wire.method.is_present()
    }

    fn decode(&self, wire: &mut Wire<'_>, options: &Options) -> Result<Request<Body>, Error> {
        let (path, query) = (wire.raw_path_v1, wire.query_v1);
        decode(wire, ("raw_path", path), query, options)
    }

    fn encode(
        &self,
        response: &Response<Bytes>,
        asked: Asked,
        options: &Options,
    ) -> Result<Bytes, Error> {
        let encoding = options.encoding_of(response.headers().get(http::header::CONTENT_TYPE));
        let mut reply = Writer::new(response, encoding, true, asked.is_head);
        reply.status_description();
        single_value_headers(&mut reply, true);
        Ok(reply.finish())
    }

    fn client_addr(&self, event: &Event) -> Option<SocketAddr> {
        Lattice.client_addr(event)
    }
}

fn decode<'a>(
    wire: &mut Wire<'a>,
    path: (&'static str, Value<'a>),
    query: Value<'a>,
    options: &Options,
) -> Result<Request<Body>, Error> {
    let method = wire.read_method(wire.method, "method")?;
    let target = Target {
        field: path.0,
        path: path.1,
        style: Path::Verbatim,
        stage: None,
        query: Query::Split {
            multi: Value::default(),
            single: query,
            is_decoded: options.has_decoded_lattice_query(),
        },
    };
    let uri = wire.uri(target, options)?;
    let headers = wire.take_headers()?;
    let body = wire.take_body()?;
    wire::request(method, uri, wire.context.protocol, headers, body)
}
