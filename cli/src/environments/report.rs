//! What environments tell of themselves.

use std::fmt;
use std::process::ExitStatus;
use std::time::Duration;

use liftgate::local::{Cause, Failure};

use super::signal;

/// Is told what happens in environments.
pub trait Observe: fmt::Debug + Send + Sync + 'static {
    /// Takes note of it.
    fn observe(&self, report: &Report<'_>);
}

/// What happens in an environment, which has a number.
#[derive(Debug)]
pub enum Report<'a> {
    /// The program wrote a line, or a part of one that is very long.
    Log {
        /// The environment.
        environment: usize,
        /// The invocation that it is about, as far as that can be told.
        request_id: Option<&'a str>,
        /// Where it was written.
        stream: Stream,
        /// Without what ends a line.
        line: &'a [u8],
    },
    /// The program has asked for its first event.
    Ready {
        /// The environment.
        environment: usize,
        /// Since the program was started.
        after: Duration,
    },
    /// The environment takes no more invocations.
    Ended {
        /// The environment.
        environment: usize,
        /// Why.
        end: &'a End,
    },
}

/// Where a program writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// Why an environment ends.
#[derive(Debug)]
pub enum End {
    /// The program did not come to ask for an event.
    CannotStart(Failure),
    /// The program ended.
    Exited(ExitStatus),
    /// An invocation took longer than the function may.
    TimedOut {
        /// The invocation.
        request_id: String,
        /// How long it had.
        limit: Duration,
    },
    /// It was not needed any more.
    Idle,
    /// Newer ones took its place.
    Replaced,
    /// The pool ends.
    Stopped,
}

impl End {
    /// Why the invocations failed that were in the environment.
    pub(super) fn failure(&self, request_id: Option<&str>) -> Failure {
        let (cause, kind, reason) = match self {
            End::CannotStart(failure) => return failure.clone(),
            End::Exited(status) => (Cause::Function, "Runtime.ExitError", exit_error(*status)),
            End::TimedOut { limit, .. } => {
                let seconds = limit.as_secs_f64();
                let reason = format!("Task timed out after {seconds:.2} seconds");
                (Cause::FunctionTimeout, "Sandbox.Timedout", reason)
            }
            End::Idle | End::Replaced | End::Stopped => {
                let reason = "the environment was shut down".to_owned();
                (Cause::Function, "Runtime.Unknown", reason)
            }
        };
        let message = match request_id {
            Some(id) => format!("RequestId: {id} Error: {reason}"),
            None => format!("Error: {reason}"),
        };
        let payload = serde_json::json!({"errorType": kind, "errorMessage": message});
        let reason = match (self, request_id) {
            (End::TimedOut { .. }, Some(id)) => format!("{id} {reason}"),
            _ => reason,
        };
        Failure::new(cause, reason).with_payload(payload.to_string())
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            End::CannotStart(failure) => write!(f, "cannot start: {failure}"),
            End::TimedOut { .. } | End::Exited(_) => self.failure(None).fmt(f),
            End::Idle => f.write_str("idle"),
            End::Replaced => f.write_str("replaced"),
            End::Stopped => f.write_str("stopped"),
        }
    }
}

/// As Lambda words it.
pub(super) fn exit_error(status: ExitStatus) -> String {
    match (status.code(), signal::of(status)) {
        (Some(0), _) => "Runtime exited without providing a reason".to_owned(),
        (Some(code), _) => format!("Runtime exited with error: exit status {code}"),
        (None, signal) => format!("Runtime exited with error: signal: {signal}"),
    }
}
