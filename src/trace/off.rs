//! Without the feature `tracing`: no spans, and lines on standard error, which is the function's
//! log.

use std::fmt;

use http::{Request, StatusCode};

use super::line;
use crate::Body;
use crate::source::Source;

pub(crate) fn request(_: &'static dyn Source, _: &Request<Body>) {}

pub(crate) fn status(_: StatusCode) {}

pub(crate) fn error(message: fmt::Arguments<'_>) {
    line(message);
}

#[cfg(feature = "runtime")]
pub(crate) use logging::*;

#[cfg(feature = "runtime")]
mod logging {
    use std::fmt;

    use crate::trace::line;
    use crate::{Context, Error};

    /// Nothing, where there are no spans.
    pub(crate) struct Span;

    impl Span {
        pub(crate) fn of(_: &Context, _: bool) -> Self {
            Span
        }

        pub(crate) fn cover<F>(self, future: F) -> F {
            future
        }
    }

    pub(crate) fn follow<F>(future: F) -> F {
        future
    }

    /// Tells of an invocation that failed, or whose error was answered.
    pub(crate) fn failed(context: &Context, error: &Error) {
        let (id, kind, message) = (context.request_id(), error.error_type(), error.brief());
        line(format_args!("{id} {kind}: {message}"));
    }

    pub(crate) fn warn(message: fmt::Arguments<'_>) {
        line(message);
    }
}
