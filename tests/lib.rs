//! All integration tests, in one binary.

#![allow(clippy::unwrap_used, clippy::expect_used, unreachable_pub)]

mod bodies;
mod corpus;
mod facts;
mod failures;
mod headers;
mod incumbents;
mod local;
mod round_trip;
mod runtime;
mod support;
mod tower_http;
