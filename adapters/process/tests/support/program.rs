//! The program, as Lambda runs it.

use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::Response;
use rustix::process::{Pid, Signal, kill_process};
use tokio::io::AsyncReadExt as _;
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::runtime_api::RuntimeApi;
use super::until;

/// The program, until this is dropped.
pub struct Program {
    child: Child,
    log: Arc<Mutex<String>>,
    reader: JoinHandle<()>,
    _socket: Option<Socket>,
}

impl Program {
    /// In front of the app that is given these arguments, at a socket of its own.
    pub fn start(api: &RuntimeApi, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let socket = Socket::new();
        let at_socket = ("LIFTGATE_SOCKET", socket.0.to_str().unwrap());
        let variables: Vec<_> = [at_socket].iter().chain(variables).copied().collect();
        let app = app();
        let command: Vec<_> = ["--", app.to_str().unwrap()]
            .iter()
            .chain(arguments)
            .copied()
            .collect();
        let mut program = Program::run(api, &command, &variables);
        program._socket = Some(socket);
        program
    }

    /// With these arguments of its own.
    pub fn run(api: &RuntimeApi, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let program = env!("CARGO_BIN_EXE_liftgate-process");
        Program::by(Command::new(program), api, arguments, variables)
    }

    /// Started by a command, which may be another program's.
    pub fn by(
        mut command: Command,
        api: &RuntimeApi,
        arguments: &[&str],
        variables: &[(&str, &str)],
    ) -> Self {
        let mut child = command
            .args(arguments)
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", &api.address)
            .env("AWS_LAMBDA_FUNCTION_NAME", "app")
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let log = Arc::new(Mutex::new(String::new()));
        let (mut stderr, written) = (child.stderr.take().unwrap(), Arc::clone(&log));
        let reader = tokio::spawn(async move {
            let mut buffer = Vec::with_capacity(1 << 16);
            while stderr.read_buf(&mut buffer).await.is_ok_and(|len| len > 0) {
                written
                    .lock()
                    .unwrap()
                    .push_str(&String::from_utf8_lossy(&buffer));
                buffer.clear();
            }
        });
        Program {
            child,
            log,
            reader,
            _socket: None,
        }
    }

    /// What it has written so far.
    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// Waits until it has written something.
    pub async fn says(&self, text: &str) {
        let waited = until(text, || self.log().contains(text));
        if timeout(Duration::from_secs(59), waited).await.is_err() {
            panic!("it does not say `{text}`:\n{}", self.log());
        }
    }

    /// The process that was started.
    pub fn id(&self) -> u32 {
        self.child.id().expect("it runs")
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(pid(self.id()), signal).unwrap();
    }

    /// Waits until it has ended, and gives what it has written.
    pub async fn end(&mut self) -> (ExitStatus, String) {
        let ended = timeout(Duration::from_secs(60), self.child.wait()).await;
        let Ok(status) = ended else {
            panic!("it does not end:\n{}", self.log());
        };
        let read = timeout(Duration::from_secs(60), &mut self.reader).await;
        read.expect("nobody has its standard error any more")
            .unwrap();
        (status.unwrap(), self.log())
    }
}

impl Drop for Program {
    /// Lets it end by itself, since nobody else would end the app.
    fn drop(&mut self) {
        let Some(id) = self.child.id() else { return };
        let _ = kill_process(pid(id), Signal::TERM);
        for _ in 0..300 {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

/// Where cargo builds examples, from where it builds tests.
pub fn app() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let app = test
        .parent()
        .unwrap()
        .parent()
        .unwrap()
        .join("examples/app");
    let hint = "`cargo test` builds the app, `cargo test --tests` does not";
    assert!(app.exists(), "{hint}");
    app
}

/// A path that nobody else has, for a socket.
pub struct Socket(pub PathBuf);

impl Socket {
    pub fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("liftgate-{}-{count}", std::process::id());
        Socket(std::env::temp_dir().join(name))
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        // Perhaps nobody has listened there.
        let _ = std::fs::remove_file(&self.0);
    }
}

/// A port that nobody has at the moment.
pub fn free_port() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port().to_string()
}

pub fn pid(id: u32) -> Pid {
    Pid::from_raw(id.try_into().unwrap()).unwrap()
}

/// What an extension gets that registers.
pub fn registered() -> Response<Bytes> {
    let registered = Response::builder().header("lambda-extension-identifier", "x-1");
    registered.body(Bytes::new()).unwrap()
}
