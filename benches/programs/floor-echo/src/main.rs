//! The least that a function can do in hyper: it takes an event, and answers with it.

use std::error::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    bench_floor::serve(async |event| Ok(event)).await
}
