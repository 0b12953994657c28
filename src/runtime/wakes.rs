//! A task's wakes of itself, which are not worth a turn of the executor.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

/// How often what wakes itself is polled again in one turn: what never stops is not to keep all
/// else from its turn.
const POLLS: usize = 3;

/// Polls what wakes itself, as the two ends of a connection do that are polled by one task: it is
/// polled again at once, and the executor is told of wakes from outside only.
pub(super) struct Wakes {
    // The task that is woken.
    task: Waker,
    shared: Arc<Shared>,
    waker: Waker,
}

struct Shared {
    task: Mutex<Waker>,
    is_polling: AtomicBool,
    is_woken: AtomicBool,
}

impl Wakes {
    pub(super) fn new() -> Self {
        let shared = Arc::new(Shared {
            task: Mutex::new(Waker::noop().clone()),
            is_polling: AtomicBool::new(false),
            is_woken: AtomicBool::new(false),
        });
        Wakes {
            task: Waker::noop().clone(),
            waker: Arc::clone(&shared).into(),
            shared,
        }
    }

    /// Does what wakes the task to poll what is polled next anyhow.
    pub(super) fn before_poll<T>(&self, wake: impl FnOnce() -> T) -> T {
        let _polling = Polling::begin(&self.shared);
        wake()
    }

    /// Polls; what wakes itself meanwhile is polled again.
    pub(super) fn poll<T>(
        &mut self,
        cx: &mut Context<'_>,
        mut poll: impl FnMut(&mut Context<'_>) -> Poll<T>,
    ) -> Poll<T> {
        if !self.task.will_wake(cx.waker()) {
            self.task.clone_from(cx.waker());
            *self.shared.task() = self.task.clone();
        }
        for _ in 0..POLLS {
            let polled = {
                let _polling = Polling::begin(&self.shared);
                poll(&mut Context::from_waker(&self.waker))
            };
            if polled.is_ready() || !self.shared.is_woken.load(Ordering::SeqCst) {
                return polled;
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

impl Shared {
    fn task(&self) -> std::sync::MutexGuard<'_, Waker> {
        self.task.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wake for Shared {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        // In this order, as the poller has them the other way round: one sees the other.
        self.is_woken.store(true, Ordering::SeqCst);
        if !self.is_polling.load(Ordering::SeqCst) {
            self.task().wake_by_ref();
        }
    }
}

/// While this is there, wakes are noted only.
struct Polling<'s>(&'s Shared);

impl<'s> Polling<'s> {
    fn begin(shared: &'s Shared) -> Self {
        // Not by a store: what has been woken for is to be seen by the poll.
        shared.is_woken.swap(false, Ordering::SeqCst);
        shared.is_polling.store(true, Ordering::SeqCst);
        Polling(shared)
    }
}

impl Drop for Polling<'_> {
    fn drop(&mut self) {
        self.0.is_polling.store(false, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;
    use std::thread;

    use super::*;

    /// Counts how often it is woken.
    #[derive(Default)]
    struct Task(AtomicUsize);

    impl Wake for Task {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    impl Task {
        fn woken(&self) -> usize {
            self.0.load(Ordering::SeqCst)
        }
    }

    #[test]
    fn its_own_wakes_poll_it_again_and_others_wake_the_task() {
        let task = Arc::new(Task::default());
        let waker = Waker::from(Arc::clone(&task));
        let mut cx = Context::from_waker(&waker);
        let mut wakes = Wakes::new();
        let (mut polls, mut kept) = (0, None);
        let polled = wakes.poll(&mut cx, |cx| {
            polls += 1;
            if polls == 1 {
                cx.waker().wake_by_ref();
            }
            kept = Some(cx.waker().clone());
            Poll::<()>::Pending
        });
        assert!(polled.is_pending());
        assert_eq!((polls, task.woken()), (2, 0));
        kept.unwrap().wake();
        assert_eq!(task.woken(), 1);
    }

    #[test]
    fn what_wakes_itself_for_ever_leaves_others_their_turn() {
        let task = Arc::new(Task::default());
        let waker = Waker::from(Arc::clone(&task));
        let mut polls = 0;
        let polled = Wakes::new().poll(&mut Context::from_waker(&waker), |cx| {
            polls += 1;
            cx.waker().wake_by_ref();
            Poll::<()>::Pending
        });
        assert!(polled.is_pending());
        assert_eq!((polls, task.woken()), (POLLS, 1));
    }

    #[test]
    fn another_task_is_woken_once_it_polls() {
        let [one, other] = [(); 2].map(|()| Arc::new(Task::default()));
        let mut wakes = Wakes::new();
        let mut kept = None;
        for task in [&one, &other] {
            let waker = Waker::from(Arc::clone(task));
            let _ = wakes.poll(&mut Context::from_waker(&waker), |cx| {
                kept = Some(cx.waker().clone());
                Poll::<()>::Pending
            });
        }
        kept.unwrap().wake();
        assert_eq!((one.woken(), other.woken()), (0, 1));
    }

    #[test]
    fn no_wake_from_another_thread_is_lost() {
        let task = Arc::new(Task::default());
        let waker = Waker::from(Arc::clone(&task));
        let mut wakes = Wakes::new();
        for _ in 0..1000 {
            let before = task.woken();
            let (mut polls, mut thread) = (0, None);
            let polled = wakes.poll(&mut Context::from_waker(&waker), |cx| {
                polls += 1;
                let waker = cx.waker().clone();
                if thread.is_none() {
                    thread = Some(thread::spawn(move || waker.wake()));
                }
                Poll::<()>::Pending
            });
            assert!(polled.is_pending());
            thread.unwrap().join().unwrap();
            // Either it was polled once more, or the task was woken.
            assert!(polls > 1 || task.woken() > before);
        }
    }
}
