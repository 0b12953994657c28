//! The program as a process: behind a Runtime API, where events come from, and where there is none.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::process::Stdio;

use liftgate::local::{Call, Function as _, FunctionReply, RuntimeApi};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::process::Command;

const BATCH: &str = include_str!("../events/batch.json");

fn program() -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_example-queue"));
    program.env_remove("AWS_LAMBDA_RUNTIME_API");
    program.env_remove("LIFTGATE_GATEWAY").kill_on_drop(true);
    program
}

#[tokio::test]
async fn a_batch_is_answered_by_the_program() {
    let api = RuntimeApi::bind().await.unwrap();
    let address = api.address().to_string();
    let mut program = program();
    let _program = program
        .env("AWS_LAMBDA_RUNTIME_API", address)
        .spawn()
        .unwrap();
    let answer = api.invoke(Call::new(BATCH)).await.unwrap();
    let FunctionReply::Whole(reply) = answer.reply else {
        panic!("it does not stream")
    };
    let reply: Value = serde_json::from_slice(&reply).unwrap();
    assert_eq!(reply["batchItemFailures"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn the_same_batch_over_http_is_not_found() {
    let mut program = program();
    let program = program.env("LIFTGATE_ADDR", "127.0.0.1:0");
    let mut program = program.stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    let mut output = BufReader::new(program.stdout.take().unwrap());
    output.read_line(&mut line).await.unwrap();
    let address = line.split("http://").nth(1).expect("a URL is printed");
    let address = address.split(' ').next().unwrap();

    for (path, status) in [("/events", 404), ("/orders", 422)] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
             content-length: {}\r\nconnection: close\r\n\r\n",
            BATCH.len()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(BATCH.as_bytes()).await.unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).await.unwrap();
        assert!(
            response.starts_with(&format!("HTTP/1.1 {status} ")),
            "{response}"
        );
    }
}
