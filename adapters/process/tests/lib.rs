//! Tests.
#![allow(clippy::unwrap_used)]

mod config;
mod events;
mod readme;
