//! Workers side by side, as many as `AWS_LAMBDA_MAX_CONCURRENCY` says.

use std::num::NonZeroUsize;
use std::pin::pin;
use std::sync::Arc;
use std::thread;

use http::{Request, Response};
use tokio::sync::{mpsc, watch};
use tokio::task::{JoinSet, LocalSet};
use tokio::time::sleep;
use tower_service::Service;

use super::backoff::pause;
use super::race::race;
use super::shared::Shared;
use super::task::broken;
use super::worker::serve;
use crate::error::BoxError;
use crate::panic::guard;
use crate::{Body, Error, Lambda, trace};

/// Tasks on the program's own threads, each with a clone of the service.
pub(super) async fn tasks<S, B>(lambda: Lambda<S>, shared: &Arc<Shared>) -> Result<(), Error>
where
    S: Service<Request<Body>, Response = Response<B>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Into<BoxError>,
    B: http_body::Body + Send + 'static,
    B::Error: Into<BoxError>,
{
    let mut workers = JoinSet::new();
    let shared = Arc::clone(shared);
    let count = shared.concurrency.get();
    // It owns the service, which need not be `Sync`.
    let start = move |workers: &mut JoinSet<_>| {
        workers.spawn(trace::follow(serve(lambda.clone(), Arc::clone(&shared))));
    };
    for _ in 0..count {
        start(&mut workers);
    }
    join(workers, start).await
}

/// Threads of their own, for services that cannot leave theirs. Each worker has a service that is
/// made on its thread.
pub(super) async fn threads<M, F, S, B>(make: M, shared: &Arc<Shared>) -> Result<(), Error>
where
    M: Fn() -> F + Send + Sync + 'static,
    F: Future<Output = Result<Lambda<S>, Error>> + 'static,
    S: Service<Request<Body>, Response = Response<B>> + 'static,
    S::Error: Into<BoxError>,
    B: http_body::Body + 'static,
    B::Error: Into<BoxError>,
{
    let make = Arc::new(make);
    let (ended, mut ends) = mpsc::unbounded_channel();
    // Dropped with this future, which ends the threads.
    let (guard, _) = watch::channel(());
    let workers = shared.concurrency.get();
    let threads = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let threads = threads.min(workers);
    for number in 0..threads {
        let count = workers / threads + usize::from(number < workers % threads);
        let (make, shared, ended) = (Arc::clone(&make), Arc::clone(shared), ended.clone());
        let mut guard = guard.subscribe();
        let work = move || {
            let abandoned = async move { while guard.changed().await.is_ok() {} };
            let work = async {
                let mut workers = JoinSet::new();
                let start = |workers: &mut JoinSet<_>| {
                    let (make, shared) = (Arc::clone(&make), Arc::clone(&shared));
                    let worker = async move { serve(make().await?, shared).await };
                    workers.spawn_local(trace::follow(worker));
                };
                for _ in 0..count {
                    start(&mut workers);
                }
                // Whoever waits for it has gone, or hears of it.
                let _ = ended.send(join(workers, start).await);
            };
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            match runtime {
                Ok(runtime) => {
                    let _ = LocalSet::new().block_on(&runtime, race(pin!(work), abandoned));
                }
                Err(error) => drop(ended.send(Err(no_thread(error)))),
            }
        };
        let thread = thread::Builder::new().name(format!("liftgate-{number}"));
        thread.spawn(work).map_err(no_thread)?;
    }
    drop(ended);
    for _ in 0..threads {
        match ends.recv().await {
            Some(end) => end?,
            None => return Err(Error::runtime("a thread of workers broke")),
        }
    }
    Ok(())
}

type Workers = JoinSet<Result<(), Error>>;

/// Waits for all workers, or for the first that cannot go on.
async fn join(mut workers: Workers, start: impl Fn(&mut Workers)) -> Result<(), Error> {
    let mut replaced = 0;
    while let Some(ended) = workers.join_next().await {
        match ended {
            Ok(ended) => ended?,
            // What the program does in an invocation is guarded, so this was between two; and it is
            // not a fault of the others.
            Err(error) => {
                let error = broken(error);
                trace::error(format_args!("a worker broke, and is replaced: {error}"));
                sleep(pause(replaced)).await;
                replaced += 1;
                guard(|| start(&mut workers))?;
            }
        }
    }
    Ok(())
}

#[cold]
fn no_thread(error: std::io::Error) -> Error {
    Error::runtime_from("cannot start a thread", error)
}
