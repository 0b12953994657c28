//! How an invocation is answered: by [posts] to the Runtime API, with the client of AWS's runtime.
//!
//! [posts]: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html

use std::sync::Arc;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use bytes::Bytes;
use http::header::{CONTENT_TYPE, TRAILER};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request};
use http_body::Frame;
use http_body_util::BodyExt as _;
use hyper_util::client::legacy::connect::HttpConnector;
use lambda_runtime_api_client::body::Body;
use lambda_runtime_api_client::{PooledClient, build_request};
use liftgate::{Context, Error, Reply};

use crate::adapter::BoxError;
use crate::log;

const INVOCATION_ID: HeaderName = HeaderName::from_static("lambda-runtime-invocation-id");
const RESPONSE_MODE: HeaderName = HeaderName::from_static("lambda-runtime-function-response-mode");
const ERROR_TYPE: HeaderName = HeaderName::from_static("lambda-runtime-function-error-type");
const ERROR_BODY: HeaderName = HeaderName::from_static("lambda-runtime-function-error-body");

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const STREAMING: HeaderValue = HeaderValue::from_static("streaming");
const HTTP_INTEGRATION: HeaderValue =
    HeaderValue::from_static("application/vnd.awslambda.http-integration-response");
const ERROR_TRAILERS: HeaderValue = HeaderValue::from_static(
    "Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body",
);

/// Where answers go. AWS's runtime asks for invocations by connections of its own.
#[derive(Debug)]
pub(crate) struct Client(PooledClient);

impl Client {
    pub(crate) fn new() -> Self {
        let mut connector = HttpConnector::new();
        // A stream would wait for the acknowledgement of its head, 40 ms, before each chunk.
        connector.set_nodelay(true);
        Client(PooledClient::builder().with_connector(connector).build())
    }
}

/// Answers one invocation.
pub(crate) struct Answerer {
    pub(crate) client: Arc<Client>,
    pub(crate) context: Context,
}

impl Answerer {
    /// Sends the reply, and does the work that comes after it.
    pub(crate) async fn answer<B>(self, replied: Result<Reply<B>, Error>)
    where
        B: http_body::Body + Send + 'static,
        B::Error: Into<BoxError>,
    {
        match replied {
            Ok(reply) => self.respond(reply).await,
            Err(error) => self.fail(&error).await,
        }
        self.context.run_background().await;
    }

    async fn respond<B>(&self, reply: Reply<B>)
    where
        B: http_body::Body + Send + 'static,
        B::Error: Into<BoxError>,
    {
        if let Some(error) = reply.error() {
            self.tell(error);
        }
        let request = match reply.into_bytes() {
            Ok(json) => self.post("response", json.into()),
            Err(reply) => self.post("response", self.stream(reply)).map(as_stream),
        };
        self.send("response", request).await;
    }

    /// Reports that the invocation has failed.
    pub(crate) async fn fail(&self, error: &Error) {
        self.tell(error);
        let request = self
            .post("error", error.to_json().into())
            .map(|mut request| {
                let kind = HeaderValue::from_static(error.error_type());
                request.headers_mut().insert(ERROR_TYPE, kind);
                request
            });
        self.send("error", request).await;
    }

    fn post(&self, what: &str, body: Body) -> http::Result<Request<Body>> {
        let id = self.context.request_id();
        let mut request = build_request()
            .method(Method::POST)
            .uri(format!("/2018-06-01/runtime/invocation/{id}/{what}"))
            .header(CONTENT_TYPE, JSON)
            .body(body)?;
        // So that an answer to an invocation that is over is not taken for one to the next.
        if let Some(id) = self.context.headers().get(INVOCATION_ID) {
            request.headers_mut().insert(INVOCATION_ID, id.clone());
        }
        Ok(request)
    }

    /// The body of a stream, whose error is logged when it is sent.
    fn stream<B>(&self, reply: Reply<B>) -> Body
    where
        B: http_body::Body + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let context = self.context.clone();
        Body::new(reply.map_frame(move |frame: Frame<Bytes>| {
            if let Some(trailers) = frame.trailers_ref() {
                let (kind, message) = told_by(trailers);
                log::failed(context.request_id(), &kind, message);
            }
            frame
        }))
    }

    async fn send(&self, what: &str, request: http::Result<Request<Body>>) {
        let id = self.context.request_id();
        let sent = async {
            let response = self.client.0.call(request?).await?;
            let status = response.status();
            // What is read to its end leaves a connection that can be used again.
            let text = response.into_body().collect().await?.to_bytes();
            Ok::<_, BoxError>((status, text))
        };
        match sent.await {
            Ok((status, _)) if status.is_success() => {}
            Ok((status, text)) => {
                let text = String::from_utf8_lossy(&text);
                let refused = format_args!("the Runtime API answered {status} to {what}: {text}");
                log::error(id, refused);
            }
            Err(error) => log::error(id, format_args!("{what} was not taken: {error}")),
        }
    }

    fn tell(&self, error: &Error) {
        log::failed(self.context.request_id(), error.error_type(), error);
    }
}

fn as_stream(mut request: Request<Body>) -> Request<Body> {
    let headers = request.headers_mut();
    headers.insert(CONTENT_TYPE, HTTP_INTEGRATION);
    headers.insert(RESPONSE_MODE, STREAMING);
    headers.insert(TRAILER, ERROR_TRAILERS);
    request
}

/// The type and the text of the error at the end of a stream.
pub(crate) fn told_by(trailers: &HeaderMap) -> (String, String) {
    let bytes = |name| trailers.get(name).map_or(&[][..], HeaderValue::as_bytes);
    let text = BASE64_STANDARD
        .decode(bytes(ERROR_BODY))
        .unwrap_or_default();
    let lossy = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (lossy(bytes(ERROR_TYPE)), lossy(&text))
}
