//! The local gateway: what [`run`](crate::run) does where there is no Lambda.
//!
//! [`Gateway`] is the other half of a [source](crate::source): it makes events of requests
//! and responses of replies, as the real gateway does. Tests can drive a
//! [`Lambda`](crate::Lambda) with it.

mod front;
mod json;
pub(crate) mod parse;
mod pieces;
pub(crate) mod render;
mod server;

use std::net::{IpAddr, Ipv4Addr};

use bytes::Bytes;
use http::{Request, Response};

use crate::Error;
use crate::source::Source;

pub(crate) use front::Front;
pub(crate) use server::serve;

/// A gateway's half of the protocol.
///
/// # Examples
///
/// ```
/// use bytes::Bytes;
/// use http::Request;
/// use liftgate::{Context, Invocation, Lambda, local::Gateway, source};
/// use tower_service::Service;
///
/// # async fn app(_: Request<liftgate::Body>) -> Result<http::Response<String>, std::convert::Infallible> {
/// #     Ok(http::Response::new("hello world".to_owned()))
/// # }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), liftgate::Error> {
/// let gateway = Gateway::new(&source::RestApi).stage("prod");
/// let event = gateway.render(&Request::get("/hello?name=me").body(Bytes::new()).unwrap());
/// let reply = Lambda::new(tower::service_fn(app)).call(Invocation::new(event, Context::default())).await?;
/// let response = gateway.parse(&reply.into_bytes().unwrap())?;
/// assert_eq!(response.body(), "hello world");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Gateway {
    source: &'static dyn Source,
    front: Front,
}

impl Gateway {
    /// A gateway with the stage `$default`, and a client on this machine.
    pub fn new(source: &'static dyn Source) -> Self {
        let front = Front {
            stage: "$default".to_owned(),
            client_ip: Ipv4Addr::LOCALHOST.into(),
            port: 80,
            request_id: "00000000-0000-4000-8000-000000000000".to_owned(),
            trace_id: "Root=1-00000000-000000000000000000000000".to_owned(),
            time_ms: 0,
            multi_value: false,
        };
        Gateway { source, front }
    }

    /// The name of the API's stage.
    pub fn stage(mut self, stage: impl Into<String>) -> Self {
        self.front.stage = stage.into();
        self
    }

    /// The client's address.
    pub fn client_ip(mut self, address: IpAddr) -> Self {
        self.front.client_ip = address;
        self
    }

    /// Whether a load balancer's target group has multi-value headers.
    pub fn multi_value(mut self, multi_value: bool) -> Self {
        self.front.multi_value = multi_value;
        self
    }

    /// The event that the gateway makes of a request.
    pub fn render(&self, request: &Request<Bytes>) -> Bytes {
        self.source.render(request, &self.front).into()
    }

    /// The response that the gateway makes of a reply.
    ///
    /// # Errors
    ///
    /// If the gateway refuses the reply, and answers 500 or 502 instead.
    pub fn parse(&self, reply: &[u8]) -> Result<Response<Bytes>, Error> {
        self.source.parse(reply)
    }
}
