//! When the app is ready, and when it never will be.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::time::sleep;

use crate::support::app::{App, ok, response};
use crate::support::program::Program;
use crate::support::runtime_api::{Answer, Post, RuntimeApi, invocation};
use crate::support::{event, posts};

const CHECK: (&str, &str) = ("AWS_LWA_READINESS_CHECK_PATH", "/ready?now");

fn none() -> [Answer; 0] {
    []
}

/// What is told of an app that does not come up.
async fn told(arguments: &[&str], vars: &[(&str, &str)]) -> (Vec<Post>, String) {
    let api = RuntimeApi::start(none()).await;
    let mut program = Program::start(&api, arguments, vars);
    let (status, log) = program.end().await;
    assert!(!status.success(), "{log}");
    let asked = api.asked();
    let is_next = |(path, _): &(String, _)| path.ends_with("invocation/next");
    assert!(
        !asked.iter().any(is_next),
        "an invocation was taken: {asked:?}"
    );
    let told = api.told().into_iter();
    let told: Vec<_> = told
        .filter(|post| post.path.ends_with("/init/error"))
        .collect();
    assert_eq!(told.len(), 1, "{log}");
    (told, log)
}

#[tokio::test]
async fn an_app_is_waited_for_until_it_listens() {
    let api = RuntimeApi::start([invocation("r-1", event("/"))]).await;
    let _program = Program::start(&api, &["--slow", "300"], &[]);
    let posts = api.posts().await;
    let [post] = &answers(&posts)[..] else {
        panic!("{posts:?}");
    };
    assert_eq!(post.what(), "r-1/response");
}

/// What was posted to invocations.
fn answers(posts: &[Post]) -> Vec<&Post> {
    let posts = posts.iter();
    posts
        .filter(|post| post.path.contains("/runtime/invocation/"))
        .collect()
}

#[tokio::test]
async fn an_app_may_have_to_say_that_it_is_ready() {
    let unhealthy = response("500 Not Yet", &[], "not yet");
    let app = App::answering([&unhealthy, &unhealthy, &unhealthy, &ok("hello")]).await;
    let posts = posts(app.config(&[CHECK]), [invocation("r-1", event("/"))]).await;
    assert_eq!(posts[0].json()["body"], "hello");
    let asked = app.asked();
    assert_eq!(asked.len(), 5);
    for check in &asked[..4] {
        assert_eq!(
            (check.method.as_str(), check.target.as_str()),
            ("GET", "/ready?now")
        );
        assert_eq!(check.values("host").len(), 1);
    }
}

#[tokio::test]
async fn which_statuses_are_healthy_is_an_option() {
    for (vars, checks) in [
        (&[][..], 1),
        (&[("AWS_LWA_READINESS_CHECK_HEALTHY_STATUS", "200-399")], 2),
        (
            &[("AWS_LWA_READINESS_CHECK_MIN_UNHEALTHY_STATUS", "404")],
            2,
        ),
    ] {
        let app = App::answering([response("404 Not Found", &[], ""), ok("hello")]).await;
        let vars: Vec<_> = [CHECK].iter().chain(vars).copied().collect();
        posts(app.config(&vars), [invocation("r-1", event("/"))]).await;
        assert_eq!(app.asked().len(), checks + 1);
    }
}

#[tokio::test]
async fn an_app_that_takes_connections_and_hangs_is_asked_anew() {
    let app = App::serving(|mut connection| async move {
        if connection.index == 0 {
            connection.request().await;
            return connection.closed().await;
        }
        while connection.request().await.is_some() {
            connection.write(ok("hello")).await;
        }
    })
    .await;
    let posts = posts(app.config(&[CHECK]), [invocation("r-1", event("/"))]).await;
    assert_eq!(posts[0].json()["body"], "hello");
    assert!(app.closed() >= 1, "it holds on to it");
}

#[tokio::test]
async fn an_app_that_is_not_ready_is_not_kept_busy_with_saying_so() {
    let is_ready = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&is_ready);
    let app = App::serving(move |mut connection| {
        let is_ready = Arc::clone(&told);
        async move {
            while connection.request().await.is_some() {
                let answer = match is_ready.load(Ordering::Relaxed) {
                    true => ok("hello"),
                    false => response("503 Not Yet", &[], ""),
                };
                connection.write(answer).await;
            }
        }
    })
    .await;
    let ready = async {
        sleep(Duration::from_secs(1)).await;
        is_ready.store(true, Ordering::Relaxed);
        std::future::pending::<()>().await;
    };
    tokio::select! {
        posts = posts(app.config(&[CHECK]), [invocation("r-1", event("/"))]) => {
            assert_eq!(posts[0].json()["body"], "hello");
        }
        () = ready => {}
    }
    let asked = app.asked().len();
    assert!(asked < 80, "{asked} times");
}

#[tokio::test]
async fn an_app_that_exits_ends_the_wait_with_its_last_words() {
    let (told, log) = told(&["--say", "no module named flask", "--exit", "7"], &[]).await;
    let (kind, message) = told[0].error();
    assert_eq!(kind, "Liftgate.InitError");
    assert!(message.contains("exited with status 7"), "{message}");
    assert!(message.contains("no module named flask"), "{message}");
    assert!(log.contains("no module named flask"), "{log}");
}

#[tokio::test]
async fn a_server_that_goes_to_the_background_is_told_to_stay() {
    let (told, log) = told(&["--exit", "0"], &[]).await;
    let (_, message) = told[0].error();
    assert!(message.contains("exited with status 0"), "{message}");
    for text in [&message, &log] {
        assert_eq!(text.matches("`daemon off;`").count(), 1, "{text}");
    }
    // Whoever listens before that is found to be ready.
    let api = RuntimeApi::start(none()).await;
    let vars = [("LIFTGATE_RESTART_LIMIT", "1")];
    let mut program = Program::start(&api, &["--daemon"], &vars);
    let (status, log) = program.end().await;
    assert!(!status.success());
    assert!(log.contains("`daemon off;`"), "{log}");
    let (told, _) = self::told(&["--exit", "1"], &[]).await;
    let (_, message) = told[0].error();
    assert!(!message.contains("daemon"), "{message}");
}

#[tokio::test]
async fn so_it_does_if_the_start_need_not_wait() {
    let vars = [("AWS_LWA_ASYNC_INIT", "1")];
    let (told, _) = told(&["--slow", "50", "--exit", "7"], &vars).await;
    assert!(told[0].error().1.contains("exited with status 7"));
}

#[tokio::test]
async fn a_program_that_is_not_there_is_told() {
    let api = RuntimeApi::start(none()).await;
    let mut program = Program::run(&api, &["--", "/no/such/program"], &[]);
    let (status, log) = program.end().await;
    assert!(!status.success());
    assert!(log.contains("/no/such/program"), "{log}");
    let (_, message) = api.told()[0].error();
    assert!(
        message.contains("cannot start `/no/such/program`"),
        "{message}"
    );
}

#[tokio::test]
async fn the_wait_can_have_an_end() {
    let vars = [("AWS_LWA_READINESS_CHECK_TIMEOUT_SECONDS", "0.2")];
    let (told, _) = told(&["--slow", "60000"], &vars).await;
    let (_, message) = told[0].error();
    assert!(
        message.contains("the app was not ready in 200ms"),
        "{message}"
    );
    assert!(message.contains("AWS_LWA_PORT"), "{message}");
    // An app that answers never, or not well.
    let app = App::serving(|mut connection| async move { connection.closed().await }).await;
    let mut config = app.config(&[vars[0], CHECK]);
    let api = RuntimeApi::start(none()).await;
    config.runtime_api = Some(api.address.clone());
    let ended = liftgate_process::run(Ok(config), liftgate_process::Mode::Beside).await;
    assert!(ended.is_err());
    let (_, message) = api.told()[0].error();
    assert!(message.contains("gave no answer in 200ms"), "{message}");
    let vars = [vars[0], ("AWS_LWA_READINESS_CHECK_PATH", "/?key=secret")];
    let (told, log) = self::told(&["--unhealthy", "1000000"], &vars).await;
    let (_, message) = told[0].error();
    assert!(message.contains("503"), "{message}");
    assert!(
        !message.contains("secret") && !log.contains("secret"),
        "{message}\n{log}"
    );
}

#[tokio::test]
async fn what_is_not_ready_when_lambda_s_time_is_over_may_be_so_later() {
    let api = RuntimeApi::start([invocation("r-1", event("/"))]).await;
    let vars = [("AWS_LWA_ASYNC_INIT", "true")];
    let _program = Program::start(&api, &["--slow", "10500"], &vars);
    let posts = api.posts().await;
    assert_eq!(answers(&posts)[0].what(), "r-1/response");
    let asked = api.asked();
    let next = |(path, _): &&(String, _)| path.ends_with("invocation/next");
    let nexts: Vec<_> = asked.iter().filter(next).collect();
    assert!(
        nexts[1].1 - nexts[0].1 >= Duration::from_millis(300),
        "it did not wait in it"
    );
}
