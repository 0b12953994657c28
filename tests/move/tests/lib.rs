//! The guide for those who come from lambda_http: each row of its table of what changes is a test,
//! which gives the same to both.

#![allow(clippy::unwrap_used, clippy::expect_used, unreachable_pub)]

mod guide;
mod process;
mod requests;
mod responses;
#[allow(dead_code)]
#[path = "../../support/runtime_api.rs"]
mod runtime_api;
mod streams;
mod support;
