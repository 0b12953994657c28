//! The adapter beside Rocket's own server, inside a `Lambda`, and in its own.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod app;
mod bodies;
mod lambda;
mod life;
mod server;
