//! The function.

use std::process::ExitCode;

use bytes::Bytes;
use futures_util::stream;
use http::{Request, Response};
use http_body::Frame;
use http_body_util::StreamBody;
use liftgate::{Body, Error, Options, Runtime};

use super::plan::{Deed, deed};

type BoxError = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
pub(crate) async fn main() -> ExitCode {
    std::panic::set_hook(Box::new(|_| {}));
    let options = Options::new().streaming(true);
    let ended = Runtime::new()
        .options(options)
        .run(tower::service_fn(app))
        .await;
    report(ended)
}

fn report(ended: Result<(), Error>) -> ExitCode {
    println!("the function ended: {ended:?}");
    ExitCode::FAILURE
}

async fn app(
    request: Request<Body>,
) -> Result<Response<impl http_body::Body<Data = Bytes, Error = BoxError>>, BoxError> {
    let path = request.uri().path().trim_start_matches('/').to_owned();
    let number: u64 = path.parse()?;
    // As a handler that waits for something.
    tokio::task::yield_now().await;
    let answer = Ok(Frame::data(Bytes::from(format!("answer {path}"))));
    let mut frames = vec![answer];
    match deed(number) {
        Deed::Answers => {}
        Deed::Panics => panic!("on purpose"),
        Deed::Fails => frames.push(Err(BoxError::from("on purpose"))),
    }
    Ok(Response::new(StreamBody::new(stream::iter(frames))))
}
