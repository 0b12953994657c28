//! A service without a framework: a function from a request to a response, which
//! [`tower::service_fn`] makes a [`tower::Service`]. Anything that is one runs on Lambda.
//!
//! Run it with `cargo run -p example-hyper`, and ask the URL that it prints:
//!
//! ```sh
//! curl http://127.0.0.1:9000/
//! curl http://127.0.0.1:9000/reverse -d 'some text'
//! ```
//!
//! `cargo run -p example-hyper -- --plain 127.0.0.1:9000` serves the very same service by hyper, with
//! nothing of liftgate between, and its answers are the same.
//!
//! To deploy it, take `deploy/sam/function-url.yaml`; or build it as the README says, and put any
//! gateway before it.

use std::convert::Infallible;
use std::env;
use std::error::Error;

use bytes::Bytes;
use http::header::{ALLOW, CONTENT_TYPE};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body::Body;
use http_body_util::{BodyExt as _, Full};
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;

/// The app. The body is liftgate's on Lambda, and hyper's under `--plain`.
async fn answer<B: Body>(request: Request<B>) -> Result<Response<Full<Bytes>>, Infallible> {
    let method = request.method().clone();
    let response = match (&method, request.uri().path()) {
        (&Method::GET | &Method::HEAD, "/") => text(StatusCode::OK, "hello world\n"),
        (&Method::POST, "/reverse") => match request.into_body().collect().await {
            Ok(body) => {
                let reversed: Vec<u8> = body.to_bytes().iter().rev().copied().collect();
                respond(StatusCode::OK, "application/octet-stream", reversed)
            }
            // The client went away before the end.
            Err(_) => text(StatusCode::BAD_REQUEST, "half a body\n"),
        },
        (_, path @ ("/" | "/reverse")) => {
            let allowed = if path == "/" { "GET, HEAD" } else { "POST" };
            let mut response = text(StatusCode::METHOD_NOT_ALLOWED, "another method\n");
            let allowed = HeaderValue::from_static(allowed);
            response.headers_mut().insert(ALLOW, allowed);
            response
        }
        _ => text(StatusCode::NOT_FOUND, "there is nothing here\n"),
    };
    Ok(response)
}

fn text(status: StatusCode, text: &'static str) -> Response<Full<Bytes>> {
    respond(status, "text/plain; charset=utf-8", text)
}

fn respond(
    status: StatusCode,
    kind: &'static str,
    body: impl Into<Bytes>,
) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body.into()));
    *response.status_mut() = status;
    let kind = HeaderValue::from_static(kind);
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}

/// Serves the app by hyper, a task for each connection.
async fn plain(address: &str) -> Result<Infallible, Box<dyn Error>> {
    let listener = TcpListener::bind(address).await?;
    println!(
        "http://{} is your app, served by hyper",
        listener.local_addr()?
    );
    loop {
        let (stream, _) = listener.accept().await?;
        let service = TowerToHyperService::new(tower::service_fn(answer));
        let served = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
        tokio::spawn(async move {
            if let Err(error) = served.await {
                eprintln!("{error}");
            }
        });
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    match (arguments.next().as_deref(), arguments.next()) {
        (None, _) => Ok(liftgate::run(tower::service_fn(answer)).await?),
        (Some("--plain"), Some(address)) => match plain(&address).await? {},
        _ => Err("usage: example-hyper [--plain <host:port>]".into()),
    }
}
