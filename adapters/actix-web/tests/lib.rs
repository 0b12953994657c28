//! The adapter against actix-web itself.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod allocations;
mod extensions;
mod middleware;
mod requests;
mod responses;
mod runtime;
mod streams;
mod support;
