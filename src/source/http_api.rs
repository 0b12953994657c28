//! API Gateway HTTP API, [payload format 2.0][format].
//!
//! ```json
//! {
//!   "version": "2.0", "rawPath": "/dev/a b", "rawQueryString": "x=1&x=2",
//!   "cookies": ["a=1", "b=2"], "headers": {"host": "api.example.com", "accept": "a,b"},
//!   "requestContext": {"stage": "dev", "domainName": "api.example.com",
//!     "http": {"method": "GET", "protocol": "HTTP/1.1", "sourceIp": "192.0.2.7"}},
//!   "body": "aGk=", "isBase64Encoded": true
//! }
//! ```
//!
//! The path is percent-decoded, so it is encoded again: it has the same segments for an app
//! that decodes it, but for a `%2F`, which the gateway has made a slash. The query is the
//! client's. Cookies are apart from the headers; repeated headers are one, with commas. A
//! response without `Content-Type` gets one from the gateway.
//!
//! [format]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html#http-api-develop-integrations-lambda.proxy-format

use std::net::SocketAddr;

use bytes::Bytes;
use http::{Request, Response};

use super::wire::{self, Path, Query, Target, Wire, Writer};
use super::{Asked, Source, sealed::Sealed, source_ip};
use crate::{Body, ClientCert, Error, Event, Options};

/// API Gateway HTTP API, payload format 2.0. See the [table of sources](crate::source).
#[derive(Clone, Copy, Debug)]
pub struct HttpApi;

impl Source for HttpApi {
    fn name(&self) -> &'static str {
        "http_api"
    }
}

impl Sealed for HttpApi {
    fn mark(&self, wire: &Wire<'_>) -> bool {
        let is_v1 = wire.version.is_text("1.0");
        wire.context.http.is_object() && !wire.is_function_url() && !is_v1
    }

    fn decode(&self, wire: &mut Wire<'_>, options: &Options) -> Result<Request<Body>, Error> {
        decode_v2(wire, Path::Decoded, options)
    }

    fn encode(
        &self,
        response: &Response<Bytes>,
        asked: Asked,
        options: &Options,
    ) -> Result<Bytes, Error> {
        Ok(encode_v2(response, asked, options))
    }

    fn client_addr(&self, event: &Event) -> Option<SocketAddr> {
        source_ip(event.text(&["requestContext", "http", "sourceIp"]))
    }

    fn claims(&self) -> &'static [&'static str] {
        &["requestContext", "authorizer", "jwt", "claims"]
    }

    fn client_cert(&self, event: &Event) -> Option<ClientCert> {
        event.client_cert_in(["requestContext", "authentication"])
    }
}

impl Wire<'_> {
    /// Whether the domain is that of a function URL, which shares the payload's format.
    pub(super) fn is_function_url(&self) -> bool {
        self.context.domain_name.contains(".lambda-url.")
    }
}

pub(super) fn decode_v2(
    wire: &mut Wire<'_>,
    style: Path,
    options: &Options,
) -> Result<Request<Body>, Error> {
    let method = wire.read_method(wire.context.http_method, "requestContext.http.method")?;
    let stage = wire.context.stage;
    let stage = if options.removes_stage() && !stage.is_text("$default") {
        stage.text(wire.event)?
    } else {
        None
    };
    let query = wire.raw_query_string.text(wire.event)?;
    let target = Target {
        field: "rawPath",
        path: wire.raw_path,
        style,
        stage,
        query: Query::Verbatim(query.unwrap_or_default()),
    };
    let uri = wire.uri(target, options)?;
    let mut headers = wire.take_headers()?;
    headers.read_cookies(wire.cookies)?;
    let body = wire.take_body()?;
    let protocol = wire.context.http_protocol;
    wire::request(method, uri, protocol, headers, body)
}

pub(super) fn encode_v2(response: &Response<Bytes>, asked: Asked, options: &Options) -> Bytes {
    let encoding = options.encoding_of(response.headers().get(http::header::CONTENT_TYPE));
    let mut reply = Writer::new(response, encoding, true, asked.is_head);
    reply.headers(|_, _| ());
    reply.cookies();
    reply.finish()
}
