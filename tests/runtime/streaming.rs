//! Responses that stream. Facts: the Runtime API's streaming mode, and the preludes of function
//! URLs and REST APIs.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use bytes::Bytes;
use http::{HeaderValue, Request, Response};
use liftgate::{Body, Options, Runtime};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::scripted::{Scripted, Step};
use super::{BoxError, url_event};
use crate::support::runtime_api::{Answer, Post, RuntimeApi, invocation};

fn rest_event(path: &str) -> String {
    format!(r#"{{"path":"{path}","httpMethod":"GET","requestContext":{{"stage":"prod"}}}}"#)
}

/// Answers every request with the next of these.
fn serve<B>(api: &RuntimeApi, responses: impl IntoIterator<Item = Response<B>>)
where
    B: http_body::Body + Send + 'static,
    B::Error: Into<BoxError>,
{
    serve_with(Runtime::new(), Options::new(), api, responses);
}

fn serve_with<B>(
    runtime: Runtime,
    options: Options,
    api: &RuntimeApi,
    responses: impl IntoIterator<Item = Response<B>>,
) where
    B: http_body::Body + Send + 'static,
    B::Error: Into<BoxError>,
{
    let responses: VecDeque<_> = responses.into_iter().collect();
    let responses = Arc::new(std::sync::Mutex::new(responses));
    let app = tower::service_fn(move |_: Request<Body>| {
        let response = responses.lock().unwrap().pop_front();
        async { Ok::<_, Infallible>(response.expect("a response for each request")) }
    });
    let runtime = runtime.runtime_api(api.address.clone());
    tokio::spawn(runtime.options(options.streaming(true)).run(app));
}

/// The prelude, and what follows its NULs.
fn parts(post: &Post) -> (Value, &[u8]) {
    let end = post.body.windows(8).position(|window| window == [0; 8]);
    let end = end.expect("eight NULs");
    let prelude = serde_json::from_slice(&post.body[..end]).expect("the prelude is JSON");
    (prelude, &post.body[end + 8..])
}

fn trailer_error(post: &Post) -> Value {
    let error = &post.trailers["lambda-runtime-function-error-body"];
    let json: Value = serde_json::from_slice(&BASE64_STANDARD.decode(error).unwrap()).unwrap();
    assert_eq!(
        post.trailers["lambda-runtime-function-error-type"],
        json["errorType"].as_str().unwrap()
    );
    assert_eq!(post.trailers.len(), 2);
    json
}

fn latin() -> HeaderValue {
    HeaderValue::from_bytes(b"caf\xe9").unwrap()
}

fn response_with_every_kind_of_header() -> Response<Body> {
    Response::builder()
        .header("content-type", "text/html")
        .header("content-length", "5")
        .header("transfer-encoding", "chunked")
        .header("connection", "close, x-private")
        .header("x-private", "1")
        .header("vary", "accept")
        .header("vary", "origin")
        .header("x-name", latin())
        .header("set-cookie", "a=1; Path=/")
        .header("set-cookie", "b=2")
        .body("hello".into())
        .unwrap()
}

#[tokio::test]
async fn a_function_url_gets_the_prelude_eight_nuls_and_the_body_in_one_write() {
    let api = RuntimeApi::start([invocation("r-1", url_event("/"))]).await;
    serve(&api, [response_with_every_kind_of_header()]);
    let posts = api.posts().await;
    let post = &posts[0];
    assert_eq!(post.what(), "r-1/response");
    let expected = [
        (
            "content-type",
            "application/vnd.awslambda.http-integration-response",
        ),
        ("lambda-runtime-function-response-mode", "streaming"),
        ("transfer-encoding", "chunked"),
        (
            "trailer",
            "Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body",
        ),
    ];
    for (name, value) in expected {
        assert_eq!(post.headers[name], value);
    }
    assert!(!post.headers.contains_key("content-length"));
    let (prelude, body) = parts(post);
    assert_eq!(
        prelude,
        json!({
            "statusCode": 200,
            "headers": {"content-type": "text/html", "vary": "accept, origin", "x-name": "café"},
            "cookies": ["a=1; Path=/", "b=2"],
        })
    );
    assert_eq!(body, b"hello");
    assert!(post.trailers.is_empty());
    assert_eq!(post.reads.len(), 1, "head, prelude and chunk came together");
}

#[tokio::test]
async fn a_rest_api_gets_multi_value_headers() {
    let api = RuntimeApi::start([invocation("r-1", rest_event("/"))]).await;
    serve(&api, [response_with_every_kind_of_header()]);
    let posts = api.posts().await;
    let (prelude, body) = parts(&posts[0]);
    assert_eq!(
        prelude,
        json!({
            "statusCode": 200,
            "multiValueHeaders": {
                "content-type": ["text/html"],
                "vary": ["accept", "origin"],
                "x-name": ["café"],
                "set-cookie": ["a=1; Path=/", "b=2"],
            },
        })
    );
    assert_eq!(body, b"hello");
}

/// Row 35: a load balancer cannot stream, whatever the option says.
#[tokio::test]
async fn the_other_gateways_are_answered_whole_in_the_same_run() {
    let fixtures: [(&str, &str); 8] = [
        ("alb", include_str!("../../cli/events/get_alb.json")),
        (
            "alb_multi",
            include_str!("../../cli/events/get_alb_multi.json"),
        ),
        (
            "http_api",
            include_str!("../../cli/events/get_http_api.json"),
        ),
        (
            "http_api_v1",
            include_str!("../../cli/events/get_http_api_v1.json"),
        ),
        ("lattice", include_str!("../../cli/events/get_lattice.json")),
        (
            "lattice_v1",
            include_str!("../../cli/events/get_lattice_v1.json"),
        ),
        (
            "websocket",
            include_str!("../../cli/events/websocket_message.json"),
        ),
        ("pass_through", r#"{"Records":[]}"#),
    ];
    let events = fixtures.map(|(name, event)| invocation(name, event));
    let api = RuntimeApi::start(
        events
            .into_iter()
            .chain([invocation("url", url_event("/"))]),
    )
    .await;
    let options = Options::new().pass_through("/events");
    let responses = std::iter::repeat_with(|| Response::new(Body::from("hello"))).take(9);
    serve_with(Runtime::new(), options, &api, responses);
    let posts = api.posts().await;
    for post in &posts[..7] {
        assert_eq!(post.headers["content-type"], "application/json");
        assert!(
            !post
                .headers
                .contains_key("lambda-runtime-function-response-mode")
        );
        assert_eq!(post.json()["body"], "hello", "{}", post.what());
    }
    assert_eq!(posts[7].body, "\"hello\"");
    assert_eq!(parts(&posts[8]).1, b"hello");
    assert_eq!(api.connections(), 1, "a connection is kept after a stream");
}

#[tokio::test]
async fn no_chunk_is_held_back_and_nor_is_the_prelude() {
    // A server of its own, which tells the body to go on when it has seen what came.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (go, told) = mpsc::unbounded_channel();
    let (go_again, told_again) = mpsc::unbounded_channel();
    let body = Scripted::new([
        Step::Wait(told),
        Step::Data("one"),
        Step::Wait(told_again),
        Step::Data("two"),
    ]);
    let app = {
        let body = std::sync::Mutex::new(Some(body));
        let body = Arc::new(body);
        tower::service_fn(move |_: Request<Body>| {
            let body = body.lock().unwrap().take().unwrap();
            async move { Ok::<_, Infallible>(Response::new(body)) }
        })
    };
    let options = Options::new().streaming(true);
    tokio::spawn(
        Runtime::new()
            .runtime_api(address)
            .options(options)
            .run(app),
    );
    let (mut stream, _) = listener.accept().await.unwrap();
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut seen = Vec::new();
    let mut until = async |stream: &mut tokio::net::TcpStream, mark: &[u8]| {
        while !seen.windows(mark.len()).any(|window| window == mark) {
            assert_ne!(stream.read_buf(&mut seen).await.unwrap(), 0);
        }
    };
    until(&mut stream, b"/next").await;
    let event = url_event("/");
    let next = format!(
        "HTTP/1.1 200 OK\r\nlambda-runtime-aws-request-id: r-1\r\ncontent-length: {}\r\n\r\n{event}",
        event.len()
    );
    stream.write_all(next.as_bytes()).await.unwrap();
    until(&mut stream, &[0; 8]).await;
    go.send(()).unwrap();
    until(&mut stream, b"3\r\none\r\n").await;
    go_again.send(()).unwrap();
    until(&mut stream, b"3\r\ntwo\r\n0\r\n\r\n").await;
}

/// Rows 12 and 13.
#[tokio::test]
async fn an_error_or_a_panic_in_the_stream_becomes_trailers_and_the_next_invocation_is_served() {
    let cases = [
        (
            Step::Fail,
            "Liftgate.BodyError",
            "the response's body failed: the disk is gone",
        ),
        (
            Step::Panic,
            "Liftgate.Panic",
            "the service panicked: in the stream",
        ),
    ];
    for (step, kind, message) in cases {
        for event in [url_event("/"), rest_event("/")] {
            let api =
                RuntimeApi::start([invocation("r-1", event.clone()), invocation("r-2", event)])
                    .await;
            let (dropped, mut is_dropped) = mpsc::unbounded_channel();
            let step = match step {
                Step::Fail => Step::Fail,
                _ => Step::Panic,
            };
            let mut body = Scripted::new([Step::Data("first"), step]);
            body.dropped = Some(dropped);
            let polled = Arc::clone(&body.polled);
            serve(
                &api,
                [body, Scripted::new([Step::Data("fine")])].map(Response::new),
            );
            let posts = api.posts().await;
            assert_eq!(parts(&posts[0]).1, b"first");
            let error = trailer_error(&posts[0]);
            assert_eq!(
                error,
                json!({"errorType": kind, "errorMessage": message, "stackTrace": []})
            );
            assert_eq!(polled.load(Ordering::Relaxed), 2, "it is not polled again");
            assert!(is_dropped.try_recv().is_ok());
            assert_eq!(parts(&posts[1]).1, b"fine");
            assert_eq!((posts.len(), api.connections()), (2, 1));
        }
    }
}

#[tokio::test]
async fn the_trailers_of_a_response_stay_behind() {
    let api = RuntimeApi::start([invocation("r-1", url_event("/"))]).await;
    let body = Scripted::new([
        Step::Data("one"),
        Step::Data(""),
        Step::Data("two"),
        Step::Trailers,
    ]);
    serve(&api, [Response::new(body)]);
    let posts = api.posts().await;
    assert_eq!(parts(&posts[0]).1, b"onetwo");
    assert!(posts[0].trailers.is_empty());
}

#[tokio::test]
async fn a_client_that_went_away_is_noticed_and_the_body_dropped() {
    let endings = [
        ("a reset", Answer::Reset, "the stream broke off: "),
        ("a close", Answer::broken(""), "the stream broke off: "),
        (
            "413",
            Answer::status(413),
            "the response cannot be delivered: the stream is longer than Lambda takes",
        ),
    ];
    for (name, ending, expected) in endings {
        for endless in [true, false] {
            let api = RuntimeApi::start([
                invocation("r-1", url_event("/")),
                invocation("r-2", url_event("/")),
            ])
            .await
            .on_posts([ending.clone().having_read(40)]);
            let (dropped, mut is_dropped) = mpsc::unbounded_channel();
            let (_go, told) = mpsc::unbounded_channel();
            let last = if endless {
                Step::Endless
            } else {
                Step::Wait(told)
            };
            let mut body = Scripted::new([Step::Data("first"), last]);
            body.dropped = Some(dropped);
            serve(
                &api,
                [body, Scripted::new([Step::Data("fine")])].map(Response::new),
            );
            let posts = api.posts().await;
            assert!(is_dropped.try_recv().is_ok(), "{name}");
            assert_eq!(posts[1].what(), "r-1/error", "{name}");
            let (_, message) = posts[1].error();
            assert!(message.starts_with(expected), "{name}: {message}");
            assert_eq!(parts(&posts[2]).1, b"fine");
        }
    }
}

#[tokio::test]
async fn a_refused_stream_is_over_and_its_body_dropped() {
    let api = RuntimeApi::start([
        invocation("r-1", url_event("/")),
        invocation("r-2", url_event("/")),
    ])
    .await
    .on_posts([Answer::status(410).having_read(100)]);
    let (dropped, mut is_dropped) = mpsc::unbounded_channel();
    let mut body = Scripted::new([Step::Endless]);
    body.dropped = Some(dropped);
    serve(
        &api,
        [body, Scripted::new([Step::Data("fine")])].map(Response::new),
    );
    let posts = api.posts().await;
    assert!(is_dropped.try_recv().is_ok());
    assert_eq!(posts.len(), 2);
    assert_eq!(parts(&posts[1]).1, b"fine");
}

#[tokio::test]
async fn a_reader_that_does_not_read_is_not_written_to() {
    let api = RuntimeApi::start([invocation("r-1", url_event("/"))])
        .await
        .on_posts([Answer::Never.having_read(100)]);
    let body = Scripted::new([Step::Endless]);
    let polled = Arc::clone(&body.polled);
    serve(&api, [Response::new(body)]);
    tokio::time::sleep(Duration::from_millis(300)).await;
    let before = polled.load(Ordering::Relaxed);
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(polled.load(Ordering::Relaxed), before);
    // Each is a megabyte, of which the system's own buffers hold some.
    assert!((1..32).contains(&before), "{before}");
}

#[tokio::test]
async fn responses_without_a_body_stream_none() {
    let head = url_event("/").replace("GET", "HEAD");
    let events = [
        ("head", head),
        ("204", url_event("/")),
        ("304", url_event("/")),
    ];
    let api = RuntimeApi::start(events.map(|(id, event)| invocation(id, event))).await;
    let responses = [200, 204, 304].map(|status| {
        let body = Scripted::new([Step::Panic]);
        Response::builder()
            .status(status)
            .header("content-length", 7)
            .body(body)
            .unwrap()
    });
    serve(&api, responses);
    let posts = api.posts().await;
    for (post, status) in posts.iter().zip([200, 204, 304]) {
        let (prelude, body) = parts(post);
        assert_eq!(
            prelude,
            json!({"statusCode": status, "headers": {}, "cookies": []})
        );
        assert!(body.is_empty() && post.trailers.is_empty());
    }
    assert_eq!(posts.len(), 3);
}

#[tokio::test]
async fn a_prelude_that_no_gateway_takes_is_reported() {
    let api =
        RuntimeApi::start(["r-1", "r-2", "r-3"].map(|id| invocation(id, url_event("/")))).await;
    let large = Response::builder()
        .header("x-large", "x".repeat(16_384))
        .body(Body::empty());
    let interim = Response::builder().status(103).body(Body::empty());
    serve(
        &api,
        [
            large.unwrap(),
            interim.unwrap(),
            Response::new("fine".into()),
        ],
    );
    let posts = api.posts().await;
    let (kind, message) = posts[0].error();
    assert_eq!(kind, "Liftgate.InvalidResponse");
    assert!(
        message.contains("have 16448 bytes, and function_url takes at most 16384 bytes"),
        "{message}"
    );
    assert_eq!(posts[1].error().0, "Liftgate.InvalidResponse");
    assert_eq!(parts(&posts[2]).1, b"fine");
}

#[tokio::test]
async fn an_answer_to_an_error_streams_as_well() {
    let event = url_event("/").replace("\"GET\"", "7");
    let api = RuntimeApi::start([invocation("r-1", event)]).await;
    let answer = |error: &liftgate::Error| {
        let response = Response::builder()
            .status(400)
            .body(Body::from(error.error_type()));
        response.ok()
    };
    let options = Options::new().on_error(answer);
    serve_with::<Body>(Runtime::new(), options, &api, []);
    let posts = api.posts().await;
    let (prelude, body) = parts(&posts[0]);
    assert_eq!(prelude["statusCode"], 400);
    assert_eq!(body, b"Liftgate.InvalidEvent");
}

#[tokio::test]
async fn a_stream_ends_with_an_error_before_the_deadline() {
    let deadline = std::time::SystemTime::now() + Duration::from_millis(600);
    let deadline = deadline
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_millis();
    let mut late = invocation("r-1", url_event("/"));
    late.headers_mut().insert(
        "lambda-runtime-deadline-ms",
        deadline.to_string().parse().unwrap(),
    );
    let api = RuntimeApi::start([late, invocation("r-2", url_event("/"))]).await;
    let (_go, told) = mpsc::unbounded_channel();
    let body = Scripted::new([Step::Data("first"), Step::Wait(told)]);
    let runtime = Runtime::new().respond_before_deadline(Duration::from_millis(400));
    serve_with(
        runtime,
        Options::new(),
        &api,
        [body, Scripted::new([Step::Data("fine")])].map(Response::new),
    );
    let posts = api.posts().await;
    assert_eq!(parts(&posts[0]).1, b"first");
    assert_eq!(trailer_error(&posts[0])["errorType"], "Liftgate.Timeout");
    assert_eq!(parts(&posts[1]).1, b"fine");
}

#[tokio::test]
async fn a_stream_that_is_acknowledged_and_the_connection_closed_is_over() {
    let last = |status: u16| {
        Answer::Last(
            Response::builder()
                .status(status)
                .body(Bytes::new())
                .unwrap(),
        )
    };
    let nexts = ["r-1", "r-2", "r-3"].map(|id| invocation(id, url_event("/")));
    let api = RuntimeApi::start(nexts)
        .await
        .on_posts([last(202), last(410)]);
    serve(&api, [(); 3].map(|()| Response::new(Body::from("hello"))));
    let posts = api.posts().await;
    let told: Vec<_> = posts.iter().map(|post| post.what()).collect();
    assert_eq!(told, ["r-1/response", "r-2/response", "r-3/response"]);
}

/// What the runtime says itself is a stream too, and answered once.
#[tokio::test]
async fn a_gateway_timeout_streams_and_may_be_acknowledged_late() {
    let deadline = std::time::SystemTime::now() + Duration::from_millis(400);
    let deadline = deadline
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_millis();
    let mut late = invocation("r-1", url_event("/"));
    let deadline = deadline.to_string().parse().unwrap();
    late.headers_mut()
        .insert("lambda-runtime-deadline-ms", deadline);
    let accepted = Response::builder().status(202).body(Bytes::new()).unwrap();
    let api = RuntimeApi::start([late])
        .await
        .on_posts([Answer::from(accepted).after(Duration::from_millis(1500))]);
    let app = tower::service_fn(|_: Request<Body>| {
        std::future::pending::<Result<Response<Body>, Infallible>>()
    });
    let runtime = Runtime::new()
        .runtime_api(api.address.clone())
        .options(Options::new().streaming(true))
        .respond_before_deadline(Duration::from_millis(300));
    tokio::spawn(runtime.run(app));
    let posts = api.posts().await;
    assert_eq!(parts(&posts[0]).0["statusCode"], 504);
    assert_eq!(posts.len(), 1);
}
