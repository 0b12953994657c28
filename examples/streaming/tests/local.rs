//! The program as it is run: the whole file, in little memory, and what its log says where it is too
//! large.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../../../tests/support/program.rs"]
mod program;

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::Stdio;

use example_streaming::{FILE_LEN, lines};
use program::{Program, command};

/// The program, with a directory of its own for its file.
fn start(directory: &str, gateway: Option<&str>) -> Program {
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(directory);
    fs::create_dir_all(&directory).unwrap();
    let mut command = command(env!("CARGO_BIN_EXE_example-streaming"));
    command
        .env("TMPDIR", directory)
        .env_remove("STREAMING_FILE");
    command.envs(gateway.map(|gateway| ("LIFTGATE_GATEWAY", gateway)));
    Program::start(command.stderr(Stdio::piped()))
}

/// The head of the response, and what its body is read from.
fn ask(program: &Program, headers: &str) -> (String, BufReader<TcpStream>) {
    let mut reader = BufReader::new(program.request("GET", "/file", headers));
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert_ne!(reader.read_line(&mut head).unwrap(), 0, "{head}");
    }
    (head, reader)
}

/// The size of the next chunk of a body, as HTTP/1.1 frames it.
fn chunk_len(reader: &mut BufReader<TcpStream>) -> usize {
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    usize::from_str_radix(line.trim_end(), 16).unwrap_or_else(|_| panic!("{line:?} is no size"))
}

#[test]
fn the_whole_file_comes_in_pieces() {
    let program = start("whole", None);
    let (head, mut reader) = ask(&program, "");
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
    let (head, mut reader) = ask(&program, "range: bytes=10-19\r\n");
    assert!(head.starts_with("HTTP/1.1 206 "), "{head}");
    let range = format!("content-range: bytes 10-19/{FILE_LEN}\r\n");
    assert!(head.contains(&range), "{head}");
    let mut body = String::new();
    reader.read_to_string(&mut body).unwrap();
    assert_eq!(body, "A\r\n000000001\n\r\n0\r\n\r\n");
}

#[test]
fn the_log_says_why_an_http_api_refuses_it() {
    let mut program = start("refused", Some("http"));
    let (head, _) = ask(&program, "");
    assert!(head.starts_with("HTTP/1.1 500 "), "{head}");
    let mut line = String::new();
    let log = program.child.stderr.as_mut().unwrap();
    BufReader::new(log).read_line(&mut line).unwrap();
    assert!(
        line.contains("Liftgate.InvalidResponse") && line.contains("6291556"),
        "{line}"
    );
}
