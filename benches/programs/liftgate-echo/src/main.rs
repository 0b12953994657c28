//! A function that sends back the body that it is sent, by liftgate.

use std::convert::Infallible;

use http::header::CONTENT_TYPE;
use http::{Request, Response};
use liftgate::Body;
use tower::service_fn;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), liftgate::Error> {
    liftgate::run(service_fn(echo)).await
}

async fn echo(request: Request<Body>) -> Result<Response<Body>, Infallible> {
    let (mut parts, body) = request.into_parts();
    let mut response = Response::new(body);
    if let Some(kind) = parts.headers.remove(CONTENT_TYPE) {
        response.headers_mut().insert(CONTENT_TYPE, kind);
    }
    Ok(response)
}
