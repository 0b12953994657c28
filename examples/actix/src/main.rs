//! The routes of httpbin on actix-web: a factory of apps, as `HttpServer` takes it, on Lambda.
//!
//! Run it with `cargo run -p example-actix`, and ask the URL it prints:
//!
//! ```sh
//! curl -i 'http://127.0.0.1:9000/anything/a%20b?x=1&x=2' -H 'x-tag: one' -H 'x-tag: two'
//! curl -iN 'http://127.0.0.1:9000/stream/5?ms=300'
//! ```
//!
//! With `LIFTGATE_STREAMING=1` it streams to function URLs and REST APIs:
//! `LIFTGATE_STREAMING=1 LIFTGATE_GATEWAY=function-url cargo run -p example-actix`.
//!
//! To deploy it, take `deploy/sam/frameworks.yaml`; or build it without the local gateway, and name
//! the program `bootstrap`:
//!
//! ```sh
//! cargo build --release -p example-actix --no-default-features --target x86_64-unknown-linux-musl
//! ```

use liftgate::{Options, Runtime};

#[actix_web::main]
async fn main() -> Result<(), liftgate::Error> {
    let streaming = std::env::var("LIFTGATE_STREAMING").is_ok_and(|value| value == "1");
    let options = Options::new()
        .streaming(streaming)
        .pass_through("/anything/event");
    let runtime = Runtime::new().options(options);
    runtime.run_local(example_actix::service).await
}
