//! A function that says hello, by liftgate's service on AWS's runtime.

use std::convert::Infallible;

use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Request, Response};
use liftgate::Body;
use tower::service_fn;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    liftgate_lambda_runtime::run(service_fn(hello)).await
}

async fn hello(_: Request<Body>) -> Result<Response<Body>, Infallible> {
    let mut response = Response::new(Body::from("hello world"));
    let text = HeaderValue::from_static("text/plain");
    response.headers_mut().insert(CONTENT_TYPE, text);
    Ok(response)
}
