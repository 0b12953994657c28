//! Responses whose bodies are out of the ordinary.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Frame;
use http_body_util::BodyExt as _;
use liftgate::{Body, Invocation, Lambda, Options};
use tower::ServiceExt as _;

/// The event of a function URL.
const EVENT: &str = r#"{"version":"2.0","rawPath":"/","requestContext":{
    "domainName":"id.lambda-url.eu-west-1.on.aws","http":{"method":"GET"}}}"#;

/// A body that is at its end after its one frame, and says so.
struct Once(Option<Bytes>);

impl Once {
    fn new(frame: Option<&'static str>) -> Self {
        Once(frame.map(|text| Bytes::from_static(text.as_bytes())))
    }
}

impl http_body::Body for Once {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let frame = self.0.take().expect("it was at its end");
        Poll::Ready(Some(Ok(Frame::data(frame))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_none()
    }
}

#[tokio::test]
async fn what_is_at_its_end_is_not_asked_again() {
    for frame in [None, Some("whole")] {
        for is_streaming in [false, true] {
            let app = tower::service_fn(move |_: Request<Body>| async move {
                Ok::<_, Infallible>(Response::new(Once::new(frame)))
            });
            let options = Options::new().streaming(is_streaming);
            let event = Invocation::new(EVENT, liftgate::Context::default());
            let reply = Lambda::with_options(app, options).oneshot(event).await;
            let Ok(read) = reply.unwrap().collect().await;
            assert_eq!(read.trailers(), None);
            let read = String::from_utf8(read.to_bytes().to_vec()).unwrap();
            assert_eq!(read.contains("whole"), frame.is_some(), "{read}");
        }
    }
}
