//! Invocations that take too long, and errors that the program answers.

use std::convert::Infallible;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::{Request, Response};
use liftgate::{Body, Error, Options, Runtime};

use super::{app, event, url_event};
use crate::support::runtime_api::{Answer, RuntimeApi, invocation};

/// An invocation with half a second left.
fn late(id: &str, event: impl Into<Bytes>) -> Response<Bytes> {
    let deadline = SystemTime::now() + Duration::from_millis(500);
    let deadline = deadline.duration_since(UNIX_EPOCH).unwrap().as_millis();
    let mut late = invocation(id, event);
    let deadline = deadline.to_string().parse().unwrap();
    late.headers_mut()
        .insert("lambda-runtime-deadline-ms", deadline);
    late
}

/// An app that hangs on one path, and is not ready for a while after another.
#[derive(Default)]
struct Hanging {
    stuck: Option<std::pin::Pin<Box<tokio::time::Sleep>>>,
}

impl Clone for Hanging {
    fn clone(&self) -> Self {
        Hanging::default()
    }
}

impl tower::Service<Request<Body>> for Hanging {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future =
        std::pin::Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(
        &mut self,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Result<(), Infallible>> {
        if let Some(stuck) = &mut self.stuck {
            std::task::ready!(stuck.as_mut().poll(cx));
            self.stuck = None;
        }
        std::task::Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        match request.uri().path() {
            "/hang" => return Box::pin(std::future::pending()),
            "/stuck" => {
                self.stuck = Some(Box::pin(tokio::time::sleep(Duration::from_millis(300))));
            }
            _ => {}
        }
        Box::pin(std::future::ready(Ok(Response::new("hello".into()))))
    }
}

fn serve(runtime: Runtime, api: &RuntimeApi) {
    let app = Hanging::default();
    tokio::spawn(runtime.runtime_api(api.address.clone()).run(app));
}

#[tokio::test]
async fn the_client_is_answered_before_the_deadline() {
    let nexts = [
        late("hang", event("/hang")),
        invocation("stuck", event("/stuck")),
        late("not-ready", event("/")),
        invocation("fine", event("/")),
    ];
    let api = RuntimeApi::start(nexts).await;
    serve(
        Runtime::new().respond_before_deadline(Duration::from_millis(400)),
        &api,
    );
    let posts = api.posts().await;
    for number in [0, 2] {
        assert!(posts[number].what().ends_with("/response"));
        let reply = posts[number].json();
        assert_eq!(reply["statusCode"], 504);
        assert_eq!(reply["headers"]["content-type"], "application/json");
        assert_eq!(reply["body"], r#"{"message":"Gateway Timeout"}"#);
    }
    for number in [1, 3] {
        assert_eq!(posts[number].json()["body"], "hello");
    }
    assert_eq!(posts.len(), 4);
}

#[tokio::test]
async fn or_the_invocation_fails_before_it() {
    let api = RuntimeApi::start([late("hang", event("/hang")), late("fine", event("/"))]).await;
    let started = std::time::Instant::now();
    serve(
        Runtime::new().fail_before_deadline(Duration::from_millis(400)),
        &api,
    );
    let posts = api.posts().await;
    assert!(
        started.elapsed() > Duration::from_millis(50),
        "given up at once"
    );
    let (kind, message) = posts[0].error();
    assert_eq!(kind, "Liftgate.Timeout");
    assert_eq!(
        message,
        "the service did not answer until 400ms before the deadline"
    );
    assert_eq!(posts[1].json()["body"], "hello");
}

/// `cargo lambda watch` sends one in 1970.
#[tokio::test]
async fn a_deadline_that_passed_before_the_invocation_came_or_is_unknown_is_none() {
    let mut passed = invocation("passed", event("/"));
    passed
        .headers_mut()
        .insert("lambda-runtime-deadline-ms", "600000".parse().unwrap());
    let mut unknown = invocation("unknown", event("/"));
    unknown.headers_mut().remove("lambda-runtime-deadline-ms");
    let api = RuntimeApi::start([passed, unknown]).await;
    let runtime = Runtime::new().runtime_api(api.address.clone());
    let app = tower::service_fn(async |_: Request<Body>| {
        tokio::time::sleep(Duration::from_millis(10)).await;
        Ok::<_, Infallible>(Response::new(Body::from("hello")))
    });
    tokio::spawn(runtime.fail_before_deadline(Duration::ZERO).run(app));
    let posts = api.posts().await;
    assert!(
        posts.iter().all(|post| post.json()["body"] == "hello"),
        "{posts:?}"
    );
    assert_eq!(posts.len(), 2);
}

fn answer(error: &Error) -> Option<Response<Body>> {
    assert!(
        !error.to_string().contains("on purpose"),
        "a panic in on_error: {error}"
    );
    if error.is_service() {
        return None;
    }
    let body = format!("{error:?}");
    Response::builder().status(500).body(body.into()).ok()
}

#[tokio::test]
async fn the_program_answers_errors() {
    let cases = [
        (
            "body",
            event("/body"),
            "Liftgate.BodyError: the response's body failed: the database went away",
        ),
        (
            "malformed",
            event("/").replace("\"rawPath\"", "\"headers\":7,\"rawPath\""),
            "Liftgate.InvalidEvent: invalid event: headers: ",
        ),
        (
            "late",
            event("/hang"),
            "Liftgate.Timeout: the service did not answer until ",
        ),
    ];
    let nexts = cases.iter().map(|(id, event, _)| late(id, event.clone()));
    let api = RuntimeApi::start(nexts).await;
    let options = Options::new().on_error(answer);
    let runtime = Runtime::new()
        .runtime_api(api.address.clone())
        .options(options)
        .respond_before_deadline(Duration::from_millis(450));
    let app = tower::service_fn(async |request: Request<Body>| {
        if request.uri().path() == "/hang" {
            std::future::pending::<()>().await;
        }
        app(request).await
    });
    tokio::spawn(runtime.run(app));
    let posts = api.posts().await;
    for (post, (id, _, expected)) in posts.iter().zip(&cases) {
        assert_eq!(post.what(), format!("{id}/response"));
        let reply = post.json();
        assert_eq!(reply["statusCode"], 500);
        assert!(
            reply["body"].as_str().unwrap().starts_with(expected),
            "{reply}"
        );
    }
}

#[tokio::test]
async fn what_the_program_does_not_answer_fails() {
    let nexts = [
        ("error", event("/error"), "Liftgate.ServiceError"),
        // The program's own answer panics.
        ("panic", event("/panic"), "Liftgate.Panic"),
        ("unknown", "{}".to_owned(), "Liftgate.UnknownEvent"),
        ("no JSON", "{".to_owned(), "Liftgate.InvalidEvent"),
    ];
    let api = RuntimeApi::start(
        nexts
            .iter()
            .enumerate()
            .map(|(number, (_, event, _))| invocation(&number.to_string(), event.clone())),
    )
    .await;
    let runtime = Runtime::new()
        .runtime_api(api.address.clone())
        .options(Options::new().on_error(answer));
    tokio::spawn(runtime.run(tower::service_fn(app)));
    let posts = api.posts().await;
    for (post, (name, _, kind)) in posts.iter().zip(&nexts) {
        assert_eq!(post.error().0, *kind, "{name}");
    }
    assert_eq!(posts.len(), 4);
}

#[tokio::test]
async fn an_answer_that_cannot_be_delivered_hides_no_error() {
    let api = RuntimeApi::start([invocation("r-1", event("/error"))]).await;
    let interim = |_: &Error| Response::builder().status(103).body(Body::empty()).ok();
    let runtime = Runtime::new()
        .runtime_api(api.address.clone())
        .options(Options::new().on_error(interim));
    tokio::spawn(runtime.run(tower::service_fn(app)));
    let (kind, message) = api.posts().await[0].error();
    assert_eq!(kind, "Liftgate.ServiceError");
    assert_eq!(message, "the service failed: no such thing");
}

#[tokio::test]
async fn what_comes_after_the_response_ends_at_the_deadline() {
    let nexts = ["/work", "/hang"].map(|path| late(&path[1..], event(path)));
    let nexts = nexts.into_iter().chain([invocation("fine", event("/"))]);
    let api = RuntimeApi::start(nexts).await;
    let (done, mut is_done) = tokio::sync::mpsc::unbounded_channel();
    let app = tower::service_fn(move |request: Request<Body>| {
        let done = done.clone();
        async move {
            let context = request
                .extensions()
                .get::<liftgate::Context>()
                .unwrap()
                .clone();
            if request.uri().path() != "/" {
                let later = context.clone();
                tokio::spawn(async move {
                    tokio::time::sleep(Duration::from_secs(3)).await;
                    later.after_response(async move { done.send(()).unwrap() });
                });
                context.after_response(std::future::pending());
            }
            if request.uri().path() == "/hang" {
                std::future::pending::<()>().await;
            }
            Ok::<_, Infallible>(Response::new(Body::from("hello")))
        }
    });
    // Where Lambda does not watch.
    let runtime = Runtime::new()
        .runtime_api(api.address.clone())
        .concurrency(std::num::NonZeroUsize::new(2).unwrap())
        .after_invocation(std::future::pending);
    tokio::spawn(runtime.run(app));
    let mut told: Vec<_> = api
        .posts_of(1)
        .await
        .iter()
        .map(|post| post.what().to_owned())
        .collect();
    told.sort();
    assert_eq!(told, ["fine/response", "hang/error", "work/response"]);
    // And what is handed over then is done all the same.
    for _ in 0..2 {
        let done = tokio::time::timeout(Duration::from_secs(60), is_done.recv()).await;
        done.unwrap().unwrap();
    }
}

/// A body that always has something, if only nothing, and never ends.
struct Endless(&'static [u8]);

impl http_body::Body for Endless {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<Bytes>, Infallible>>> {
        let data = http_body::Frame::data(Bytes::from_static(self.0));
        std::task::Poll::Ready(Some(Ok(data)))
    }
}

#[tokio::test]
async fn a_body_that_never_pauses_does_not_outlast_the_deadline() {
    let url = url_event("/");
    for (streaming, data) in [(true, "x"), (true, ""), (false, "")] {
        let api = RuntimeApi::start([late("r-1", url.clone())]).await;
        let app = tower::service_fn(move |_: Request<Body>| async move {
            Ok::<_, Infallible>(Response::new(Endless(data.as_bytes())))
        });
        let runtime = Runtime::new()
            .runtime_api(api.address.clone())
            .options(Options::new().streaming(streaming))
            .fail_before_deadline(Duration::from_millis(300));
        tokio::spawn(runtime.run(app));
        let posts = api.posts().await;
        let trailer = posts[0].trailers.get("lambda-runtime-function-error-type");
        let kind = trailer.or(posts[0].headers.get("lambda-runtime-function-error-type"));
        assert_eq!(kind.unwrap(), "Liftgate.Timeout");
    }
}

#[tokio::test]
async fn a_reader_that_stalls_does_not_outlast_the_deadline() {
    let stalls = Answer::Never.having_read(40);
    let api = RuntimeApi::start([
        late("r-1", url_event("/")),
        invocation("r-2", url_event("/panic")),
    ])
    .await
    .on_posts([stalls]);
    let app = tower::service_fn(|request: Request<Body>| async move {
        assert_eq!(request.uri().path(), "/");
        Ok::<_, Infallible>(Response::new(Endless(b"x")))
    });
    let runtime = Runtime::new()
        .runtime_api(api.address.clone())
        .options(Options::new().streaming(true))
        .fail_before_deadline(Duration::from_millis(400));
    tokio::spawn(runtime.run(app));
    let posts = api.posts().await;
    assert_eq!(posts[1].what(), "r-1/error");
    assert_eq!(posts[1].error().0, "Liftgate.Timeout");
    assert_eq!(posts[2].what(), "r-2/error");
}
