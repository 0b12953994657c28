//! Start, snapshot and shutdown.

use std::convert::Infallible;
use std::future::ready;
use std::io;
use std::num::NonZeroUsize;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use liftgate::{Body, Runtime};

use super::{app, event, router};
use crate::support::runtime_api::{Answer, RuntimeApi, invocation};

type Log = Arc<Mutex<Vec<String>>>;

fn none() -> [Response<Bytes>; 0] {
    []
}

/// A hook that notes its name, and what has been asked by then.
fn note(
    log: &Log,
    api: &Arc<RuntimeApi>,
    name: &str,
) -> impl FnOnce() -> std::future::Ready<Result<(), Infallible>> + Send + 'static {
    let (log, api, name) = (Arc::clone(log), Arc::clone(api), name.to_owned());
    move || {
        log.lock()
            .unwrap()
            .push(format!("{name} {}", api.asked().len()));
        ready(Ok(()))
    }
}

#[tokio::test]
async fn hooks_run_around_the_snapshot_the_last_made_put_away_first() {
    let restored = Response::new(Bytes::new());
    let api = RuntimeApi::start([invocation("r-1", event("/"))])
        .await
        .on_gets([restored]);
    let api = Arc::new(api);
    let log = Log::default();
    let runtime = Runtime::new()
        .runtime_api(api.address.clone())
        .snap_start(true)
        .before_snapshot(note(&log, &api, "before one"))
        .before_snapshot(note(&log, &api, "before two"))
        .after_restore(note(&log, &api, "after one"))
        .after_restore(note(&log, &api, "after two"));
    tokio::spawn(runtime.run(router()));
    assert_eq!(api.posts().await[0].what(), "r-1/response");
    let expected = ["before two 0", "before one 0", "after one 1", "after two 1"];
    assert_eq!(*log.lock().unwrap(), expected);
    let asked = api.asked();
    assert_eq!(asked[0].0, "/2018-06-01/runtime/restore/next");
    assert_eq!(asked[1].0, "/2018-06-01/runtime/invocation/next");
    // No connection outlives the snapshot.
    assert_eq!(api.connections(), 2);
}

#[tokio::test]
async fn a_snapshot_that_breaks_the_connection_is_waited_for_again() {
    let gets = [
        Answer::Reset,
        Answer::status(500),
        Response::new(Bytes::new()).into(),
    ];
    let api = RuntimeApi::start([invocation("r-1", event("/"))])
        .await
        .on_gets(gets);
    let runtime = Runtime::new()
        .runtime_api(api.address.clone())
        .snap_start(true);
    tokio::spawn(runtime.run(router()));
    assert_eq!(api.posts().await[0].what(), "r-1/response");
}

#[tokio::test]
async fn hooks_that_fail_end_the_program_and_lambda_is_told_why() {
    let broken = || async { Err::<(), _>(io::Error::other("no such host")) };
    let panics = || async {
        if true {
            panic!("on purpose")
        } else {
            Ok::<_, Infallible>(())
        }
    };
    let runtime = || Runtime::new().snap_start(true);
    let cases = [
        ("init", runtime().before_snapshot(broken), "no such host"),
        ("init", runtime().before_snapshot(panics), "on purpose"),
        ("restore", runtime().after_restore(broken), "no such host"),
        ("restore", runtime().after_restore(panics), "on purpose"),
    ];
    for (phase, runtime, expected) in cases {
        let restored = Response::new(Bytes::new());
        let api = RuntimeApi::start(none()).await.on_gets([restored]);
        let ended = runtime.runtime_api(api.address.clone()).run(router()).await;
        let error = ended.unwrap_err();
        assert!(
            error.is_init() && error.to_string().contains(expected),
            "{error}"
        );
        let posts = api.told();
        assert_eq!(posts.len(), 1);
        assert_eq!(posts[0].path, format!("/2018-06-01/runtime/{phase}/error"));
        let (kind, message) = posts[0].error();
        assert_eq!(
            (kind.as_str(), message),
            ("Liftgate.InitError", error.to_string())
        );
    }
}

/// Tells when it was dropped.
struct EndsAt(Arc<Mutex<Option<tokio::time::Instant>>>);

impl Drop for EndsAt {
    fn drop(&mut self) {
        *self.0.lock().unwrap() = Some(tokio::time::Instant::now());
    }
}

#[tokio::test]
async fn hooks_after_a_snapshot_have_ten_seconds_in_all() {
    let restored = Response::new(Bytes::new());
    let api = RuntimeApi::start(none()).await.on_gets([restored]);
    let began = Arc::new(Mutex::new(None));
    let first = Arc::clone(&began);
    let end = Arc::new(Mutex::new(None));
    let ended = EndsAt(Arc::clone(&end));
    let runtime = Runtime::new()
        .runtime_api(api.address.clone())
        .snap_start(true)
        .after_restore(move || async move {
            *first.lock().unwrap() = Some(tokio::time::Instant::now());
            tokio::time::pause();
            tokio::time::sleep(Duration::from_secs(6)).await;
            Ok::<_, Infallible>(())
        })
        .after_restore(move || async move {
            let _ended = ended;
            std::future::pending::<Result<(), Infallible>>().await
        });
    let error = runtime.run(router()).await.unwrap_err();
    assert!(error.is_timeout(), "{error}");
    // The clock goes on by itself where all wait, for the Runtime API's answer among others.
    let took = end.lock().unwrap().unwrap() - began.lock().unwrap().unwrap();
    let in_all = Duration::from_secs(10)..Duration::from_secs(11);
    assert!(in_all.contains(&took), "{took:?}");
    assert_eq!(api.told()[0].path, "/2018-06-01/runtime/restore/error");
}

#[tokio::test]
async fn a_service_that_cannot_be_made_is_reported() {
    for phase in ["error", "panic"] {
        let api = RuntimeApi::start(none()).await;
        let init = async {
            if phase == "panic" {
                panic!("no database");
            }
            Err::<axum::Router, _>(io::Error::other("no database"))
        };
        let runtime = Runtime::new().runtime_api(api.address.clone());
        let error = runtime.run_init(init).await.unwrap_err();
        assert!(error.is_init());
        let posts = api.told();
        assert_eq!(posts[0].path, "/2018-06-01/runtime/init/error");
        let (kind, message) = posts[0].error();
        assert_eq!(kind, "Liftgate.InitError");
        assert!(message.contains("no database"), "{message}");
        assert!(api.asked().is_empty(), "no invocation is taken");
    }
}

#[tokio::test]
async fn a_local_service_that_cannot_be_made_is_reported() {
    type Never = tower::util::BoxService<Request<Body>, Response<Body>, Infallible>;
    for workers in [1, 4] {
        let api = RuntimeApi::start(none()).await;
        let runtime = Runtime::new()
            .runtime_api(api.address.clone())
            .concurrency(NonZeroUsize::new(workers).unwrap());
        let factory = || ready(Err::<Never, _>(io::Error::other("no database")));
        let error = runtime.run_local(factory).await.unwrap_err();
        assert!(error.is_init(), "{error:?}");
        assert_eq!(api.told()[0].path, "/2018-06-01/runtime/init/error");

        let api = RuntimeApi::start(none()).await;
        let runtime = Runtime::new()
            .runtime_api(api.address.clone())
            .concurrency(NonZeroUsize::new(workers).unwrap());
        let panics = || -> std::future::Ready<Result<Never, Infallible>> { panic!("no database") };
        let error = runtime.run_local(panics).await.unwrap_err();
        assert!(error.is_init(), "{error:?}");
        assert!(api.told()[0].error().1.contains("no database"));
    }
}

/// In one test, since a signal comes to the whole process.
#[tokio::test]
async fn sigterm_lets_the_invocation_end_and_runs_the_hooks() {
    // No hook, no extension.
    let api = RuntimeApi::start([invocation("r-1", event("/"))]).await;
    tokio::spawn(
        Runtime::new()
            .runtime_api(api.address.clone())
            .run(router()),
    );
    api.posts().await;
    assert_eq!(api.asked().len(), 2);
    assert_eq!(api.told().len(), 1);

    let registered = || {
        let registered = Response::builder().header("lambda-extension-identifier", "x-1");
        registered.body(Bytes::new()).unwrap()
    };
    let terminate = || {
        let pid = std::process::id().to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &pid])
                .status()
                .unwrap()
                .success()
        );
    };
    let slow = tower::service_fn(|request: Request<Body>| async move {
        if request.uri().path() == "/slow" {
            tokio::time::sleep(Duration::from_millis(150)).await;
        }
        app(request).await
    });

    // While an invocation is served, several at a time or not.
    for workers in [1, 2] {
        let api = RuntimeApi::start([invocation("slow", event("/slow"))])
            .await
            .on_posts([registered()]);
        let api = Arc::new(api);
        let log = Log::default();
        let runtime = Runtime::new()
            .runtime_api(api.address.clone())
            .concurrency(NonZeroUsize::new(workers).unwrap())
            .shutdown_timeout(Duration::from_secs(5))
            .on_shutdown(note(&log, &api, "one"))
            .on_shutdown(|| async { Err(io::Error::other("on purpose")) })
            .on_shutdown(note(&log, &api, "two"));
        let running = tokio::spawn(runtime.run(slow));
        asked_next(&api).await;
        terminate();
        running.await.unwrap().unwrap();
        let posts = api.told();
        assert_eq!(posts[0].path, "/2020-01-01/extension/register");
        assert_eq!(posts[0].body, "{\"events\":[]}");
        assert!(posts[0].headers.contains_key("lambda-extension-name"));
        assert_eq!(posts[1].what(), "slow/response");
        assert_eq!(log.lock().unwrap().len(), 2);
        // The one that was served, and the other worker's: none after the signal.
        assert_eq!(count(&api, "invocation/next"), workers);
        let asked: Vec<_> = api.asked().into_iter().map(|(path, _)| path).collect();
        assert!(
            asked.contains(&"/2020-01-01/extension/event/next".to_owned()),
            "{asked:?}"
        );
    }

    // An extension that is refused, or never answered, and nothing to do.
    for answer in [Answer::status(403), Answer::Never] {
        let api = RuntimeApi::start(none()).await.on_posts([answer]);
        let runtime = Runtime::new()
            .runtime_api(api.address.clone())
            .on_shutdown(|| ready(Ok::<_, Infallible>(())));
        let running = tokio::spawn(runtime.run(router()));
        api.posts().await;
        terminate();
        running.await.unwrap().unwrap();
    }

    // What does not end in time is cut off, and the hooks have their time all the same.
    let hang = || std::future::pending::<Result<(), Infallible>>();
    for is_in_hook in [true, false] {
        let nexts = (!is_in_hook).then(|| invocation("slow", event("/slow")));
        let api = RuntimeApi::start(nexts).await.on_posts([registered()]);
        let api = Arc::new(api);
        let log = Log::default();
        let runtime = Runtime::new()
            .runtime_api(api.address.clone())
            .shutdown_timeout(Duration::from_millis(100))
            .on_shutdown(note(&log, &api, "first"))
            .on_shutdown(hang);
        let running = tokio::spawn(runtime.run(slow));
        asked_next(&api).await;
        terminate();
        let error = running.await.unwrap().unwrap_err();
        assert_eq!(
            error.to_string(),
            "SIGTERM: it took longer than 100ms to end"
        );
        assert_eq!(log.lock().unwrap().len(), 1);
    }

    // Any time box will do; an event that has begun to come is served; and so is a program that
    // has not begun to.
    let long = event("/") + &" ".repeat(1000);
    let dripped = Answer::Dripped(invocation("slow", long), Duration::from_millis(1));
    let api = RuntimeApi::start([dripped]).await.on_posts([registered()]);
    let runtime = Runtime::new()
        .runtime_api(api.address.clone())
        .shutdown_timeout(Duration::MAX)
        .on_shutdown(|| ready(Ok::<_, Infallible>(())));
    let running = tokio::spawn(runtime.run(router()));
    asked_next(&api).await;
    tokio::time::sleep(Duration::from_millis(700)).await;
    terminate();
    running.await.unwrap().unwrap();
    assert_eq!(api.told()[1].what(), "slow/response");

    let api = Arc::new(RuntimeApi::start(none()).await.on_posts([registered()]));
    let log = Log::default();
    let runtime = Runtime::new()
        .runtime_api(api.address.clone())
        .on_shutdown(note(&log, &api, "hook"));
    let init = std::future::pending::<Result<axum::Router, Infallible>>();
    let running = tokio::spawn(runtime.run_init(init));
    until(|| !api.told().is_empty()).await;
    tokio::time::sleep(Duration::from_millis(30)).await;
    terminate();
    running.await.unwrap().unwrap();
    assert_eq!(log.lock().unwrap().len(), 1);
}

/// How often it was asked for a path.
fn count(api: &RuntimeApi, end: &str) -> usize {
    let asked = api.asked();
    asked.iter().filter(|(path, _)| path.ends_with(end)).count()
}

async fn until(mut is_so: impl FnMut() -> bool) {
    let waits = async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let waited = tokio::time::timeout(Duration::from_secs(60), waits).await;
    waited.expect("it does not come to that");
}

async fn asked_next(api: &RuntimeApi) {
    until(|| count(api, "invocation/next") > 0).await;
    tokio::time::sleep(Duration::from_millis(30)).await;
}

#[tokio::test]
async fn an_extension_stays_one_when_its_connection_is_lost() {
    let registered = Response::builder().header("lambda-extension-identifier", "x-1");
    let api = RuntimeApi::start(none())
        .await
        .on_posts([registered.body(Bytes::new()).unwrap()])
        .on_gets([Answer::Reset, Answer::status(500)]);
    let runtime = Runtime::new()
        .runtime_api(api.address.clone())
        .on_shutdown(|| ready(Ok::<_, Infallible>(())));
    tokio::spawn(runtime.run(router()));
    until(|| count(&api, "event/next") >= 3).await;
}
