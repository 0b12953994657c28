use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::mpsc;

use super::failure::Failure;

/// What stands behind a gateway: whatever answers an event.
///
/// [`RuntimeApi`](super::RuntimeApi) is one, with a program that polls it.
pub trait Function: fmt::Debug + Send + Sync + 'static {
    /// Has the event answered. Where this future is dropped, the function goes on.
    fn invoke(&self, call: Call) -> Invoking<'_>;
}

/// An answer that is waited for.
pub type Invoking<'a> = Pin<Box<dyn Future<Output = Result<Answer, Failure>> + Send + 'a>>;

impl<F: Function + ?Sized> Function for Arc<F> {
    fn invoke(&self, call: Call) -> Invoking<'_> {
        self.as_ref().invoke(call)
    }
}

/// An event for a function, and how it is to be answered.
#[derive(Clone, Debug)]
pub struct Call {
    pub(super) event: Bytes,
    pub(super) request_id: String,
    pub(super) trace_id: String,
    pub(super) timeout: Duration,
    pub(super) is_streaming: bool,
}

impl Call {
    /// A call that is answered whole, and has 30 seconds.
    pub fn new(event: impl Into<Bytes>) -> Self {
        Call {
            event: event.into(),
            request_id: super::ids::uuid(),
            trace_id: String::new(),
            timeout: Duration::from_secs(30),
            is_streaming: false,
        }
    }

    /// How long the function has, as `Lambda-Runtime-Deadline-Ms` tells it.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Whether a reply that is streamed is handed on as it comes: `InvokeWithResponseStream`.
    pub fn streaming(mut self, is_streaming: bool) -> Self {
        self.is_streaming = is_streaming;
        self
    }

    /// The event.
    pub fn event(&self) -> &Bytes {
        &self.event
    }

    /// The invocation's id.
    pub fn request_id(&self) -> &str {
        &self.request_id
    }

    /// How long the function has.
    pub fn time_limit(&self) -> Duration {
        self.timeout
    }
}

/// What a function has answered.
#[derive(Debug)]
#[non_exhaustive]
pub struct Answer {
    /// The reply.
    pub reply: FunctionReply,
    /// How long the function took to start, if it was started for this.
    pub cold_start: Option<Duration>,
}

impl Answer {
    /// An answer of a function that was there.
    pub fn new(reply: FunctionReply) -> Self {
        Answer {
            reply,
            cold_start: None,
        }
    }
}

/// A reply, as the function sends it.
#[derive(Debug)]
#[non_exhaustive]
pub enum FunctionReply {
    /// All of it.
    Whole(Bytes),
    /// The function streamed it, but is asked for all at once: so the gateway gets the prelude
    /// alone ([source][mode]).
    ///
    /// [mode]: https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html
    Prelude(Bytes),
    /// As the function writes it.
    Stream(ReplyStream),
}

/// A reply that is being written.
pub struct ReplyStream {
    has_prelude: bool,
    chunks: mpsc::Receiver<Result<Bytes, Failure>>,
    inspect: Option<Inspect>,
}

type Inspect = Box<dyn FnMut(&Bytes) + Send + Sync>;

impl ReplyStream {
    pub(super) fn new(has_prelude: bool, chunks: mpsc::Receiver<Result<Bytes, Failure>>) -> Self {
        ReplyStream {
            has_prelude,
            chunks,
            inspect: None,
        }
    }

    /// The next chunk, or why there is none.
    pub async fn next(&mut self) -> Option<Result<Bytes, Failure>> {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    pub(super) fn poll_next(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Failure>>> {
        let chunk = ready!(self.chunks.poll_recv(cx));
        if let (Some(inspect), Some(Ok(chunk))) = (&mut self.inspect, &chunk) {
            inspect(chunk);
        }
        Poll::Ready(chunk)
    }

    /// Whether it begins with a prelude, which has the status and the headers.
    pub fn has_prelude(&self) -> bool {
        self.has_prelude
    }

    /// Shows each chunk on its way, the prelude too.
    pub fn inspect(mut self, inspect: impl FnMut(&Bytes) + Send + Sync + 'static) -> Self {
        self.inspect = Some(Box::new(inspect));
        self
    }
}

impl fmt::Debug for ReplyStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReplyStream")
            .field("has_prelude", &self.has_prelude)
            .finish_non_exhaustive()
    }
}
