//! A Runtime API for one program. It is as small as can be, so that what is measured is the
//! program: blocking sockets, an answer made before, and no thread but the connection's own
//! between a request and its answer.

mod wire;

#[cfg(test)]
mod tests;

use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};
use std::{mem, thread};

use wire::{Answer, id};

use crate::requests::Requests;

/// How many connections a program may have at a time. All are accepted before there is a
/// program, for a thread takes a while to start.
const CONNECTIONS: usize = 4;

/// How long a program may take for a turn: some run in an emulator.
const PATIENCE: Duration = Duration::from_secs(120);

const NEXT: &[u8] = b"GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n";

/// The Runtime API's answer to a reply, as Lambda gives it.
const ACCEPTED: &[u8] = b"HTTP/1.1 202 Accepted\r\n\
    Content-Type: application/json\r\n\
    Date: Mon, 14 Jul 2025 08:38:10 GMT\r\n\
    Content-Length: 16\r\n\r\n\
    {\"status\":\"OK\"}\n";

/// The Runtime API of one program.
#[derive(Debug)]
pub struct RuntimeApi {
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    answer: Answer,
    is_reply: fn(&[u8]) -> bool,
    /// How long an answer takes.
    delay: Duration,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    /// How many invocations the program is still to be given.
    left: usize,
    /// The id of the last invocation.
    id: u64,
    /// Whether a reply to it is awaited.
    is_open: bool,
    /// The last reply.
    reply: Vec<u8>,
    /// Whether the program waits for an invocation, and since when.
    is_waiting: bool,
    since: Instant,
    started: Instant,
    /// How many programs there have been.
    programs: usize,
    /// What the program has done wrong.
    fault: Option<String>,
}

impl RuntimeApi {
    /// Waits for a program, which gets this event in every invocation, and says hello.
    pub fn start(event: &str) -> Self {
        RuntimeApi::new(event, says_hello, Duration::ZERO)
    }

    /// The same, but each answer takes a while, so that the program has to wait for it.
    pub fn start_slow(event: &str) -> Self {
        RuntimeApi::new(event, says_hello, Duration::from_millis(5))
    }

    /// Waits for a program whose replies may say anything.
    pub fn start_any(event: &str) -> Self {
        RuntimeApi::new(event, |_| true, Duration::ZERO)
    }

    fn new(event: &str, is_reply: fn(&[u8]) -> bool, delay: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let now = Instant::now();
        let state = State {
            left: 0,
            id: 0,
            is_open: false,
            reply: Vec::new(),
            is_waiting: false,
            since: now,
            started: now,
            programs: 0,
            fault: None,
        };
        let shared = Arc::new(Shared {
            answer: Answer::new(event),
            is_reply,
            delay,
            state: Mutex::new(state),
            changed: Condvar::new(),
        });
        for _ in 0..CONNECTIONS {
            let listener = listener.try_clone().unwrap();
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                for stream in listener.incoming() {
                    // A program that is ended breaks its connections.
                    let _ = stream.and_then(|stream| shared.serve(stream));
                }
            });
        }
        RuntimeApi { address, shared }
    }

    /// The value of `AWS_LAMBDA_RUNTIME_API`.
    pub fn address(&self) -> String {
        self.address.to_string()
    }

    /// Waits until the program has asked for an invocation, and says when it did.
    ///
    /// # Panics
    ///
    /// If it does not, or has done something wrong before.
    pub fn idle(&self) -> Instant {
        let is_busy = |state: &mut State| {
            let is_idle = state.is_waiting && state.left == 0;
            !is_idle && state.fault.is_none()
        };
        let state = self.shared.lock();
        let waited = self
            .shared
            .changed
            .wait_timeout_while(state, PATIENCE, is_busy);
        let (state, waited) = waited.unwrap();
        assert!(!waited.timed_out(), "the program does not go on");
        assert_eq!(state.fault, None);
        state.since
    }

    /// Invokes the program, one invocation after the other, and says how long it took: from the
    /// first event until it asks for more.
    ///
    /// # Panics
    ///
    /// If a reply is none.
    pub fn invoke(&self, count: usize) -> Duration {
        self.idle();
        self.shared.lock().left = count;
        self.shared.changed.notify_all();
        let ended = self.idle();
        ended - self.shared.lock().started
    }

    /// The last reply.
    pub fn reply(&self) -> Vec<u8> {
        self.shared.lock().reply.clone()
    }

    /// Waits for another program. The last one has ended.
    pub fn reset(&self) {
        let mut state = self.shared.lock();
        state.programs += 1;
        state.is_waiting = false;
        state.is_open = false;
        self.shared.changed.notify_all();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    fn serve(&self, stream: TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        let mut requests = Requests::new(stream);
        let mut answer = self.answer.clone();
        while requests.read()? {
            if requests.line == NEXT {
                let Some(id) = self.next() else {
                    return Ok(());
                };
                self.wait();
                requests.answer(answer.with(id))?;
            } else {
                self.take(&requests.line, &mut requests.body);
                self.wait();
                requests.answer(ACCEPTED)?;
            }
        }
        Ok(())
    }

    fn wait(&self) {
        if !self.delay.is_zero() {
            thread::sleep(self.delay);
        }
    }

    /// The id of the next invocation, once there is one; `None` if the program has ended.
    fn next(&self) -> Option<u64> {
        let since = Instant::now();
        let mut state = self.lock();
        if state.is_open {
            state.fault = Some("an invocation has no reply".to_owned());
        }
        if state.left == 0 {
            state.since = since;
            state.is_waiting = true;
            self.changed.notify_all();
            let program = state.programs;
            let waited = self
                .changed
                .wait_while(state, |state| state.left == 0 && state.programs == program);
            state = waited.unwrap();
            if state.programs != program {
                return None;
            }
            state.is_waiting = false;
            state.started = Instant::now();
        }
        state.left -= 1;
        state.id += 1;
        state.is_open = true;
        Some(state.id)
    }

    /// Takes a reply, and gives the memory of the last one for it.
    fn take(&self, line: &[u8], body: &mut Vec<u8>) {
        let mut state = self.lock();
        let id = id(state.id);
        let expected = format!("POST /2018-06-01/runtime/invocation/{id}/response HTTP/1.1\r\n");
        let is_reply = (self.is_reply)(body);
        if !state.is_open || line != expected.as_bytes() || !is_reply {
            let line = String::from_utf8_lossy(line);
            let body = String::from_utf8_lossy(body);
            state.fault = Some(format!("not the reply to {id}: {line}{body}"));
            self.changed.notify_all();
        }
        state.is_open = false;
        mem::swap(&mut state.reply, body);
    }
}

fn says_hello(reply: &[u8]) -> bool {
    reply.windows(11).any(|window| window == b"hello world")
}
