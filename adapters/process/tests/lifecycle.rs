//! The program: from the start of the app to its end, and what comes between.

use std::path::Path;
use std::time::Duration;

use base64::Engine as _;
use rustix::process::Signal;
use tokio::time::sleep;

use crate::support::app::{App, ok};
use crate::support::program::{Program, app, free_port, pid, registered};
use crate::support::runtime_api::{Answer, Post, RuntimeApi, invocation};
use crate::support::{event, of_url, until};

/// Invocations for these paths, one after the other.
async fn api_of(paths: &[&str]) -> RuntimeApi {
    let paths = paths.iter().enumerate();
    let nexts = paths.map(|(index, path)| invocation(&format!("r-{}", index + 1), event(path)));
    RuntimeApi::start(nexts).await.on_posts([registered()])
}

/// What was posted to invocations, if there is so much.
fn posts_to<'p>(posts: &'p [Post], whats: &[&str]) -> Vec<&'p Post> {
    let posts: Vec<_> = posts
        .iter()
        .filter(|post| post.path.contains("/invocation/"))
        .collect();
    let found: Vec<_> = posts.iter().map(|post| post.what()).collect();
    assert_eq!(found, whats);
    posts
}

/// The process that has answered.
fn pid_of(post: &Post) -> u32 {
    post.json()["body"].as_str().unwrap().parse().unwrap()
}

/// Whether a process still does something.
fn lives(id: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    let state = stat
        .rsplit(") ")
        .next()
        .and_then(|rest| rest.chars().next());
    state.is_some_and(|state| state != 'Z' && state != 'X')
}

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
async fn what_is_under_way_ends_before_the_app_does() {
    let api = api_of(&["/slow"]).await;
    let vars = [("LIFTGATE_SHUTDOWN_TIMEOUT_MS", "20000")];
    let mut program = Program::start(&api, &[], &vars);
    let next = || {
        api.asked()
            .iter()
            .any(|(path, _)| path.ends_with("invocation/next"))
    };
    until("the invocation", next).await;
    program.signal(Signal::TERM);
    sleep(Duration::from_millis(200)).await;
    assert!(
        !program.log().contains("signal TERM"),
        "the app is signalled too early"
    );
    program.signal(Signal::USR1);
    let (status, log) = program.end().await;
    assert!(status.success(), "{log}");
    let posts = api.told();
    let app = pid_of(posts_to(&posts, &["r-1/response"])[0]);
    assert!(log.contains("signal TERM"), "{log}");
    assert!(!lives(app));
}

#[tokio::test]
async fn all_that_is_under_way_ends_before_the_app_does() {
    let api = api_of(&["/slow", "/slow", "/slow"]).await;
    let vars = [
        ("LIFTGATE_SHUTDOWN_TIMEOUT_MS", "20000"),
        ("AWS_LAMBDA_MAX_CONCURRENCY", "3"),
    ];
    let mut program = Program::start(&api, &[], &vars);
    let nexts = || {
        let asked = api.asked().into_iter();
        asked
            .filter(|(path, _)| path.ends_with("invocation/next"))
            .count()
    };
    until("the invocations", || nexts() == 3).await;
    program.signal(Signal::TERM);
    sleep(Duration::from_millis(200)).await;
    program.signal(Signal::USR1);
    let (status, log) = program.end().await;
    assert!(status.success(), "{log}");
    let posts = api.told();
    let answered = posts
        .iter()
        .filter(|post| post.what().ends_with("/response"));
    assert_eq!(answered.count(), 3, "{posts:?}");
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
async fn an_app_that_does_not_end_is_killed_with_all_that_it_started() {
    let api = api_of(&["/"]).await;
    let vars = [("LIFTGATE_SHUTDOWN_TIMEOUT_MS", "600")];
    let mut program = Program::start(&api, &["--stubborn", "--grandchild"], &vars);
    let posts = api.posts().await;
    let app = pid_of(posts_to(&posts, &["r-1/response"])[0]);
    let log = program.log();
    let line = log
        .lines()
        .find_map(|line| line.strip_prefix("grandchild "));
    let grandchild: u32 = line.unwrap().parse().unwrap();
    assert!(lives(app) && lives(grandchild));
    program.signal(Signal::TERM);
    let (_, log) = program.end().await;
    assert!(log.contains("signal TERM"), "{log}");
    until("they have ended", || !lives(app) && !lives(grandchild)).await;
}

#[tokio::test]
async fn what_hangs_does_not_keep_the_environment() {
    let api = api_of(&["/", "/hang"]).await;
    let mut program = Program::start(&api, &["--stubborn"], &[]);
    let nexts = || {
        api.asked()
            .iter()
            .filter(|(path, _)| path.ends_with("/next"))
            .count()
    };
    // One of them is the extension's.
    until("the second invocation", || nexts() >= 3).await;
    program.signal(Signal::TERM);
    program.end().await;
    let told = api.told();
    let answered = told.iter().find(|post| post.what() == "r-1/response");
    let app = pid_of(answered.unwrap());
    until("it has ended", || !lives(app)).await;
}

#[tokio::test]
async fn an_app_that_has_not_come_up_is_ended_too() {
    let api = api_of(&[]).await;
    let mut program = Program::start(&api, &["--say", "begun", "--slow", "60000"], &[]);
    program.says("begun").await;
    until("it is an extension", || !api.told().is_empty()).await;
    program.signal(Signal::TERM);
    program.end().await;
}

#[tokio::test]
async fn other_signals_are_the_app_s() {
    let api = api_of(&["/"]).await;
    let program = Program::start(&api, &[], &[]);
    api.posts().await;
    for (signal, name) in [
        (Signal::HUP, "HUP"),
        (Signal::QUIT, "QUIT"),
        (Signal::USR1, "USR1"),
        (Signal::USR2, "USR2"),
    ] {
        program.signal(signal);
        program.says(&format!("signal {name}")).await;
    }
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

#[tokio::test]
async fn the_app_has_the_function_s_environment() {
    let api = api_of(&["/env"]).await;
    let _program = Program::start(&api, &[], &[("OF_THE_USER", "é")]);
    let posts = api.posts().await;
    let reply = posts_to(&posts, &["r-1/response"])[0].json();
    let env = reply["body"].as_str().unwrap();
    for line in ["OF_THE_USER=é", "AWS_LAMBDA_FUNCTION_NAME=app"] {
        assert!(env.lines().any(|known| known == line), "{env}");
    }
}

#[tokio::test]
async fn a_wrapper_starts_the_handler() {
    let api = api_of(&["/"]).await;
    let app = app();
    let root = app.parent().and_then(Path::to_str).unwrap();
    let program = env!("CARGO_BIN_EXE_liftgate-process");
    let port = free_port();
    let vars = [
        ("AWS_LAMBDA_EXEC_WRAPPER", program),
        ("LAMBDA_TASK_ROOT", root),
        ("_HANDLER", "app"),
        ("PORT", port.as_str()),
    ];
    let _program = Program::run(
        &api,
        &["/var/lang/bin/node", "/var/runtime/index.mjs"],
        &vars,
    );
    let posts = api.posts().await;
    posts_to(&posts, &["r-1/response"]);
}

#[tokio::test]
async fn somebody_else_may_start_the_app() {
    let scripted = App::answering([ok("hello")]).await;
    let api = api_of(&["/"]).await;
    let port = scripted.port();
    let _program = Program::run(&api, &[], &[("AWS_LWA_PORT", port.as_str())]);
    let posts = api.posts().await;
    assert_eq!(
        posts_to(&posts, &["r-1/response"])[0].json()["body"],
        "hello"
    );
}

#[tokio::test]
async fn a_proxy_of_the_runtime_api_is_none_of_the_extensions_api() {
    let lambda = api_of(&[]).await;
    let proxy = RuntimeApi::start([invocation("r-1", event("/"))]).await;
    let address = format!("http://{}/.rt/", proxy.address);
    let vars = [("AWS_LWA_LAMBDA_RUNTIME_API_PROXY", address.as_str())];
    let _program = Program::start(&lambda, &[], &vars);
    let posts = proxy.posts().await;
    assert_eq!(
        posts[0].path,
        "/.rt/2018-06-01/runtime/invocation/r-1/response"
    );
    let told = lambda.told();
    assert!(
        told.iter()
            .all(|post| post.path == "/2020-01-01/extension/register"),
        "{told:?}"
    );
    assert_eq!(told.len(), 1);
}

#[tokio::test]
async fn all_that_is_wrong_with_the_configuration_is_told_at_once() {
    let api = RuntimeApi::start([] as [Answer; 0]).await;
    let vars = [
        ("AWS_LWA_PORT", "80a"),
        ("AWS_LWA_READINESS_CHECK_PROTOCOL", "htp"),
        ("AWS_LWA_INVOKE_MODE", "stream"),
        ("LIFTGATE_ON_EXIT", "retsart"),
        ("AWS_LWA_PROT", "8080"),
    ];
    let mut program = Program::run(&api, &["--", "/bin/true"], &vars);
    let (status, log) = program.end().await;
    assert!(!status.success());
    let told = api.told();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].path, "/2018-06-01/runtime/init/error");
    let (_, message) = told[0].error();
    for (name, value) in &vars[..4] {
        for text in [&message, &log] {
            assert!(text.contains(&format!("{name} is `{value}`: ")), "{text}");
        }
    }
}
