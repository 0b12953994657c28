//! What liftgate costs, beside lambda_http and the least that could do.
//!
//! - `conversion`: an event's bytes to a reply's, beside a bare scan of the event. This is
//!   `liftgate bench`.
//! - `invocation`: a program that says hello, at a Runtime API, beside a bare loop in hyper.
//! - `cold_start`: the size of such a program, and the time until its first request.
//! - `streaming`: a kilobyte that is streamed through AWS's emulator.
//!
//! `cargo bench -p benches --bench invocation -- [--json] [part of a name]`

#![allow(clippy::unwrap_used, clippy::expect_used)]

pub mod programs;
pub mod report;
pub mod runtime_api;

pub use liftgate_cli::bench::{cases, check, contenders, stopwatch};
