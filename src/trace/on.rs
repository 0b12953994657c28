//! With the feature `tracing`: a span for each invocation, and an event for each line.

use std::fmt;

use http::{Request, StatusCode};
use tracing::{Span as Current, dispatcher};

use super::line;
use crate::Body;
use crate::source::Source;

/// The target of all spans and events of this crate.
const TARGET: &str = "liftgate";

/// Notes the request in the span of its invocation.
pub(crate) fn request(source: &'static dyn Source, request: &Request<Body>) {
    record(|span| {
        span.record("source", source.name());
        span.record("method", request.method().as_str());
        span.record("path", request.uri().path());
    });
}

/// Notes the response's status in the span of its invocation.
pub(crate) fn status(status: StatusCode) {
    record(|span| {
        span.record("status", status.as_u16());
    });
}

/// The current span may be one of the program's own, which is not ours to write in.
fn record(note: impl FnOnce(&Current)) {
    let span = Current::current();
    if span.metadata().is_some_and(|span| span.target() == TARGET) {
        note(&span);
    }
}

pub(crate) fn error(message: fmt::Arguments<'_>) {
    if dispatcher::has_been_set() {
        tracing::error!(target: TARGET, "{message}");
    } else {
        line(message);
    }
}

#[cfg(feature = "runtime")]
pub(crate) use logging::*;

#[cfg(feature = "runtime")]
mod logging {
    use std::fmt;

    use tracing::field::Empty;
    use tracing::instrument::{Instrumented, WithSubscriber as _};
    use tracing::{Instrument as _, dispatcher};

    use super::TARGET;
    use crate::trace::line;
    use crate::{Context, Error};

    /// The span of one invocation.
    pub(crate) struct Span(tracing::Span);

    impl Span {
        pub(crate) fn of(context: &Context, is_cold: bool) -> Self {
            Span(tracing::info_span!(
                target: TARGET,
                "invocation",
                request_id = context.request_id(),
                trace_id = context.trace_id(),
                tenant_id = context.tenant_id(),
                cold_start = is_cold,
                source = Empty,
                method = Empty,
                path = Empty,
                status = Empty,
            ))
        }

        /// Runs a future in the span, which is closed then.
        pub(crate) fn cover<F: Future>(self, future: F) -> Instrumented<F> {
            future.instrument(self.0)
        }
    }

    /// A future that is to run in a task of its own, in the same span and subscriber.
    pub(crate) fn follow<F: Future>(future: F) -> impl Future<Output = F::Output> {
        future.in_current_span().with_current_subscriber()
    }

    /// Tells of an invocation that failed, or whose error was answered.
    pub(crate) fn failed(context: &Context, error: &Error) {
        let (id, kind, message) = (context.request_id(), error.error_type(), error.brief());
        if dispatcher::has_been_set() {
            tracing::error!(target: TARGET, request_id = id, error_type = kind, "{message}");
        } else {
            line(format_args!("{id} {kind}: {message}"));
        }
    }

    pub(crate) fn warn(message: fmt::Arguments<'_>) {
        if dispatcher::has_been_set() {
            tracing::warn!(target: TARGET, "{message}");
        } else {
            line(message);
        }
    }
}
