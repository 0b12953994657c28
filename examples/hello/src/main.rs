//! The README's ten lines: an axum router on Lambda.
//!
//! Run it with `cargo run -p example-hello`, and open the URL it prints.

use axum::{Router, routing::get};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), liftgate::Error> {
    let app = Router::new().route("/", get(|| async { "hello world" }));
    liftgate::run(app).await
}
