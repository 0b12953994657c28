use std::fmt;
use std::sync::Arc;

use http::Response;

use crate::panic::guard;
use crate::source::{self, Source, wire};
use crate::{Body, Error};

/// How events are read and replies written.
///
/// The defaults lose nothing and suit every gateway; nothing is read from the environment.
///
/// # Examples
///
/// ```
/// use liftgate::{BodyEncoding, LambdaLayer, Options};
///
/// let options = Options::new()
///     .base_path("/v1")
///     .pass_through("/events")
///     .body_encoding_for("image/svg+xml", BodyEncoding::Base64);
/// let layer = LambdaLayer::new().options(options);
/// ```
#[derive(Clone)]
pub struct Options {
    sources: &'static [&'static dyn Source],
    source: Option<&'static dyn Source>,
    stage: Stage,
    base_path: Option<Box<str>>,
    websocket_path: Box<str>,
    pass_through: Option<Box<str>>,
    lattice_query: QueryValues,
    body_encoding: BodyEncoding,
    body_encoding_for: Vec<(Box<str>, BodyEncoding)>,
    alb_cookies: AlbCookies,
    alb_reversed: bool,
    streaming: bool,
    on_error: Option<OnError>,
    #[cfg(feature = "local")]
    local: crate::local::Settings,
}

type OnError = Arc<dyn Fn(&Error) -> Option<Response<Body>> + Send + Sync>;

/// What becomes of the stage's name where an HTTP API puts it before the path.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stage {
    /// It is removed: the app's routes do not depend on where the app is deployed.
    #[default]
    Remove,
    /// It stays in the path.
    Keep,
}

/// How a body is written into a reply.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum BodyEncoding {
    /// As text if it is UTF-8, and as base64 if it is not, or is shorter so and the gateway
    /// decodes it in any case. The client gets the same bytes either way.
    #[default]
    Auto,
    /// As text if it is UTF-8, however long that is.
    Text,
    /// As base64.
    ///
    /// A REST API decodes that only with a binary media type that matches the request's
    /// first `Accept` value ([source][binary]); otherwise the client gets the base64.
    ///
    /// [binary]: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings.html
    Base64,
}

/// How the query parameters of an event are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum QueryValues {
    /// As in the URL: they are put together as they are.
    #[default]
    Encoded,
    /// Percent-decoded: they are encoded again.
    Decoded,
}

/// How several `Set-Cookie` headers go to a load balancer that takes one value of each
/// name, which is one whose target group has multi-value headers turned off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum AlbCookies {
    /// Each under a spelling of its own: `set-cookie`, `Set-cookie`, `sEt-cookie`. Names of
    /// headers do not depend on case, so a client reads every one that the load balancer sends.
    ///
    /// AWS does not document whether it sends all. This is the default since the only other
    /// way to answer with one value of each name is to lose all cookies but one for sure;
    /// Mangum and serverless-wsgi do the same.
    #[default]
    PermuteCase,
    /// Only the last.
    Last,
}

impl Options {
    /// The defaults.
    pub fn new() -> Self {
        Options {
            sources: source::ALL,
            source: None,
            stage: Stage::default(),
            base_path: None,
            websocket_path: Box::default(),
            pass_through: None,
            lattice_query: QueryValues::default(),
            body_encoding: BodyEncoding::default(),
            body_encoding_for: Vec::new(),
            alb_cookies: AlbCookies::default(),
            alb_reversed: false,
            streaming: false,
            on_error: None,
            #[cfg(feature = "local")]
            local: Default::default(),
        }
    }

    /// The sources to tell apart; by default, all. An event of another one is then unknown, or
    /// passed through.
    ///
    /// # Examples
    ///
    /// ```
    /// use liftgate::{Options, source};
    ///
    /// let options = Options::new().sources(&[&source::HttpApi, &source::FunctionUrl]);
    /// ```
    pub fn sources(mut self, sources: &'static [&'static dyn Source]) -> Self {
        self.sources = sources;
        self
    }

    /// The one source of all events, which then are not looked at to find their source.
    ///
    /// # Examples
    ///
    /// ```
    /// use liftgate::{Options, source};
    ///
    /// let options = Options::new().source(&source::Alb);
    /// ```
    pub fn source(mut self, source: &'static dyn Source) -> Self {
        self.source = Some(source);
        self
    }

    /// Whether the name of a stage is removed from the path; by default, it is.
    ///
    /// An HTTP API with a named stage has the stage in the path of every event, with a
    /// custom domain as well. The stage `$default` is never there, and a REST API leaves its
    /// stage out by itself.
    pub fn stage(mut self, stage: Stage) -> Self {
        self.stage = stage;
        self
    }

    /// A path that is removed from the front of every request's path, if it ends where a
    /// segment does: the base path of a custom domain's mapping, say.
    ///
    /// It is removed once, after the stage. Slashes at its ends do not matter. It is written as
    /// in the URL, percent-encoded where that is. A path that does not begin with it is left as
    /// it is.
    pub fn base_path(mut self, path: impl AsRef<str>) -> Self {
        let path = path.as_ref().trim_matches('/');
        self.base_path = (!path.is_empty()).then(|| path.into());
        self
    }

    /// The path under which events of a WebSocket API arrive; by default, the root.
    ///
    /// A message on the route `sendMessage` is `POST /ws/sendMessage` with
    /// `websocket_path("/ws")`, and a new connection `POST /ws/$connect`.
    pub fn websocket_path(mut self, path: impl AsRef<str>) -> Self {
        let path = path.as_ref().trim_matches('/');
        self.websocket_path = if path.is_empty() {
            Box::default()
        } else {
            uri_path(path)
        };
        self
    }

    /// Accepts events of any other kind, as `POST` requests to this path with the event as
    /// their body.
    ///
    /// The app's answer is the function's result: JSON as it is, no body as `null`, other
    /// text as a JSON string. A status of 400 or more fails the invocation, so that queues
    /// and streams try again.
    ///
    /// A client may ask for this path too, and a message of a WebSocket API may come by it. What
    /// they send is no event of this kind: its [source](crate::Event::source) is the gateway, and not
    /// `pass_through`. A handler that trusts the events has to look at that, as `examples/queue` does.
    pub fn pass_through(mut self, path: impl AsRef<str>) -> Self {
        self.pass_through = Some(uri_path(path.as_ref().trim_start_matches('/')));
        self
    }

    /// How VPC Lattice writes the values of a query, which AWS does not document; by
    /// default, they are taken to be as in the URL.
    pub fn lattice_query(mut self, values: QueryValues) -> Self {
        self.lattice_query = values;
        self
    }

    /// How bodies are written into replies.
    pub fn body_encoding(mut self, encoding: BodyEncoding) -> Self {
        self.body_encoding = encoding;
        self
    }

    /// How bodies of one content type are written into replies: `image/png`, or `image/*`
    /// for all of a kind. The first match counts.
    pub fn body_encoding_for(
        mut self,
        content_type: impl AsRef<str>,
        encoding: BodyEncoding,
    ) -> Self {
        let content_type = content_type.as_ref().to_ascii_lowercase();
        self.body_encoding_for.push((content_type.into(), encoding));
        self
    }

    /// How several cookies go to a load balancer with multi-value headers turned off.
    pub fn alb_cookies(mut self, cookies: AlbCookies) -> Self {
        self.alb_cookies = cookies;
        self
    }

    /// Whether the values of each header go in reverse order to a load balancer with
    /// multi-value headers; by default, they do not.
    ///
    /// In 2022 such load balancers were [seen to turn the order around][report], which counts
    /// for two cookies of one name. Turn this on if yours does.
    ///
    /// [report]: https://github.com/dougmoscrop/serverless-http/issues/244
    pub fn alb_reversed_values(mut self, reversed: bool) -> Self {
        self.alb_reversed = reversed;
        self
    }

    /// Whether the gateways that can stream, which are function URLs and REST APIs, get their
    /// responses as a stream; by default, they do not. All others are answered whole.
    ///
    /// It has to agree with the gateway, since the event does not tell: turn it on with a
    /// function URL's invoke mode `RESPONSE_STREAM` ([source][url]), and a REST API's response
    /// transfer mode `STREAM` ([source][rest]). Where they disagree, the client gets a reply's
    /// JSON for a body, or no body.
    ///
    /// A stream may have 200 MB instead of 6. Its status and headers may take 16 KiB.
    /// `Content-Length` is left out, since streams go in chunks.
    ///
    /// [url]: https://docs.aws.amazon.com/lambda/latest/dg/config-rs-invoke-furls.html
    /// [rest]: https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode.html
    pub fn streaming(mut self, streaming: bool) -> Self {
        self.streaming = streaming;
        self
    }

    /// Makes a response of an error, for the client to get instead of the gateway's own; `None`
    /// fails the invocation all the same.
    ///
    /// It is asked about malformed requests, errors and panics of the service and its bodies,
    /// responses that cannot be delivered, and deadlines. An event of unknown source cannot be
    /// answered, and a stream that has begun only be ended. The error is logged in any case.
    ///
    /// # Examples
    ///
    /// ```
    /// use http::{Response, StatusCode};
    /// use liftgate::{Body, Error, Options};
    ///
    /// fn answer(error: &Error) -> Option<Response<Body>> {
    ///     let status = if error.is_invalid_event() {
    ///         StatusCode::BAD_REQUEST
    ///     } else {
    ///         StatusCode::INTERNAL_SERVER_ERROR
    ///     };
    ///     let mut response = Response::new(Body::from(error.error_type()));
    ///     *response.status_mut() = status;
    ///     Some(response)
    /// }
    ///
    /// let options = Options::new().on_error(answer);
    /// ```
    pub fn on_error(
        mut self,
        answer: impl Fn(&Error) -> Option<Response<Body>> + Send + Sync + 'static,
    ) -> Self {
        self.on_error = Some(Arc::new(answer));
        self
    }

    /// The gateway that [`run`](crate::run) is behind where there is no Lambda; by default, an
    /// HTTP API, for a program that [streams](Self::streaming) a function URL, or the first of the
    /// [`sources`](Self::sources) if that is none of them.
    ///
    /// The variable `LIFTGATE_GATEWAY` has the last word: this gateway is taken if it is of the kind
    /// named there, and otherwise one with nothing set up, which streams if the program does. This one
    /// has to be told that it streams, by [`Gateway::streaming`](crate::local::Gateway::streaming).
    ///
    /// # Examples
    ///
    /// ```
    /// use liftgate::Options;
    /// use liftgate::local::{Gateway, Kind};
    ///
    /// let gateway = Gateway::new(Kind::RestApi).stage("prod").binary_media_types(["image/*"]);
    /// let options = Options::new().local_gateway(gateway);
    /// ```
    #[cfg(feature = "local")]
    pub fn local_gateway(mut self, gateway: crate::local::Gateway) -> Self {
        self.local.gateway = Some(gateway);
        self
    }

    /// Where [`run`](crate::run) listens where there is no Lambda, as `host:port`; by default, at
    /// `127.0.0.1:9000`. The variable `LIFTGATE_ADDR` has the last word.
    #[cfg(feature = "local")]
    pub fn local_address(mut self, address: impl Into<String>) -> Self {
        self.local.address = Some(address.into());
        self
    }
}

/// What the rest of the crate asks.
impl Options {
    #[cfg(feature = "local")]
    pub(crate) fn local(&self) -> &crate::local::Settings {
        &self.local
    }

    pub(crate) fn table(&self) -> &'static [&'static dyn Source] {
        self.sources
    }

    pub(crate) fn only_source(&self) -> Option<&'static dyn Source> {
        self.source
    }

    pub(crate) fn removes_stage(&self) -> bool {
        self.stage == Stage::Remove
    }

    pub(crate) fn base_path_bytes(&self) -> Option<&[u8]> {
        self.base_path.as_deref().map(str::as_bytes)
    }

    pub(crate) fn reverses_alb_values(&self) -> bool {
        self.alb_reversed
    }

    pub(crate) fn websocket_prefix(&self) -> &str {
        &self.websocket_path
    }

    pub(crate) fn pass_through_path(&self) -> Option<&str> {
        self.pass_through.as_deref()
    }

    pub(crate) fn has_decoded_lattice_query(&self) -> bool {
        self.lattice_query == QueryValues::Decoded
    }

    pub(crate) fn permutes_alb_cookies(&self) -> bool {
        self.alb_cookies == AlbCookies::PermuteCase
    }

    pub(crate) fn streams(&self) -> bool {
        self.streaming
    }

    /// The response that the program makes of an error.
    pub(crate) fn answer(&self, error: &Error) -> Option<Response<Body>> {
        let answer = self.on_error.as_deref()?;
        // If it panics, the first error is still the one to tell of.
        guard(|| answer(error)).ok()?
    }

    pub(crate) fn encoding_of(&self, content_type: Option<&http::HeaderValue>) -> BodyEncoding {
        if self.body_encoding_for.is_empty() {
            return self.body_encoding;
        }
        let text = content_type.and_then(|value| value.to_str().ok());
        let essence = text.and_then(|text| text.split(';').next());
        let essence = essence.unwrap_or_default().trim().to_ascii_lowercase();
        let is_of = |pattern: &str| match pattern.strip_suffix('*') {
            Some(kind) => essence.starts_with(kind),
            None => essence == pattern,
        };
        let mut overrides = self.body_encoding_for.iter();
        let found = overrides.find(|(pattern, _)| is_of(pattern));
        found.map_or(self.body_encoding, |(_, encoding)| *encoding)
    }
}

/// A path for a URI: what that cannot hold is percent-encoded.
fn uri_path(path: &str) -> Box<str> {
    let mut encoded = vec![b'/'];
    wire::encode_path(path.as_bytes(), &mut encoded);
    // Only ASCII is added to what was UTF-8.
    String::from_utf8_lossy(&encoded).into()
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("sources", &self.sources)
            .field("source", &self.source)
            .field("stage", &self.stage)
            .field("base_path", &self.base_path)
            .field("websocket_path", &self.websocket_path)
            .field("pass_through", &self.pass_through)
            .field("lattice_query", &self.lattice_query)
            .field("body_encoding", &self.body_encoding)
            .field("body_encoding_for", &self.body_encoding_for)
            .field("alb_cookies", &self.alb_cookies)
            .field("alb_reversed", &self.alb_reversed)
            .field("streaming", &self.streaming)
            .field("on_error", &self.on_error.is_some())
            .finish()
    }
}

impl Default for Options {
    fn default() -> Self {
        Options::new()
    }
}
