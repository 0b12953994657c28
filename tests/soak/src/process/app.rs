//! The app: a server with a worker, which are killed.

use std::io::{self, BufRead, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::thread::{self, sleep};
use std::time::Duration;

use super::journal::Journal;
use super::plan::{Deed, Plan};
use super::{JOURNAL, SEED};
use crate::api::abort;

/// How long a connection is kept that nothing comes on.
const KEEP_ALIVE: Duration = Duration::from_millis(300);

/// Starts a worker, and ends with it.
pub(crate) fn lead() -> ExitCode {
    let soak = std::env::current_exe().unwrap();
    Command::new(soak).arg("worker").status().unwrap();
    ExitCode::FAILURE
}

struct App {
    plan: Plan,
    journal: Journal,
}

pub(crate) fn work() -> ExitCode {
    let variable = |name| std::env::var(name).unwrap();
    let app = Arc::new(App {
        plan: Plan::new(variable(SEED).parse().unwrap(), 0, 0),
        journal: Journal::open(variable(JOURNAL).as_ref()).unwrap(),
    });
    let listener = listen(variable("PORT").parse().unwrap());
    for stream in listener.incoming() {
        let (stream, app) = (stream.unwrap(), Arc::clone(&app));
        // It ends with its connection.
        thread::spawn(move || app.connection(stream));
    }
    ExitCode::FAILURE
}

fn listen(port: u16) -> TcpListener {
    // Whoever had the port before may be about to end.
    for _ in 0..200 {
        if let Ok(listener) = TcpListener::bind(("127.0.0.1", port)) {
            return listener;
        }
        sleep(Duration::from_millis(5));
    }
    panic!("somebody else has port {port}");
}

impl App {
    fn connection(&self, stream: TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        let mut writer = stream.try_clone()?;
        let mut reader = BufReader::new(stream);
        for is_first in std::iter::once(true).chain(std::iter::repeat(false)) {
            // For the first byte alone: what has begun may take its time.
            writer.set_read_timeout(Some(KEEP_ALIVE))?;
            if reader.fill_buf()?.is_empty() {
                return Ok(());
            }
            writer.set_read_timeout(None)?;
            let head = Head::read(&mut reader)?;
            let Some(number) = head.number else {
                let refusal = "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n";
                return writer.write_all(refusal.as_bytes());
            };
            self.journal.note(number)?;
            self.answer(number, &head, is_first, &mut reader, &mut writer)?;
        }
        Ok(())
    }

    /// An error ends the connection.
    fn answer(
        &self,
        number: u64,
        head: &Head,
        is_first: bool,
        reader: &mut BufReader<TcpStream>,
        writer: &mut TcpStream,
    ) -> io::Result<()> {
        let deed = match self.plan.deed(number) {
            // What is asked for again comes over a new connection, and is answered.
            Deed::ResetsBefore | Deed::LeavesBody if is_first && head.method == "GET" => {
                Deed::Answers
            }
            deed => deed,
        };
        if deed == Deed::LeavesBody {
            return closed();
        }
        let mut body = vec![0; head.len];
        reader.read_exact(&mut body)?;
        let (begin, end) = match body == self.plan.asked(number).as_bytes() {
            true => self.plan.answer(number, &head.method),
            false => (format!("another's body: {}", body.len()), String::new()),
        };
        match deed {
            Deed::ResetsBefore => return abort(writer),
            Deed::Slow(millis) => sleep(Duration::from_millis(millis)),
            _ => {}
        }
        let status = if deed == Deed::Fails { 500 } else { 200 };
        let head = format!("HTTP/1.1 {status} -\r\ncontent-type: text/plain\r\n");
        let is_within = deed == Deed::ResetsWithin;
        if self.plan.streams(number) {
            let chunk = |text: &str| format!("{:x}\r\n{text}\r\n", text.len());
            let head = format!("{head}transfer-encoding: chunked\r\n\r\n");
            writer.write_all((head + &chunk(&begin)).as_bytes())?;
            if is_within {
                return abort(writer);
            }
            // It comes by itself.
            thread::yield_now();
            writer.write_all((chunk(&end) + "0\r\n\r\n").as_bytes())?;
        } else {
            let len = begin.len() + end.len();
            let head = format!("{head}content-length: {len}\r\n\r\n{begin}");
            if is_within {
                writer.write_all(head.as_bytes())?;
                return abort(writer);
            }
            writer.write_all((head + &end).as_bytes())?;
        }
        match deed {
            Deed::ResetsAfter => abort(writer),
            Deed::Closes(micros) => {
                sleep(Duration::from_micros(micros));
                closed()
            }
            _ => Ok(()),
        }
    }
}

fn closed() -> io::Result<()> {
    Err(io::ErrorKind::ConnectionAborted.into())
}

#[derive(Default)]
struct Head {
    method: String,
    /// That of the path, if the header agrees.
    number: Option<u64>,
    len: usize,
}

impl Head {
    fn read(reader: &mut impl BufRead) -> io::Result<Self> {
        let mut line = String::new();
        let mut next = || {
            line.clear();
            match reader.read_line(&mut line)? {
                0 => Err(io::Error::from(io::ErrorKind::UnexpectedEof)),
                _ => Ok(line.trim_end().to_owned()),
            }
        };
        let first = next()?;
        let mut words = first.split(' ');
        let method = words.next().unwrap_or_default().to_owned();
        let path = words.next().unwrap_or_default();
        let path = path.split('?').next().unwrap_or_default();
        let (mut named, mut len) = (None, 0);
        loop {
            let header = next()?;
            let Some((name, value)) = header.split_once(": ") else {
                break;
            };
            match name {
                "content-length" => len = value.parse().map_err(io::Error::other)?,
                "x-number" => named = value.parse().ok(),
                _ => {}
            }
        }
        let number = path.trim_start_matches('/').parse().ok();
        Ok(Head {
            method,
            number: number.filter(|_| number == named),
            len,
        })
    }
}
