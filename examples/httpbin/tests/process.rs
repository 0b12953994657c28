//! The program as Lambda runs it: its environment, its memory, and how it ends.

#![allow(clippy::unwrap_used, clippy::expect_used, unreachable_pub, dead_code)]

#[path = "../../../tests/support/runtime_api.rs"]
mod runtime_api;

use std::process::Stdio;

use bytes::Bytes;
use http::Response;
use runtime_api::{Answer, RuntimeApi, invocation};
use tokio::process::{Child, Command};

fn start(api: &RuntimeApi, variables: &[(&str, &str)]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_example-httpbin"))
        .env("AWS_LAMBDA_RUNTIME_API", &api.address)
        .env_remove("AWS_LAMBDA_MAX_CONCURRENCY")
        .env_remove("AWS_LAMBDA_INITIALIZATION_TYPE")
        .env_remove("LIFTGATE_STREAMING")
        .envs(variables.iter().copied())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap()
}

fn event(path: &str, query: &str) -> String {
    let domain = r#""domainName":"id.lambda-url.eu-west-1.on.aws""#;
    format!(
        r#"{{"version":"2.0","rawPath":"{path}","rawQueryString":"{query}","requestContext":{{{domain},"http":{{"method":"GET"}}}}}}"#
    )
}

/// How it ended, and what it said.
async fn end(child: Child) -> (Option<i32>, String) {
    let output = child.wait_with_output().await.unwrap();
    (
        output.status.code(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

#[tokio::test]
async fn max_concurrency_is_how_many_workers_there_are() {
    let nexts = ["a", "b", "c"].map(|id| invocation(id, event("/delay/300", "")));
    let api = RuntimeApi::start(nexts).await;
    let _child = start(&api, &[("AWS_LAMBDA_MAX_CONCURRENCY", "3")]);
    assert_eq!(api.posts_of(3).await.len(), 3);
    assert_eq!(api.connections(), 3);
}

/// Where Lambda has set a concurrency, it watches no deadline.
#[tokio::test]
async fn a_deadline_is_watched_where_there_is_a_concurrency() {
    let soon = std::time::SystemTime::now() + std::time::Duration::from_secs(1);
    let soon = soon
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_millis();
    let mut late = invocation("late", event("/delay/600000", ""));
    let soon = soon.to_string().parse().unwrap();
    late.headers_mut()
        .insert("lambda-runtime-deadline-ms", soon);
    let api = RuntimeApi::start([late, invocation("fine", event("/", ""))]).await;
    let _child = start(&api, &[("AWS_LAMBDA_MAX_CONCURRENCY", "1")]);
    let posts = api.posts().await;
    assert_eq!(posts[0].error().0, "Liftgate.Timeout");
    assert_eq!(posts[1].what(), "fine/response");
}

#[tokio::test]
async fn a_concurrency_that_is_no_number_is_an_init_error() {
    for odd in ["many", "0", "-1", "1.5"] {
        let api = RuntimeApi::start(Vec::<Response<Bytes>>::new()).await;
        let child = start(&api, &[("AWS_LAMBDA_MAX_CONCURRENCY", odd)]);
        let (code, said) = end(child).await;
        let expected = format!("AWS_LAMBDA_MAX_CONCURRENCY is `{odd}`, not a number of 1 or more");
        assert_eq!(code, Some(1));
        assert!(
            said.contains(&format!("Liftgate.InitError: {expected}")),
            "{said}"
        );
        let posts = api.told();
        assert_eq!(posts[0].path, "/2018-06-01/runtime/init/error");
        assert_eq!(
            posts[0].error(),
            ("Liftgate.InitError".to_owned(), expected)
        );
    }
}

#[tokio::test]
async fn a_snapshot_is_waited_for() {
    let api = RuntimeApi::start([invocation("a", event("/", ""))])
        .await
        .on_gets([Response::new(Bytes::new())]);
    let _child = start(&api, &[("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start")]);
    api.posts().await;
    assert_eq!(api.asked()[0].0, "/2018-06-01/runtime/restore/next");
}

#[tokio::test]
async fn a_broken_environment_ends_the_program_and_it_says_why() {
    let api = RuntimeApi::start([invocation("a", event("/", ""))])
        .await
        .on_posts([Answer::status(500)]);
    let (code, said) = end(start(&api, &[])).await;
    assert_eq!(code, Some(1));
    let expected = "Error: Liftgate.RuntimeError: a: the Runtime API answered 500 Internal Server Error to response: no";
    assert!(said.contains(expected), "{said}");
}

/// What `/bytes` answers, made by other means.
fn noise(seed: u64) -> impl Iterator<Item = [u8; 8]> {
    (1..).map(move |index: u64| {
        let state = seed.wrapping_add(index.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let word = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (word ^ (word >> 31)).to_le_bytes()
    })
}

/// In KiB.
fn memory(child: &Child, what: &str) -> u64 {
    let pid = child.id().unwrap();
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with(what)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// As much as Lambda streams.
#[tokio::test]
#[cfg(target_os = "linux")]
async fn two_hundred_megabytes_stream_through_little_memory_byte_for_byte() {
    const LEN: usize = 200 << 20;
    let nexts = [
        invocation("small", event("/bytes/1000000", "seed=1")),
        invocation("large", event(&format!("/bytes/{LEN}"), "seed=7")),
        invocation("fine", event("/", "")),
    ];
    let nexts = nexts.into_iter().map(Answer::from);
    let pause = std::time::Duration::from_millis(100);
    let nexts = nexts.map(|next| next.after(pause));
    let api = RuntimeApi::start(nexts).await;
    let child = start(&api, &[("LIFTGATE_STREAMING", "1")]);
    while api.told().is_empty() {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    let before = memory(&child, "VmRSS");
    api.posts().await;
    let most = memory(&child, "VmHWM");
    println!("{before} KiB before, {most} KiB at most");
    assert!(most - before < 16 << 10, "{before} KiB, then {most} KiB");
    let posts = api.told();
    let large = &posts[1];
    let start = large
        .body
        .windows(8)
        .position(|window| window == [0; 8])
        .unwrap()
        + 8;
    let body = large.body.slice(start..);
    assert_eq!(body.len(), LEN);
    let words = body.chunks_exact(8).zip(noise(7));
    assert_eq!(
        words.filter(|(word, expected)| word == expected).count(),
        LEN / 8
    );
    assert!(large.trailers.is_empty());
    assert!(posts[2].what().ends_with("fine/response"));
}
