//! The program, as Lambda runs it.

use std::path::PathBuf;
use std::process::{Output, Stdio};
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use liftgate::local::{Gateway, Kind};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::runtime_api::{Answer, Post, RuntimeApi, invocation};

/// The program is a handler of events.
pub const HANDLER: (&str, &str) = ("HANDLER", "1");

/// A program that runs until this is dropped.
pub struct Program {
    child: Child,
    pub api: RuntimeApi,
}

impl Program {
    /// Runs the program with these invocations.
    pub async fn start<A: Into<Answer>>(
        nexts: impl IntoIterator<Item = A>,
        variables: &[(&str, &str)],
    ) -> Self {
        Program::on(RuntimeApi::start(nexts).await, variables)
    }

    /// Runs the program on a Runtime API.
    pub fn on(api: RuntimeApi, variables: &[(&str, &str)]) -> Self {
        let child = Command::new(path())
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", &api.address)
            .env("AWS_LAMBDA_FUNCTION_NAME", "routes")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("`cargo test` builds the program, `cargo test --tests` does not");
        Program { child, api }
    }

    /// Waits until the program asks for more, and gives what it posted and printed.
    pub async fn end(mut self) -> (Vec<Post>, String) {
        let posts = self.api.posts().await;
        self.child.start_kill().unwrap();
        let ended = timeout(Duration::from_secs(60), self.child.wait_with_output());
        let Output { stdout, stderr, .. } = ended.await.unwrap().unwrap();
        let printed = [stdout, stderr].concat();
        (posts, String::from_utf8(printed).unwrap())
    }
}

/// Where cargo builds examples, from where it builds tests.
fn path() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let profile = test.parent().unwrap().parent().unwrap();
    profile.join("examples/routes")
}

/// What the program posts to one invocation.
pub async fn posted(event: impl Into<Bytes>, variables: &[(&str, &str)]) -> Post {
    let program = Program::start([invocation("r-1", event)], variables).await;
    let (mut posts, printed) = program.end().await;
    assert_eq!(posts.len(), 1, "{posts:?} {printed}");
    posts.remove(0)
}

/// The event of a GET by a function URL.
pub fn get(path: &str) -> Bytes {
    let request = Request::get(path).body(Bytes::new()).unwrap();
    Gateway::new(Kind::FunctionUrl).render(&request).unwrap()
}
