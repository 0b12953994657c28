use std::error::Error as StdError;
use std::fmt;

use http::StatusCode;

use crate::source::wire::escape;

/// How much of an error is told, in characters: what it quotes may have any length.
const MAX_MESSAGE: usize = 8192;

pub(crate) type BoxError = Box<dyn StdError + Send + Sync>;

/// What went wrong with one invocation, or with the runtime itself.
///
/// Lambda reports a failed invocation by a type name and a message:
/// [`Error::error_type`] is the first, the [`Display`](fmt::Display) form the second. A
/// malformed event is told by field and byte offset.
///
/// # Examples
///
/// ```
/// use liftgate::{Context, Invocation, Lambda};
/// use tower_service::Service;
///
/// # async fn app(_: http::Request<liftgate::Body>) -> Result<http::Response<liftgate::Body>, std::convert::Infallible> {
/// #     Ok(http::Response::default())
/// # }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let event = r#"{"version":"2.0","rawPath":"/","headers":{"host":7},"requestContext":{"http":{"method":"GET"}}}"#;
/// let mut lambda = Lambda::new(tower::service_fn(app));
/// let error = lambda.call(Invocation::new(event, Context::default())).await.unwrap_err();
/// assert!(error.is_invalid_event());
/// assert_eq!(error.error_type(), "Liftgate.InvalidEvent");
/// assert_eq!(error.member(), Some("headers.host"));
/// assert_eq!(
///     error.to_string(),
///     "invalid event: headers.host: expected a string, found a number (byte 49)",
/// );
/// # }
/// ```
pub struct Error {
    inner: Box<Inner>,
}

struct Inner {
    kind: Kind,
    message: String,
    // The path of the event's member that is at fault, empty where there is none.
    member: String,
    source: Option<BoxError>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "runtime"), allow(dead_code))]
enum Kind {
    InvalidEvent,
    UnknownEvent,
    Service,
    Body,
    InvalidResponse,
    ErrorStatus,
    Panic,
    Timeout,
    Init,
    Runtime,
}

impl Error {
    /// The name Lambda shows as `errorType`, and metrics and retry policies see.
    ///
    /// | type | meaning |
    /// |---|---|
    /// | `Liftgate.InvalidEvent` | the event is malformed, or holds what HTTP cannot |
    /// | `Liftgate.UnknownEvent` | the event is of no gateway this program accepts |
    /// | `Liftgate.ServiceError` | the service returned an error |
    /// | `Liftgate.BodyError` | the response's body failed |
    /// | `Liftgate.InvalidResponse` | the response is one that the gateway cannot deliver |
    /// | `Liftgate.ErrorStatus` | the answer to a pass-through event had a status of 400 or more |
    /// | `Liftgate.Panic` | the service or its response's body panicked |
    /// | `Liftgate.Timeout` | the service did not answer in time, or a hook or the shutdown did not end |
    /// | `Liftgate.InitError` | the program could not start, or not come back from a snapshot |
    /// | `Liftgate.RuntimeError` | the Runtime API did not answer, or answered what it must not |
    pub fn error_type(&self) -> &'static str {
        match self.inner.kind {
            Kind::InvalidEvent => "Liftgate.InvalidEvent",
            Kind::UnknownEvent => "Liftgate.UnknownEvent",
            Kind::Service => "Liftgate.ServiceError",
            Kind::Body => "Liftgate.BodyError",
            Kind::InvalidResponse => "Liftgate.InvalidResponse",
            Kind::ErrorStatus => "Liftgate.ErrorStatus",
            Kind::Panic => "Liftgate.Panic",
            Kind::Timeout => "Liftgate.Timeout",
            Kind::Init => "Liftgate.InitError",
            Kind::Runtime => "Liftgate.RuntimeError",
        }
    }

    /// Whether the event was malformed.
    pub fn is_invalid_event(&self) -> bool {
        self.inner.kind == Kind::InvalidEvent
    }

    /// The path of the event's member that is malformed or of another type than was asked for:
    /// `requestContext.authorizer.claims`. Unlike the message, it does not quote the value.
    pub fn member(&self) -> Option<&str> {
        Some(self.inner.member.as_str()).filter(|member| !member.is_empty())
    }

    /// Whether the event came from no gateway this program accepts.
    pub fn is_unknown_event(&self) -> bool {
        self.inner.kind == Kind::UnknownEvent
    }

    /// Whether the service failed; [`source`](StdError::source) is its error.
    pub fn is_service(&self) -> bool {
        self.inner.kind == Kind::Service
    }

    /// Whether the response's body failed; [`source`](StdError::source) is its error.
    pub fn is_body(&self) -> bool {
        self.inner.kind == Kind::Body
    }

    /// Whether the response is one that the gateway cannot deliver.
    pub fn is_invalid_response(&self) -> bool {
        self.inner.kind == Kind::InvalidResponse
    }

    /// Whether the answer to a pass-through event had a status of 400 or more.
    pub fn is_error_status(&self) -> bool {
        self.inner.kind == Kind::ErrorStatus
    }

    /// Whether the service or its response's body panicked.
    pub fn is_panic(&self) -> bool {
        self.inner.kind == Kind::Panic
    }

    /// Whether the service did not answer in time, or a hook or the shutdown did not end.
    pub fn is_timeout(&self) -> bool {
        self.inner.kind == Kind::Timeout
    }

    /// Whether the program could not start, or not come back from a snapshot;
    /// [`source`](StdError::source) is why, if it was an error.
    pub fn is_init(&self) -> bool {
        self.inner.kind == Kind::Init
    }

    /// Whether the runtime itself cannot go on.
    pub fn is_runtime(&self) -> bool {
        self.inner.kind == Kind::Runtime
    }

    #[cold]
    fn new(kind: Kind, message: String, source: Option<BoxError>) -> Self {
        let inner = Box::new(Inner {
            kind,
            message,
            member: String::new(),
            source,
        });
        Error { inner }
    }

    #[cold]
    pub(crate) fn invalid_event(field: &str, offset: usize, reason: impl fmt::Display) -> Self {
        let message = if field.is_empty() {
            format!("{reason} (byte {offset})")
        } else {
            format!("{field}: {reason} (byte {offset})")
        };
        let mut error = Error::new(Kind::InvalidEvent, message, None);
        error.inner.member = field.to_owned();
        error
    }

    #[cold]
    pub(crate) fn missing(field: &str) -> Self {
        let message = format!("{field} is missing");
        let mut error = Error::new(Kind::InvalidEvent, message, None);
        error.inner.member = field.to_owned();
        error
    }

    #[cold]
    pub(crate) fn unknown_event(message: String) -> Self {
        Error::new(Kind::UnknownEvent, message, None)
    }

    #[cold]
    pub(crate) fn service(source: BoxError) -> Self {
        Error::new(Kind::Service, chain(&*source), Some(source))
    }

    #[cold]
    pub(crate) fn body(source: BoxError) -> Self {
        Error::new(Kind::Body, chain(&*source), Some(source))
    }

    #[cold]
    pub(crate) fn invalid_response(message: impl Into<String>) -> Self {
        Error::new(Kind::InvalidResponse, message.into(), None)
    }

    #[cold]
    pub(crate) fn error_status(status: StatusCode, body: &[u8]) -> Self {
        // Enough to tell what went wrong.
        let text = String::from_utf8_lossy(&body[..body.len().min(4096)]);
        let message = match text.trim() {
            "" => status.to_string(),
            text => format!("{status}: {text}"),
        };
        Error::new(Kind::ErrorStatus, message, None)
    }
}

/// Panics, and what is told of an error.
impl Error {
    #[cold]
    pub(crate) fn panic(message: String) -> Self {
        Error::new(Kind::Panic, message, None)
    }

    /// The message, which ends somewhere.
    pub(crate) fn brief(&self) -> String {
        let mut message = self.to_string();
        if let Some((end, _)) = message.char_indices().nth(MAX_MESSAGE) {
            message.truncate(end);
            message.push_str(" [...]");
        }
        message
    }

    /// The error as the Runtime API [takes it][api], for whoever calls a [`Lambda`](crate::Lambda)
    /// without `run`: its type, and as much of its message as is of use.
    ///
    /// [api]: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html#runtimes-api-invokeerror
    ///
    /// # Examples
    ///
    /// ```
    /// use liftgate::{Context, Invocation, Lambda};
    /// use tower_service::Service;
    ///
    /// # async fn app(_: http::Request<liftgate::Body>) -> Result<http::Response<liftgate::Body>, std::convert::Infallible> {
    /// #     Ok(http::Response::default())
    /// # }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let mut lambda = Lambda::new(tower::service_fn(app));
    /// let error = lambda.call(Invocation::new("", Context::default())).await.unwrap_err();
    /// assert_eq!(
    ///     error.to_json(),
    ///     br#"{"errorMessage":"invalid event: not JSON: it ends too early (byte 0)","errorType":"Liftgate.InvalidEvent","stackTrace":[]}"#,
    /// );
    /// # }
    /// ```
    pub fn to_json(&self) -> Vec<u8> {
        let message = self.brief();
        let mut json = b"{\"errorMessage\":\"".to_vec();
        escape(message.as_bytes(), &mut json);
        json.extend_from_slice(b"\",\"errorType\":\"");
        escape(self.error_type().as_bytes(), &mut json);
        json.extend_from_slice(b"\",\"stackTrace\":[]}");
        json
    }
}

#[cfg(feature = "runtime")]
impl Error {
    #[cold]
    pub(crate) fn timeout(message: impl Into<String>) -> Self {
        Error::new(Kind::Timeout, message.into(), None)
    }

    #[cold]
    pub(crate) fn init(source: BoxError) -> Self {
        Error::new(Kind::Init, chain(&*source), Some(source))
    }

    #[cold]
    pub(crate) fn init_message(message: impl Into<String>) -> Self {
        Error::new(Kind::Init, message.into(), None)
    }

    #[cold]
    pub(crate) fn runtime(message: impl Into<String>) -> Self {
        Error::new(Kind::Runtime, message.into(), None)
    }

    #[cold]
    pub(crate) fn runtime_from(what: &str, source: impl Into<BoxError>) -> Self {
        let source = source.into();
        let message = format!("{what}: {}", chain(&*source));
        Error::new(Kind::Runtime, message, Some(source))
    }
}

/// An error and its causes on one line, for a log that shows no more than the message.
fn chain(error: &(dyn StdError + 'static)) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = error.to_string();
        // Many errors already quote their cause.
        if !line.contains(&text) {
            line.push_str(": ");
            line.push_str(&text);
        }
        cause = error.source();
    }
    line
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let prefix = match self.inner.kind {
            Kind::InvalidEvent => "invalid event: ",
            Kind::UnknownEvent => "unknown event: ",
            Kind::Service => "the service failed: ",
            Kind::Body => "the response's body failed: ",
            Kind::InvalidResponse => "the response cannot be delivered: ",
            Kind::ErrorStatus => "the service answered ",
            Kind::Panic => "the service panicked: ",
            Kind::Timeout | Kind::Init | Kind::Runtime => "",
        };
        f.write_str(prefix)?;
        f.write_str(&self.inner.message)
    }
}

/// As a program prints it whose `main` ends in an error.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {self}", self.error_type())
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.inner.source.as_deref().map(|error| error as _)
    }
}
