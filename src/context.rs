use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};
#[cfg(feature = "runtime")]
use std::{future::poll_fn, pin::pin, task::Poll};

use http::{HeaderMap, HeaderName};
use serde::de::DeserializeOwned;
#[cfg(feature = "runtime")]
use tokio::task::{JoinError, JoinSet};

#[cfg(feature = "runtime")]
use crate::trace;

static REQUEST_ID: HeaderName = HeaderName::from_static("lambda-runtime-aws-request-id");
static DEADLINE_MS: HeaderName = HeaderName::from_static("lambda-runtime-deadline-ms");
static FUNCTION_ARN: HeaderName = HeaderName::from_static("lambda-runtime-invoked-function-arn");
static TRACE_ID: HeaderName = HeaderName::from_static("lambda-runtime-trace-id");
static TENANT_ID: HeaderName = HeaderName::from_static("lambda-runtime-aws-tenant-id");
static CLIENT_CONTEXT: HeaderName = HeaderName::from_static("lambda-runtime-client-context");
static COGNITO_IDENTITY: HeaderName = HeaderName::from_static("lambda-runtime-cognito-identity");

/// What the Runtime API said of one invocation: a request extension.
///
/// The values are the [headers of the invocation][api], read when asked: one that is absent
/// or odd is `None`, and never fails the invocation.
///
/// [api]: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html#runtimes-api-next
///
/// # Examples
///
/// A handler that leaves itself time:
///
/// ```
/// use std::time::Duration;
/// use liftgate::Context;
///
/// fn time_for_another_try(request: &http::Request<liftgate::Body>) -> bool {
///     let context = request.extensions().get::<Context>();
///     context.and_then(Context::remaining).is_none_or(|left| left > Duration::from_secs(2))
/// }
/// # assert!(time_for_another_try(&http::Request::default()));
/// ```
///
/// In a test, from the headers that the Runtime API would send:
///
/// ```
/// use http::{HeaderMap, HeaderName};
/// use liftgate::Context;
///
/// let mut headers = HeaderMap::new();
/// headers.insert("lambda-runtime-aws-request-id", "8476a536".parse()?);
/// headers.insert("lambda-runtime-deadline-ms", "1789000000000".parse()?);
/// let context = Context::from(headers);
/// assert_eq!(context.request_id(), "8476a536");
/// assert_eq!(context.deadline_ms(), Some(1_789_000_000_000));
/// assert_eq!(context.tenant_id(), None);
/// # Ok::<_, http::header::InvalidHeaderValue>(())
/// ```
#[derive(Clone, Default)]
pub struct Context {
    inner: Arc<Inner>,
}

#[derive(Default)]
struct Inner {
    headers: HeaderMap,
    background: Mutex<Background>,
    #[cfg(feature = "runtime")]
    handed_over: tokio::sync::Notify,
}

#[derive(Default)]
struct Background {
    work: Vec<Work>,
    /// The next invocation is being taken.
    is_over: bool,
}

type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

impl Context {
    /// The invocation's id (`Lambda-Runtime-Aws-Request-Id`), empty where there is none.
    pub fn request_id(&self) -> &str {
        self.text(&REQUEST_ID).unwrap_or_default()
    }

    /// When the invocation times out, in milliseconds since the Unix epoch
    /// (`Lambda-Runtime-Deadline-Ms`).
    pub fn deadline_ms(&self) -> Option<u64> {
        self.text(&DEADLINE_MS)?.trim().parse().ok()
    }

    /// When the invocation times out.
    pub fn deadline(&self) -> Option<SystemTime> {
        SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(self.deadline_ms()?))
    }

    /// The time left until the [`deadline`](Self::deadline): zero when it has passed.
    pub fn remaining(&self) -> Option<Duration> {
        let deadline = self.deadline()?;
        let left = deadline.duration_since(SystemTime::now());
        Some(left.unwrap_or(Duration::ZERO))
    }

    /// The ARN by which the function was invoked, alias or version included
    /// (`Lambda-Runtime-Invoked-Function-Arn`).
    pub fn invoked_function_arn(&self) -> Option<&str> {
        self.text(&FUNCTION_ARN)
    }

    /// The X-Ray trace header, with root, parent and sampling decision
    /// (`Lambda-Runtime-Trace-Id`).
    pub fn trace_id(&self) -> Option<&str> {
        self.text(&TRACE_ID)
    }

    /// The tenant of a function with [tenant isolation][tenant]
    /// (`Lambda-Runtime-Aws-Tenant-Id`).
    ///
    /// [tenant]: https://docs.aws.amazon.com/lambda/latest/dg/tenant-isolation.html
    pub fn tenant_id(&self) -> Option<&str> {
        self.text(&TENANT_ID)
    }

    /// The client context of an invocation by an AWS SDK, read as `T`
    /// (`Lambda-Runtime-Client-Context`): `None` if there is none or it is no such JSON.
    pub fn client_context<T: DeserializeOwned>(&self) -> Option<T> {
        self.json(&CLIENT_CONTEXT)
    }

    /// The Amazon Cognito identity of an invocation by the AWS Mobile SDK, read as `T`
    /// (`Lambda-Runtime-Cognito-Identity`): `None` if there is none or it is no such JSON.
    pub fn cognito_identity<T: DeserializeOwned>(&self) -> Option<T> {
        self.json(&COGNITO_IDENTITY)
    }

    /// All the headers of the invocation, those that this type has no name for among them.
    pub fn headers(&self) -> &HeaderMap {
        &self.inner.headers
    }

    /// Hands over work that is done once the client has its answer, and before the next
    /// invocation is taken.
    ///
    /// Lambda may freeze a function between invocations, and a task that the app merely
    /// spawns with it. It does not while the runtime [has not asked][next] for the next
    /// invocation, and the runtime asks when this work is done. The client has its answer by then
    /// ([source][after]), and the work counts as part of the invocation, in duration, cost and
    /// timeout. A panic is logged. Work that is handed over too late, when the next invocation is
    /// being taken, is spawned and logged.
    ///
    /// Work may hand over more. Whoever calls a [`Lambda`](crate::Lambda) without [`run`] does
    /// the work by [`run_background`].
    ///
    /// [next]: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
    /// [after]: https://aws.amazon.com/blogs/compute/running-code-after-returning-a-response-from-an-aws-lambda-function/
    /// [`run`]: https://docs.rs/liftgate/latest/liftgate/fn.run.html
    /// [`run_background`]: https://docs.rs/liftgate/latest/liftgate/struct.Context.html#method.run_background
    ///
    /// # Examples
    ///
    /// ```
    /// use axum::Extension;
    /// use liftgate::Context;
    ///
    /// async fn order(Extension(context): Extension<Context>) -> &'static str {
    ///     context.after_response(async { send_mail().await });
    ///     "Thank you!"
    /// }
    /// # async fn send_mail() {}
    /// ```
    pub fn after_response(&self, work: impl Future<Output = ()> + Send + 'static) {
        let mut background = self.background();
        if background.is_over {
            drop(background);
            late(self, work);
        } else {
            background.work.push(Box::pin(work));
            drop(background);
            #[cfg(feature = "runtime")]
            self.inner.handed_over.notify_one();
        }
    }

    fn background(&self) -> MutexGuard<'_, Background> {
        // Nothing panics while it is held.
        let held = self.inner.background.lock();
        held.unwrap_or_else(PoisonError::into_inner)
    }

    fn text(&self, name: &HeaderName) -> Option<&str> {
        std::str::from_utf8(self.headers().get(name)?.as_bytes()).ok()
    }

    fn json<T: DeserializeOwned>(&self, name: &HeaderName) -> Option<T> {
        serde_json::from_slice(self.headers().get(name)?.as_bytes()).ok()
    }
}

#[cfg(feature = "runtime")]
impl Context {
    /// Does the work that has been handed over by [`after_response`](Self::after_response), all
    /// of it at the same time. The runtime calls this after each response.
    ///
    /// # Panics
    ///
    /// If there is such work, and no tokio runtime.
    pub async fn run_background(&self) {
        if self.ends_background() {
            return;
        }
        // Whoever stops this, by a deadline say, ends it too.
        let _end = EndOnDrop(self);
        let mut tasks = JoinSet::new();
        loop {
            let handed = std::mem::take(&mut self.background().work);
            for work in handed {
                tasks.spawn(trace::follow(work));
            }
            let more = self.inner.handed_over.notified();
            if !self.background().work.is_empty() {
                continue;
            }
            if tasks.is_empty() && self.ends_background() {
                return;
            }
            let mut more = pin!(more);
            let ended = poll_fn(|cx| match tasks.poll_join_next(cx) {
                Poll::Pending => more.as_mut().poll(cx).map(|()| None),
                ended => ended,
            });
            if let Some(Err(error)) = ended.await {
                self.work_failed(error);
            }
        }
    }

    /// Whether there is no more work; then none is taken.
    fn ends_background(&self) -> bool {
        let mut background = self.background();
        background.is_over = background.work.is_empty();
        background.is_over
    }

    fn work_failed(&self, error: JoinError) {
        let id = self.request_id();
        if let Ok(payload) = error.try_into_panic() {
            let error = crate::panic::caught(payload);
            trace::error(format_args!("{id}: work after the response: {error}"));
        }
    }
}

#[cfg(feature = "runtime")]
struct EndOnDrop<'c>(&'c Context);

#[cfg(feature = "runtime")]
impl Drop for EndOnDrop<'_> {
    fn drop(&mut self) {
        let left = {
            let mut background = self.0.background();
            background.is_over = true;
            std::mem::take(&mut background.work)
        };
        for work in left {
            late(self.0, work);
        }
    }
}

/// Work handed over by a task that goes on after its invocation: it runs whenever the function
/// does.
#[cfg(feature = "runtime")]
fn late(context: &Context, work: impl Future<Output = ()> + Send + 'static) {
    let id = context.request_id();
    trace::warn(format_args!(
        "{id}: work was handed over after the end of the invocation"
    ));
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        drop(runtime.spawn(trace::follow(work)));
    }
}

#[cfg(not(feature = "runtime"))]
fn late(_: &Context, work: impl Future<Output = ()>) {
    drop(work);
}

impl From<HeaderMap> for Context {
    fn from(headers: HeaderMap) -> Self {
        let inner = Inner {
            headers,
            ..Inner::default()
        };
        Context {
            inner: Arc::new(inner),
        }
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("request_id", &self.request_id())
            .field("deadline_ms", &self.deadline_ms())
            .field("invoked_function_arn", &self.invoked_function_arn())
            .field("trace_id", &self.trace_id())
            .field("tenant_id", &self.tenant_id())
            .finish_non_exhaustive()
    }
}
