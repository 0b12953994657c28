use std::future::poll_fn;
use std::task::Poll;

use rustix::process::Signal;
use tokio::signal::unix::{self, SignalKind};

use crate::Error;

/// Signals that are passed on. `SIGTERM` and `SIGINT` are not: first what is under way is answered.
pub(super) struct PassedOn([(unix::Signal, Signal); 4]);

impl PassedOn {
    pub(super) fn new() -> Result<Self, Error> {
        let of = |kind| unix::signal(kind).map_err(Error::signals);
        Ok(PassedOn([
            (of(SignalKind::hangup())?, Signal::HUP),
            (of(SignalKind::quit())?, Signal::QUIT),
            (of(SignalKind::user_defined1())?, Signal::USR1),
            (of(SignalKind::user_defined2())?, Signal::USR2),
        ]))
    }

    /// The next of them.
    ///
    /// # Cancel safety
    ///
    /// It may be dropped, and called again.
    pub(super) async fn recv(&mut self) -> Signal {
        poll_fn(|cx| {
            for (stream, signal) in &mut self.0 {
                if stream.poll_recv(cx).is_ready() {
                    return Poll::Ready(*signal);
                }
            }
            Poll::Pending
        })
        .await
    }
}
