use std::time::Duration;

use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Response, StatusCode};

use crate::{Body, Context, Error};

/// When an invocation is given up, before its deadline.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deadline {
    pub(super) margin: Duration,
    /// Whether the client is answered, or the invocation fails.
    pub(super) responds: bool,
}

impl Deadline {
    /// Where Lambda does not watch the deadline, the runtime has to.
    pub(super) const WATCHED: Deadline = Deadline {
        margin: Duration::ZERO,
        responds: false,
    };

    /// How long the invocation may still take. One that comes after its deadline comes from an
    /// emulator, which does not mean it.
    pub(super) fn limit(self, context: &Context) -> Option<Duration> {
        let left = context.remaining().filter(|left| !left.is_zero())?;
        Some(left.saturating_sub(self.margin))
    }

    pub(super) fn error(self) -> Error {
        let margin = self.margin;
        Error::timeout(if margin.is_zero() {
            "the service did not answer before the deadline".to_owned()
        } else {
            format!("the service did not answer until {margin:?} before the deadline")
        })
    }

    pub(super) fn response(self) -> Option<Response<Body>> {
        if !self.responds {
            return None;
        }
        let mut response = Response::new(Body::from("{\"message\":\"Gateway Timeout\"}"));
        *response.status_mut() = StatusCode::GATEWAY_TIMEOUT;
        let json = HeaderValue::from_static("application/json");
        response.headers_mut().insert(CONTENT_TYPE, json);
        Some(response)
    }
}
