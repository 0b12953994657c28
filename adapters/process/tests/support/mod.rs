//! What the tests share: an app, a Runtime API, and the program between them.

pub mod app;
pub mod program;
#[allow(dead_code)]
#[path = "../../../../tests/support/runtime_api.rs"]
pub mod runtime_api;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::BodyExt as _;
use liftgate::local::{Gateway, Kind};
use liftgate_process::{Config, Error, Forward, Mode, run};
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};
use tower_service::Service as _;

use self::app::App;
use self::runtime_api::{Answer, Post, RuntimeApi, invocation};

/// Runs, while something else happens.
pub async fn running<T>(mut config: Config, api: &RuntimeApi, other: impl Future<Output = T>) -> T {
    config.runtime_api = Some(api.address.clone());
    tokio::select! {
        ended = run(Ok(config), Mode::Beside) => panic!("it ended: {ended:?}"),
        other = other => other,
    }
}

/// What is posted to these invocations.
pub async fn posts<A: Into<Answer>>(
    config: Config,
    nexts: impl IntoIterator<Item = A>,
) -> Vec<Post> {
    let api = RuntimeApi::start(nexts).await;
    running(config, &api, api.posts()).await
}

/// What is posted to the invocation of an event.
pub async fn posted(config: Config, event: impl Into<Bytes>) -> Post {
    let mut posts = posts(config, [invocation("r-1", event)]).await;
    assert_eq!(posts.len(), 1, "{posts:?}");
    posts.remove(0)
}

/// What a client gets through a gateway.
pub async fn through(
    gateway: &Gateway,
    config: Config,
    request: &Request<Bytes>,
) -> Response<Bytes> {
    let post = posted(config, gateway.render(request).unwrap()).await;
    assert_eq!(post.what(), "r-1/response", "{post:?}");
    gateway.parse(request, &post.body).unwrap()
}

/// What a client of an HTTP API gets.
pub async fn answer(app: &App, request: &Request<Bytes>) -> Response<Bytes> {
    through(&Gateway::new(Kind::HttpApi), app.config(&[]), request).await
}

/// Type and message of the error that the invocation of a `GET` ends in.
pub async fn failure(app: &App, vars: &[(&str, &str)]) -> (String, String) {
    let post = posted(app.config(vars), event("/")).await;
    assert_eq!(post.what(), "r-1/error", "{post:?}");
    post.error()
}

pub fn get(target: &str) -> Request<Bytes> {
    Request::get(target).body(Bytes::new()).unwrap()
}

/// The event of an HTTP API.
pub fn event(target: &str) -> String {
    of_http_api(json!({"rawPath": target}))
}

/// The event of an HTTP API, but for these members.
pub fn of_http_api(members: Value) -> String {
    let mut event = json!({
        "version": "2.0",
        "rawPath": "/",
        "headers": {"host": "example.com"},
        "requestContext": {"stage": "$default", "http": {"method": "GET"}},
    });
    set(&mut event, members);
    event.to_string()
}

/// The event of a function URL, which can stream.
pub fn of_url(target: &str) -> Bytes {
    Gateway::new(Kind::FunctionUrl)
        .render(&get(target))
        .unwrap()
}

/// The event of a REST API, but for these members.
pub fn of_rest(members: Value) -> String {
    let mut event = json!({
        "httpMethod": "GET",
        "path": "/",
        "resource": "/{proxy+}",
        "multiValueHeaders": {"Host": ["example.com"]},
        "requestContext": {"stage": "prod", "resourcePath": "/{proxy+}"},
    });
    set(&mut event, members);
    event.to_string()
}

fn set(event: &mut Value, members: Value) {
    let Value::Object(members) = members else {
        panic!("{members} is no object");
    };
    event.as_object_mut().unwrap().extend(members);
}

/// An invocation that has to end in this time.
pub fn within(left: Duration, event: impl Into<Bytes>) -> Response<Bytes> {
    let deadline = SystemTime::now().duration_since(UNIX_EPOCH).unwrap() + left;
    let mut invocation = invocation("r-1", event);
    let name = "lambda-runtime-deadline-ms";
    let deadline = deadline.as_millis().to_string().parse().unwrap();
    invocation.headers_mut().insert(name, deadline);
    invocation
}

/// Prelude and body of a response that was streamed.
pub fn streamed(post: &Post) -> (Value, Bytes) {
    let nuls = post.body.windows(8).position(|window| window == [0; 8]);
    let nuls = nuls.unwrap_or_else(|| panic!("there is no prelude: {post:?}"));
    let prelude = serde_json::from_slice(&post.body[..nuls]).unwrap();
    (prelude, post.body.slice(nuls + 8..))
}

/// What the app answers straight, without a gateway.
pub async fn call(
    forward: &mut Forward,
    request: Request<impl Into<liftgate::Body>>,
) -> Result<Response<Bytes>, Error> {
    let (head, body) = forward.call(request.map(Into::into)).await?.into_parts();
    let body = body.collect().await?.to_bytes();
    Ok(Response::from_parts(head, body))
}

/// Waits for something to be so, which an event has led to.
pub async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let waited = async {
        while !is_so() {
            sleep(Duration::from_millis(1)).await;
        }
    };
    let waited = timeout(Duration::from_secs(60), waited).await;
    assert!(waited.is_ok(), "in vain: {what}");
}
