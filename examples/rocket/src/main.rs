//! The routes of `example-httpbin` in [Rocket](https://rocket.rs), on Lambda or behind a local
//! gateway.
//!
//! Run it with `cargo run -p example-rocket`, and ask the URL that it prints:
//!
//! ```sh
//! curl -i 'http://127.0.0.1:9000/anything/a%20b?x=1&x=2' -H 'x-tag: one' -H 'x-tag: two'
//! curl -N 'http://127.0.0.1:9000/stream/5?ms=500'
//! ```
//!
//! Deploy it by `deploy/sam/frameworks.yaml`, or as a program named `bootstrap`:
//!
//! ```sh
//! cargo build -p example-rocket --profile deploy --no-default-features --target x86_64-unknown-linux-musl
//! cp target/x86_64-unknown-linux-musl/deploy/example-rocket bootstrap && zip function.zip bootstrap
//! aws lambda create-function --function-name rocket --runtime provided.al2023 --handler bootstrap \
//!   --zip-file fileb://function.zip --role arn:aws:iam::123456789012:role/my-role
//! ```
//!
//! With `LIFTGATE_STREAMING=1` it streams to function URLs and REST APIs. When it is told to end, a
//! fairing says so. What Rocket logs is set by `ROCKET_LOG_LEVEL`.

use example_rocket::rocket;
use liftgate::{Options, Runtime};
use rocket::fairing::AdHoc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), liftgate::Error> {
    let streaming = std::env::var("LIFTGATE_STREAMING").is_ok_and(|value| value == "1");
    let options = Options::new()
        .streaming(streaming)
        .pass_through("/anything/event");
    let farewell = AdHoc::on_shutdown("farewell", |_| {
        Box::pin(async { eprintln!("the rocket has landed") })
    });
    let runtime = Runtime::new().options(options);
    liftgate_rocket::run_on(runtime, rocket().attach(farewell)).await
}
