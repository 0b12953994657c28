//! Responses whose bodies are out of the ordinary.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Frame;
use http_body_util::BodyExt as _;
use liftgate::{Body, Invocation, Lambda, Options, Runtime};
use tower::ServiceExt as _;

use crate::support::runtime_api::{RuntimeApi, invocation};

/// The event of a function URL.
const EVENT: &str = r#"{"version":"2.0","rawPath":"/","requestContext":{
    "domainName":"id.lambda-url.eu-west-1.on.aws","http":{"method":"GET"}}}"#;

/// A body that is at its end after its one frame, and says so.
struct Once<const SIZE: usize> {
    frame: Option<Bytes>,
    _state: [u8; SIZE],
}

impl<const SIZE: usize> Once<SIZE> {
    fn new(frame: Option<&'static str>) -> Self {
        Once {
            frame: frame.map(|text| Bytes::from_static(text.as_bytes())),
            _state: [0; SIZE],
        }
    }
}

impl<const SIZE: usize> http_body::Body for Once<SIZE> {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let frame = self.frame.take().expect("it was at its end");
        Poll::Ready(Some(Ok(Frame::data(frame))))
    }

    fn is_end_stream(&self) -> bool {
        self.frame.is_none()
    }
}

#[tokio::test]
async fn what_is_at_its_end_is_not_asked_again() {
    for frame in [None, Some("whole")] {
        for is_streaming in [false, true] {
            let app = tower::service_fn(move |_: Request<Body>| async move {
                Ok::<_, Infallible>(Response::new(Once::<0>::new(frame)))
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

/// As large as that of a compression, on a thread that has half of what threads have.
#[test]
fn large_bodies_do_not_fill_the_stack() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let serve = async {
        for is_streaming in [false, true] {
            let api = RuntimeApi::start([invocation("r-1", EVENT)]).await;
            // The future is on the heap, as a router's is.
            let app = tower::service_fn(|_: Request<Body>| {
                let response = || Response::new(Once::<20_000>::new(Some("large")));
                Box::pin(async move { Ok::<_, Infallible>(response()) })
            });
            let runtime = Runtime::new()
                .options(Options::new().streaming(is_streaming))
                .runtime_api(api.address.clone());
            tokio::spawn(runtime.run(app));
            let posts = api.posts().await;
            let reply = String::from_utf8_lossy(&posts[0].body);
            assert!(reply.contains("large"), "{reply}");
        }
    };
    let thread = std::thread::Builder::new().stack_size(1 << 20);
    std::thread::scope(|scope| {
        let served = thread.spawn_scoped(scope, || runtime.block_on(serve));
        served.unwrap().join().unwrap();
    });
}
