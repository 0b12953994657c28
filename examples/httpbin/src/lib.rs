//! An app that tells what it saw, and answers in every odd way there is.
//!
//! Run it with `cargo run -p example-httpbin`, and ask the URL it prints:
//!
//! ```sh
//! curl -i 'http://127.0.0.1:9000/anything/a%20b?x=1&x=2' -H 'x-tag: one' -H 'x-tag: two'
//! curl -i 'http://127.0.0.1:9000/cookies/set?a=1&b=2'
//! ```
//!
//! On Lambda, any event that is no HTTP request goes to `/anything/event`. With
//! `LIFTGATE_STREAMING=1` it streams to function URLs and REST APIs.
//!
//! The routes are those of `example-answers`, and `/error`, where the service returns an error.

mod app;
#[cfg(test)]
mod tests;

pub use app::App;
