//! A function that streams a kilobyte, by liftgate.

use std::convert::Infallible;

use http::{Request, Response};
use liftgate::{Body, Options, Runtime};
use tower::service_fn;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), liftgate::Error> {
    let options = Options::new().streaming(true);
    Runtime::new()
        .options(options)
        .run(service_fn(kilobyte))
        .await
}

async fn kilobyte(_: Request<Body>) -> Result<Response<Body>, Infallible> {
    Ok(Response::new(Body::from(vec![b'x'; 1024])))
}
