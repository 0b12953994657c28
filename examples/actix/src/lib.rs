//! An actix-web app that tells what it saw, and answers in every odd way there is.
//!
//! Its routes are those of `example-answers`. What it answers is what `example-httpbin` does, which
//! is the same on axum; but a path or query with bytes above ASCII that are not percent-encoded is
//! answered 400, since the types of actix-web do not hold them.

mod app;
mod convert;

pub use app::{app, service};
