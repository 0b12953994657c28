//! An axum app that says hello, by lambda_http.

use axum::{Router, routing::get};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let app = Router::new().route("/anything/hello", get(|| async { "hello world" }));
    lambda_http::run(app).await
}
