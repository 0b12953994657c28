//! An app that behaves as its arguments say: what `liftgate-process` is tried with.
//!
//! ```sh
//! PORT=3000 cargo run -p liftgate-process --example app -- --slow 2000
//! curl -i 127.0.0.1:3000/
//! ```
//!
//! It listens at `LIFTGATE_SOCKET`, or else on 127.0.0.1 at `PORT`, and answers with its process id.
//!
//! | argument | what it does then |
//! |---|---|
//! | `--say TEXT` | writes a line on standard error |
//! | `--slow MS` | waits |
//! | `--exit STATUS` | ends |
//! | `--sleep` | sleeps for ever |
//! | `--grandchild` | starts a process that has its socket, and its standard error |
//! | `--daemon` | ends when it listens, and leaves that to such a process |
//! | `--unhealthy N` | answers the first N requests with 503 |
//! | `--stubborn` | ignores `SIGTERM` |
//!
//! | path | what happens |
//! |---|---|
//! | `/crash` | it writes a line on standard error, and ends with status 3 |
//! | `/halfway` | it ends in the middle of its answer |
//! | `/hang` | it never answers |
//! | `/slow` | it answers when it has got `SIGUSR1` |
//! | `/env` | it answers with its environment |
//! | `/large` | it answers with more than Lambda takes |
//!
//! It writes a line on standard error for each signal that it gets.

use std::env;
use std::io;
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixListener;
use std::process::{self, Command, exit};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

#[derive(Default)]
struct App {
    unhealthy: AtomicUsize,
    is_released: watch::Sender<bool>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    let mut app = App::default();
    let (mut is_stubborn, mut has_grandchild, mut is_daemon) = (false, false, false);
    let mut arguments = env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().unwrap_or_default();
        match argument.as_str() {
            "--say" => eprintln!("{}", value()),
            "--slow" => tokio::time::sleep(Duration::from_millis(number(&value())?)).await,
            "--exit" => exit(i32::try_from(number(&value())?).unwrap_or(1)),
            "--sleep" => std::future::pending().await,
            "--grandchild" => has_grandchild = true,
            "--daemon" => is_daemon = true,
            "--unhealthy" => app.unhealthy = AtomicUsize::new(number(&value())? as usize),
            "--stubborn" => is_stubborn = true,
            other => return Err(io::Error::other(format!("{other}?"))),
        }
    }
    let app = Arc::new(app);
    tell_signals(&app, is_stubborn)?;
    has_grandchild |= is_daemon;
    if is_daemon {
        tokio::spawn(async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            exit(0);
        });
    }
    match env::var_os("LIFTGATE_SOCKET") {
        Some(path) => {
            // That of a former life.
            let _ = std::fs::remove_file(&path);
            let listener = UnixListener::bind(path)?;
            if has_grandchild {
                give_birth(listener.try_clone()?.into())?;
            }
            listener.set_nonblocking(true)?;
            let listener = tokio::net::UnixListener::from_std(listener)?;
            loop {
                let (stream, _) = listener.accept().await?;
                tokio::spawn(Arc::clone(&app).serve(stream));
            }
        }
        None => {
            let port = env::var("PORT").unwrap_or_else(|_| "8080".to_owned());
            let listener = TcpListener::bind(format!("127.0.0.1:{port}"))?;
            if has_grandchild {
                give_birth(listener.try_clone()?.into())?;
            }
            listener.set_nonblocking(true)?;
            let listener = tokio::net::TcpListener::from_std(listener)?;
            loop {
                let (stream, _) = listener.accept().await?;
                tokio::spawn(Arc::clone(&app).serve(stream));
            }
        }
    }
}

fn number(text: &str) -> io::Result<u64> {
    text.parse().map_err(io::Error::other)
}

/// Starts a process that inherits a socket, as its standard input.
fn give_birth(socket: OwnedFd) -> io::Result<()> {
    let mut command = Command::new(env::current_exe()?);
    let child = command.arg("--sleep").stdin(socket).spawn()?;
    eprintln!("grandchild {}", child.id());
    Ok(())
}

fn tell_signals(app: &Arc<App>, is_stubborn: bool) -> io::Result<()> {
    for (name, kind) in [
        ("HUP", SignalKind::hangup()),
        ("QUIT", SignalKind::quit()),
        ("USR1", SignalKind::user_defined1()),
        ("USR2", SignalKind::user_defined2()),
        ("TERM", SignalKind::terminate()),
    ] {
        let (mut signals, app) = (signal(kind)?, Arc::clone(app));
        tokio::spawn(async move {
            while signals.recv().await.is_some() {
                eprintln!("signal {name}");
                match name {
                    "TERM" if !is_stubborn => exit(0),
                    "USR1" => drop(app.is_released.send_replace(true)),
                    _ => {}
                }
            }
        });
    }
    Ok(())
}

impl App {
    async fn serve(self: Arc<Self>, stream: impl AsyncRead + AsyncWrite + Unpin) -> io::Result<()> {
        let mut stream = BufReader::new(stream);
        loop {
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") {
                if stream.read_line(&mut head).await? == 0 {
                    return Ok(());
                }
            }
            let path = head.split(' ').nth(1).unwrap_or_default();
            let mut status = "200 OK";
            let mut body = process::id().to_string();
            match path {
                "/crash" => {
                    eprintln!("there is no more memory");
                    exit(3);
                }
                "/halfway" => {
                    let half = b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf";
                    stream.write_all(half).await?;
                    exit(3);
                }
                "/hang" => std::future::pending().await,
                "/slow" => {
                    let mut is_released = self.is_released.subscribe();
                    // It is never dropped.
                    let _ = is_released.wait_for(|is_released| *is_released).await;
                }
                "/env" => {
                    body = env::vars()
                        .map(|(name, value)| format!("{name}={value}\n"))
                        .collect()
                }
                "/large" => body = "x".repeat(7_000_000),
                _ => {}
            }
            let order = Ordering::Relaxed;
            let left = self
                .unhealthy
                .fetch_update(order, order, |left| left.checked_sub(1));
            if left.is_ok() {
                status = "503 Service Unavailable";
            }
            let len = body.len();
            let answer = format!("HTTP/1.1 {status}\r\ncontent-length: {len}\r\n\r\n{body}");
            stream.write_all(answer.as_bytes()).await?;
        }
    }
}
