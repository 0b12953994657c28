//! A Runtime API for one program. It is as small as can be, so that what is measured is the
//! program: blocking sockets, an answer made before, and no thread but the connection's own
//! between a request and its answer.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

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
    /// Waits for a program, which gets this event in every invocation.
    pub fn start(event: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let now = Instant::now();
        let state = State {
            left: 0,
            id: 0,
            is_open: false,
            is_waiting: false,
            since: now,
            started: now,
            programs: 0,
            fault: None,
        };
        let shared = Arc::new(Shared {
            answer: Answer::new(event),
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
    /// If a reply does not say hello.
    pub fn invoke(&self, count: usize) -> Duration {
        self.idle();
        self.shared.lock().left = count;
        self.shared.changed.notify_all();
        let ended = self.idle();
        ended - self.shared.lock().started
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
                requests.answer(answer.with(id))?;
            } else {
                self.take(&requests.line, &requests.body);
                requests.answer(ACCEPTED)?;
            }
        }
        Ok(())
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

    fn take(&self, line: &[u8], body: &[u8]) {
        let mut state = self.lock();
        let id = id(state.id);
        let expected = format!("POST /2018-06-01/runtime/invocation/{id}/response HTTP/1.1\r\n");
        let says_hello = body.windows(11).any(|window| window == b"hello world");
        if !state.is_open || line != expected.as_bytes() || !says_hello {
            let line = String::from_utf8_lossy(line);
            let body = String::from_utf8_lossy(body);
            state.fault = Some(format!("not the reply to {id}: {line}{body}"));
            self.changed.notify_all();
        }
        state.is_open = false;
    }
}

/// The requests of one connection.
struct Requests {
    stream: BufReader<TcpStream>,
    /// The first line of the last request, with its end.
    line: Vec<u8>,
    header: Vec<u8>,
    body: Vec<u8>,
}

impl Requests {
    fn new(stream: TcpStream) -> Self {
        Requests {
            stream: BufReader::new(stream),
            line: Vec::new(),
            header: Vec::new(),
            body: Vec::new(),
        }
    }

    /// Reads a request, if one comes.
    fn read(&mut self) -> io::Result<bool> {
        self.line.clear();
        self.body.clear();
        if self.stream.read_until(b'\n', &mut self.line)? == 0 {
            return Ok(false);
        }
        let mut len = 0;
        let mut is_chunked = false;
        loop {
            let line = read_line(&mut self.stream, &mut self.header)?;
            let Some((name, value)) = line.split_once(':') else {
                break;
            };
            if name.eq_ignore_ascii_case("content-length") {
                len = value.trim().parse().map_err(io::Error::other)?;
            } else if name.eq_ignore_ascii_case("transfer-encoding") {
                is_chunked = value.trim().eq_ignore_ascii_case("chunked");
            }
        }
        if is_chunked {
            self.read_chunks()?;
        } else {
            self.read_body(len)?;
        }
        Ok(true)
    }

    fn read_chunks(&mut self) -> io::Result<()> {
        loop {
            let line = read_line(&mut self.stream, &mut self.header)?;
            let size = line.split(';').next().unwrap_or_default();
            let size = u64::from_str_radix(size, 16).map_err(io::Error::other)?;
            if size == 0 {
                break;
            }
            self.read_body(size)?;
            read_line(&mut self.stream, &mut self.header)?;
        }
        // The trailers, and the empty line after them.
        while !read_line(&mut self.stream, &mut self.header)?.is_empty() {}
        Ok(())
    }

    fn read_body(&mut self, len: u64) -> io::Result<()> {
        let read = (&mut self.stream).take(len).read_to_end(&mut self.body)?;
        if read as u64 != len {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(())
    }

    fn answer(&mut self, answer: &[u8]) -> io::Result<()> {
        self.stream.get_mut().write_all(answer)
    }
}

/// Reads a line of a head, and leaves its end away.
fn read_line<'l>(stream: &mut BufReader<TcpStream>, line: &'l mut Vec<u8>) -> io::Result<&'l str> {
    line.clear();
    if stream.read_until(b'\n', line)? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let line = std::str::from_utf8(line).map_err(io::Error::other)?;
    Ok(line.trim_end())
}

/// An invocation, as it goes over the wire.
#[derive(Clone, Debug)]
struct Answer {
    bytes: Vec<u8>,
    /// Where the id is.
    id: usize,
}

impl Answer {
    fn new(event: &str) -> Self {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let deadline = (now.unwrap() + Duration::from_secs(900)).as_millis();
        let id = id(0);
        let len = event.len();
        let answer = format!(
            "HTTP/1.1 200 OK\r\n\
             Content-Type: application/json\r\n\
             Lambda-Runtime-Aws-Request-Id: {id}\r\n\
             Lambda-Runtime-Deadline-Ms: {deadline}\r\n\
             Lambda-Runtime-Invoked-Function-Arn: \
             arn:aws:lambda:eu-central-1:123456789012:function:hello\r\n\
             Lambda-Runtime-Trace-Id: \
             Root=1-6874c1f2-3d0b8e5a7c1946f0a2b4d6e8;Parent=3d0b8e5a7c1946f0;Sampled=0\r\n\
             Date: Mon, 14 Jul 2025 08:38:10 GMT\r\n\
             Content-Length: {len}\r\n\r\n{event}"
        );
        Answer {
            id: answer.find(&id).unwrap(),
            bytes: answer.into_bytes(),
        }
    }

    fn with(&mut self, number: u64) -> &[u8] {
        let id = id(number);
        self.bytes[self.id..][..id.len()].copy_from_slice(id.as_bytes());
        &self.bytes
    }
}

/// A request id with the length of Lambda's.
fn id(number: u64) -> String {
    format!("8476a536-e9f4-11e8-9739-{number:012x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const HELLO: &str = r#"{"body":"hello world"}"#;

    #[test]
    fn a_body_may_have_a_length_or_come_in_chunks() {
        let (api, mut program) = start();
        let invoked = thread::spawn(move || (api.invoke(2), api.idle()));
        let id = program.next();
        program.send(&format!(
            "POST /2018-06-01/runtime/invocation/{id}/response HTTP/1.1\r\n\
             content-length: 22\r\n\r\n{HELLO}"
        ));
        assert_eq!(program.status(), "202");
        let id = program.next();
        program.send(&format!(
            "POST /2018-06-01/runtime/invocation/{id}/response HTTP/1.1\r\n\
             Transfer-Encoding: chunked\r\n\r\n\
             a\r\n{}\r\nC;x=y\r\n{}\r\n0\r\nTrailer: x\r\n\r\n",
            &HELLO[..10],
            &HELLO[10..],
        ));
        assert_eq!(program.status(), "202");
        program.send(std::str::from_utf8(NEXT).unwrap());
        program.send("\r\n");
        invoked.join().unwrap();
    }

    #[test]
    fn a_program_that_does_not_say_hello_is_found_out() {
        let (api, mut program) = start();
        let invoked = thread::spawn(move || api.invoke(1));
        let id = program.next();
        program.send(&format!(
            "POST /2018-06-01/runtime/invocation/{id}/error HTTP/1.1\r\n\
             content-length: 22\r\n\r\n{HELLO}"
        ));
        assert!(invoked.join().is_err());
    }

    #[test]
    fn one_program_may_follow_another() {
        let (api, program) = start();
        for _ in 0..2 * CONNECTIONS {
            let mut program = Program::connect(&api);
            program.send(std::str::from_utf8(NEXT).unwrap());
            program.send("\r\n");
            api.idle();
            drop(program);
            api.reset();
        }
        drop(program);
    }

    fn start() -> (RuntimeApi, Program) {
        let api = RuntimeApi::start("{}");
        let program = Program::connect(&api);
        (api, program)
    }

    struct Program(BufReader<TcpStream>);

    impl Program {
        fn connect(api: &RuntimeApi) -> Self {
            Program(BufReader::new(TcpStream::connect(api.address()).unwrap()))
        }

        fn send(&mut self, text: &str) {
            self.0.get_mut().write_all(text.as_bytes()).unwrap();
        }

        /// The id of the next invocation.
        fn next(&mut self) -> String {
            self.send(std::str::from_utf8(NEXT).unwrap());
            self.send("\r\n");
            let head = self.head(2);
            let id = head.split("Request-Id: ").nth(1).unwrap();
            id[..36].to_owned()
        }

        fn status(&mut self) -> String {
            self.head(16)[9..12].to_owned()
        }

        /// The head of an answer, whose body has this length.
        fn head(&mut self, body: usize) -> String {
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") {
                assert_ne!(self.0.read_line(&mut head).unwrap(), 0);
            }
            self.0.read_exact(&mut vec![0; body]).unwrap();
            head
        }
    }
}
