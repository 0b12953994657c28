//! One environment: a Runtime API, and a program that polls it.

use std::io;
use std::process::ExitStatus;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use liftgate::local::{Cause, Failure, RuntimeApi};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout};

use super::child::Child;
use super::logs::Logs;
use super::program::Program;
use super::report::{End, Observe, Report, Stream, exit_error};

/// The last environment, which stays, would otherwise do nothing but look whether it is the last.
const LEAST_IDLE: Duration = Duration::from_millis(100);

/// An environment as the pool sees it.
#[derive(Debug)]
pub(super) struct Environment {
    pub(super) number: usize,
    pub(super) api: RuntimeApi,
    concurrency: usize,
    begun: Instant,
    start_time: OnceLock<Duration>,
    used: watch::Sender<Instant>,
    order: watch::Sender<Order>,
}

/// What an environment is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Order {
    /// Take invocations.
    Serve,
    /// Take no more, and end when those are over that there are.
    Retire,
    /// End.
    Stop,
}

/// The program in an environment.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    logs: Logs,
}

impl Environment {
    /// Starts the program.
    pub(super) async fn start(
        program: &Program,
        number: usize,
        observer: &Arc<dyn Observe>,
    ) -> Result<(Arc<Self>, Process), Failure> {
        let failed = |error: io::Error| {
            let reason = format!("{}: {error}", program.title());
            Failure::new(Cause::Function, reason)
        };
        let api = RuntimeApi::bind().await.map_err(failed)?;
        let begun = Instant::now();
        let started = Child::start(program, number, api.address()).await;
        let (child, out, err) = started.map_err(failed)?;
        let environment = Arc::new(Environment {
            number,
            api,
            concurrency: program.concurrency(),
            begun,
            start_time: OnceLock::new(),
            used: watch::channel(begun).0,
            order: watch::channel(Order::Serve).0,
        });
        let mut logs = Logs::new();
        logs.follow(
            out,
            Stream::Stdout,
            environment.show(Stream::Stdout, observer),
        );
        logs.follow(
            err,
            Stream::Stderr,
            environment.show(Stream::Stderr, observer),
        );
        Ok((environment, Process { child, logs }))
    }

    fn show(
        self: &Arc<Self>,
        stream: Stream,
        observer: &Arc<dyn Observe>,
    ) -> impl Fn(&[u8]) + Send + use<> {
        // A process that got away from its group may write for ever.
        let environment = Arc::downgrade(self);
        let (number, observer) = (self.number, Arc::clone(observer));
        move |line| {
            let running = environment.upgrade().and_then(|that| that.api.running());
            observer.observe(&Report::Log {
                environment: number,
                request_id: running.as_deref(),
                stream,
                line,
            });
        }
    }

    /// Has something else done from now on. What was ordered is never taken back.
    pub(super) fn order(&self, order: Order) {
        self.order.send_if_modified(|ordered| {
            let is_more = *ordered < order;
            *ordered = order.max(*ordered);
            is_more
        });
    }

    /// Whether it takes invocations.
    pub(super) fn serves(&self) -> bool {
        *self.order.borrow() == Order::Serve
    }

    /// Whether it could take another one now.
    pub(super) fn is_free(&self) -> bool {
        self.serves() && self.api.in_flight() < self.concurrency
    }

    /// How long the program took until it asked for its first event.
    pub(super) fn start_time(&self) -> Option<Duration> {
        self.start_time.get().copied()
    }

    /// Notes that it is needed.
    pub(super) fn touch(&self) {
        self.used.send_replace(Instant::now());
    }

    /// Lives until there is a reason to end. After [`End::Idle`] it can go on.
    pub(super) async fn run(
        &self,
        process: &mut Process,
        observer: &dyn Observe,
        idle: Duration,
    ) -> End {
        tokio::select! {
            biased;
            () = self.ordered(Order::Stop) => return End::Stopped,
            ready = self.api.ready() => match ready {
                Ok(()) => self.ready(observer),
                Err(failure) => {
                    // The next request is for one that may start.
                    self.order(Order::Retire);
                    process.leave().await;
                    return End::CannotStart(failure);
                }
            },
            status = process.child.wait() => {
                self.order(Order::Retire);
                return process.cannot_start(status).await;
            }
            () = self.retired() => return End::Replaced,
        }
        tokio::select! {
            biased;
            () = self.ordered(Order::Stop) => End::Stopped,
            status = process.child.wait() => match status {
                Ok(status) => End::Exited(status),
                Err(error) => End::CannotStart(Failure::new(Cause::Function, error.to_string())),
            },
            (request_id, limit) = self.overdue() => End::TimedOut { request_id, limit },
            () = self.retired() => End::Replaced,
            () = self.idle(idle) => End::Idle,
        }
    }

    fn ready(&self, observer: &dyn Observe) {
        let after = self.begun.elapsed();
        if self.start_time.set(after).is_ok() {
            let environment = self.number;
            observer.observe(&Report::Ready { environment, after });
        }
    }

    async fn ordered(&self, order: Order) {
        let mut ordered = self.order.subscribe();
        // It is kept as long as this is.
        let _ = ordered.wait_for(|ordered| *ordered >= order).await;
    }

    async fn retired(&self) {
        self.ordered(Order::Retire).await;
        self.api.drained().await;
    }

    /// With several invocations at a time, Lambda leaves deadlines to the program ([source]).
    ///
    /// [source]: https://docs.aws.amazon.com/lambda/latest/dg/lambda-managed-instances-runtimes.html
    async fn overdue(&self) -> (String, Duration) {
        match self.concurrency {
            1 => self.api.overdue().await,
            _ => std::future::pending().await,
        }
    }

    async fn idle(&self, time: Duration) {
        let mut uses = self.used.subscribe();
        loop {
            if self.api.in_flight() > 0 {
                self.api.drained().await;
                self.touch();
            }
            let used = *uses.borrow_and_update();
            let over = async {
                match used.checked_add(time.max(LEAST_IDLE)) {
                    Some(end) => sleep_until(end).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                // What has begun may have ended by when this time is over.
                _ = uses.changed() => {}
                () = over => return,
            }
        }
    }
}

impl Process {
    /// Why a program ended before it asked for an event.
    async fn cannot_start(&mut self, status: io::Result<ExitStatus>) -> End {
        self.child.end(Duration::ZERO).await;
        self.logs.finish().await;
        let reason = match status {
            Ok(status) => exit_error(status),
            Err(error) => error.to_string(),
        };
        let payload = serde_json::json!({
            "errorType": "Runtime.ExitError",
            "errorMessage": format!("Error: {reason}"),
        });
        let lines = std::iter::once(reason).chain(self.logs.tail());
        let reason = lines.collect::<Vec<_>>().join("\n");
        let failure = Failure::new(Cause::Function, reason);
        End::CannotStart(failure.with_payload(payload.to_string()))
    }

    /// Lets a program end that has said that it cannot start: it may have more to say.
    async fn leave(&mut self) {
        let _ = timeout(Duration::from_millis(500), self.child.wait()).await;
    }

    /// Ends the program, and takes in the rest of what it writes.
    pub(super) async fn end(&mut self, grace: Duration) {
        self.child.end(grace).await;
        self.logs.finish().await;
    }
}
