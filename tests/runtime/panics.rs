//! Panics where one does not look for them. Each stays with its invocation, and the next is served.

use std::convert::Infallible;
use std::fmt;
use std::num::NonZeroUsize;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Frame;
use liftgate::{Body, Options, Runtime};

use super::{BoxError, event, url_event};
use crate::support::runtime_api::{Answer, RuntimeApi, invocation};

/// Panics when it is dropped.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        // A second panic while one goes on would be the end of the process.
        if !std::thread::panicking() {
            panic!("dropped");
        }
    }
}

fn is_odd(request: &Request<Body>) -> bool {
    request.uri().path() == "/odd"
}

fn fine() -> Response<Body> {
    Response::new("fine".into())
}

/// What was told of the odd invocation, and then of the fine one.
async fn told_of<S, B>(
    app: S,
    event: fn(&str) -> String,
    answer: Answer,
    workers: usize,
) -> Vec<String>
where
    S: tower::Service<Request<Body>, Response = Response<B>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Into<BoxError>,
    B: http_body::Body + Send + 'static,
    B::Error: Into<BoxError>,
{
    let nexts = [
        invocation("odd", event("/odd")),
        invocation("fine", event("/")),
    ];
    let api = RuntimeApi::start(nexts).await.on_posts([answer]);
    let runtime = Runtime::new()
        .runtime_api(api.address.clone())
        .options(Options::new().streaming(true))
        .concurrency(NonZeroUsize::new(workers).unwrap());
    tokio::spawn(runtime.run(app));
    let mut told: Vec<_> = api
        .posts_of(workers)
        .await
        .iter()
        .map(|post| post.what().to_owned())
        .collect();
    told.sort();
    told
}

fn accepted() -> Answer {
    Answer::status(202)
}

#[tokio::test]
async fn a_payload_that_panics_when_it_is_dropped() {
    for workers in [1, 2] {
        let app = tower::service_fn(|request: Request<Body>| async move {
            if is_odd(&request) {
                std::panic::panic_any(Bomb);
            }
            Ok::<_, Infallible>(fine())
        });
        let told = told_of(app, event, accepted(), workers).await;
        assert_eq!(told, ["fine/response", "odd/error"]);
    }
}

#[tokio::test]
async fn work_after_the_response_whose_payload_panics() {
    let app = tower::service_fn(|request: Request<Body>| async move {
        if is_odd(&request) {
            let context = request.extensions().get::<liftgate::Context>().unwrap();
            context.after_response(async { std::panic::panic_any(Bomb) });
        }
        Ok::<_, Infallible>(fine())
    });
    let told = told_of(app, event, accepted(), 1).await;
    assert_eq!(told, ["fine/response", "odd/response"]);
}

/// A future that panics when it is polled, and again when it is dropped.
struct Twice {
    bomb: Option<Bomb>,
}

impl Future for Twice {
    type Output = Result<Response<Body>, Infallible>;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        assert!(self.bomb.is_none(), "polled");
        Poll::Ready(Ok(fine()))
    }
}

#[tokio::test]
async fn a_future_that_panics_when_it_is_polled_and_when_it_is_dropped() {
    for workers in [1, 2] {
        let app = tower::service_fn(|request: Request<Body>| Twice {
            bomb: is_odd(&request).then(|| Bomb),
        });
        let told = told_of(app, event, accepted(), workers).await;
        assert_eq!(told, ["fine/response", "odd/error"]);
    }
}

/// A body without end, which panics when it is dropped.
struct Waiting {
    bomb: Option<Bomb>,
    is_begun: bool,
}

impl http_body::Body for Waiting {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if !std::mem::replace(&mut self.is_begun, true) {
            return Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"first")))));
        }
        match self.bomb {
            Some(_) => Poll::Pending,
            None => Poll::Ready(None),
        }
    }
}

#[tokio::test]
async fn a_stream_that_panics_when_it_is_dropped() {
    let cases = [
        (
            Answer::Reset,
            1,
            &["fine/response", "odd/error", "odd/response"][..],
        ),
        (
            Answer::Reset,
            2,
            &["fine/response", "odd/error", "odd/response"],
        ),
        (Answer::status(410), 1, &["fine/response", "odd/response"]),
    ];
    for (answer, workers, expected) in cases {
        let app = tower::service_fn(|request: Request<Body>| {
            let bomb = is_odd(&request).then(|| Bomb);
            let is_begun = false;
            std::future::ready(Ok::<_, Infallible>(Response::new(Waiting {
                bomb,
                is_begun,
            })))
        });
        let told = told_of(app, url_event, answer.having_read(40), workers).await;
        assert_eq!(told, expected);
    }
}

/// An error that cannot be written.
#[derive(Debug)]
struct Unspeakable;

impl fmt::Display for Unspeakable {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("no words")
    }
}

impl std::error::Error for Unspeakable {}

/// Once not ready, and once not able.
#[derive(Clone, Default)]
struct Unready(Arc<AtomicBool>);

impl tower::Service<Request<Body>> for Unready {
    type Response = Response<Body>;
    type Error = Unspeakable;
    type Future = std::future::Ready<Result<Response<Body>, Unspeakable>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Unspeakable>> {
        let was_asked = self.0.swap(true, Ordering::Relaxed);
        Poll::Ready(if was_asked { Ok(()) } else { Err(Unspeakable) })
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        std::future::ready(if is_odd(&request) {
            Err(Unspeakable)
        } else {
            Ok(fine())
        })
    }
}

#[tokio::test]
async fn an_error_that_panics_when_it_is_written() {
    let told = told_of(Unready::default(), event, accepted(), 1).await;
    assert_eq!(told, ["fine/response", "odd/error"]);
    let able = Unready(Arc::new(AtomicBool::new(true)));
    let told = told_of(able, event, accepted(), 1).await;
    assert_eq!(told, ["fine/response", "odd/error"]);
}
