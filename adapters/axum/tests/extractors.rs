//! The extractors, behind liftgate and without it.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeMap;
use std::error::Error as _;

use axum::Router;
use axum::extract::{FromRequestParts, State};
use axum::response::IntoResponse as _;
use axum::routing::get;
use bytes::Bytes;
use http::{Request, Response, StatusCode, header};
use http_body_util::BodyExt as _;
use liftgate::local::{Gateway, Kind};
use liftgate::{Invocation, Lambda};
use liftgate_axum::rejection::{ClaimsRejection, InvalidMember};
use liftgate_axum::{Authorizer, Claims, Context, Event, RequestContext};
use serde::Deserialize;
use tower::ServiceExt as _;

#[derive(Clone)]
struct Greeting(&'static str);

type Strings = BTreeMap<String, String>;

#[derive(Debug, Deserialize)]
struct Session {
    exp: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Api {
    api_id: String,
}

fn app() -> Router {
    let secret = |said: &Strings| {
        said.get("sub")
            .or(said.get("principalId"))
            .cloned()
            .unwrap()
    };
    Router::new()
        .route(
            "/context",
            get(|context: Context| async move { context.request_id().to_owned() }),
        )
        .route(
            "/event",
            get(|event: Event| async move { event.source().name() }),
        )
        .route(
            "/api",
            get(|RequestContext(api): RequestContext<Api>| async move { api.api_id }),
        )
        .route(
            "/said",
            get(move |said: Authorizer<Strings>| async move { secret(&said) }),
        )
        .route(
            "/me",
            get(
                |State(greeting): State<Greeting>, claims: Claims<Strings>| async move {
                    format!("{} {}", greeting.0, claims["sub"])
                },
            ),
        )
        .route(
            "/exp",
            get(|Claims(session): Claims<Session>| async move { session.exp.to_string() }),
        )
        .route(
            "/options",
            get(
                |context: Option<Context>,
                 event: Option<Event>,
                 api: Option<RequestContext<Api>>,
                 said: Option<Authorizer<serde_json::Value>>,
                 claims: Option<Claims<Strings>>| async move {
                    let some = [
                        context.is_some(),
                        event.is_some(),
                        api.is_some(),
                        said.is_some(),
                        claims.is_some(),
                    ];
                    format!("{some:?}")
                },
            ),
        )
        .route(
            "/option/exp",
            get(|session: Option<Claims<Session>>| async move { format!("{session:?}") }),
        )
        .with_state(Greeting("hello"))
}

fn to(path: &str) -> Request<Bytes> {
    let request = Request::get(path).header(header::HOST, "api.example.com");
    request.body(Bytes::new()).unwrap()
}

/// The answer that comes by a gateway.
async fn by(gateway: &Gateway, path: &str) -> (StatusCode, String) {
    let request = to(path);
    let event = gateway.render(&request).unwrap();
    let mut headers = http::HeaderMap::new();
    headers.insert("lambda-runtime-aws-request-id", "r-1".parse().unwrap());
    let invocation = Invocation::new(event, headers.into());
    let reply = Lambda::new(app()).oneshot(invocation).await.unwrap();
    let response = gateway
        .parse(&request, &reply.into_bytes().unwrap())
        .unwrap();
    let (head, body) = response.into_parts();
    (head.status, String::from_utf8(body.to_vec()).unwrap())
}

/// The answer that comes without a gateway.
async fn plainly(path: &str) -> (StatusCode, String) {
    let request = to(path).map(axum::body::Body::from);
    let (head, body) = app().oneshot(request).await.unwrap().into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    (head.status, String::from_utf8(body.to_vec()).unwrap())
}

fn saying(kind: Kind, authorizer: &str) -> Gateway {
    Gateway::new(kind)
        .authorizer(authorizer.as_bytes())
        .unwrap()
}

fn ok(text: &str) -> (StatusCode, String) {
    (StatusCode::OK, text.to_owned())
}

#[tokio::test]
async fn every_gateway_tells_the_event_and_the_context() {
    for kind in Kind::ALL {
        if kind != Kind::WebSocket {
            let gateway = Gateway::new(kind);
            assert_eq!(by(&gateway, "/event").await, ok(kind.source().name()));
            assert_eq!(by(&gateway, "/context").await, ok("r-1"));
        }
    }
}

#[tokio::test]
async fn claims_are_where_the_gateway_puts_them() {
    let flat = r#"{"claims":{"sub":"u-1","exp":"1719"}}"#;
    let jwt = r#"{"jwt":{"claims":{"sub":"u-1","exp":"1719"},"scopes":null}}"#;
    for (kind, said) in [
        (Kind::RestApi, flat),
        (Kind::HttpApiV1, flat),
        (Kind::HttpApi, jwt),
    ] {
        let gateway = saying(kind, said);
        assert_eq!(by(&gateway, "/me").await, ok("hello u-1"), "{kind}");
        let all = "[true, true, true, true, true]";
        assert_eq!(by(&gateway, "/options").await, ok(all), "{kind}");
    }
}

#[tokio::test]
async fn what_a_lambda_authorizer_says_is_not_claims() {
    let gateway = saying(Kind::RestApi, r#"{"principalId":"u-2","role":"admin"}"#);
    assert_eq!(by(&gateway, "/said").await, ok("u-2"));
    assert_eq!(by(&gateway, "/me").await.0, StatusCode::UNAUTHORIZED);
    let options = by(&gateway, "/options").await;
    assert_eq!(options, ok("[true, true, true, true, false]"));
}

#[tokio::test]
async fn the_unauthorized_get_401() {
    let gateway = Gateway::new(Kind::HttpApi);
    let (status, text) = by(&gateway, "/said").await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert_eq!(text, "The request was not authorized by the gateway");
    let (status, text) = by(&gateway, "/me").await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert_eq!(
        text,
        "The request has no token that the gateway has verified"
    );
    let options = by(&gateway, "/options").await;
    assert_eq!(options, ok("[true, true, true, false, false]"));
}

#[tokio::test]
async fn without_liftgate_the_extensions_are_said_to_be_missing() {
    for (path, extension) in [
        ("/context", "liftgate::Context"),
        ("/event", "liftgate::Event"),
        ("/api", "liftgate::Event"),
        ("/said", "liftgate::Event"),
        ("/me", "liftgate::Event"),
    ] {
        let (status, text) = plainly(path).await;
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR, "{path}");
        assert!(text.contains(extension), "{path}: {text}");
    }
    let none = "[false, false, false, false, false]";
    assert_eq!(plainly("/options").await, ok(none));
}

#[tokio::test]
async fn an_event_without_a_request_context_is_told() {
    let gateway = Gateway::new(Kind::LatticeV1);
    let (status, text) = by(&gateway, "/api").await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(text, "The event has no `requestContext`");
    let options = by(&gateway, "/options").await;
    assert_eq!(options, ok("[true, true, false, false, false]"));
}

#[tokio::test]
async fn what_does_not_fit_is_told_by_its_path_and_not_its_value() {
    let said = r#"{"jwt":{"claims":{"sub":"u-1","exp":"very secret"}}}"#;
    let gateway = saying(Kind::HttpApi, said);
    for path in ["/exp", "/option/exp"] {
        let (status, text) = by(&gateway, path).await;
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
        let member = "`requestContext.authorizer.jwt.claims.exp` of the event";
        assert!(text.starts_with(member), "{text}");
        assert!(!text.contains("secret"), "{text}");
    }
    // The request context of a load balancer has no API.
    let (status, text) = by(&Gateway::new(Kind::Alb), "/api").await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(text.starts_with("`requestContext` of the event"), "{text}");
}

/// The rejection of an extractor, of a request with an event.
async fn rejection<T: FromRequestParts<()>>(gateway: &Gateway) -> T::Rejection {
    let event = gateway.render(&to("/")).unwrap();
    let (kept, keep) = tokio::sync::oneshot::channel();
    let mut kept = Some(kept);
    let app = tower::service_fn(move |request: Request<liftgate::Body>| {
        let kept = kept.take().unwrap();
        drop(kept.send(request.extensions().get::<liftgate::Event>().cloned()));
        std::future::ready(Ok::<_, std::convert::Infallible>(Response::new(
            liftgate::Body::empty(),
        )))
    });
    let invocation = Invocation::new(event, liftgate::Context::default());
    Lambda::new(app).oneshot(invocation).await.unwrap();
    let (mut parts, ()) = Request::new(()).into_parts();
    parts.extensions.insert(keep.await.unwrap().unwrap());
    match T::from_request_parts(&mut parts, &()).await {
        Ok(_) => panic!("it is extracted"),
        Err(rejection) => rejection,
    }
}

#[tokio::test]
async fn rejections_are_errors_with_the_whole_story_for_the_log() {
    let said = r#"{"jwt":{"claims":{"exp":"tomorrow"}}}"#;
    let rejected = rejection::<Claims<Session>>(&saying(Kind::HttpApi, said)).await;
    assert!(matches!(
        rejected,
        ClaimsRejection::InvalidMember(InvalidMember { .. })
    ));
    assert_eq!(rejected.to_string(), rejected.body_text());
    let story = rejected.source().unwrap().to_string();
    assert!(story.contains("\"tomorrow\", expected u64"), "{story}");

    let rejected = rejection::<Claims<Session>>(&Gateway::new(Kind::HttpApi)).await;
    assert!(matches!(rejected, ClaimsRejection::MissingClaims(_)));
    assert!(rejected.source().is_none());
    let response = rejected.into_response();
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(response.headers()[header::WWW_AUTHENTICATE], "Bearer");
}
