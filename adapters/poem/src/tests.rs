#![allow(clippy::unwrap_used)]

use std::convert::Infallible;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body::Body as _;
use http_body_util::BodyExt as _;
use liftgate::{Body, Context, Invocation, Lambda};
use poem::endpoint::make_sync;
use poem::web::RealIp;
use poem::{Endpoint, Error, FromRequest as _};
use tower_service::Service;

/// What an endpoint makes of a request.
async fn ask(request: Request<Body>, endpoint: impl Endpoint + 'static) -> (Response<()>, Bytes) {
    let response = crate::service(endpoint).call(request).await;
    let (parts, body) = response.unwrap().into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    (Response::from_parts(parts, ()), body)
}

#[tokio::test]
async fn bodies_are_neither_copied_nor_of_unknown_length() {
    let sent = Bytes::from("x".repeat(1000));
    let mut service = crate::service(poem::endpoint::make(async |request: poem::Request| {
        let body = request.into_body();
        assert!(!body.is_empty());
        body.into_bytes().await.map_err(Error::from)
    }));
    let request = Request::new(Body::from(sent.clone()));
    let response = service.call(request).await.unwrap();
    assert_eq!(response.body().size_hint().exact(), Some(1000));
    let got = response.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(got.as_ptr(), sent.as_ptr());
}

#[tokio::test]
async fn an_empty_body_is_empty() {
    let endpoint = make_sync(|request| request.into_body().is_empty().to_string());
    let (_, told) = ask(Request::new(Body::empty()), endpoint).await;
    assert_eq!(told, "true");
}

#[tokio::test]
async fn an_error_is_its_response() {
    let endpoint = make_sync(|_| Err::<(), _>(Error::from_status(StatusCode::GONE)));
    let (response, _) = ask(Request::new(Body::empty()), endpoint).await;
    assert_eq!(response.status(), StatusCode::GONE);
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
        let mut request = Request::builder();
        for value in values {
            request = request.header("x-forwarded-proto", *value);
        }
        let request = request.body(Body::empty()).unwrap();
        let endpoint = make_sync(|request| request.scheme().to_string());
        assert_eq!(ask(request, endpoint).await.1, scheme, "{values:?}");
    }
}

#[tokio::test]
async fn without_an_event_there_is_no_address() {
    let endpoint = make_sync(|request| {
        let local = request.local_addr();
        format!(
            "{} {local} {}",
            request.remote_addr(),
            request.original_uri()
        )
    });
    let request = Request::get("/a?b").body(Body::empty()).unwrap();
    let (_, told) = ask(request, endpoint).await;
    assert_eq!(told, "unknown://unknown unknown://unknown /a?b");
}

#[tokio::test]
async fn the_address_is_the_gateway_s_and_poem_s_real_ip_the_client_s_word() {
    let endpoint = poem::endpoint::make(async |request: poem::Request| {
        let said = RealIp::from_request_without_body(&request).await?;
        let seen = request.remote_addr().clone();
        Ok::<_, Error>(format!("{seen} {:?}", said.0.unwrap()))
    });
    let event = r#"{"version": "2.0", "rawPath": "/", "headers": {"x-real-ip": "203.0.113.9"},
        "requestContext": {"http": {"method": "GET", "sourceIp": "2001:db8::7"}}}"#;
    let mut lambda = Lambda::new(crate::service(endpoint));
    let invocation = Invocation::new(event, Context::default());
    let reply = lambda.call(invocation).await.unwrap();
    let reply: serde_json::Value = serde_json::from_slice(&reply.into_bytes().unwrap()).unwrap();
    assert_eq!(reply["body"], "socket://[2001:db8::7]:0 203.0.113.9");
}

/// What `liftgate::run` asks of a service.
#[test]
fn it_can_be_run() {
    fn runs<S>(_: S)
    where
        S: Service<Request<Body>, Error = Infallible, Future: Send> + Clone + Send + 'static,
    {
    }
    runs(crate::service(make_sync(|_| ())));
}
