//! A function that streams a kilobyte, by lambda_http.

use std::convert::Infallible;

use lambda_http::{Body, Error, Request, Response, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda_http::run_with_streaming_response(service_fn(kilobyte)).await
}

async fn kilobyte(_: Request) -> Result<Response<Body>, Infallible> {
    Ok(Response::new(Body::from(vec![b'x'; 1024])))
}
