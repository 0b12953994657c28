//! What the tests of commands share that run programs. The programs need Python 3.

#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal};
use serde_json::Value;
use tempfile::TempDir;

/// Longer than anything takes on a machine that has much to do.
const PATIENCE: Duration = Duration::from_secs(60);

/// A directory with the program in it.
pub(crate) fn directory() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    fs::write(
        directory.path().join("program.py"),
        include_str!("program.py"),
    )
    .unwrap();
    directory
}

/// `liftgate`, in a directory.
pub(crate) fn liftgate(directory: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_liftgate"));
    command.args(arguments).current_dir(directory);
    command
        .stdin(Stdio::null())
        .env_remove("AWS_LAMBDA_MAX_CONCURRENCY");
    command
}

/// `liftgate dev --json`, with the program.
pub(crate) struct Dev {
    pub(crate) directory: TempDir,
    pub(crate) process: Child,
    port: u16,
    lines: Receiver<Value>,
}

impl Dev {
    pub(crate) fn start(options: &[&str]) -> Self {
        Self::in_directory(directory(), options)
    }

    pub(crate) fn in_directory(directory: TempDir, options: &[&str]) -> Self {
        let dev = ["dev", "--json", "--address", "127.0.0.1:0"];
        let program = ["--", "python3", "program.py"];
        let arguments = [&dev[..], options, &program].concat();
        let mut command = liftgate(directory.path(), &arguments);
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let out = BufReader::new(process.stdout.take().unwrap());
        let (sender, lines) = channel();
        thread::spawn(move || {
            for line in out.lines() {
                let Ok(line) = line else { return };
                let line = serde_json::from_str(&line).unwrap();
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        let mut dev = Dev {
            directory,
            process,
            port: 0,
            lines,
        };
        let url = dev.next("listening")["url"].as_str().unwrap().to_owned();
        dev.port = url.rsplit_once(':').unwrap().1.parse().unwrap();
        dev
    }

    /// The next report for which this holds; others are passed over.
    pub(crate) fn find(&self, mut is_it: impl FnMut(&Value) -> bool) -> Value {
        let end = Instant::now() + PATIENCE;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let line = self
                .lines
                .recv_timeout(left)
                .expect("liftgate says something else");
            if is_it(&line) {
                return line;
            }
        }
    }

    /// The next report of a type.
    pub(crate) fn next(&self, kind: &str) -> Value {
        self.find(|line| line["type"] == kind)
    }

    /// The next line of the program that is this.
    pub(crate) fn log(&self, text: &str) -> Value {
        self.find(|line| line["line"] == text)
    }

    /// The next report of an environment's end.
    pub(crate) fn end(&self) -> Value {
        self.find(|line| line["event"] == "ended")
    }

    /// Sends a request. Gives the connection.
    pub(crate) fn send(&self, path: &str) -> TcpStream {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        stream
    }

    /// Sends a request, and gives the status and the body of the response.
    pub(crate) fn get(&self, path: &str) -> (u16, String) {
        response(self.send(path))
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    /// The lines of a file that the program writes.
    pub(crate) fn lines_of(&self, name: &str) -> Vec<String> {
        let text = fs::read_to_string(self.path(name)).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    /// How long it has had a processor.
    pub(crate) fn ticks(&self) -> u64 {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.process.id())).unwrap();
        let (_, rest) = stat.rsplit_once(") ").unwrap();
        let times = rest.split(' ').skip(11).take(2);
        times.map(|time| time.parse::<u64>().unwrap()).sum()
    }

    /// Asks it to end, and waits until it has.
    pub(crate) fn interrupt(&mut self, signal: Signal) -> ExitStatus {
        let pid = Pid::from_child(&self.process);
        rustix::process::kill_process(pid, signal).unwrap();
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.process.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < end, "it does not end");
            thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Dev {
    fn drop(&mut self) {
        if !matches!(self.process.try_wait(), Ok(Some(_))) {
            self.interrupt(Signal::INT);
        }
    }
}

/// Reads a response to its end.
pub(crate) fn response(mut stream: TcpStream) -> (u16, String) {
    let mut read = Vec::new();
    stream.read_to_end(&mut read).unwrap();
    let text = String::from_utf8(read).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, body.to_owned())
}

/// Whether a process is there, and not only its entry.
pub(crate) fn is_alive(pid: &str) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ")
        .is_some_and(|(_, rest)| !rest.starts_with('Z'))
}

/// Waits until something is so.
pub(crate) fn eventually(is_so: impl Fn() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < end, "it never is");
        thread::sleep(Duration::from_millis(10));
    }
}
