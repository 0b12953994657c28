use std::sync::Arc;
use std::task::{Context, Poll};

use http::{Method, Request, Response};
use tower_service::Service;

use crate::error::BoxError;
use crate::exchange::Exchange;
use crate::panic::guard;
use crate::source::wire::Wire;
use crate::source::{Asked, detect};
use crate::{Body, Error, Event, Invocation, Options, Reply, ResponseFuture, trace};

/// A service of invocations: it makes a request of each event, and a reply of the response.
///
/// It needs no runtime and no Lambda: bytes go in, and bytes come out. A panic of the service is
/// an error like others, unless the program is built with `panic = "abort"`.
///
/// # Examples
///
/// ```
/// use axum::{Router, routing::get};
/// use liftgate::{Context, Invocation, Lambda};
/// use tower_service::Service;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), liftgate::Error> {
/// let app = Router::new().route("/hello", get(|| async { "hello world" }));
/// let event = r#"{
///     "version": "2.0", "rawPath": "/hello", "rawQueryString": "",
///     "headers": {"host": "api.example.com"},
///     "requestContext": {"http": {"method": "GET", "protocol": "HTTP/1.1"}}
/// }"#;
/// let reply = Lambda::new(app).call(Invocation::new(event, Context::default())).await?;
/// let reply: serde_json::Value = serde_json::from_slice(&reply.into_bytes().unwrap()).unwrap();
/// assert_eq!(reply["statusCode"], 200);
/// assert_eq!(reply["body"], "hello world");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Lambda<S> {
    inner: S,
    options: Arc<Options>,
}

impl<S> Lambda<S> {
    /// Wraps a service, with the default options.
    pub fn new(inner: S) -> Self {
        Lambda::with_options(inner, Options::new())
    }

    /// Wraps a service.
    pub fn with_options(inner: S, options: Options) -> Self {
        Lambda::from_shared(inner, Arc::new(options))
    }

    pub(crate) fn from_shared(inner: S, options: Arc<Options>) -> Self {
        Lambda { inner, options }
    }

    /// The service inside.
    pub fn get_ref(&self) -> &S {
        &self.inner
    }

    /// The service inside.
    pub fn get_mut(&mut self) -> &mut S {
        &mut self.inner
    }

    /// The service inside.
    pub fn into_inner(self) -> S {
        self.inner
    }

    /// The request of an event, and how to answer it, as far as that is known.
    fn decode(&self, invocation: Invocation) -> (Result<Request<Body>, Error>, Option<Asked>) {
        let (event, context) = invocation.into_parts();
        let mut wire = match Wire::read(&event) {
            Ok(wire) => wire,
            Err(error) => return (Err(error), None),
        };
        let source = match detect(&wire, &self.options) {
            Ok(source) => source,
            Err(error) => return (Err(error), None),
        };
        let mut asked = Asked {
            source,
            is_head: false,
            is_multi_value: wire.multi_value_headers.is_present(),
        };
        let decoded = source.decode(&mut wire, &self.options);
        let places = wire.places();
        drop(wire);
        let request = decoded.map(|mut request| {
            asked.is_head = request.method() == Method::HEAD;
            trace::request(source, &request);
            let extensions = request.extensions_mut();
            extensions.insert(context);
            extensions.insert(Event::new(event, source, places));
            request
        });
        (request, Some(asked))
    }
}

#[cfg(feature = "runtime")]
impl<S> Lambda<S> {
    /// Answers an invocation that the service cannot be called for.
    pub(crate) fn refuse<B>(
        &self,
        invocation: Invocation,
        error: Error,
        otherwise: Option<Response<Body>>,
    ) -> Result<Reply<B>, Error> {
        let (_, asked) = self.decode(invocation);
        Exchange::new(asked, &self.options).answer_or(error, otherwise)
    }
}

impl<S, B> Service<Invocation> for Lambda<S>
where
    S: Service<Request<Body>, Response = Response<B>>,
    S::Error: Into<BoxError>,
    B: http_body::Body,
    B::Error: Into<BoxError>,
{
    type Response = Reply<B>;
    type Error = Error;
    type Future = ResponseFuture<S::Future, B>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        let ready = guard(|| {
            let ready = self.inner.poll_ready(cx);
            ready.map_err(|error| Error::service(error.into()))
        });
        ready.unwrap_or_else(|error| Poll::Ready(Err(error)))
    }

    fn call(&mut self, invocation: Invocation) -> ResponseFuture<S::Future, B> {
        let (request, asked) = self.decode(invocation);
        let exchange = Exchange::new(asked, &self.options);
        let called = request.and_then(|request| guard(|| self.inner.call(request)));
        ResponseFuture::new(called, exchange)
    }
}
