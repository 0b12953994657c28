//! The least that a function can do in hyper which asks a server: every event is the same request,
//! and the answer's body is text without an escape.

use std::error::Error;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::Request;
use hyper::header::HOST;
use tokio::sync::Mutex;

const HEAD: &[u8] = br#"{"statusCode":200,"headers":{"content-type":"text/plain"},"body":""#;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let address = format!("127.0.0.1:{}", std::env::var("AWS_LWA_PORT")?);
    let sender = Mutex::new(bench_floor::connect(&address).await?);
    bench_floor::serve(async |_| {
        let request = Request::get("/").header(HOST, &address);
        let request = request.body(Full::default())?;
        let mut sender = sender.lock().await;
        let answer = bench_floor::send(&mut sender, request).await?;
        let body = answer.into_body().collect().await?.to_bytes();
        Ok(Bytes::from([HEAD, &body, b"\"}"].concat()))
    })
    .await
}
