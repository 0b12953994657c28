//! An axum app that says hello, by liftgate.

use axum::{Router, routing::get};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), liftgate::Error> {
    let app = Router::new().route("/anything/hello", get(|| async { "hello world" }));
    liftgate::run(app).await
}
