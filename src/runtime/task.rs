use tokio::task::{JoinError, JoinHandle};

use crate::panic::caught;
use crate::{Error, trace};

/// The output of a task of its own, where its panic stays. It ends with the future that waits
/// for it.
pub(super) async fn spawned<T: Send + 'static>(
    task: impl Future<Output = T> + Send + 'static,
) -> Result<T, Error> {
    let mut task = AbortOnDrop(tokio::spawn(trace::follow(task)));
    (&mut task.0).await.map_err(broken)
}

/// Why a task has no output.
#[cold]
pub(super) fn broken(error: JoinError) -> Error {
    match error.try_into_panic() {
        Ok(payload) => caught(payload),
        Err(error) => Error::runtime_from("a task", error),
    }
}

pub(super) struct AbortOnDrop<T>(pub(super) JoinHandle<T>);

impl<T> Drop for AbortOnDrop<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}
