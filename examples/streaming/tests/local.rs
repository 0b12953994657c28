//! The program as it is run: the whole file, in little memory, and what its log says where it is too
//! large.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use example_streaming::{FILE_LEN, lines};

struct Program {
    child: Child,
    address: String,
}

impl Program {
    /// The program, with a directory of its own for its file.
    fn start(directory: &str, gateway: Option<&str>) -> Self {
        let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(directory);
        fs::create_dir_all(&directory).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_example-streaming"));
        command
            .env("LIFTGATE_ADDR", "127.0.0.1:0")
            .env("TMPDIR", directory)
            .env_remove("LIFTGATE_GATEWAY")
            .env_remove("AWS_LAMBDA_RUNTIME_API")
            .env_remove("STREAMING_FILE")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if let Some(gateway) = gateway {
            command.env("LIFTGATE_GATEWAY", gateway);
        }
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        let output = child.stdout.as_mut().unwrap();
        BufReader::new(output).read_line(&mut line).unwrap();
        let rest = line.split("http://").nth(1).expect("a URL is printed");
        let address = rest.split(' ').next().unwrap().to_owned();
        Program { child, address }
    }

    /// The head of the response, and what its body is read from.
    fn ask(&self, headers: &str) -> (String, BufReader<TcpStream>) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let request =
            format!("GET /file HTTP/1.1\r\nhost: x\r\n{headers}connection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut reader = BufReader::new(stream);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert_ne!(reader.read_line(&mut head).unwrap(), 0, "{head}");
        }
        (head, reader)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The size of the next chunk of a body, as HTTP/1.1 frames it.
fn chunk_len(reader: &mut BufReader<TcpStream>) -> usize {
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    usize::from_str_radix(line.trim_end(), 16).unwrap_or_else(|_| panic!("{line:?} is no size"))
}

#[test]
fn the_whole_file_comes_in_pieces() {
    let program = Program::start("whole", None);
    let (head, mut reader) = program.ask("");
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    assert!(head.contains("transfer-encoding: chunked\r\n"), "{head}");
    assert!(!head.contains("content-length"), "{head}");
    let mut expected = lines();
    // What of a line has been expected of a chunk before.
    let mut due = Vec::new();
    let (mut len, mut chunk) = (0, Vec::new());
    loop {
        chunk.resize(chunk_len(&mut reader) + 2, 0);
        reader.read_exact(&mut chunk).unwrap();
        assert!(chunk.ends_with(b"\r\n"));
        let data = &chunk[..chunk.len() - 2];
        if data.is_empty() {
            break;
        }
        while due.len() < data.len() {
            due.extend_from_slice(expected.next().expect("no more than the file").as_bytes());
        }
        assert!(due.starts_with(data), "after {len} bytes");
        due.drain(..data.len());
        len += data.len() as u64;
    }
    assert_eq!((len, due.len()), (FILE_LEN, 0));

    // The most memory that it has ever had.
    if let Ok(status) = fs::read_to_string(format!("/proc/{}/status", program.child.id())) {
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let peak = peak.unwrap().trim().strip_suffix(" kB").unwrap();
        let peak: u64 = peak.parse().unwrap();
        println!("{peak} kB at most");
        assert!(peak * 1024 < FILE_LEN / 2, "{peak} kB");
    }

    // The length of the whole is in the range of a part.
    let (head, mut reader) = program.ask("range: bytes=10-19\r\n");
    assert!(head.starts_with("HTTP/1.1 206 "), "{head}");
    let range = format!("content-range: bytes 10-19/{FILE_LEN}\r\n");
    assert!(head.contains(&range), "{head}");
    let mut body = String::new();
    reader.read_to_string(&mut body).unwrap();
    assert_eq!(body, "A\r\n000000001\n\r\n0\r\n\r\n");
}

#[test]
fn the_log_says_why_an_http_api_refuses_it() {
    let mut program = Program::start("refused", Some("http"));
    let (head, _) = program.ask("");
    assert!(head.starts_with("HTTP/1.1 500 "), "{head}");
    let mut line = String::new();
    let log = program.child.stderr.as_mut().unwrap();
    BufReader::new(log).read_line(&mut line).unwrap();
    assert!(
        line.contains("Liftgate.InvalidResponse") && line.contains("6291556"),
        "{line}"
    );
}
