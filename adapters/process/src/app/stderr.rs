//! What the app writes on its standard error: passed on, and its end remembered.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::process::ChildStderr;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::time::sleep;

/// How much of it is remembered, in bytes.
const MAX_TAIL: usize = 4096;

/// How many lines are told of.
const MAX_LINES: usize = 10;

/// A thread that passes it on, since both ends may block.
pub(super) struct Stderr {
    tail: Arc<Mutex<VecDeque<u8>>>,
    thread: JoinHandle<()>,
}

impl Stderr {
    pub(super) fn follow(mut from: ChildStderr) -> io::Result<Self> {
        let tail = Arc::new(Mutex::new(VecDeque::with_capacity(MAX_TAIL)));
        let written = Arc::clone(&tail);
        let thread = thread::Builder::new()
            .name("stderr".to_owned())
            // It has a buffer, and calls nothing.
            .stack_size(64 << 10)
            .spawn(move || {
                let mut buffer = [0; 8192];
                loop {
                    let len = match from.read(&mut buffer) {
                        Ok(0) => return,
                        Ok(len) => len,
                        Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                        Err(_) => return,
                    };
                    let bytes = &buffer[..len];
                    // Where nobody reads the log there is nobody to tell.
                    let _ = io::stderr().write_all(bytes);
                    let mut tail = written.lock().unwrap_or_else(PoisonError::into_inner);
                    tail.extend(bytes);
                    let more = tail.len().saturating_sub(MAX_TAIL);
                    tail.drain(..more);
                }
            })?;
        Ok(Stderr { tail, thread })
    }

    /// The last lines of an app that has ended, once all that it has written is read, or this time over.
    pub(super) async fn last_lines(&self, limit: Duration) -> String {
        let mut waited = Duration::ZERO;
        while !self.thread.is_finished() && waited < limit {
            let pause = Duration::from_millis(2);
            sleep(pause).await;
            waited += pause;
        }
        let tail = self.tail.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes: Vec<u8> = tail.iter().copied().collect();
        drop(tail);
        let text = String::from_utf8_lossy(&bytes);
        let lines: Vec<&str> = text.trim_end().lines().rev().take(MAX_LINES).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }
}
