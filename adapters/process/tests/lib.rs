//! The library, and the program, against an app and a Runtime API that do what a test says.

#![allow(clippy::unwrap_used, clippy::expect_used, unreachable_pub)]

mod config;
mod connections;
mod context;
mod deadline;
mod events;
mod forward;
mod readme;
mod streaming;
mod support;
