//! The programs as processes, whole replies.

use std::process::Stdio;
use std::time::Duration;

use bytes::Bytes;
use http::Response;
use liftgate::local::Kind;
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::runtime_api::{Post, RuntimeApi, invocation};
use crate::support::event;

pub const LAMBDA_HTTP: &str = env!("CARGO_BIN_EXE_by-lambda-http");
pub const LIFTGATE: &str = env!("CARGO_BIN_EXE_by-liftgate");

/// The invocation by a GET.
pub fn get(kind: Kind, path: &str) -> Response<Bytes> {
    let event = event(kind, |event| {
        for member in ["rawPath", "path"] {
            if event.get(member).is_some() {
                event[member] = path.into();
            }
        }
    });
    invocation("r-1", event.to_string())
}

pub async fn start(
    program: &str,
    nexts: Vec<Response<Bytes>>,
    variables: &[(&str, &str)],
) -> (RuntimeApi, Child) {
    let api = RuntimeApi::start(nexts).await;
    let child = Command::new(program)
        .env_clear()
        .env("AWS_LAMBDA_RUNTIME_API", &api.address)
        .env("AWS_LAMBDA_FUNCTION_NAME", "app")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
        .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
        .envs(variables.iter().copied())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn();
    (api, child.unwrap())
}

/// What a program posts until it asks for more than there is.
pub async fn posts(
    program: &str,
    nexts: Vec<Response<Bytes>>,
    variables: &[(&str, &str)],
) -> Vec<Post> {
    let (api, _child) = start(program, nexts, variables).await;
    api.posts().await
}

/// What a program posts until it ends.
async fn posts_until_it_ends(program: &str, nexts: Vec<Response<Bytes>>) -> Vec<Post> {
    let (api, mut child) = start(program, nexts, &[]).await;
    let ended = timeout(Duration::from_secs(60), child.wait()).await;
    assert!(!ended.expect("the program ends").unwrap().success());
    api.told()
}

fn whats(posts: &[Post]) -> Vec<&str> {
    posts.iter().map(Post::what).collect()
}

#[tokio::test]
async fn the_process_after_a_response_header_in_latin_1() {
    let nexts = || {
        ["/latin-1", "/hello"]
            .map(|path| get(Kind::FunctionUrl, path))
            .to_vec()
    };
    assert!(posts_until_it_ends(LAMBDA_HTTP, nexts()).await.is_empty());
    let ours = posts(LIFTGATE, nexts(), &[]).await;
    assert_eq!(whats(&ours), ["r-1/response", "r-1/response"]);
}

#[tokio::test]
async fn a_client_context_with_a_number() {
    let nexts = || {
        let mut next = get(Kind::FunctionUrl, "/hello");
        let context = r#"{"custom":{"n":7}}"#.parse().unwrap();
        next.headers_mut()
            .insert("lambda-runtime-client-context", context);
        vec![next]
    };
    assert!(posts_until_it_ends(LAMBDA_HTTP, nexts()).await.is_empty());
    assert_eq!(
        whats(&posts(LIFTGATE, nexts(), &[]).await),
        ["r-1/response"]
    );
}

#[tokio::test]
async fn the_names_of_errors() {
    let nexts = || vec![get(Kind::FunctionUrl, "/panic")];
    let theirs = posts(LAMBDA_HTTP, nexts(), &[]).await;
    let name = theirs[0].json()["errorType"].as_str().unwrap().to_owned();
    assert!(
        name.starts_with("&alloc::boxed::Box<dyn core::any::Any"),
        "{name}"
    );
    assert_eq!(
        posts(LIFTGATE, nexts(), &[]).await[0].error().0,
        "Liftgate.Panic"
    );
}

#[tokio::test]
async fn a_body_that_fails() {
    let nexts = || vec![get(Kind::FunctionUrl, "/break")];
    let theirs = posts(LAMBDA_HTTP, nexts(), &[]).await;
    let message = theirs[0].json()["errorMessage"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        message.starts_with("Lambda panicked: unable to read bytes"),
        "{message}"
    );
    let (kind, message) = posts(LIFTGATE, nexts(), &[]).await[0].error();
    assert_eq!(kind, "Liftgate.BodyError");
    assert!(message.ends_with("the disk is full"), "{message}");
}
