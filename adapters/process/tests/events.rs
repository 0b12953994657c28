//! Events that are no requests, as the app's service gets them.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::task::{Context as Task, Poll};

use http::{Request, Response};
use liftgate::{Body, Context, Event, Invocation, Lambda, Options};
use liftgate_process::EventSource;
use tower_service::Service;

/// Answers with the name of the event's source.
struct Names;

impl Service<Request<Body>> for Names {
    type Response = Response<String>;
    type Error = Infallible;
    type Future = Ready<Result<Response<String>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Task<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let event = request.extensions().get::<Event>().unwrap();
        let name = EventSource::of(event).name().to_owned();
        ready(Ok(Response::new(name)))
    }
}

#[tokio::test]
async fn the_source_of_an_event_that_is_passed_through() {
    let options = Options::new().pass_through("/events");
    let mut lambda = Lambda::with_options(Names, options);
    for (event, name) in [
        (
            r#"{"Records":[{"messageId":"m","body":"{}","eventSource":"aws:sqs"}]}"#,
            "sqs",
        ),
        (
            r#"{"version":"0","detail-type":"Scheduled Event","detail":{}}"#,
            "schedule",
        ),
        (r#"{"mine":true}"#, "other"),
        ("[1,2]", "other"),
    ] {
        let reply = lambda
            .call(Invocation::new(event, Context::default()))
            .await;
        let reply = reply.unwrap().into_bytes().unwrap();
        assert_eq!(reply, format!("\"{name}\""));
    }
}
