//! The least that a function can do in hyper: a bare loop over the Runtime API.

use std::error::Error;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{CONTENT_TYPE, HOST};
use hyper::{Request, Response, body::Incoming};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// Takes one event after the other, and answers each with the bytes that it is mapped to.
///
/// # Errors
///
/// Whatever goes wrong: there is no second try.
pub async fn serve(
    reply: impl AsyncFn(Bytes) -> Result<Bytes, Box<dyn Error>>,
) -> Result<(), Box<dyn Error>> {
    let address = std::env::var("AWS_LAMBDA_RUNTIME_API")?;
    let mut sender = connect(&address).await?;
    loop {
        let next = Request::get("/2018-06-01/runtime/invocation/next");
        let next = next.header(HOST, &address).body(Full::default())?;
        let event = send(&mut sender, next).await?;
        let id = event.headers().get("lambda-runtime-aws-request-id");
        let id = id.ok_or("no request id")?.to_str()?;
        let path = format!("/2018-06-01/runtime/invocation/{id}/response");
        let event = event.into_body().collect().await?.to_bytes();
        let answer = Request::post(path)
            .header(HOST, &address)
            .header(CONTENT_TYPE, "application/json")
            .body(Full::from(reply(event).await?))?;
        let answer = send(&mut sender, answer).await?;
        answer.into_body().collect().await?;
    }
}

/// Connects to a server.
///
/// # Errors
///
/// If there is none.
pub async fn connect(address: &str) -> Result<SendRequest<Full<Bytes>>, Box<dyn Error>> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    Ok(sender)
}

/// Sends a request, and waits for the head of the answer.
///
/// # Errors
///
/// If the server does not answer.
pub async fn send(
    sender: &mut SendRequest<Full<Bytes>>,
    request: Request<Full<Bytes>>,
) -> Result<Response<Incoming>, hyper::Error> {
    sender.ready().await?;
    sender.send_request(request).await
}
