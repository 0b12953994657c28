use std::task::{Context as TaskContext, Waker};

use liftgate::Context;
use tokio::runtime::Handle;

/// Spawns the work that comes after the response, once this is dropped.
///
/// A handler is not told when its reply has been sent. To do the work first would delay the reply.
#[derive(Debug)]
pub(super) struct AfterResponse(Context);

impl AfterResponse {
    pub(super) fn new(context: Context) -> Self {
        AfterResponse(context)
    }

    pub(super) fn request_id(&self) -> &str {
        self.0.request_id()
    }
}

impl Drop for AfterResponse {
    fn drop(&mut self) {
        let Ok(runtime) = Handle::try_current() else {
            return;
        };
        let context = self.0.clone();
        let mut work = Box::pin(async move { context.run_background().await });
        // Most have none, and a task wakes a thread.
        let mut cx = TaskContext::from_waker(Waker::noop());
        if work.as_mut().poll(&mut cx).is_pending() {
            runtime.spawn(work);
        }
    }
}
