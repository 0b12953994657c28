//! Snapshots (SnapStart): what the app is told before and after.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::Response;

use crate::support::app::{App, ok, response};
use crate::support::event;
use crate::support::program::Program;
use crate::support::runtime_api::{Post, RuntimeApi, invocation};

const HOOKS: [(&str, &str); 3] = [
    ("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start"),
    ("AWS_LWA_SNAPSTART_BEFORE_CHECKPOINT_PATH", "/snap/before"),
    ("AWS_LWA_SNAPSTART_AFTER_RESTORE_PATH", "/snap/after?x"),
];

/// A program that is restored, in front of an app.
async fn restored(app: &App) -> (RuntimeApi, Program) {
    let api = RuntimeApi::start([invocation("r-1", event("/"))]).await;
    let api = api.on_gets([Response::new(Bytes::new())]);
    let port = app.port();
    let vars: Vec<_> = HOOKS
        .iter()
        .copied()
        .chain([("AWS_LWA_PORT", port.as_str())])
        .collect();
    let program = Program::run(&api, &[], &vars);
    (api, program)
}

#[tokio::test]
async fn the_app_is_told_before_and_after() {
    let asked_by_then = Arc::new(Mutex::new(Vec::new()));
    let app = App::answering([ok("")]).await;
    let (api, _program) = restored(&app).await;
    let posts = api.posts().await;
    asked_by_then.lock().unwrap().extend(api.asked());
    assert_eq!(posts[0].what(), "r-1/response");
    let asked = app.asked();
    let lines: Vec<_> = asked
        .iter()
        .map(|one| format!("{} {}", one.method, one.target))
        .collect();
    assert_eq!(lines, ["POST /snap/before", "POST /snap/after?x", "GET /"]);
    for hook in &asked[..2] {
        assert_eq!(hook.body, "");
        assert_eq!(hook.values("content-length"), ["0"]);
        assert_eq!(hook.values("host").len(), 1);
    }
    // No connection outlives the snapshot.
    assert_ne!(asked[0].connection, asked[1].connection);
    let asked = api.asked();
    assert_eq!(asked[0].0, "/2018-06-01/runtime/restore/next");
    assert_eq!(asked[1].0, "/2018-06-01/runtime/invocation/next");
}

async fn failed(app: &App) -> (Post, RuntimeApi) {
    let (api, mut program) = restored(app).await;
    let (status, log) = program.end().await;
    assert!(!status.success(), "{log}");
    let mut told = api.told();
    assert_eq!(told.len(), 1, "{told:?}");
    (told.remove(0), api)
}

#[tokio::test]
async fn a_hook_that_fails_is_told_of() {
    let app = App::answering([response("500 No", &[], "the pool is stuck")]).await;
    let (post, api) = failed(&app).await;
    assert_eq!(post.path, "/2018-06-01/runtime/init/error");
    assert!(post.error().1.contains("the pool is stuck"), "{post:?}");
    assert!(api.asked().is_empty(), "the snapshot is not taken");

    let app = App::answering([ok(""), response("404 No", &[], "the pool is stuck")]).await;
    let (post, _) = failed(&app).await;
    assert_eq!(post.path, "/2018-06-01/runtime/restore/error");
    assert!(post.error().1.contains("the pool is stuck"), "{post:?}");
    assert!(post.error().1.contains("POST /snap/after: "), "{post:?}");
}

#[tokio::test]
async fn so_is_one_that_gives_no_answer() {
    let app = App::serving(|mut connection| async move {
        connection.request().await;
    })
    .await;
    let (post, _) = failed(&app).await;
    assert_eq!(post.path, "/2018-06-01/runtime/init/error");
    // A hook is not called twice.
    assert_eq!(app.asked().len(), 1);
}
