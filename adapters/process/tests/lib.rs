//! The library, and the program, against an app and a Runtime API that do what a test says.

#![allow(clippy::unwrap_used, clippy::expect_used, unreachable_pub)]

mod command_line;
#[cfg(feature = "compression")]
mod compression;
mod concurrency;
mod config;
mod connections;
mod context;
mod deadline;
mod events;
mod forward;
mod lifecycle;
mod logs;
mod pass_through;
mod readiness;
mod readme;
mod snapshot;
mod streaming;
mod support;
