//! API Gateway REST API, and HTTP API with payload [format 1.0][format], which is the same
//! with a `version`.
//!
//! ```json
//! {
//!   "resource": "/{proxy+}", "path": "/a%20b", "httpMethod": "GET",
//!   "headers": {"Host": "api.example.com", "accept": "b"},
//!   "multiValueHeaders": {"Host": ["api.example.com"], "accept": ["a", "b"]},
//!   "queryStringParameters": {"x": "2"}, "multiValueQueryStringParameters": {"x": ["1", "2"]},
//!   "requestContext": {"path": "/dev/a%20b", "stage": "dev", "protocol": "HTTP/1.1",
//!     "identity": {"sourceIp": "192.0.2.7"}},
//!   "body": null, "isBase64Encoded": false
//! }
//! ```
//!
//! A REST API leaves the path as the client wrote it, without the stage; an HTTP API decodes
//! it. The query comes decoded and out of order, so it is encoded again, one name after the
//! other as they come; `?a` and `?a=` are the same to the gateway, and arrive as `?a=`.
//!
//! The reply has `multiValueHeaders` only: with `headers` beside it values would be doubled,
//! and with any further member the gateway answers 502. A REST API decodes base64 only if
//! its binary media types match the request's first `Accept` value ([source][binary]), so
//! only a body that is not UTF-8 goes so. Some [headers of a response][headers] the gateway
//! renames to `x-amzn-Remapped-<name>`, `WWW-Authenticate`, `Date` and `Server` among them, or
//! drops; they are sent under their own names.
//!
//! [format]: https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html#api-gateway-simple-proxy-for-lambda-input-format
//! [headers]: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
//! [binary]: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings.html

use std::net::SocketAddr;

use bytes::Bytes;
use http::{Request, Response};

use super::wire::{self, Path, Query, Target, Text, Wire, Writer};
use super::{Asked, Source, sealed::Sealed, source_ip};
use crate::{Body, ClientCert, Error, Event, Options};

/// API Gateway REST API. See the [table of sources](crate::source).
#[derive(Clone, Copy, Debug)]
pub struct RestApi;

/// API Gateway HTTP API, payload format 1.0. See the [table of sources](crate::source).
#[derive(Clone, Copy, Debug)]
pub struct HttpApiV1;

impl Source for RestApi {
    fn name(&self) -> &'static str {
        "rest_api"
    }
}

impl Sealed for RestApi {
    fn mark(&self, wire: &Wire<'_>) -> bool {
        wire.http_method.is_present() && wire.context.whole.is_present()
    }

    fn decode(&self, wire: &mut Wire<'_>, options: &Options) -> Result<Request<Body>, Error> {
        decode_v1(wire, Path::Verbatim, None, true, options)
    }

    fn encode(
        &self,
        response: &Response<Bytes>,
        asked: Asked,
        options: &Options,
    ) -> Result<Bytes, Error> {
        Ok(encode_v1(response, asked, false, options))
    }

    fn prelude(&self, response: &Response<Bytes>) -> Option<Bytes> {
        let mut prelude = Writer::prelude(response);
        prelude.multi_value_headers();
        Some(prelude.finish_prelude())
    }

    fn client_addr(&self, event: &Event) -> Option<SocketAddr> {
        source_ip(event.text(&["requestContext", "identity", "sourceIp"]))
    }

    fn claims(&self) -> &'static [&'static str] {
        &["requestContext", "authorizer", "claims"]
    }

    fn client_cert(&self, event: &Event) -> Option<ClientCert> {
        event.client_cert_in(["requestContext", "identity"])
    }
}

impl Source for HttpApiV1 {
    fn name(&self) -> &'static str {
        "http_api_v1"
    }
}

impl Sealed for HttpApiV1 {
    fn mark(&self, wire: &Wire<'_>) -> bool {
        wire.http_method.is_present() && wire.version.is_text("1.0")
    }

    fn decode(&self, wire: &mut Wire<'_>, options: &Options) -> Result<Request<Body>, Error> {
        // Recordings disagree on whether the path has the stage; where it has, the path in
        // the context is the same.
        let (stage, path) = (wire.context.stage, wire.context.path);
        let may_have = options.removes_stage() && !stage.is_text("$default");
        let removed = if may_have && path.text(wire.event)? == wire.path.text(wire.event)? {
            stage.text(wire.event)?
        } else {
            None
        };
        decode_v1(wire, Path::Decoded, removed, true, options)
    }

    fn encode(
        &self,
        response: &Response<Bytes>,
        asked: Asked,
        options: &Options,
    ) -> Result<Bytes, Error> {
        Ok(encode_v1(response, asked, true, options))
    }

    fn client_addr(&self, event: &Event) -> Option<SocketAddr> {
        RestApi.client_addr(event)
    }

    fn claims(&self) -> &'static [&'static str] {
        RestApi.claims()
    }

    fn client_cert(&self, event: &Event) -> Option<ClientCert> {
        RestApi.client_cert(event)
    }
}

/// Reads payload format 1.0, or what is like it; `is_decoded` says so of the query.
pub(super) fn decode_v1<'a>(
    wire: &mut Wire<'a>,
    style: Path,
    stage: Option<Text<'a>>,
    is_decoded: bool,
    options: &Options,
) -> Result<Request<Body>, Error> {
    let method = wire.read_method(wire.http_method, "httpMethod")?;
    let target = Target {
        field: "path",
        path: wire.path,
        style,
        stage,
        query: Query::Split {
            multi: wire.multi_value_query,
            single: wire.query,
            is_decoded,
        },
    };
    let uri = wire.uri(target, options)?;
    let headers = wire.take_both_headers()?;
    let body = wire.take_body()?;
    wire::request(method, uri, wire.context.protocol, headers, body)
}

fn encode_v1(
    response: &Response<Bytes>,
    asked: Asked,
    is_base64_free: bool,
    options: &Options,
) -> Bytes {
    let encoding = options.encoding_of(response.headers().get(http::header::CONTENT_TYPE));
    let mut reply = Writer::new(response, encoding, is_base64_free, asked.is_head);
    reply.multi_value_headers();
    reply.finish()
}
