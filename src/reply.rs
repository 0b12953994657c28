use std::fmt;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};

use base64::prelude::{BASE64_STANDARD, Engine as _};
use bytes::{Buf as _, Bytes};
use http::{HeaderMap, HeaderName, HeaderValue};
use http_body::{Body, Frame, SizeHint};

use crate::Error;
use crate::body::Turns;
use crate::error::BoxError;
use crate::panic::guard;

pub(crate) const ERROR_TYPE: HeaderName =
    HeaderName::from_static("lambda-runtime-function-error-type");
pub(crate) const ERROR_BODY: HeaderName =
    HeaderName::from_static("lambda-runtime-function-error-body");

/// What goes back to the gateway: the JSON of a response, or a stream.
///
/// It is an [`http_body::Body`], of the very bytes that the Runtime API takes. A stream is
/// the prelude (status and headers in JSON), eight NULs, and the response's body, chunk by
/// chunk. If that body fails or panics, the stream ends with the two [trailers][custom] by
/// which Lambda knows of it, so reading a reply never fails.
///
/// [custom]: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html#runtimes-custom-response-streaming
///
/// # Examples
///
/// See [`Lambda`](crate::Lambda) for a buffered reply. This one streams:
///
/// ```
/// use http_body_util::BodyExt;
/// use liftgate::{Context, Invocation, Lambda, Options};
/// use tower_service::Service;
///
/// # async fn app(_: http::Request<liftgate::Body>) -> Result<http::Response<liftgate::Body>, std::convert::Infallible> {
/// #     Ok(http::Response::new("hello".into()))
/// # }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), liftgate::Error> {
/// let event = r#"{"version": "2.0", "rawPath": "/", "requestContext": {
///     "domainName": "id.lambda-url.eu-west-1.on.aws", "http": {"method": "GET"}}}"#;
/// let options = Options::new().streaming(true);
/// let mut lambda = Lambda::with_options(tower::service_fn(app), options);
/// let reply = lambda.call(Invocation::new(event, Context::default())).await?;
/// assert!(reply.is_streaming());
/// let Ok(bytes) = reply.collect().await.map(|read| read.to_bytes());
/// assert_eq!(bytes, "{\"statusCode\":200,\"headers\":{},\"cookies\":[]}\0\0\0\0\0\0\0\0hello");
/// # Ok(())
/// # }
/// ```
pub struct Reply<B> {
    form: Form<B>,
    // What went wrong, where `Options::on_error` or the deadline has made a response of it.
    answered: Option<Error>,
}

enum Form<B> {
    // Invariant: `None` once read, or when there is nothing to read.
    Buffered {
        json: Option<Bytes>,
    },
    // Invariant: no piece is empty.
    Streaming {
        pieces: Pieces,
        body: Streamed<B>,
        progress: Arc<Progress>,
    },
}

/// The body of a response that streams: `None` once it is over. It is on the heap, since it may
/// have tens of kilobytes, as that of a compression has, and a reply goes from hand to hand.
struct Streamed<B> {
    body: Option<Pin<Box<B>>>,
}

impl<B> Streamed<B> {
    fn end(&mut self) -> Result<(), Error> {
        guard(|| self.body = None)
    }
}

impl<B> Drop for Streamed<B> {
    fn drop(&mut self) {
        // A connection that is closed drops what was being sent.
        let _ = self.end();
    }
}

/// What comes before a stream's body. Each is a chunk of its own, since `cargo lambda watch` takes
/// the first chunk for the prelude, and the second for the NULs.
type Pieces = std::vec::IntoIter<Bytes>;

/// How far a stream is, for who sends it.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    fault: OnceLock<Error>,
    is_over: AtomicBool,
}

#[cfg(feature = "runtime")]
impl Progress {
    /// Why the stream ended before its end.
    pub(crate) fn fault(&self) -> Option<&Error> {
        self.fault.get()
    }

    /// Ends the stream with an error, when it is next read.
    pub(crate) fn fail(&self, error: Error) {
        // If it has failed already, the first error is what the trailers tell.
        let _ = self.fault.set(error);
    }

    /// Whether all has been read.
    pub(crate) fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Relaxed)
    }
}

impl<B> Reply<B> {
    pub(crate) fn buffered(json: Bytes) -> Self {
        let json = if json.is_empty() { None } else { Some(json) };
        Reply {
            form: Form::Buffered { json },
            answered: None,
        }
    }

    /// A stream: the prelude, and a body that is there already, or yet to come.
    pub(crate) fn streaming(prelude: Bytes, whole: Bytes, body: Option<Pin<Box<B>>>) -> Self {
        let mut pieces = vec![prelude, Bytes::from_static(&[0; 8]), whole];
        pieces.retain(|piece| !piece.is_empty());
        // A stream without a body is not asked for its end.
        let progress = Progress {
            is_over: AtomicBool::new(body.is_none()),
            ..Progress::default()
        };
        let form = Form::Streaming {
            pieces: pieces.into_iter(),
            body: Streamed { body },
            progress: Arc::new(progress),
        };
        Reply {
            form,
            answered: None,
        }
    }

    pub(crate) fn answering(mut self, error: Error) -> Self {
        self.answered = Some(error);
        self
    }

    /// The JSON, as the Runtime API takes it; or the reply itself if it streams.
    ///
    /// Without [`Options::streaming`](crate::Options::streaming), no reply streams.
    pub fn into_bytes(self) -> Result<Bytes, Self> {
        match self.form {
            Form::Buffered { json } => Ok(json.unwrap_or_default()),
            Form::Streaming { .. } => Err(self),
        }
    }

    /// Whether this is a stream, which the Runtime API has to be told: by
    /// `Lambda-Runtime-Function-Response-Mode: streaming`, and
    /// `Content-Type: application/vnd.awslambda.http-integration-response`.
    pub fn is_streaming(&self) -> bool {
        matches!(self.form, Form::Streaming { .. })
    }

    /// What went wrong, if this reply was made of an error: by
    /// [`Options::on_error`](crate::Options::on_error), or at the deadline.
    pub fn error(&self) -> Option<&Error> {
        self.answered.as_ref()
    }

    #[cfg(feature = "runtime")]
    pub(crate) fn progress(&self) -> Option<Arc<Progress>> {
        match &self.form {
            Form::Buffered { .. } => None,
            Form::Streaming { progress, .. } => Some(Arc::clone(progress)),
        }
    }
}

impl<B> Body for Reply<B>
where
    B: Body,
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        match &mut self.get_mut().form {
            Form::Buffered { json } => Poll::Ready(json.take().map(|json| Ok(Frame::data(json)))),
            Form::Streaming {
                pieces,
                body,
                progress,
            } => match pieces.next() {
                // The prelude goes at once, not when the body has something.
                Some(piece) => Poll::Ready(Some(Ok(Frame::data(piece)))),
                None => poll_stream(body, progress, cx).map(|frame| frame.map(Ok)),
            },
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.form {
            Form::Buffered { json } => json.is_none(),
            Form::Streaming { pieces, body, .. } => pieces.len() == 0 && body.body.is_none(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.form {
            Form::Buffered { json } => {
                let len = json.as_ref().map_or(0, Bytes::len);
                SizeHint::with_exact(u64::try_from(len).unwrap_or(u64::MAX))
            }
            Form::Streaming { .. } => SizeHint::default(),
        }
    }
}

/// The next frame of a stream. Its body is dropped with its last frame, its error or its panic,
/// and not polled again.
fn poll_stream<B>(
    source: &mut Streamed<B>,
    progress: &Progress,
    cx: &mut Context<'_>,
) -> Poll<Option<Frame<Bytes>>>
where
    B: Body,
    B::Error: Into<BoxError>,
{
    let Some(body) = &mut source.body else {
        progress.is_over.store(true, Ordering::Relaxed);
        return Poll::Ready(None);
    };
    if progress.fault.get().is_none() {
        let data = match guard(|| poll_data(body.as_mut(), cx)) {
            Ok(polled) => ready!(polled),
            Err(panic) => Some(Err(panic)),
        };
        match data {
            Some(Ok(data)) => return Poll::Ready(Some(Frame::data(data))),
            Some(Err(error)) => drop(progress.fault.set(error)),
            None => {}
        }
    }
    if let Err(panic) = source.end() {
        let _ = progress.fault.set(panic);
    }
    progress.is_over.store(true, Ordering::Relaxed);
    Poll::Ready(progress.fault.get().map(error_trailers))
}

fn poll_data<B>(mut body: Pin<&mut B>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Error>>>
where
    B: Body,
    B::Error: Into<BoxError>,
{
    let mut turns = Turns::default();
    // As hyper does: what says that it is at its end is not asked again.
    while !body.is_end_stream() {
        let frame = match ready!(body.as_mut().poll_frame(cx)) {
            Some(Ok(frame)) => frame,
            Some(Err(error)) => return Poll::Ready(Some(Err(Error::body(error.into())))),
            None => return Poll::Ready(None),
        };
        // Lambda has no place for a response's own trailers.
        if let Ok(mut data) = frame.into_data() {
            if data.has_remaining() {
                return Poll::Ready(Some(Ok(data.copy_to_bytes(data.remaining()))));
            }
        }
        if turns.is_over() {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
    }
    Poll::Ready(None)
}

fn error_trailers(error: &Error) -> Frame<Bytes> {
    let mut trailers = HeaderMap::with_capacity(2);
    trailers.insert(ERROR_TYPE, HeaderValue::from_static(error.error_type()));
    let body = BASE64_STANDARD.encode(error.to_json());
    if let Ok(body) = HeaderValue::try_from(body) {
        trailers.insert(ERROR_BODY, body);
    }
    Frame::trailers(trailers)
}

impl<B> fmt::Debug for Reply<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not what it holds, cookies among it.
        let mut debug = f.debug_struct("Reply");
        match &self.form {
            Form::Buffered { json } => {
                debug.field("len", &json.as_ref().map_or(0, Bytes::len));
            }
            Form::Streaming { .. } => {
                debug.field("is_streaming", &true);
            }
        }
        debug.field("error", &self.answered).finish()
    }
}
