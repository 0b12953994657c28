use std::fmt;

use bytes::Bytes;

/// Why a gateway answers by itself: it refuses the request, or cannot use what the function says.
///
/// Its [`Display`](fmt::Display) form is the reason, which the client is not told.
///
/// # Examples
///
/// ```
/// use liftgate::local::{Gateway, Kind};
///
/// let gateway = Gateway::new(Kind::RestApi);
/// let failure = gateway.parse(&http::Request::new(()), br#"{"cookies":[]}"#).unwrap_err();
/// assert!(failure.to_string().contains("cookies"));
/// assert_eq!(gateway.respond_to(&failure).status(), 502);
/// ```
#[derive(Clone, Debug)]
pub struct Failure {
    cause: Cause,
    reason: String,
    payload: Bytes,
}

/// What went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cause {
    /// The request cannot be made an event.
    BadRequest,
    /// The request is of a path that the API has not.
    NotFound,
    /// The request's body is larger than the gateway takes.
    RequestTooLarge,
    /// The event is larger than Lambda takes.
    EventTooLarge,
    /// The request line and the headers are too large.
    HeadersTooLarge,
    /// The function failed: it reported an error, or its process ended.
    Function,
    /// The function did not answer before its own timeout.
    FunctionTimeout,
    /// The gateway waited no longer.
    GatewayTimeout,
    /// The reply is none that the gateway takes.
    InvalidReply,
    /// The reply says that its body is base64, and it is not.
    InvalidBase64,
    /// The reply is larger than Lambda or the gateway takes.
    ReplyTooLarge,
    /// No environment is free, and there may be no more.
    Throttled,
}

impl Failure {
    /// A failure of some cause, and the reason in words.
    pub fn new(cause: Cause, reason: impl Into<String>) -> Self {
        Failure {
            cause,
            reason: reason.into(),
            payload: Bytes::new(),
        }
    }

    /// What the function said, in JSON.
    pub fn with_payload(mut self, payload: impl Into<Bytes>) -> Self {
        self.payload = payload.into();
        self
    }

    /// What the function said, in JSON, if it said anything.
    pub fn payload(&self) -> &Bytes {
        &self.payload
    }

    /// What went wrong.
    pub fn cause(&self) -> Cause {
        self.cause
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for Failure {}
