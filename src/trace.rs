//! What is told of an invocation: spans and events with the feature `tracing`, and lines on
//! standard error without.

#[cfg(not(feature = "tracing"))]
mod off;
#[cfg(feature = "tracing")]
mod on;
#[cfg(feature = "tracing-subscriber")]
mod subscriber;

#[cfg(not(feature = "tracing"))]
pub(crate) use off::*;
#[cfg(feature = "tracing")]
pub(crate) use on::*;
#[cfg(feature = "tracing-subscriber")]
pub use subscriber::init_tracing;

/// A line on standard error.
fn line(line: std::fmt::Arguments<'_>) {
    use std::io::Write as _;

    // Where the log is closed, there is nobody to tell.
    let _ = writeln!(std::io::stderr(), "{line}");
}
