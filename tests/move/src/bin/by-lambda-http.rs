//! The app by lambda_http.

#[path = "../app.rs"]
mod app;

#[tokio::main]
async fn main() -> Result<(), lambda_http::Error> {
    if std::env::var_os("STREAMING").is_some() {
        return lambda_http::run_with_streaming_response(app::app()).await;
    }
    lambda_http::run(app::app()).await
}
