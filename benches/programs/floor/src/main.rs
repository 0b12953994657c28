//! The least that a function can do in hyper: it takes an event, and answers with the same bytes
//! each time.

use std::error::Error;

use bytes::Bytes;

const REPLY: &[u8] =
    br#"{"statusCode":200,"headers":{"content-type":"text/plain"},"body":"hello world"}"#;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    bench_floor::serve(async |_| Ok(Bytes::from_static(REPLY))).await
}
