use std::convert::Infallible;
use std::fmt;
use std::future::ready;
use std::num::NonZeroUsize;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::time::Duration;

use http::{Request, Response};
use tokio::task::LocalSet;
use tower_service::Service;

use super::api::Api;
use super::deadline::Deadline;
use super::lifecycle::{Hook, Lifecycle, Shutdown};
use super::place::Place;
use super::pool;
use super::race::{Race, race};
use super::shared::{Closing, Hooks, Shared};
use super::start::{attempt, concurrency, is_snap_start, report};
use super::worker::serve;
use crate::error::BoxError;
use crate::{Body, Error, Lambda, Options};

/// Lambda gives a function with an internal extension at least 300 ms to end.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_millis(250);

/// [`run`](crate::run), with options, and what a program does around its invocations.
///
/// # Examples
///
/// ```no_run
/// use axum::{Router, routing::post};
/// use liftgate::{Options, Runtime};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), liftgate::Error> {
/// let app = Router::new().route("/events", post(|event: String| async move { event }));
/// let options = Options::new().pass_through("/events");
/// Runtime::new().options(options).run(app).await
/// # }
/// ```
#[derive(Default)]
#[must_use]
pub struct Runtime {
    options: Options,
    runtime_api: Option<String>,
    concurrency: Option<NonZeroUsize>,
    is_snap_start: Option<bool>,
    deadline: Option<Deadline>,
    hooks: Hooks,
    shutdown_timeout: Option<Duration>,
    lifecycle: Lifecycle,
}

impl Runtime {
    /// A runtime with the default options.
    pub fn new() -> Self {
        Runtime::default()
    }

    /// How events are read and replies written.
    pub fn options(mut self, options: Options) -> Self {
        self.options = options;
        self
    }

    /// The address of the Runtime API, `host:port` or a URL; by default, that in
    /// `AWS_LAMBDA_RUNTIME_API`. For tests of a function against a Runtime API of their own.
    pub fn runtime_api(mut self, address: impl Into<String>) -> Self {
        self.runtime_api = Some(address.into());
        self
    }

    /// How many invocations are taken at a time; by default, as many as
    /// `AWS_LAMBDA_MAX_CONCURRENCY` says, which [Managed Instances][managed] set, or one.
    ///
    /// Each is taken by a worker with a clone of the service and a connection of its own. What
    /// fails in one of them stays there.
    ///
    /// [managed]: https://docs.aws.amazon.com/lambda/latest/dg/lambda-managed-instances.html
    pub fn concurrency(mut self, workers: NonZeroUsize) -> Self {
        self.concurrency = Some(workers);
        self
    }

    /// Answers 504 to a request that is not answered this long before the invocation's
    /// deadline, so that the client gets an answer, and the log a line. A stream that has
    /// begun ends with an error.
    ///
    /// By default, the service may take as long as Lambda lets it. Where Lambda sets a
    /// concurrency, or [`concurrency`](Self::concurrency) does, it [does not watch][managed], so there
    /// an invocation fails at its deadline, and so it does off Lambda. Where a deadline is watched, work after the response and
    /// [`after_invocation`](Self::after_invocation) end at it too, a second after the answer at the
    /// earliest.
    ///
    /// [managed]: https://docs.aws.amazon.com/lambda/latest/dg/lambda-managed-instances.html
    ///
    /// The service's future is dropped. [`Options::on_error`] may have another answer. An
    /// event of unknown source fails.
    pub fn respond_before_deadline(mut self, margin: Duration) -> Self {
        let responds = true;
        self.deadline = Some(Deadline { margin, responds });
        self
    }

    /// Fails an invocation that is not answered this long before its deadline, with the type
    /// `Liftgate.Timeout`. Otherwise like
    /// [`respond_before_deadline`](Self::respond_before_deadline).
    pub fn fail_before_deadline(mut self, margin: Duration) -> Self {
        let responds = false;
        self.deadline = Some(Deadline { margin, responds });
        self
    }

    /// Does something after each invocation, before the next one is taken: flushes
    /// OpenTelemetry's exporters, say. By then the span of the invocation is closed. The last one
    /// counts.
    ///
    /// # Examples
    ///
    /// ```
    /// # async fn flush_exporters() {}
    /// let runtime = liftgate::Runtime::new().after_invocation(flush_exporters);
    /// ```
    pub fn after_invocation<F>(mut self, hook: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.hooks.after_invocation = Some(Box::new(move || Box::pin(hook())));
        self
    }

    /// Is given the [X-Ray trace header][trace] of each invocation, or an empty text, before the
    /// service is called, if there is one invocation at a time. The last one counts.
    ///
    /// Other runtimes set the environment variable `_X_AMZN_TRACE_ID` to it, where the AWS SDK
    /// looks for it, to find [recursive loops][loops] among others. In Rust that is
    /// [unsafe][set_var] unless no other thread reads the environment, which only the program
    /// knows; and glibc never frees an old value, so memory grows with each invocation. Apps that
    /// take the header from [`Context::trace_id`](crate::Context::trace_id) need no variable.
    ///
    /// [trace]: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
    /// [loops]: https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
    /// [set_var]: https://doc.rust-lang.org/std/env/fn.set_var.html#safety
    ///
    /// # Examples
    ///
    /// ```
    /// let runtime = liftgate::Runtime::new().on_trace_id(|id| {
    ///     // SAFETY: no other thread of this program reads the environment, as one does that
    ///     // looks up a host's name.
    ///     unsafe { std::env::set_var("_X_AMZN_TRACE_ID", id) }
    /// });
    /// ```
    pub fn on_trace_id(mut self, hook: impl Fn(&str) + Send + Sync + 'static) -> Self {
        self.hooks.on_trace_id = Some(Box::new(hook));
        self
    }

    /// Does something before the [snapshot][snapstart] that environments are restored from.
    /// Several hooks run from the last to the first. An error ends the program, through
    /// `/init/error`.
    ///
    /// [snapstart]: https://docs.aws.amazon.com/lambda/latest/dg/snapstart-runtime-hooks.html
    pub fn before_snapshot<F, E>(mut self, hook: impl FnOnce() -> F + Send + 'static) -> Self
    where
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: Into<BoxError>,
    {
        self.lifecycle.before_snapshot.push(Hook::new(hook));
        self
    }

    /// Does something after an environment has been restored: opens the connections that a
    /// snapshot cannot keep, draws what has to be unique. Several hooks run in their order, and
    /// have 10 seconds in all. An error ends the program, through `/restore/error`, and so does
    /// `Liftgate.Timeout`.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[derive(Clone, Copy)] struct Pool;
    /// # impl Pool {
    /// #     async fn close(&self) -> std::io::Result<()> { Ok(()) }
    /// #     async fn open(&self) -> std::io::Result<()> { Ok(()) }
    /// # }
    /// # let pool = Pool;
    /// let runtime = liftgate::Runtime::new()
    ///     .before_snapshot(move || async move { pool.close().await })
    ///     .after_restore(move || async move { pool.open().await });
    /// ```
    pub fn after_restore<F, E>(mut self, hook: impl FnOnce() -> F + Send + 'static) -> Self
    where
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: Into<BoxError>,
    {
        self.lifecycle.after_restore.push(Hook::new(hook));
        self
    }

    /// Does something before the environment ends, when no more invocations come and those in
    /// progress have ended. Then [`run`](Self::run) returns.
    ///
    /// Lambda sends `SIGTERM` only to functions with an extension, so one is registered, which
    /// waits for no event ([source][shutdown]). What is in progress is cut off when half of
    /// [`shutdown_timeout`](Self::shutdown_timeout) is over. Several hooks run in their order. An
    /// error is logged; if there is no time left, `run` ends with `Liftgate.Timeout`.
    ///
    /// [shutdown]: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle-shutdown
    pub fn on_shutdown<F, E>(mut self, hook: impl FnOnce() -> F + Send + 'static) -> Self
    where
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: Into<BoxError>,
    {
        self.lifecycle.on_shutdown.push(Hook::new(hook));
        self
    }

    /// Runs as the external extension of this name, which is that of the program's file in
    /// `/opt/extensions`, beside a program that Lambda has started as the function's runtime and that
    /// does not ask for invocations itself. Lambda tells such an extension of the [shutdown][phases] by an
    /// event, which then stands for `SIGTERM`, and gives it 2 seconds.
    ///
    /// [phases]: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html#runtimes-lifecycle-extensions-shutdown
    ///
    /// # Examples
    ///
    /// ```
    /// let runtime = liftgate::Runtime::new().extension("my-extension");
    /// ```
    pub fn extension(mut self, name: impl Into<String>) -> Self {
        self.lifecycle.extension = Some(name.into());
        self
    }

    /// How long after `SIGTERM` invocations in progress and hooks may take together; by
    /// default, 250 ms, since Lambda gives a function 300. Half of it is for the hooks.
    pub fn shutdown_timeout(mut self, timeout: Duration) -> Self {
        self.shutdown_timeout = Some(timeout);
        self
    }

    /// Whether a snapshot is waited for before the first invocation; by default, as
    /// `AWS_LAMBDA_INITIALIZATION_TYPE` says. For tests against a Runtime API of their own.
    pub fn snap_start(mut self, is_snap_start: bool) -> Self {
        self.is_snap_start = Some(is_snap_start);
        self
    }

    /// Runs a service. See [`run`](crate::run).
    ///
    /// # Errors
    ///
    /// Those of [`run`](crate::run), and those of the hooks around a snapshot.
    pub async fn run<S, B>(self, service: S) -> Result<(), Error>
    where
        S: Service<Request<Body>, Response = Response<B>> + Clone + Send + 'static,
        S::Future: Send,
        S::Error: Into<BoxError>,
        B: http_body::Body + Send + 'static,
        B::Error: Into<BoxError>,
    {
        self.run_init(ready(Ok::<_, Infallible>(service))).await
    }

    /// Makes a service, and runs it. If it cannot be made, Lambda is told why by `/init/error`,
    /// with the type `Liftgate.InitError` and the message, and this returns.
    ///
    /// # Errors
    ///
    /// Those of [`run`](Self::run), and the error of `init`.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use axum::{Router, routing::get};
    /// use liftgate::Runtime;
    ///
    /// async fn app() -> std::io::Result<Router> {
    ///     let greeting = std::fs::read_to_string("greeting.txt")?;
    ///     Ok(Router::new().route("/", get(|| async { greeting })))
    /// }
    ///
    /// #[tokio::main(flavor = "current_thread")]
    /// async fn main() -> Result<(), liftgate::Error> {
    ///     Runtime::new().run_init(app()).await
    /// }
    /// ```
    pub async fn run_init<F, S, E, B>(self, init: F) -> Result<(), Error>
    where
        F: Future<Output = Result<S, E>>,
        E: Into<BoxError>,
        S: Service<Request<Body>, Response = Response<B>> + Clone + Send + 'static,
        S::Future: Send,
        S::Error: Into<BoxError>,
        B: http_body::Body + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let options = self.options.clone();
        let place = Place::find(self.runtime_api.clone(), &options).await?;
        let (shutdown, mut start) = self.start::<B>(&place).await?;
        let shared = Arc::clone(&start.shared);
        // On the heap, since whatever takes a future holds it twice.
        let program = Box::pin(async {
            let Some(service) = start.init::<_, _, B>(init).await? else {
                return Ok(());
            };
            let lambda = Lambda::with_options(service, options);
            if shared.is_sequential() {
                serve(lambda, shared).await
            } else {
                pool::tasks(lambda, &shared).await
            }
        });
        guarded(&place, shutdown, program).await
    }

    /// Runs a service that is neither `Send` nor `Clone`, on the thread that it is made on, where
    /// it may use `tokio::task::spawn_local`.
    ///
    /// With several invocations at a time, there is a service for each of them, and as many
    /// threads as the machine has cores. Each worker takes invocations once its service is made,
    /// which is after the snapshot, if there is one.
    ///
    /// # Errors
    ///
    /// Those of [`run_init`](Self::run_init).
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use std::cell::Cell;
    /// use std::convert::Infallible;
    /// use std::rc::Rc;
    ///
    /// use http::{Request, Response};
    /// use liftgate::{Body, Runtime};
    ///
    /// #[tokio::main(flavor = "current_thread")]
    /// async fn main() -> Result<(), liftgate::Error> {
    ///     let app = async || {
    ///         let visits = Rc::new(Cell::new(0));
    ///         Ok::<_, Infallible>(tower::service_fn(move |_: Request<Body>| {
    ///             visits.set(visits.get() + 1);
    ///             let visits = Rc::clone(&visits);
    ///             async move { Ok::<_, Infallible>(Response::new(format!("visit {}", visits.get()))) }
    ///         }))
    ///     };
    ///     Runtime::new().run_local(app).await
    /// }
    /// ```
    pub async fn run_local<M, F, S, E, B>(self, factory: M) -> Result<(), Error>
    where
        M: Fn() -> F + Send + Sync + 'static,
        F: Future<Output = Result<S, E>> + 'static,
        E: Into<BoxError> + 'static,
        S: Service<Request<Body>, Response = Response<B>> + 'static,
        S::Error: Into<BoxError>,
        B: http_body::Body + 'static,
        B::Error: Into<BoxError>,
    {
        let options = Arc::new(self.options.clone());
        let place = Place::find(self.runtime_api.clone(), &options).await?;
        let (shutdown, mut start) = self.start::<B>(&place).await?;
        let shared = Arc::clone(&start.shared);
        let program = Box::pin(async {
            if shared.is_sequential() {
                let init = async { factory().await };
                let Some(service) = start.init::<_, _, B>(init).await? else {
                    return Ok(());
                };
                let lambda = Lambda::from_shared(service, options);
                return serve(lambda, shared).await;
            }
            let nothing = ready(Ok::<_, Infallible>(()));
            if start.init::<_, _, B>(nothing).await?.is_none() {
                return Ok(());
            }
            let factory = Arc::new(factory);
            let make = move || {
                let (factory, options) = (Arc::clone(&factory), Arc::clone(&options));
                async move {
                    let service = attempt(async { factory().await }).await?;
                    Ok(Lambda::from_shared(service, options))
                }
            };
            let ended = pool::threads(make, &shared).await;
            if let Err(error) = &ended {
                if error.is_init() {
                    report::<B>(&shared.api, error).await;
                }
            }
            ended
        });
        let guarded = guarded(&place, shutdown, program);
        LocalSet::new().run_until(guarded).await
    }

    async fn start<B>(self, place: &Place) -> Result<(Option<Shutdown<B>>, Start), Error>
    where
        B: http_body::Body + 'static,
        B::Error: Into<BoxError>,
    {
        let api = Arc::new(Api::new(place.runtime_api())?);
        let concurrency = match self.concurrency.map_or_else(concurrency, |n| Ok(Some(n))) {
            Ok(concurrency) => concurrency,
            Err(error) => {
                report::<B>(&api, &error).await;
                return Err(error);
            }
        };
        let mut lifecycle = self.lifecycle;
        let limit = self.shutdown_timeout.unwrap_or(SHUTDOWN_TIMEOUT);
        let shutdown = lifecycle.arrange(&api, limit, place.left()).await?;
        let closing = shutdown.as_ref().map(Shutdown::closing);
        // Lambda does not watch the deadlines of a function that it has set a concurrency for, and
        // off Lambda nobody else does.
        let is_watched = concurrency.is_some() || !place.is_lambda();
        let watched = is_watched.then_some(Deadline::WATCHED);
        let shared = Arc::new(Shared {
            api,
            concurrency: concurrency.unwrap_or(NonZeroUsize::MIN),
            deadline: self.deadline.or(watched),
            hooks: self.hooks,
            closing: Closing::new(closing),
            failing: AtomicUsize::new(0),
            is_warm: AtomicBool::new(false),
        });
        let start = Start {
            shared,
            lifecycle,
            is_snap_start: self.is_snap_start.unwrap_or_else(is_snap_start),
        };
        Ok((shutdown, start))
    }
}

/// A runtime on Lambda, before its first invocation.
struct Start {
    shared: Arc<Shared>,
    lifecycle: Lifecycle,
    is_snap_start: bool,
}

impl Start {
    /// What the program makes before it takes invocations, and the snapshot, if one is to be taken.
    /// Where that fails, Lambda is told. `None` if the runtime is closing already.
    async fn init<T, E, B>(
        &mut self,
        made: impl Future<Output = Result<T, E>>,
    ) -> Result<Option<T>, Error>
    where
        E: Into<BoxError>,
        B: http_body::Body + 'static,
        B::Error: Into<BoxError>,
    {
        let Start {
            shared,
            lifecycle,
            is_snap_start,
        } = self;
        let made = pin!(made);
        let begin = async {
            let made = match attempt(made).await {
                Ok(made) => made,
                Err(error) => {
                    report::<B>(&shared.api, &error).await;
                    return Err(error);
                }
            };
            if *is_snap_start {
                lifecycle.snapshot::<B>(&shared.api).await?;
            }
            Ok(made)
        };
        shared.closing.unless(pin!(begin)).await.transpose()
    }
}

async fn guarded<B>(
    place: &Place,
    shutdown: Option<Shutdown<B>>,
    program: impl Future<Output = Result<(), Error>>,
) -> Result<(), Error>
where
    B: http_body::Body + 'static,
    B::Error: Into<BoxError>,
{
    match (shutdown, place.left()) {
        (Some(shutdown), _) => shutdown.guard(program).await,
        (None, None) => program.await,
        (None, Some(left)) => match race(program, left).await {
            Race::First(ended) => ended,
            Race::Second(()) => Ok(()),
        },
    }
}

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runtime")
            .field("options", &self.options)
            .field("runtime_api", &self.runtime_api)
            .field("concurrency", &self.concurrency)
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}
