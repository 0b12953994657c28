//! The httpbin routes on warp, on Lambda or behind a local gateway.
//!
//! Warp needs no adapter: `warp::service` makes a tower service of a filter, which is what
//! liftgate runs.
//!
//! ```no_run
//! use warp::Filter as _;
//!
//! #[tokio::main(flavor = "current_thread")]
//! async fn main() -> Result<(), liftgate::Error> {
//!     let hello = warp::path::end().map(|| "hello world");
//!     liftgate::run(warp::service(hello)).await
//! }
//! ```
//!
//! | what a filter asks for | what it gets |
//! |---|---|
//! | `warp::ext::get::<liftgate::Event>()`, `warp::ext::get::<liftgate::Context>()` | the event, and what the Runtime API says. With `optional` the filter matches without them, too |
//! | `warp::addr::remote()` | `None`: only warp's own server can set it. Ask the event for `client_ip()`, as `/whoami` does |
//! | `warp::body::content_length_limit` | the length of the body, which liftgate always sets |
//! | `warp::ws()` | no match: no gateway hands a connection over |
//!
//! Rejections are warp's responses, so the service never fails. Streams, made by
//! `warp::reply::stream` or `warp::sse`, go chunk by chunk where the gateway streams.
//!
//! Run it with `cargo run -p example-warp`, and ask the URL it prints:
//!
//! ```sh
//! curl -i 'http://127.0.0.1:9000/anything/a%20b?x=1&x=2' -H 'x-tag: one' -H 'x-tag: two'
//! curl -i 'http://127.0.0.1:9000/whoami'
//! ```
//!
//! With `LIFTGATE_STREAMING=1` it streams to function URLs and REST APIs. To deploy it, take
//! `deploy/sam/frameworks.yaml`, or build it with `--no-default-features`, as `README.md` says. Warp is
//! to come without its server: `warp = { version = "0.4", default-features = false }`.

use liftgate::{Options, Runtime};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), liftgate::Error> {
    let streaming = std::env::var("LIFTGATE_STREAMING").is_ok_and(|value| value == "1");
    let options = Options::new()
        .streaming(streaming)
        .pass_through("/anything/event");
    let app = warp::service(example_warp::app());
    Runtime::new().options(options).run(app).await
}
