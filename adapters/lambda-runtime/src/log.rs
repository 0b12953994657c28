//! What is told of invocations that fail: an event, or a line on standard error where nobody has
//! set up tracing, as AWS's runtime has it.

use std::fmt::Display;

use tracing::dispatcher;

pub(crate) fn failed(request_id: &str, error_type: &str, message: impl Display) {
    if dispatcher::has_been_set() {
        tracing::error!(request_id, error_type, "{message}");
    } else {
        line(format_args!("{request_id} {error_type}: {message}"));
    }
}

pub(crate) fn error(request_id: &str, message: impl Display) {
    if dispatcher::has_been_set() {
        tracing::error!(request_id, "{message}");
    } else {
        line(format_args!("{request_id}: {message}"));
    }
}

fn line(line: impl Display) {
    use std::io::Write as _;

    // Where the log is closed, there is nobody to tell.
    let _ = writeln!(std::io::stderr(), "{line}");
}
