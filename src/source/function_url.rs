//! [Lambda function URL][format]: payload format 2.0, as a function URL writes it.
//!
//! ```json
//! {
//!   "version": "2.0", "rawPath": "/a%20b", "rawQueryString": "x=1&x=2",
//!   "cookies": ["a=1", "b=2"], "headers": {"cookie": "a=1; b=2", "accept": "a,b"},
//!   "requestContext": {"stage": "$default", "domainName": "id.lambda-url.eu-west-1.on.aws",
//!     "http": {"method": "GET", "protocol": "HTTP/1.1", "sourceIp": "192.0.2.7"}}
//! }
//! ```
//!
//! In a response it renames some headers to `x-amzn-Remapped-<name>`, `WWW-Authenticate` among
//! them. Unlike an HTTP API, it leaves the path as the client wrote it, and has the cookies both
//! apart and among the headers.
//!
//! [format]: https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads

use std::net::SocketAddr;

use bytes::Bytes;
use http::{Request, Response};

use super::http_api::{decode_v2, encode_v2};
use super::wire::{Path, Wire, Writer};
use super::{Asked, HttpApi, Source, sealed::Sealed};
use crate::{Body, ClientCert, Error, Event, Options};

/// Lambda function URL. See the [table of sources](crate::source).
#[derive(Clone, Copy, Debug)]
pub struct FunctionUrl;

impl Source for FunctionUrl {
    fn name(&self) -> &'static str {
        "function_url"
    }
}

impl Sealed for FunctionUrl {
    fn mark(&self, wire: &Wire<'_>) -> bool {
        wire.context.http.is_object() && wire.is_function_url()
    }

    fn decode(&self, wire: &mut Wire<'_>, options: &Options) -> Result<Request<Body>, Error> {
        decode_v2(wire, Path::Verbatim, options)
    }

    fn encode(
        &self,
        response: &Response<Bytes>,
        asked: Asked,
        options: &Options,
    ) -> Result<Bytes, Error> {
        Ok(encode_v2(response, asked, options))
    }

    fn prelude(&self, response: &Response<Bytes>) -> Option<Bytes> {
        let mut prelude = Writer::prelude(response);
        prelude.headers(|_, _| ());
        prelude.cookies();
        Some(prelude.finish_prelude())
    }

    fn client_addr(&self, event: &Event) -> Option<SocketAddr> {
        HttpApi.client_addr(event)
    }

    fn client_cert(&self, event: &Event) -> Option<ClientCert> {
        HttpApi.client_cert(event)
    }
}
