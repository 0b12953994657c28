//! [`Lambda`] as a service of AWS's runtime.
//!
//! That runtime reads an event by serde before a service gets it, and writes the reply by serde
//! after: both are [`RawValue`]s here, which serde_json looks through and copies, but takes for
//! text.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response};
use lambda_runtime::{Diagnostic, LambdaEvent};
use liftgate::{Body, Invocation, Lambda, Reply};
use pin_project_lite::pin_project;
use serde::ser::{Error as _, Serialize, Serializer};
use serde_json::value::RawValue;
use tower_service::Service;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A tower service of HTTP requests as one of AWS's runtime.
#[derive(Clone, Debug)]
pub struct Adapter<S> {
    lambda: Lambda<S>,
}

impl<S> Adapter<S> {
    /// Wraps a service.
    pub fn new(inner: S) -> Self {
        let lambda = Lambda::new(inner);
        Adapter { lambda }
    }
}

impl<S, B> Service<LambdaEvent<Box<RawValue>>> for Adapter<S>
where
    S: Service<Request<Body>, Response = Response<B>>,
    S::Error: Into<BoxError>,
    B: http_body::Body,
    B::Error: Into<BoxError>,
{
    type Response = Json;
    type Error = Error;
    type Future = ResponseFuture<liftgate::ResponseFuture<S::Future, B>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.lambda.poll_ready(cx).map_err(Error)
    }

    fn call(&mut self, event: LambdaEvent<Box<RawValue>>) -> Self::Future {
        let (payload, context) = event.into_parts();
        let event = Box::<str>::from(payload).into_string();
        let replied = self.lambda.call(Invocation::new(event, convert(context)));
        ResponseFuture { replied }
    }
}

pin_project! {
    /// The future of an [`Adapter`].
    pub struct ResponseFuture<F> {
        #[pin]
        replied: F,
    }
}

impl<F, B> Future for ResponseFuture<F>
where
    F: Future<Output = Result<Reply<B>, liftgate::Error>>,
{
    type Output = Result<Json, Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let reply = ready!(self.project().replied.poll(cx)).map_err(Error)?;
        // No reply streams, since no option asks for it.
        let json = reply.into_bytes().unwrap_or_default();
        Poll::Ready(Ok(Json(json)))
    }
}

/// The reply, which is JSON already.
#[derive(Debug)]
pub struct Json(Bytes);

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let json: &RawValue = serde_json::from_slice(&self.0).map_err(S::Error::custom)?;
        json.serialize(serializer)
    }
}

/// An error that keeps its type's name.
#[derive(Debug)]
pub struct Error(liftgate::Error);

impl From<Error> for Diagnostic {
    fn from(Error(error): Error) -> Self {
        Diagnostic {
            error_type: error.error_type().to_owned(),
            error_message: error.to_string(),
        }
    }
}

/// The headers of the Runtime API that AWS's runtime has read.
fn convert(context: lambda_runtime::Context) -> liftgate::Context {
    let deadline = context.deadline.to_string();
    let client = context.client_context.as_ref().map(serde_json::to_string);
    let identity = context.identity.as_ref().map(serde_json::to_string);
    let texts = [
        ("lambda-runtime-aws-request-id", Some(context.request_id)),
        ("lambda-runtime-deadline-ms", Some(deadline)),
        (
            "lambda-runtime-invoked-function-arn",
            Some(context.invoked_function_arn),
        ),
        ("lambda-runtime-trace-id", context.xray_trace_id),
        ("lambda-runtime-aws-tenant-id", context.tenant_id),
        ("lambda-runtime-client-context", client.and_then(Result::ok)),
        (
            "lambda-runtime-cognito-identity",
            identity.and_then(Result::ok),
        ),
    ];
    let mut headers = HeaderMap::with_capacity(texts.len());
    for (name, text) in texts {
        if let Some(value) = text.and_then(|text| HeaderValue::try_from(text).ok()) {
            headers.insert(name, value);
        }
    }
    headers.into()
}
