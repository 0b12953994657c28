//! One gateway: how it is set up, the event it makes of a request, and the response it makes
//! of a reply.

mod account;
mod alb;
mod answers;
mod body;
mod builder;
mod connection;
mod function_url;
mod headers;
mod http_api;
mod http_api_v1;
mod json;
mod kind;
mod lattice;
mod limits;
mod media;
mod object;
mod path;
mod payload_v1;
mod payload_v2;
mod query;
mod reply;
mod response;
mod rest_api;
mod route;
mod warnings;
mod websocket;

use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Response};

use super::arrival::Arrival;
use super::failure::{Cause, Failure};
use super::warning::Warning;
use json::Json;

#[cfg(feature = "websocket")]
pub(in crate::local) use connection::{Close, Connection};
pub use kind::{Kind, UnknownKind};

/// A gateway's half of the protocol: what it makes of requests and of replies.
///
/// # Examples
///
/// ```
/// use bytes::Bytes;
/// use http::Request;
/// use liftgate::local::{Gateway, Kind};
/// use liftgate::{Context, Invocation, Lambda};
/// use tower_service::Service;
///
/// # async fn app(_: Request<liftgate::Body>) -> Result<http::Response<String>, std::convert::Infallible> {
/// #     Ok(http::Response::new("hello world".to_owned()))
/// # }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let gateway = Gateway::new(Kind::RestApi).stage("prod");
/// let request = Request::get("/prod/hello?name=me").body(Bytes::new())?;
/// let event = gateway.render(&request)?;
/// let reply = Lambda::new(tower::service_fn(app)).call(Invocation::new(event, Context::default())).await?;
/// let response = gateway.parse(&request, &reply.into_bytes().unwrap())?;
/// assert_eq!(response.body(), "hello world");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Gateway {
    kind: Kind,
    stage: Option<String>,
    stage_variables: Vec<(String, String)>,
    base_path: Option<String>,
    binary_media_types: Vec<String>,
    authorizer: Option<Json>,
    timeout: Option<Duration>,
    is_streaming: bool,
    route_selection_expression: String,
    routes: Vec<String>,
    has_route_response: bool,
}

impl Gateway {
    /// Which gateway it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Whether responses are streamed.
    pub fn is_streaming(&self) -> bool {
        self.is_streaming && self.kind.can_stream()
    }

    /// The stage's name in events. An HTTP API is its own name for the stage without one.
    fn stage_name(&self) -> &str {
        let unnamed = match self.kind {
            Kind::RestApi | Kind::WebSocket => "live",
            _ => "$default",
        };
        self.stage.as_deref().unwrap_or(unnamed)
    }

    /// The event that the gateway makes of a request, whose extension [`Arrival`] tells where it
    /// came from.
    ///
    /// # Errors
    ///
    /// If the gateway refuses the request: [`respond_to`](Self::respond_to) is its answer.
    pub fn render(&self, request: &Request<Bytes>) -> Result<Bytes, Failure> {
        self.check_head(request)?;
        self.check_body(request.body().len())?;
        if !request.uri().path().starts_with('/') {
            let reason = format!("`{}` is no path", request.uri());
            return Err(Failure::new(Cause::BadRequest, reason));
        }
        let known = request.extensions().get::<Arrival>();
        let arrival = &known.map_or_else(Default::default, Clone::clone);
        let event = match self.kind {
            Kind::RestApi => rest_api::render(self, request, arrival)?,
            Kind::HttpApi => http_api::render(self, request, arrival)?,
            Kind::HttpApiV1 => http_api_v1::render(self, request, arrival)?,
            Kind::FunctionUrl => function_url::render(self, request, arrival),
            Kind::Alb | Kind::AlbMultiValue => alb::render(self, request, arrival)?,
            Kind::Lattice => lattice::render(request, arrival),
            Kind::LatticeV1 => lattice::render_v1(request, arrival),
            Kind::WebSocket => return websocket::render(self, request, arrival),
        };
        self.check_event(event.len(), request.body().len())?;
        Ok(event.into())
    }

    /// The response that the gateway makes of a whole reply to a request.
    ///
    /// # Errors
    ///
    /// If the gateway refuses the reply: [`respond_to`](Self::respond_to) is its answer.
    pub fn parse<B>(&self, request: &Request<B>, reply: &[u8]) -> Result<Response<Bytes>, Failure> {
        self.check_reply(reply.len())?;
        let mut response = match self.kind {
            Kind::RestApi => rest_api::parse(self, request.headers(), reply)?,
            Kind::HttpApi => http_api::parse(reply)?,
            Kind::HttpApiV1 => http_api_v1::parse(reply)?,
            Kind::FunctionUrl => function_url::parse(self, reply)?,
            Kind::Alb | Kind::AlbMultiValue => alb::parse(self, reply)?,
            Kind::Lattice | Kind::LatticeV1 => lattice::parse(reply)?,
            Kind::WebSocket => websocket::parse(reply)?,
        };
        self.kind.rewrites().apply(response.headers_mut());
        let is_empty = response.body().is_empty();
        response::count(request.method(), is_empty, &mut response);
        if let Some(arrival) = request.extensions().get::<Arrival>() {
            self.sign(arrival, &mut response, false);
        }
        Ok(response)
    }

    /// The head of a response that is streamed, of the prelude that the function sent.
    ///
    /// # Errors
    ///
    /// If the gateway refuses it.
    pub fn parse_prelude(&self, prelude: &[u8]) -> Result<Response<()>, Failure> {
        let mut response = match self.kind {
            Kind::RestApi => rest_api::parse_prelude(prelude)?,
            Kind::FunctionUrl => function_url::parse_prelude(prelude)?,
            kind => {
                let reason = format!("{} does not stream", kind.title());
                return Err(Failure::new(Cause::InvalidReply, reason));
            }
        };
        self.kind.rewrites().apply(response.headers_mut());
        // Nobody knows how long a stream will be.
        response::count(&Method::GET, false, &mut response);
        Ok(response)
    }

    /// The head of a response that is streamed without a prelude.
    ///
    /// # Errors
    ///
    /// If the gateway refuses it.
    pub fn parse_bare_stream<B>(&self, request: &Request<B>) -> Result<Response<()>, Failure> {
        if self.kind != Kind::FunctionUrl {
            let reason = "the function streams without a prelude";
            return Err(Failure::new(Cause::InvalidReply, reason));
        }
        let mut response = function_url::bare_stream();
        if let Some(arrival) = request.extensions().get::<Arrival>() {
            self.sign(arrival, &mut response, false);
        }
        Ok(response)
    }
}
