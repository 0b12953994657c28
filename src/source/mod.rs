//! The gateways whose events become requests.
//!
//! | source | gateway | path in the event |
//! |---|---|---|
//! | [`RestApi`] | API Gateway REST API | as the client wrote it |
//! | [`HttpApi`] | API Gateway HTTP API, payload format 2.0 | decoded; it is encoded again |
//! | [`HttpApiV1`] | API Gateway HTTP API, payload format 1.0 | decoded; it is encoded again |
//! | [`FunctionUrl`] | Lambda function URL | as the client wrote it |
//! | [`Alb`] | Application Load Balancer, with multi-value headers or without | as the client wrote it |
//! | [`Lattice`], [`LatticeV1`] | VPC Lattice, event structure V2 and V1 | as the client wrote it |
//! | [`WebSocket`] | API Gateway WebSocket API | none; `POST /<route key>` |
//! | [`PassThrough`] | anything else, by [`Options::pass_through`] | none |
//!
//! Lambda@Edge is not among them: its functions are [Node.js and Python only][edge].
//!
//! [edge]: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/edge-functions-restrictions.html#lambda-at-edge-function-restrictions

pub mod alb;
mod detect;
pub mod function_url;
pub mod http_api;
pub mod lattice;
pub mod pass_through;
pub mod rest_api;
pub mod websocket;
pub(crate) mod wire;

use std::borrow::Cow;
use std::fmt::Debug;
use std::net::{IpAddr, SocketAddr};

use bytes::Bytes;
use http::{Request, Response};

use crate::{Body, Error, Event, Options};
use wire::Wire;

#[doc(inline)]
pub use alb::Alb;
#[doc(inline)]
pub use function_url::FunctionUrl;
#[doc(inline)]
pub use http_api::HttpApi;
#[doc(inline)]
pub use lattice::{Lattice, LatticeV1};
#[doc(inline)]
pub use pass_through::PassThrough;
#[doc(inline)]
pub use rest_api::{HttpApiV1, RestApi};
#[doc(inline)]
pub use websocket::WebSocket;

pub(crate) use detect::detect;
pub(crate) use sealed::Asked;

/// Every source, in the order in which an event is held against them.
pub(crate) static ALL: &[&dyn Source] = &[
    &HttpApi,
    &FunctionUrl,
    &Alb,
    &WebSocket,
    &Lattice,
    &LatticeV1,
    &HttpApiV1,
    &RestApi,
];

/// A kind of event that becomes a request.
///
/// # Examples
///
/// ```
/// use liftgate::source::{FunctionUrl, Source};
///
/// assert_eq!(FunctionUrl.name(), "function_url");
/// ```
pub trait Source: sealed::Sealed + Debug + Send + Sync {
    /// The name, in snake case: `rest_api`, `http_api_v1`, `http_api`, `function_url`, `alb`,
    /// `lattice_v1`, `lattice`, `websocket` or `pass_through`.
    fn name(&self) -> &'static str;
}

/// What Lambda takes of a buffered reply, in bytes: [6 MB][quotas], and some for the envelope,
/// as its error messages say.
///
/// [quotas]: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
pub(crate) const MAX_REPLY: usize = 6_291_556;

/// What a stream's prelude may have, NULs included, in bytes ([source][prelude]).
///
/// [prelude]: https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html
pub(crate) const MAX_PRELUDE: usize = 16 * 1024;

pub(crate) mod sealed {
    use super::*;

    /// What the reply depends on, besides the response.
    #[derive(Clone, Copy, Debug)]
    pub struct Asked {
        pub(crate) source: &'static dyn Source,
        /// The method was HEAD.
        pub(crate) is_head: bool,
        /// The event had `multiValueHeaders`.
        pub(crate) is_multi_value: bool,
    }

    /// The work of a source. Sealed, so that it may change.
    pub trait Sealed {
        /// Whether an event bears this source's mark.
        fn mark(&self, wire: &Wire<'_>) -> bool;

        /// The request of an event.
        fn decode(&self, wire: &mut Wire<'_>, options: &Options) -> Result<Request<Body>, Error>;

        /// The reply of a response.
        fn encode(
            &self,
            response: &Response<Bytes>,
            asked: Asked,
            options: &Options,
        ) -> Result<Bytes, Error>;

        /// The prelude of a response that streams, where the gateway can stream.
        fn prelude(&self, _: &Response<Bytes>) -> Option<Bytes> {
            None
        }

        /// What the gateway and Lambda take of a reply, in bytes.
        fn max_reply(&self) -> usize {
            MAX_REPLY
        }

        /// The client's address, as far as it can be trusted, and port 0 where none is told.
        fn client_addr(&self, event: &Event) -> Option<SocketAddr>;

        /// The path to the claims of a JWT; empty where the gateway reads no JWTs.
        fn claims(&self) -> &'static [&'static str] {
            &[]
        }

        /// The certificate of a client that showed one.
        fn client_cert(&self, _: &Event) -> Option<crate::ClientCert> {
            None
        }
    }
}

/// The address in a `sourceIp`, which may have a space before it, and is no address in an
/// event that the console makes.
fn source_ip(text: Option<Cow<'_, str>>) -> Option<SocketAddr> {
    let ip: IpAddr = text?.trim().parse().ok()?;
    Some((ip, 0).into())
}

/// The last address in `X-Forwarded-For`: the one that the gateway itself saw. Those before
/// it are the client's word.
fn last_hop(forwarded_for: Option<&str>) -> Option<SocketAddr> {
    let last = forwarded_for?.rsplit(',').next()?.trim();
    if let Ok(with_port) = last.parse() {
        return Some(with_port);
    }
    let bare = last
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    let ip: IpAddr = bare.unwrap_or(last).parse().ok()?;
    Some((ip, 0).into())
}
