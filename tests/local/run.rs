//! What `run` does where there is no Lambda.

use std::convert::Infallible;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use http::{Request, Response};
use liftgate::local::{Gateway, Kind};
use liftgate::{Body, Options};
use tower::service_fn;

use super::Peer;

/// An address that is free.
fn free() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap()
}

/// One that hangs at `/hang`.
async fn app(request: Request<Body>) -> Result<Response<String>, Infallible> {
    if request.uri().path() == "/hang" {
        std::future::pending::<()>().await;
    }
    Ok(Response::new("hello world".to_owned()))
}

async fn connect(address: SocketAddr) -> Peer {
    while tokio::net::TcpStream::connect(address).await.is_err() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Peer::connect(address).await
}

#[tokio::test]
async fn a_request_that_hangs_does_not_hold_up_the_others_for_ever() {
    let address = free();
    let gateway = Gateway::new(Kind::HttpApi).timeout(Duration::from_millis(300));
    let options = Options::new()
        .local_address(address.to_string())
        .local_gateway(gateway);
    tokio::spawn(
        liftgate::Runtime::new()
            .options(options)
            .run(service_fn(app)),
    );
    let mut client = connect(address).await;
    // The gateway and the runtime give it up at about the same time.
    let status = client.get("/hang").await.status();
    assert!(matches!(status.as_u16(), 500 | 503), "{status}");
    // The first may still be there when the next one begins to wait.
    let mut statuses = Vec::new();
    while statuses.last() != Some(&200) && statuses.len() < 5 {
        statuses.push(client.get("/").await.status().as_u16());
    }
    assert_eq!(statuses.last(), Some(&200), "{statuses:?}");
}

#[cfg(unix)]
mod signals {
    use std::io::{BufRead as _, BufReader, Write as _};
    use std::net::TcpStream;
    use std::process::{Child, Command, Stdio};
    use std::time::Instant;

    use super::*;

    /// The program of the test below, if it is told where to listen.
    #[test]
    fn a_program_that_cannot_end() {
        if std::env::var_os("LIFTGATE_ADDR").is_none() {
            return;
        }
        let app = service_fn(|_: Request<Body>| async {
            // A runtime waits for it when it is dropped.
            let blocked = tokio::task::spawn_blocking(|| {
                writeln!(std::io::stdout(), "blocked").unwrap();
                std::thread::sleep(Duration::from_secs(60));
            });
            blocked.await.unwrap();
            Ok::<_, Infallible>(Response::new(String::new()))
        });
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = runtime.enable_all().build().unwrap();
        runtime.block_on(liftgate::run(app)).unwrap();
    }

    struct Program(Child);

    impl Drop for Program {
        fn drop(&mut self) {
            // It may have ended by itself.
            let _ = self.0.kill();
        }
    }

    #[test]
    fn a_second_ctrl_c_ends_a_program_that_hangs_after_the_first() {
        let mut command = Command::new(std::env::current_exe().unwrap());
        let name = "local::run::signals::a_program_that_cannot_end";
        command.args(["--exact", name, "--nocapture"]);
        command.env("LIFTGATE_ADDR", "127.0.0.1:0");
        command.env_remove("AWS_LAMBDA_RUNTIME_API");
        let mut program = Program(command.stdout(Stdio::piped()).spawn().unwrap());
        let output = BufReader::new(program.0.stdout.take().unwrap());
        let mut lines = output.lines().map(Result::unwrap);
        let line = lines.find(|line| line.contains("http://")).unwrap();
        let address = line.split("http://").nth(1).unwrap();
        let mut client = TcpStream::connect(address.split(' ').next().unwrap()).unwrap();
        client
            .write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
            .unwrap();
        assert!(lines.any(|line| line == "blocked"));

        let begun = Instant::now();
        let code = loop {
            if let Some(status) = program.0.try_wait().unwrap() {
                break status.code();
            }
            assert!(begun.elapsed() < Duration::from_secs(60), "it does not end");
            let id = program.0.id().to_string();
            let mut interrupted = Command::new("kill");
            interrupted.args(["-INT", &id]).status().unwrap();
            std::thread::sleep(Duration::from_millis(500));
        };
        assert_eq!(code, Some(130));
    }
}
