use std::time::Duration;

use base64::Engine as _;
use rustix::process::Signal;

use super::{api_of, pid_of, posts_to};
use crate::support::program::{Program, app, free_port, pid, registered};
use crate::support::runtime_api::{Answer, Post, RuntimeApi, invocation};
use crate::support::{event, of_url, until};

#[tokio::test]
async fn an_app_that_dies_fails_one_invocation_and_is_started_again() {
    let api = api_of(&["/", "/crash", "/", "/halfway", "/"]).await;
    let program = Program::start(&api, &[], &[]);
    let posts = api.posts().await;
    let whats = [
        "r-1/response",
        "r-2/error",
        "r-3/response",
        "r-4/error",
        "r-5/response",
    ];
    let posts = posts_to(&posts, &whats);
    let (_, message) = posts[1].error();
    assert!(
        message.contains("the app exited with status 3"),
        "{message}"
    );
    assert!(message.contains("there is no more memory"), "{message}");
    let (_, message) = posts[3].error();
    assert!(
        message.contains("the app exited with status 3"),
        "{message}"
    );
    assert!(message.contains("broke off"), "{message}");
    let pids = [0, 2, 4].map(|index| pid_of(posts[index]));
    assert!(pids[0] != pids[1] && pids[1] != pids[2], "{pids:?}");
    program.says("starting it again").await;
}

#[tokio::test]
async fn an_app_that_is_killed_is_told_of_so() {
    let api = api_of(&["/", "/hang", "/"]).await;
    let _program = Program::start(&api, &[], &[]);
    let is_next = |(path, _): &(String, _)| path.ends_with("/next");
    let nexts = || api.asked().into_iter().filter(is_next).count();
    // One of them is the extension's.
    until("the second invocation", || nexts() >= 3).await;
    let told = api.told();
    let app = pid_of(
        told.iter()
            .find(|post| post.what() == "r-1/response")
            .unwrap(),
    );
    rustix::process::kill_process(pid(app), Signal::KILL).unwrap();
    let posts = api.posts().await;
    let posts = posts_to(&posts, &["r-1/response", "r-2/error", "r-3/response"]);
    let (_, message) = posts[1].error();
    assert!(
        message.contains("the app was killed by signal 9"),
        "{message}"
    );
}

#[tokio::test]
async fn an_app_that_dies_between_invocations_is_there_for_the_next() {
    let nexts = [
        Answer::from(invocation("r-1", event("/"))),
        Answer::from(invocation("r-2", event("/"))).after(Duration::from_millis(300)),
    ];
    let api = RuntimeApi::start(nexts).await.on_posts([registered()]);
    let program = Program::start(&api, &[], &[]);
    let answered = |post: &Post| post.what() == "r-1/response";
    until("the first answer", || api.told().iter().any(answered)).await;
    let app = pid_of(api.told().iter().find(|post| answered(post)).unwrap());
    rustix::process::kill_process(pid(app), Signal::KILL).unwrap();
    let posts = api.posts().await;
    let posts = posts_to(&posts, &["r-1/response", "r-2/response"]);
    assert_ne!(pid_of(posts[1]), app);
    program.says("the app was killed by signal 9").await;
}

#[tokio::test]
async fn all_that_were_under_way_are_told_why_they_failed() {
    let paths = ["/hang", "/hang", "/crash"].iter().chain(&["/"; 3]);
    let nexts = paths.enumerate().map(|(index, path)| {
        let next = Answer::from(invocation(&format!("r-{index}"), event(path)));
        // When the app knows of the others.
        let pause = if *path == "/crash" { 300 } else { 0 };
        next.after(Duration::from_millis(pause))
    });
    let api = RuntimeApi::start(nexts).await.on_posts([registered()]);
    let _program = Program::start(&api, &[], &[("AWS_LAMBDA_MAX_CONCURRENCY", "3")]);
    let posts = api.posts_of(3).await;
    for post in posts
        .iter()
        .filter(|post| post.path.contains("/invocation/"))
    {
        let index: usize = post.what()[2..3].parse().unwrap();
        assert_eq!(post.what().ends_with("/error"), index < 3, "{post:?}");
        if index < 3 {
            let (_, message) = post.error();
            assert!(
                message.contains("the app exited with status 3"),
                "{message}"
            );
        }
    }
    assert_eq!(posts.len(), 7, "{posts:?}");
}

#[tokio::test]
async fn an_app_that_dies_again_and_again_ends_the_environment() {
    let api = api_of(&["/crash", "/crash", "/crash", "/never"]).await;
    let mut program = Program::start(&api, &[], &[("LIFTGATE_RESTART_LIMIT", "2")]);
    let (status, log) = program.end().await;
    assert!(!status.success(), "{log}");
    assert_eq!(log.matches("starting it again").count(), 2, "{log}");
    let posts = api.told();
    let errors: Vec<_> = posts
        .iter()
        .filter(|post| post.what().ends_with("/error"))
        .collect();
    assert!(errors.len() >= 3, "{posts:?}");
    for error in errors {
        let (_, message) = error.error();
        assert!(
            message.contains("the app exited with status 3"),
            "{message}"
        );
    }
}

#[tokio::test]
async fn the_environment_may_end_with_the_app() {
    let api = api_of(&["/", "/crash"]).await;
    let mut program = Program::start(&api, &[], &[("LIFTGATE_ON_EXIT", "end")]);
    let (status, log) = program.end().await;
    assert!(!status.success(), "{log}");
    assert!(!log.contains("starting it again"), "{log}");
    let posts = api.told();
    let posts = posts_to(&posts, &["r-1/response", "r-2/error"]);
    let (_, message) = posts[1].error();
    assert!(
        message.contains("the app exited with status 3"),
        "{message}"
    );
}

#[tokio::test]
async fn a_stream_that_the_app_s_death_breaks_says_so() {
    let api = RuntimeApi::start([invocation("r-1", of_url("/halfway"))]).await;
    let api = api.on_posts([registered()]);
    let vars = [("AWS_LWA_INVOKE_MODE", "response_stream")];
    let _program = Program::start(&api, &[], &vars);
    let posts = api.posts().await;
    let trailers = &posts_to(&posts, &["r-1/response"])[0].trailers;
    let error = &trailers["lambda-runtime-function-error-body"];
    let error = base64::engine::general_purpose::STANDARD
        .decode(error)
        .unwrap();
    let error = String::from_utf8(error).unwrap();
    assert!(error.contains("the app exited with status 3"), "{error}");
}

#[tokio::test]
async fn what_a_dead_app_has_started_does_not_keep_its_port() {
    let api = api_of(&["/", "/crash", "/"]).await;
    let app = app();
    let command = ["--", app.to_str().unwrap(), "--grandchild"];
    let port = free_port();
    let _program = Program::run(&api, &command, &[("PORT", port.as_str())]);
    let posts = api.posts().await;
    let posts = posts_to(&posts, &["r-1/response", "r-2/error", "r-3/response"]);
    assert_ne!(pid_of(posts[0]), pid_of(posts[2]));
}
