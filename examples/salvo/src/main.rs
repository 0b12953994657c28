//! The httpbin routes on salvo, on Lambda or behind a local gateway.
//!
//! Run it with `cargo run -p example-salvo`, and ask the URL it prints:
//!
//! ```sh
//! curl -i 'http://127.0.0.1:9000/anything/a%20b?x=1&x=2' -H 'x-tag: one' -H 'x-tag: two'
//! curl -i 'http://127.0.0.1:9000/whoami'
//! ```
//!
//! With `LIFTGATE_STREAMING=1` it streams to function URLs and REST APIs. To deploy it, take
//! `deploy/sam/frameworks.yaml`, or build it with `--no-default-features`, as `README.md` says.

use liftgate::{Options, Runtime};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), liftgate::Error> {
    let streaming = std::env::var("LIFTGATE_STREAMING").is_ok_and(|value| value == "1");
    let options = Options::new()
        .streaming(streaming)
        .pass_through("/anything/event");
    let app = liftgate_salvo::service(example_salvo::app());
    Runtime::new().options(options).run(app).await
}
