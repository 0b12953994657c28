//! A function that sends back the body that it is sent, by lambda_http.

use std::convert::Infallible;

use lambda_http::http::header::CONTENT_TYPE;
use lambda_http::{Body, Error, Request, Response, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda_http::run(service_fn(echo)).await
}

async fn echo(request: Request) -> Result<Response<Body>, Infallible> {
    let (mut parts, body) = request.into_parts();
    let mut response = Response::new(body);
    if let Some(kind) = parts.headers.remove(CONTENT_TYPE) {
        response.headers_mut().insert(CONTENT_TYPE, kind);
    }
    Ok(response)
}
