//! What a program writes, line by line.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::BytesMut;
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::report::Stream;

/// A line that is longer comes in parts.
const MAX_LINE: usize = 64 << 10;

/// How much of the end is kept, to be told with a failure.
const TAIL_LINES: usize = 5;
const TAIL_LINE: usize = 500;

/// Takes in what a program writes, to its end.
#[derive(Debug)]
pub(super) struct Logs {
    readers: Vec<JoinHandle<()>>,
    tail: Arc<Tail>,
}

/// The last lines on standard error.
#[derive(Debug, Default)]
struct Tail(Mutex<VecDeque<String>>);

impl Logs {
    pub(super) fn new() -> Self {
        Logs {
            readers: Vec::new(),
            tail: Arc::default(),
        }
    }

    /// Shows each line of a stream.
    pub(super) fn follow(
        &mut self,
        pipe: Option<impl AsyncRead + Unpin + Send + 'static>,
        stream: Stream,
        show: impl Fn(&[u8]) + Send + 'static,
    ) {
        let Some(pipe) = pipe else { return };
        let tail = Arc::clone(&self.tail);
        let each = move |line: &[u8]| {
            if stream == Stream::Stderr {
                tail.push(line);
            }
            show(line);
        };
        self.readers.push(tokio::spawn(read(pipe, each)));
    }

    /// Waits until all is read, though not for long, since a process that got away may hold the
    /// other end. What it writes is read all the same.
    pub(super) async fn finish(&mut self) {
        let readers = async {
            for reader in &mut self.readers {
                // It does not panic.
                let _ = reader.await;
            }
        };
        let _ = timeout(Duration::from_secs(1), readers).await;
        self.readers.clear();
    }

    /// The last lines on standard error.
    pub(super) fn tail(&self) -> Vec<String> {
        let tail = self.tail.0.lock().unwrap_or_else(PoisonError::into_inner);
        tail.iter().cloned().collect()
    }
}

impl Tail {
    fn push(&self, line: &[u8]) {
        let mut tail = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if tail.len() == TAIL_LINES {
            tail.pop_front();
        }
        let line = &line[..line.len().min(TAIL_LINE)];
        tail.push_back(String::from_utf8_lossy(line).into_owned());
    }
}

async fn read(mut pipe: impl AsyncRead + Unpin, each: impl Fn(&[u8])) {
    let mut buffer = BytesMut::with_capacity(MAX_LINE);
    loop {
        // As much as makes a line too long, and no more.
        buffer.reserve(MAX_LINE - buffer.len());
        let room = MAX_LINE - buffer.len();
        let read = (&mut pipe).take(room as u64).read_buf(&mut buffer).await;
        let is_end = !matches!(read, Ok(1..));
        while let Some(end) = buffer.iter().position(|byte| *byte == b'\n') {
            let line = buffer.split_to(end + 1);
            let line = line.strip_suffix(b"\n").unwrap_or(&line);
            each(line.strip_suffix(b"\r").unwrap_or(line));
        }
        if buffer.len() == MAX_LINE || is_end && !buffer.is_empty() {
            each(&buffer.split());
        }
        if is_end {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn lines(written: &[u8]) -> Vec<Vec<u8>> {
        let lines = Mutex::new(Vec::new());
        read(written, |line| lines.lock().unwrap().push(line.to_vec())).await;
        lines.into_inner().unwrap()
    }

    #[tokio::test]
    async fn lines_end_as_they_do_anywhere() {
        assert_eq!(lines(b"").await, Vec::<Vec<u8>>::new());
        assert_eq!(lines(b"\n").await, [b""]);
        let read = lines(b"one\r\n\xff\n\nlast").await;
        assert_eq!(read, [&b"one"[..], b"\xff", b"", b"last"]);
    }

    #[tokio::test]
    async fn a_line_that_is_too_long_comes_in_parts() {
        let mut written = vec![b'x'; 2 * MAX_LINE + 3];
        written.extend_from_slice(b"\nnext\n");
        let read = lines(&written).await;
        let lens: Vec<_> = read.iter().map(Vec::len).collect();
        assert_eq!(lens, [MAX_LINE, MAX_LINE, 3, 4]);
    }

    #[test]
    fn the_end_is_kept() {
        let tail = Tail::default();
        (0..9).for_each(|number| tail.push(number.to_string().as_bytes()));
        tail.push(&[b'x'; 2 * TAIL_LINE]);
        let kept = tail.0.into_inner().unwrap();
        assert_eq!(
            (kept.len(), kept[0].as_str(), kept[4].len()),
            (5, "5", TAIL_LINE)
        );
    }
}
