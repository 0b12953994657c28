//! An app, asked directly and through events.

use std::fmt;

use actix_http::Request;
use actix_service::{IntoServiceFactory, ServiceFactory};
use actix_web::body::MessageBody;
use actix_web::dev::{AppConfig, Response};
use bytes::Bytes;
use http_body_util::BodyExt as _;
use liftgate::local::{Gateway, Kind};
use liftgate::{Context, Error, Invocation, Lambda, Options, Reply};
use liftgate_actix_web::{Body, service};
use tower::ServiceExt as _;

/// What an app answers to a request, without an event.
pub(crate) async fn respond<I, S, B>(
    app: I,
    request: http::Request<liftgate::Body>,
) -> Result<http::Response<Body<B>>, liftgate_actix_web::Error>
where
    I: IntoServiceFactory<S, Request>,
    S: ServiceFactory<Request, Config = AppConfig> + 'static,
    S::Error: Into<actix_web::Error>,
    S::InitError: fmt::Debug,
    S::Response: Into<Response<B>>,
    B: MessageBody + 'static,
{
    service(app).await.unwrap().oneshot(request).await
}

/// The same, with the body read.
pub(crate) async fn answer<I, S, B>(
    app: I,
    request: http::Request<liftgate::Body>,
) -> http::Response<Bytes>
where
    I: IntoServiceFactory<S, Request>,
    S: ServiceFactory<Request, Config = AppConfig> + 'static,
    S::Error: Into<actix_web::Error>,
    S::InitError: fmt::Debug,
    S::Response: Into<Response<B>>,
    B: MessageBody + 'static,
{
    let (parts, body) = respond(app, request).await.unwrap().into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    http::Response::from_parts(parts, body)
}

/// A request without a body.
pub(crate) fn get(target: &str) -> http::Request<liftgate::Body> {
    let request = http::Request::get(target);
    request.body(liftgate::Body::empty()).unwrap()
}

/// The reply to an event.
pub(crate) async fn reply<I, S, B>(
    app: I,
    event: impl Into<Bytes>,
    is_streaming: bool,
) -> Result<Reply<Body<B>>, Error>
where
    I: IntoServiceFactory<S, Request>,
    S: ServiceFactory<Request, Config = AppConfig> + 'static,
    S::Error: Into<actix_web::Error>,
    S::InitError: fmt::Debug,
    S::Response: Into<Response<B>>,
    B: MessageBody + 'static,
{
    let options = Options::new().streaming(is_streaming);
    let lambda = Lambda::with_options(service(app).await.unwrap(), options);
    let mut headers = http::HeaderMap::new();
    headers.insert("lambda-runtime-aws-request-id", "id-1".parse().unwrap());
    let invocation = Invocation::new(event, Context::from(headers));
    lambda.oneshot(invocation).await
}

/// What a client gets who asks an app behind a gateway.
pub(crate) async fn ask<I, S, B>(
    app: I,
    kind: Kind,
    request: &http::Request<Bytes>,
) -> http::Response<Bytes>
where
    I: IntoServiceFactory<S, Request>,
    S: ServiceFactory<Request, Config = AppConfig> + 'static,
    S::Error: Into<actix_web::Error>,
    S::InitError: fmt::Debug,
    S::Response: Into<Response<B>>,
    B: MessageBody + 'static,
{
    let gateway = Gateway::new(kind).binary_media_types(["*/*"]);
    let event = gateway.render(request).unwrap();
    let reply = reply(app, event, false).await.unwrap();
    gateway
        .parse(request, &reply.into_bytes().unwrap())
        .unwrap()
}

/// Every gateway whose events are requests.
pub(crate) fn kinds() -> impl Iterator<Item = Kind> {
    let kinds = Kind::ALL.into_iter();
    kinds.filter(|kind| *kind != Kind::WebSocket)
}

/// An event of a function URL.
pub(crate) fn event(path: &str) -> String {
    let domain = r#""domainName":"id.lambda-url.eu-west-1.on.aws""#;
    format!(
        r#"{{"version":"2.0","rawPath":"{path}","rawQueryString":"","requestContext":{{{domain},"http":{{"method":"GET"}}}}}}"#
    )
}
