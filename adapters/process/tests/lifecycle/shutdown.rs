use std::time::Duration;

use rustix::process::Signal;
use tokio::time::sleep;

use super::{api_of, lives, pid_of, posts_to};
use crate::support::program::{Program, Socket, app};
use crate::support::until;

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
    assert_eq!(log.matches("signal TERM").count(), 1, "{log}");
    assert!(log.ends_with("the app exited with status 0\n"), "{log}");
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
async fn an_app_that_does_not_end_is_killed_with_all_that_it_started() {
    let api = api_of(&["/"]).await;
    let vars = [("LIFTGATE_SHUTDOWN_TIMEOUT_MS", "600")];
    let mut program = Program::start(&api, &["--stubborn", "--grandchild"], &vars);
    let posts = api.posts().await;
    let app = pid_of(posts_to(&posts, &["r-1/response"])[0]);
    let is_told = || program.log().contains("grandchild ") && program.log().ends_with('\n');
    until("the log", is_told).await;
    let log = program.log();
    let line = log
        .lines()
        .find_map(|line| line.strip_prefix("grandchild "));
    let grandchild: u32 = line.unwrap().parse().unwrap();
    assert!(lives(app) && lives(grandchild));
    program.signal(Signal::TERM);
    let (_, log) = program.end().await;
    assert!(log.contains("signal TERM"), "{log}");
    assert!(log.contains("the app was killed by signal 9"), "{log}");
    assert!(!lives(app));
    until("it has ended too", || !lives(grandchild)).await;
}

/// Ends the program in front of an app that does not end by itself, and gives how many milliseconds the app
/// had for it.
async fn ended_by_force(paths: &[&str]) -> u64 {
    let api = api_of(paths).await;
    let mut program = Program::start(&api, &["--stubborn"], &[]);
    let is_next = |(path, _): &(String, _)| path.ends_with("invocation/next");
    let nexts = || api.asked().into_iter().filter(is_next).count();
    // A call that hangs is the last.
    let is_hung = paths.contains(&"/hang");
    let expected = paths.len() + usize::from(!is_hung);
    until("the last call", || nexts() == expected).await;
    let told = api.told();
    let app = pid_of(
        told.iter()
            .find(|post| post.what() == "r-1/response")
            .unwrap(),
    );
    program.signal(Signal::TERM);
    let (_, log) = program.end().await;
    assert!(log.contains("signal TERM"), "{log}");
    assert!(!lives(app));
    let told = "the app was killed by signal 9 (not all of it had ended ";
    let (_, rest) = log.split_once(told).unwrap_or_else(|| panic!("{log}"));
    let (waited, _) = rest.split_once(" ms after SIGTERM").unwrap();
    waited.parse().unwrap()
}

#[tokio::test]
async fn what_a_script_has_started_ends_by_itself_too() {
    let api = api_of(&["/"]).await;
    let (socket, app) = (Socket::new(), app());
    let vars = [
        ("LIFTGATE_SOCKET", socket.0.to_str().unwrap()),
        ("LIFTGATE_SHUTDOWN_TIMEOUT_MS", "20000"),
    ];
    // A shell ends at once, and passes nothing on.
    let script = format!("{}; true", app.display());
    let mut program = Program::run(&api, &["--", "/bin/sh", "-c", &script], &vars);
    let posts = api.posts().await;
    let app = pid_of(posts_to(&posts, &["r-1/response"])[0]);
    program.signal(Signal::TERM);
    let (status, log) = program.end().await;
    assert!(status.success(), "{log}");
    assert!(log.contains("signal TERM"), "{log}");
    until("it has ended", || !lives(app)).await;
}

/// That all of it is done in the time that Lambda gives is for the tests of the budgets.
#[tokio::test]
async fn the_app_is_asked_killed_and_told_of() {
    for (paths, least) in [(&["/"][..], 200), (&["/", "/hang"], 50)] {
        let waited = ended_by_force(paths).await;
        assert!(waited >= least, "{paths:?}: {waited} ms");
    }
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
