//! An app, asked directly and through events.

use actix_web::body::MessageBody;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::BodyExt as _;
use liftgate::local::{Gateway, Kind};
use liftgate::{Context, Invocation, Lambda, Options, Reply};
use liftgate_actix_web::{Body, Error};
use tower::ServiceExt as _;
use tower_service::Service;

/// What an app answers to a request, without an event.
pub(crate) async fn respond<S>(
    app: impl Future<Output = Result<S, Error>>,
    request: Request<liftgate::Body>,
) -> S::Response
where
    S: Service<Request<liftgate::Body>, Error = Error>,
{
    app.await.unwrap().oneshot(request).await.unwrap()
}

/// The same, with the body read.
pub(crate) async fn answer<S, B>(
    app: impl Future<Output = Result<S, Error>>,
    request: Request<liftgate::Body>,
) -> Response<Bytes>
where
    S: Service<Request<liftgate::Body>, Response = Response<Body<B>>, Error = Error>,
    B: MessageBody,
{
    let (parts, body) = respond(app, request).await.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    Response::from_parts(parts, body)
}

/// A request without a body.
pub(crate) fn get(target: &str) -> Request<liftgate::Body> {
    let request = Request::get(target);
    request.body(liftgate::Body::empty()).unwrap()
}

/// The reply to an event.
pub(crate) async fn reply<S, B>(
    app: impl Future<Output = Result<S, Error>>,
    event: impl Into<Bytes>,
    is_streaming: bool,
) -> Result<Reply<Body<B>>, liftgate::Error>
where
    S: Service<Request<liftgate::Body>, Response = Response<Body<B>>, Error = Error>,
    B: MessageBody,
{
    let options = Options::new().streaming(is_streaming);
    let lambda = Lambda::with_options(app.await.unwrap(), options);
    let mut headers = http::HeaderMap::new();
    headers.insert("lambda-runtime-aws-request-id", "id-1".parse().unwrap());
    let invocation = Invocation::new(event, Context::from(headers));
    lambda.oneshot(invocation).await
}

/// What a client gets who asks an app behind a gateway.
pub(crate) async fn ask<S, B>(
    app: impl Future<Output = Result<S, Error>>,
    kind: Kind,
    request: &Request<Bytes>,
) -> Response<Bytes>
where
    S: Service<Request<liftgate::Body>, Response = Response<Body<B>>, Error = Error>,
    B: MessageBody,
{
    let gateway = Gateway::new(kind).binary_media_types(["*/*"]);
    let event = gateway.render(request).unwrap();
    let reply = reply(app, event, false).await.unwrap();
    let reply = reply.into_bytes().unwrap();
    gateway.parse(request, &reply).unwrap()
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
