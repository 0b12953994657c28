//! Each gateway, with an app behind it.

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::BodyExt as _;
use liftgate::local::{Gateway, Kind};
use liftgate::{Body, Context, Error, Invocation, Lambda, Options, Reply};
use tower::ServiceExt as _;
use tower_service::Service;

/// What a client is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    Response {
        status: u16,
        /// In the order of their names: not every framework keeps another.
        headers: Vec<(String, Vec<u8>)>,
        body: Bytes,
        /// The type of the error that ended a stream.
        cut_off: Option<String>,
    },
    /// The type of the error that the invocation failed by.
    Failure(String),
}

/// Every gateway but that of WebSocket APIs, whose messages are no requests, in each of its modes.
pub fn all() -> Vec<(String, Gateway)> {
    let kinds = Kind::ALL
        .into_iter()
        .filter(|kind| *kind != Kind::WebSocket);
    let mut gateways = Vec::new();
    for kind in kinds {
        let gateway = Gateway::new(kind).binary_media_types(["*/*"]);
        gateways.push((kind.to_string(), gateway.clone()));
        if kind.can_stream() {
            gateways.push((format!("{kind}, streaming"), gateway.streaming(true)));
        }
    }
    gateways
}

/// What the clients of an app are told.
pub async fn answers<S, B>(
    gateway: &Gateway,
    requests: &[Request<Bytes>],
    app: impl AsyncFn() -> S,
) -> Vec<Told>
where
    S: Service<Request<Body>, Response = Response<B>>,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    B: http_body::Body,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let options = Options::new().streaming(gateway.is_streaming());
    let mut lambda = Lambda::with_options(app().await, options);
    let mut answers = Vec::new();
    for request in requests {
        let event = gateway.render(request).unwrap();
        let invocation = Invocation::new(event, Context::default());
        let replied = lambda.ready().await.unwrap().call(invocation).await;
        answers.push(told(gateway, request, replied).await);
    }
    answers
}

async fn told<B>(
    gateway: &Gateway,
    request: &Request<Bytes>,
    replied: Result<Reply<B>, Error>,
) -> Told
where
    B: http_body::Body,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let failure = |error: Error| Told::Failure(error.error_type().to_owned());
    let reply = match replied {
        Ok(reply) => reply,
        Err(error) => return failure(error),
    };
    let is_streaming = reply.is_streaming();
    let collected = reply.collect().await.unwrap();
    let trailers = collected.trailers().cloned().unwrap_or_default();
    let reply = collected.to_bytes();
    let response = match is_streaming {
        true => {
            let end = reply.windows(8).position(|bytes| bytes == [0; 8]).unwrap();
            let head = gateway.parse_prelude(&reply[..end]).unwrap();
            head.map(|()| reply.slice(end + 8..))
        }
        false => gateway.parse(request, &reply).unwrap(),
    };
    let (parts, body) = response.into_parts();
    let headers = parts.headers.iter();
    let headers = headers.map(|(name, value)| (name.to_string(), value.as_bytes().to_vec()));
    let mut headers: Vec<_> = headers.collect();
    headers.sort_by(|(one, _), (other, _)| one.cmp(other));
    let cut_off = trailers.get("lambda-runtime-function-error-type");
    Told::Response {
        status: parts.status.as_u16(),
        headers,
        body,
        cut_off: cut_off.map(|kind| kind.to_str().unwrap().to_owned()),
    }
}
