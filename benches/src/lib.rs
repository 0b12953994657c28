//! What liftgate costs, beside lambda_http and the least that could do.
//!
//! - `conversion`: an event's bytes to a reply's, beside a bare scan of the event. This is
//!   `liftgate bench`.
//! - `instructions`: how many a conversion takes, held to the bounds in `instructions.json`.
//! - `memory`: what a conversion allocates, and the most memory that a program has which echoes
//!   an event as large as Lambda takes.
//! - `invocation`: a program that says hello, at a Runtime API, beside a bare loop in hyper, and
//!   liftgate's service on AWS's runtime.
//! - `cold_start`: the size of such a program, and the time until its first request.
//! - `build`: the CPU time of a clean build of such a program. It takes minutes, and runs only
//!   when it is named.
//! - `container`: a server in a process of its own, behind liftgate-process and behind a bare loop in
//!   hyper that passes requests on.
//! - `streaming`: a kilobyte that is streamed through AWS's emulator.
//!
//! `cargo bench -p benches --bench invocation -- [--json] [part of a name]`

#![allow(clippy::unwrap_used, clippy::expect_used)]

pub mod app;
pub mod counters;
pub mod echo;
pub mod programs;
pub mod racer;
pub mod report;
mod requests;
pub mod runtime_api;

pub use liftgate_cli::bench::{cases, check, contenders, stopwatch};
