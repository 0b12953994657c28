//! One gateway: how it is set up, the event it makes of a request, and the response it makes
//! of a reply.

mod alb;
mod http_api;
mod json;
mod kind;
mod lattice;
mod pieces;
mod reply;
mod rest_api;
mod websocket;

use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Request, Response, StatusCode};

use super::arrival::Arrival;
use super::failure::{Cause, Failure};
use json::Json;

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
}

impl Gateway {
    /// A gateway as it is with nothing set up: an API on a domain of its own, whose URLs do not
    /// have the stage in them.
    pub fn new(kind: Kind) -> Self {
        Gateway {
            kind,
            stage: None,
            stage_variables: Vec::new(),
            base_path: None,
            binary_media_types: Vec::new(),
            authorizer: None,
            timeout: None,
            is_streaming: false,
            route_selection_expression: "$request.body.action".to_owned(),
        }
    }

    /// The stage of an API, which is the first segment of its URLs unless it is `$default`, or
    /// there is a [`base_path`](Self::base_path).
    pub fn stage(mut self, stage: impl Into<String>) -> Self {
        self.stage = Some(stage.into());
        self
    }

    /// A variable of the stage.
    pub fn stage_variable(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.stage_variables.push((name.into(), value.into()));
        self
    }

    /// The path under which the API is mapped to a custom domain ([source][mapping]), `/v1`. The
    /// URLs begin with it, and not with the stage.
    ///
    /// [mapping]: https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-mappings.html
    pub fn base_path(mut self, path: impl AsRef<str>) -> Self {
        let path = path.as_ref().trim_matches('/');
        self.base_path = Some(path.to_owned());
        self
    }

    /// The media types that a REST API takes for binary, `image/png`, `image/*` or `*/*`; by
    /// default, none ([source][binary]).
    ///
    /// [binary]: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings.html
    pub fn binary_media_types<T: Into<String>>(
        mut self,
        types: impl IntoIterator<Item = T>,
    ) -> Self {
        self.binary_media_types = types.into_iter().map(Into::into).collect();
        self
    }

    /// What an authorizer found out, in JSON: it is `requestContext.authorizer` of every event.
    ///
    /// # Errors
    ///
    /// If it is no JSON.
    pub fn authorizer(mut self, json: &[u8]) -> Result<Self, serde_json::Error> {
        self.authorizer = Some(Json::read(json)?);
        Ok(self)
    }

    /// How long the gateway waits for the reply; by default, as long as the real one does.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Whether responses are handed on while the function writes them: a function URL's invoke
    /// mode `RESPONSE_STREAM`, or a REST API's response transfer mode `STREAM`. By default, they
    /// are not. The other gateways cannot.
    pub fn streaming(mut self, is_streaming: bool) -> Self {
        self.is_streaming = is_streaming;
        self
    }

    /// What a WebSocket API finds a message's route by; by default, `$request.body.action`
    /// ([source][expression]).
    ///
    /// [expression]: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-selection-expressions.html
    pub fn route_selection_expression(mut self, expression: impl Into<String>) -> Self {
        self.route_selection_expression = expression.into();
        self
    }

    /// The stage's name in events. An HTTP API is its own name for the stage without one.
    fn stage_name(&self) -> &str {
        let unnamed = match self.kind {
            Kind::RestApi | Kind::WebSocket => "live",
            _ => "$default",
        };
        self.stage.as_deref().unwrap_or(unnamed)
    }

    /// Which gateway it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Whether responses are streamed.
    pub fn is_streaming(&self) -> bool {
        self.is_streaming && self.kind.can_stream()
    }

    /// The event that the gateway makes of a request, whose extension [`Arrival`] tells where it
    /// came from.
    ///
    /// # Errors
    ///
    /// If the gateway refuses the request: [`respond_to`](Self::respond_to) is its answer.
    pub fn render(&self, request: &Request<Bytes>) -> Result<Bytes, Failure> {
        let known = request.extensions().get::<Arrival>();
        let arrival = known.map_or_else(Default::default, Clone::clone);
        let arrival = &arrival;
        let event = match self.kind {
            Kind::RestApi | Kind::HttpApiV1 => rest_api::render(self, request, arrival),
            Kind::HttpApi | Kind::FunctionUrl => http_api::render(self, request, arrival),
            Kind::Alb | Kind::AlbMultiValue => alb::render(self, request, arrival),
            Kind::Lattice => lattice::render(request, arrival),
            Kind::LatticeV1 => lattice::render_v1(request, arrival),
            Kind::WebSocket => websocket::render(self, request, arrival),
        }?;
        Ok(event.into())
    }

    /// The response that the gateway makes of a whole reply to a request.
    ///
    /// # Errors
    ///
    /// If the gateway refuses the reply: [`respond_to`](Self::respond_to) is its answer.
    pub fn parse<B>(
        &self,
        _request: &Request<B>,
        reply: &[u8],
    ) -> Result<Response<Bytes>, Failure> {
        match self.kind {
            Kind::RestApi => reply::parse_rest(reply),
            Kind::HttpApi => reply::parse_http_api(reply),
            Kind::FunctionUrl => reply::parse_function_url(reply),
            Kind::HttpApiV1 => reply::parse_http_api_v1(reply),
            _ => reply::parse_v1(reply),
        }
    }

    /// The head of a response that is streamed, of the prelude that the function sent.
    ///
    /// # Errors
    ///
    /// If the gateway refuses it.
    pub fn parse_prelude(&self, prelude: &[u8]) -> Result<Response<()>, Failure> {
        let request = Request::new(());
        Ok(self.parse(&request, prelude)?.map(drop))
    }

    /// The head of a response that is streamed without a prelude.
    ///
    /// # Errors
    ///
    /// If the gateway refuses it.
    pub fn parse_bare_stream<B>(&self, _request: &Request<B>) -> Result<Response<()>, Failure> {
        if self.kind == Kind::FunctionUrl {
            return Ok(Response::new(()));
        }
        let reason = "the function streams without a prelude";
        Err(Failure::new(Cause::InvalidReply, reason))
    }

    pub(super) fn max_body(&self) -> usize {
        6 << 20
    }

    /// What the gateway answers by itself.
    pub fn respond_to(&self, failure: &Failure) -> Response<Bytes> {
        let (status, message) = match failure.cause() {
            Cause::BadRequest => (StatusCode::BAD_REQUEST, "Bad Request"),
            Cause::NotFound => (StatusCode::NOT_FOUND, "Not Found"),
            Cause::RequestTooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large"),
            Cause::HeadersTooLarge => (
                StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
                "Request Header Fields Too Large",
            ),
            Cause::GatewayTimeout => (StatusCode::GATEWAY_TIMEOUT, "Endpoint request timed out"),
            Cause::Throttled => (StatusCode::TOO_MANY_REQUESTS, "Too Many Requests"),
            _ => (StatusCode::BAD_GATEWAY, "Internal server error"),
        };
        let mut response = Response::new(Bytes::from(format!("{{\"message\":\"{message}\"}}")));
        *response.status_mut() = status;
        let json = HeaderValue::from_static("application/json");
        response.headers_mut().insert(CONTENT_TYPE, json);
        response
    }

    /// How long the gateway waits for the reply.
    pub fn timeout_or_default(&self) -> Duration {
        let default = match self.kind {
            Kind::RestApi | Kind::WebSocket => 29,
            _ => 30,
        };
        self.timeout.unwrap_or(Duration::from_secs(default))
    }
}
