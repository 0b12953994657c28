//! The environments of a function.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use liftgate::local::{Answer, Call, Failure, Function, Invoking, Waiting};
use tokio::sync::Mutex;

use super::environment::{Environment, Order, Process};
use super::program::Program;
use super::report::{End, Observe, Report};
use super::state::State;

/// How many environments there may be, and how long.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How many may run.
    pub environments: usize,
    /// How long one may have nothing to do, unless it is the last.
    pub idle: Duration,
}

impl Limits {
    /// One environment, as long as it is needed.
    pub const ONE: Limits = Limits {
        environments: 1,
        idle: Duration::MAX,
    };
}

/// A function in as many environments as it takes.
#[derive(Clone, Debug)]
pub struct Pool {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    program: Program,
    limits: Limits,
    observer: Arc<dyn Observe>,
    state: Mutex<State>,
}

/// How long a program's last reply may be on its way, once the program has ended.
const LAST_WORDS: Duration = Duration::from_millis(100);

impl Pool {
    /// One without any environment.
    pub fn new(program: Program, limits: Limits, observer: Arc<dyn Observe>) -> Self {
        let shared = Arc::new(Shared {
            program,
            limits,
            observer,
            state: Mutex::default(),
        });
        Pool { shared }
    }

    /// Starts an environment if there is none, for those who will come.
    pub async fn prepare(&self) {
        let mut state = self.shared.state.lock().await;
        self.shared.prepare(&mut state).await;
    }

    /// Replaces all environments by new ones. The old ones end when their invocations have.
    pub async fn replace(&self) {
        let mut state = self.shared.state.lock().await;
        let mut waiting = Vec::new();
        for environment in state.all_serving() {
            environment.order(Order::Retire);
            waiting.extend(environment.api.take_waiting());
        }
        for waiting in waiting {
            self.shared.place(&mut state, waiting).await;
        }
        self.shared.prepare(&mut state).await;
    }

    /// Ends all environments, each as Lambda does.
    pub async fn shut_down(&self) {
        let mut state = self.shared.state.lock().await;
        state.stop();
        let mut keepers = std::mem::take(&mut state.keepers);
        // They need it.
        drop(state);
        while keepers.join_next().await.is_some() {}
    }
}

impl Function for Pool {
    fn invoke(&self, call: Call) -> Invoking<'_> {
        Box::pin(async {
            let (waiting, answer) = Waiting::new(call);
            let shared = Arc::clone(&self.shared);
            let placed = async move {
                let mut state = shared.state.lock().await;
                shared.place(&mut state, waiting).await
            };
            // An environment that is being started is needed by others too.
            let started = tokio::spawn(placed).await.ok().flatten();
            let mut answer: Answer = answer.await?;
            answer.cold_start = started.and_then(|environment| environment.start_time());
            Ok(answer)
        })
    }
}

impl Shared {
    /// Gives an invocation to an environment. Returns the one that was started for it.
    async fn place(
        self: &Arc<Self>,
        state: &mut State,
        waiting: Waiting,
    ) -> Option<Arc<Environment>> {
        if let Some(free) = state.free() {
            free.api.invoke_waiting(waiting);
            free.touch();
            return None;
        }
        let started = match state.admit(self.limits.environments) {
            Ok(()) => self.start(state).await,
            Err(failure) => Err(failure),
        };
        match started {
            Ok(environment) => {
                environment.api.invoke_waiting(waiting);
                Some(environment)
            }
            Err(failure) => {
                waiting.fail(failure);
                None
            }
        }
    }

    async fn prepare(self: &Arc<Self>, state: &mut State) {
        if state.serving() == 0 && state.admit(self.limits.environments).is_ok() {
            // It has been reported.
            let _ = self.start(state).await;
        }
    }

    async fn start(self: &Arc<Self>, state: &mut State) -> Result<Arc<Environment>, Failure> {
        state.count += 1;
        let number = state.count;
        match Environment::start(&self.program, number, &self.observer).await {
            Ok((environment, process)) => {
                state.add(Arc::clone(&environment));
                let keeper = Arc::clone(self).keeper(Arc::clone(&environment), process);
                state.keepers.spawn(keeper);
                Ok(environment)
            }
            Err(failure) => {
                self.ended(number, &End::CannotStart(failure.clone()));
                Err(failure)
            }
        }
    }

    /// Without a type of its own: an environment may have to start another one.
    fn keeper(
        self: Arc<Self>,
        environment: Arc<Environment>,
        process: Process,
    ) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(self.keep(environment, process))
    }

    /// Sees to an environment until it has ended.
    async fn keep(self: Arc<Self>, environment: Arc<Environment>, mut process: Process) {
        let observer = self.observer.as_ref();
        let end = loop {
            let end = environment
                .run(&mut process, observer, self.limits.idle)
                .await;
            if !matches!(end, End::Idle) || self.release(&environment).await {
                break end;
            }
        };
        self.retire(&environment, &end).await;
        let grace = match end {
            End::Idle | End::Replaced | End::Stopped => environment.api.shut_down(),
            _ => Duration::ZERO,
        };
        process.end(grace).await;
        if let End::Exited(_) = end {
            // What it said last may not have been read yet.
            let _ = tokio::time::timeout(LAST_WORDS, environment.api.drained()).await;
        }
        let running = environment.api.running();
        environment.api.fail(end.failure(running.as_deref()));
        self.ended(environment.number, &end);
        // Streams that broke off with the program come to their ends.
        let drained = environment.api.drained();
        let _ = tokio::time::timeout(Duration::from_secs(1), drained).await;
        self.state.lock().await.remove(&environment);
    }

    /// Has an idle environment retire, unless it is the last.
    async fn release(&self, environment: &Environment) -> bool {
        let state = self.state.lock().await;
        let is_needed = state.serving() == 1 || environment.api.in_flight() > 0;
        if is_needed {
            environment.touch();
        } else {
            environment.order(Order::Retire);
        }
        !is_needed
    }

    /// Has others take what no program has taken. A program that cannot start would not be able to
    /// in another environment.
    async fn retire(self: &Arc<Self>, environment: &Environment, end: &End) {
        let mut state = self.state.lock().await;
        environment.order(Order::Retire);
        if !matches!(end, End::CannotStart(_)) {
            for waiting in environment.api.take_waiting() {
                self.place(&mut state, waiting).await;
            }
        }
    }

    fn ended(&self, environment: usize, end: &End) {
        let report = Report::Ended { environment, end };
        self.observer.observe(&report);
    }
}
