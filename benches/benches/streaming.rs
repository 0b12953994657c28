//! Times a kilobyte that is streamed through AWS's Runtime Interface Emulator, which
//! `tests/rie.sh` fetches. See the library of this package.

#![allow(clippy::unwrap_used)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, thread};

use benches::app::App;
use benches::programs::{PROCESS, Program, STREAMS};
use benches::report::{self, print_table};
use benches::stopwatch::percentile;
use serde::Serialize;

const TURNS: usize = 20;
const REQUESTS: usize = 50;

const EVENT: &str = r#"{"version":"2.0","rawPath":"/","rawQueryString":"","headers":{"host":"x"},"isBase64Encoded":false,"routeKey":"$default","requestContext":{"accountId":"1","apiId":"x","domainName":"id.lambda-url.eu-west-1.on.aws","routeKey":"$default","stage":"$default","requestId":"1","timeEpoch":1,"time":"14/Jul/2025:10:00:00 +0000","http":{"method":"GET","path":"/","protocol":"HTTP/1.1","sourceIp":"192.0.2.7","userAgent":"x"}}}"#;

#[derive(Serialize)]
struct Row {
    name: &'static str,
    p50_ns: f64,
    p90_ns: f64,
}

fn main() {
    let emulator = emulator();
    assert!(
        emulator.exists(),
        "{} is not there: tests/rie.sh fetches it",
        emulator.display()
    );
    let app = App::start();
    let port = app.port().to_string();
    let mut functions: Vec<_> = STREAMS
        .iter()
        .map(|program| Emulated::start(&emulator, program, "release", &[]))
        .collect();
    let variables = [
        ("AWS_LWA_PORT", port.as_str()),
        ("AWS_LWA_INVOKE_MODE", "response_stream"),
    ];
    functions.push(Emulated::start(&emulator, &PROCESS, "process", &variables));
    let mut times: Vec<Vec<f64>> = functions.iter().map(|_| Vec::new()).collect();
    // One turn to warm up.
    for turn in 0..=TURNS {
        for (function, times) in functions.iter_mut().zip(&mut times) {
            for _ in 0..REQUESTS {
                let time = function.invoke();
                if turn > 0 {
                    times.push(time);
                }
            }
        }
    }
    let rows: Vec<Row> = functions
        .iter()
        .zip(&times)
        .map(|(function, times)| Row {
            name: function.name,
            p50_ns: percentile(times, 50),
            p90_ns: percentile(times, 90),
        })
        .collect();
    if env::args().any(|argument| argument == "--json") {
        report::print_json(&rows);
        return;
    }
    report::print_machine();
    println!("\nMilliseconds for a kilobyte that is streamed through the Runtime Interface");
    println!("Emulator, from the request to the end of the answer. liftgate-process has it from a");
    println!("server in a process of its own.\n");
    let millis = |nanos: f64| format!("{:.2}", nanos / 1e6);
    let cells = |row: &Row| vec![row.name.to_owned(), millis(row.p50_ns), millis(row.p90_ns)];
    print_table(&["program", "p50", "p90"], rows.iter().map(cells));
}

fn emulator() -> PathBuf {
    let target = env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    let target =
        target.unwrap_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../target")));
    let name = match env::consts::ARCH {
        "aarch64" => "arm64",
        name => name,
    };
    target.join("rie").join(format!("aws-lambda-rie-{name}"))
}

/// A function in an emulator of its own, and a connection to that.
struct Emulated {
    name: &'static str,
    child: Child,
    stream: BufReader<TcpStream>,
}

impl Emulated {
    fn start(
        emulator: &PathBuf,
        program: &Program,
        profile: &str,
        variables: &[(&str, &str)],
    ) -> Self {
        let [front, back] = free_ports();
        let child = Command::new(emulator)
            .args(["--runtime-interface-emulator-address", &front])
            .args(["--runtime-api-address", &back])
            .arg(program.build(profile))
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let until = Instant::now() + Duration::from_secs(10);
        let stream = loop {
            match TcpStream::connect(&front) {
                Ok(stream) => break stream,
                Err(error) => assert!(Instant::now() < until, "{error}"),
            }
            thread::sleep(Duration::from_millis(20));
        };
        stream.set_nodelay(true).unwrap();
        Emulated {
            name: program.name,
            child: child.unwrap(),
            stream: BufReader::new(stream),
        }
    }

    /// Nanoseconds until the answer is there.
    fn invoke(&mut self) -> f64 {
        let started = Instant::now();
        let request = format!(
            "POST /2015-03-31/functions/function/invocations HTTP/1.1\r\nhost: localhost\r\ncontent-length: {}\r\n\r\n{EVENT}",
            EVENT.len()
        );
        self.stream.get_mut().write_all(request.as_bytes()).unwrap();
        let mut len = 0;
        loop {
            let mut line = String::new();
            self.stream.read_line(&mut line).unwrap();
            let line = line.trim_end().to_ascii_lowercase();
            if let Some(text) = line.strip_prefix("content-length: ") {
                len = text.parse().unwrap();
            }
            if line.is_empty() {
                break;
            }
        }
        let mut answer = vec![0; len];
        self.stream.read_exact(&mut answer).unwrap();
        assert!(
            answer.ends_with(&[b'x'; 1000]),
            "{}",
            String::from_utf8_lossy(&answer)
        );
        started.elapsed().as_nanos() as f64
    }
}

impl Drop for Emulated {
    fn drop(&mut self) {
        // The emulator ends the function, if it is asked to.
        let id = self.child.id().to_string();
        let _ = Command::new("kill").args(["-TERM", &id]).status();
        let _ = self.child.wait();
    }
}

fn free_ports() -> [String; 2] {
    // Both at the same time, so that they differ.
    let listeners = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    listeners.map(|listener| listener.local_addr().unwrap().to_string())
}
