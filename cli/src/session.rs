//! What the commands share that start environments.

use tokio::runtime;

use crate::environments::Pool;

/// Works to the end, or until liftgate is asked to end, which gives `None`; then ends the
/// environments.
pub(crate) fn run<T>(pool: &Pool, work: impl Future<Output = T>) -> Result<Option<T>, String> {
    // The programs are what takes time.
    let runtime = runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    runtime.block_on(async {
        let done = tokio::select! {
            biased;
            () = interruption() => None,
            done = work => Some(done),
        };
        tokio::select! {
            biased;
            // Asked twice, it ends at once, and the processes with it.
            () = interruption() => {}
            () = pool.shut_down() => {}
        }
        Ok(done)
    })
}

/// Waits for Ctrl-C, or whatever else asks a program to end.
#[cfg(unix)]
async fn interruption() {
    use tokio::signal::unix::{SignalKind, signal};
    let kinds = [
        SignalKind::interrupt(),
        SignalKind::terminate(),
        SignalKind::hangup(),
    ];
    let [Ok(mut interrupt), Ok(mut terminate), Ok(mut hangup)] = kinds.map(signal) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
        _ = hangup.recv() => {}
    }
}

#[cfg(not(unix))]
async fn interruption() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending().await
    }
}
