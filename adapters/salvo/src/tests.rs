#![allow(clippy::unwrap_used)]

use bytes::Bytes;
use http::StatusCode;
use http_body::Body as _;
use http_body_util::BodyExt as _;
use liftgate::{Body, Context, Invocation, Lambda};
use salvo_core::catcher::Catcher;
use salvo_core::http::{ReqBody, Request, Response};
use salvo_core::prelude::{FlowCtrl, handler};
use salvo_core::{ConnCtrl, Router, Service};
use tower_service::Service as _;

async fn ask(request: http::Request<Body>, app: impl Into<Service>) -> (StatusCode, Bytes) {
    let response = crate::service(app).call(request).await.unwrap();
    let status = response.status();
    (
        status,
        response.into_body().collect().await.unwrap().to_bytes(),
    )
}

#[handler]
async fn mirror(request: &mut Request, response: &mut Response) {
    assert!(request.body().is_once());
    if let ReqBody::Once(body) = request.take_body() {
        response.write_body(body).unwrap();
    }
}

#[tokio::test]
async fn bodies_are_neither_copied_nor_of_unknown_length() {
    let sent = Bytes::from("x".repeat(1000));
    let mut service = crate::service(Router::new().goal(mirror));
    let request = http::Request::new(Body::from(sent.clone()));
    let response = service.call(request).await.unwrap();
    assert_eq!(response.body().size_hint().exact(), Some(1000));
    let got = response.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(got.as_ptr(), sent.as_ptr());
}

#[handler]
async fn seen(request: &mut Request) -> String {
    let (scheme, uri) = (request.scheme(), request.uri());
    let (remote, local) = (request.remote_addr(), request.local_addr());
    format!("{scheme} {uri} {remote} {local}")
}

#[tokio::test]
async fn the_scheme_is_the_one_that_the_gateway_says_last() {
    let cases = [
        (&["https"][..], "https"),
        (&["HTTPS"], "https"),
        (&["http"], "http"),
        (&["http", "https"], "https"),
        (&["https, http"], "http"),
        (&["http, https"], "https"),
        (&[""], "http"),
        (&[], "http"),
    ];
    for (values, scheme) in cases {
        let mut request = http::Request::get("/a?b");
        for value in values {
            request = request.header("x-forwarded-proto", *value);
        }
        let request = request.body(Body::empty()).unwrap();
        let (_, told) = ask(request, Router::with_path("a").get(seen)).await;
        assert_eq!(told, format!("{scheme} /a?b unknown unknown"), "{values:?}");
    }
}

#[handler]
async fn page(response: &mut Response, ctrl: &mut FlowCtrl) {
    response.render("there is no such page");
    ctrl.skip_rest();
}

#[tokio::test]
async fn catchers_make_the_pages_of_failures() {
    let request = || {
        let request = http::Request::get("/none").header("accept", "text/plain");
        request.body(Body::empty()).unwrap()
    };
    let (status, told) = ask(request(), Router::with_path("a").get(seen)).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(told.starts_with(b"code: 404"), "{told:?}");
    let app = Service::new(Router::new()).catcher(Catcher::default().hoop(page));
    let (status, told) = ask(request(), app).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert_eq!(told, "there is no such page");
}

#[handler]
async fn abort(request: &mut Request) -> &'static str {
    if request.uri().path() == "/abort" {
        let control = request.extensions().get::<ConnCtrl>();
        control.unwrap().abort();
    }
    "fine"
}

#[tokio::test]
async fn an_abort_fails_one_invocation() {
    let event = |path| {
        format!(
            r#"{{"version": "2.0", "rawPath": "{path}", "headers": {{}},
            "requestContext": {{"http": {{"method": "GET", "sourceIp": "192.0.2.7"}}}}}}"#
        )
    };
    let app = Router::with_path("{**rest}").get(abort);
    let mut lambda = Lambda::new(crate::service(app));
    for _ in 0..2 {
        let aborted = Invocation::new(event("/abort"), Context::default());
        let error = lambda.call(aborted).await.unwrap_err();
        assert!(error.to_string().contains("aborted"), "{error}");
        let next = Invocation::new(event("/"), Context::default());
        let reply = lambda.call(next).await.unwrap().into_bytes().unwrap();
        let reply: serde_json::Value = serde_json::from_slice(&reply).unwrap();
        assert_eq!(reply["body"], "fine");
    }
}

/// A body, of which the rest is aborted by a task.
#[handler]
async fn half(request: &mut Request, response: &mut Response) {
    let control = request.extensions().get::<ConnCtrl>().unwrap().clone();
    let mut sender = response.channel();
    tokio::spawn(async move {
        sender.send_data("half").await.unwrap();
        control.abort();
    });
}

#[tokio::test]
async fn an_abort_within_a_body_fails_the_invocation() {
    let event = r#"{"version": "2.0", "rawPath": "/", "headers": {},
        "requestContext": {"http": {"method": "GET", "sourceIp": "192.0.2.7"}}}"#;
    let mut lambda = Lambda::new(crate::service(Router::new().get(half)));
    let called = lambda.call(Invocation::new(event, Context::default()));
    let error = called.await.unwrap_err();
    assert_eq!(error.error_type(), "Liftgate.BodyError");
    assert!(error.to_string().contains("aborted"), "{error}");
}

#[handler]
async fn payload(request: &mut Request) -> Result<String, salvo_core::http::ParseError> {
    Ok(request.payload().await?.len().to_string())
}

/// Salvo's own limit, which an app may raise.
#[tokio::test]
async fn salvo_reads_64_kb_unless_it_is_told_otherwise() {
    use salvo_core::http::request::SecureMaxSize;
    let sent = || {
        http::Request::post("/")
            .body(Body::from("x".repeat(100_000)))
            .unwrap()
    };
    let (status, _) = ask(sent(), Router::new().post(payload)).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    let app = Router::with_hoop(SecureMaxSize(6 << 20)).post(payload);
    assert_eq!(ask(sent(), app).await, (StatusCode::OK, "100000".into()));
}

/// What `liftgate::run` asks of a service.
#[test]
fn it_can_be_run() {
    fn runs<S>(_: S)
    where
        S: tower_service::Service<http::Request<Body>, Future: Send> + Clone + Send + 'static,
    {
    }
    runs(crate::service(Router::new()));
}
