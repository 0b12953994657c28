//! The program `routes` on AWS's runtime, against a Runtime API that notes every byte.

#![allow(clippy::unwrap_used, clippy::expect_used, unreachable_pub)]

mod answers;
mod context;
mod failures;
mod handler;
mod layers;
mod program;
#[allow(dead_code)]
#[path = "../../../tests/support/runtime_api.rs"]
mod runtime_api;
mod streams;
