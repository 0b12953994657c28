use std::time::Duration;

use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Response, StatusCode};
use tokio::time::Instant;

use crate::{Body, Context, Error};

/// The deadline of one invocation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Until {
    /// When Lambda, or the runtime in its place, ends the invocation.
    pub(super) end: Instant,
    /// When the service is given up.
    pub(super) answer: Instant,
    pub(super) deadline: Deadline,
}

impl Until {
    /// `None` where nothing is watched. An invocation that comes after its deadline comes from an
    /// emulator, which does not mean it.
    pub(super) fn of(context: &Context, deadline: Option<Deadline>) -> Option<Self> {
        let deadline = deadline?;
        let left = context.remaining().filter(|left| !left.is_zero())?;
        let now = Instant::now();
        Some(Until {
            end: now.checked_add(left)?,
            answer: now.checked_add(left.saturating_sub(deadline.margin))?,
            deadline,
        })
    }
}

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
