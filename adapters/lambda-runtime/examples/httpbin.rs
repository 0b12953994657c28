//! The app of `examples/httpbin` on AWS's runtime: `tests/rie.sh` runs both on AWS's emulator.
//!
//! ```sh
//! cargo build -p liftgate-lambda-runtime --example httpbin
//! cargo run -p liftgate-cli -- dev -- target/debug/examples/httpbin
//! ```

use example_httpbin::App;
use lambda_runtime::layers::TracingLayer;
use liftgate::Options;
use liftgate_lambda_runtime::Adapter;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let streaming = std::env::var("LIFTGATE_STREAMING").is_ok_and(|value| value == "1");
    let options = Options::new()
        .streaming(streaming)
        .pass_through("/anything/event");
    let runtime = Adapter::with_options(App::new(), options).into_runtime();
    runtime.layer(TracingLayer::new()).run().await
}
