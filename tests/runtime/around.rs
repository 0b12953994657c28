//! What goes on around an invocation: work after the response, and hooks.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::{Request, Response};
use liftgate::{Body, Context, Runtime};

use super::event;
use crate::support::runtime_api::{Answer, RuntimeApi, invocation};

#[tokio::test]
async fn work_after_the_response_is_done_before_the_next_invocation_is_taken() {
    let nexts = ["r-1", "r-2"].map(|id| invocation(id, event("/")));
    let api = Arc::new(RuntimeApi::start(nexts).await);
    let log = Arc::new(Mutex::new(Vec::new()));
    let app = {
        let (api, log) = (Arc::clone(&api), Arc::clone(&log));
        tower::service_fn(move |request: Request<Body>| {
            let context = request.extensions().get::<Context>().unwrap().clone();
            let note = {
                let (api, log) = (Arc::clone(&api), Arc::clone(&log));
                move |what: &str| {
                    let line = (what.to_owned(), api.told().len(), api.asked().len());
                    log.lock().unwrap().push(line);
                }
            };
            note("called");
            context.after_response(async { panic!("in the background") });
            let more = context.clone();
            context.after_response(async move {
                note("work");
                tokio::time::sleep(Duration::from_millis(30)).await;
                more.after_response(async move {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                    note("more work");
                });
            });
            async { Ok::<_, Infallible>(Response::new(Body::from("hello"))) }
        })
    };
    tokio::spawn(Runtime::new().runtime_api(api.address.clone()).run(app));
    assert_eq!(api.posts().await.len(), 2);
    let expected = [
        ("called", 0, 1),
        ("work", 1, 1),
        ("more work", 1, 1),
        ("called", 1, 2),
        ("work", 2, 2),
        ("more work", 2, 2),
    ];
    let expected = expected.map(|(what, told, asked)| (what.to_owned(), told, asked));
    assert_eq!(*log.lock().unwrap(), expected);
}

#[tokio::test]
async fn hooks_run_around_each_invocation_and_their_panics_stay() {
    let nexts = ["r-1", "r-2", "r-3"].map(|id| {
        let mut next = invocation(id, event("/panic"));
        next.headers_mut()
            .insert("lambda-runtime-trace-id", "Root=1".parse().unwrap());
        next
    });
    let api = Arc::new(RuntimeApi::start(nexts).await);
    let log = Arc::new(Mutex::new(Vec::new()));
    let (before, after) = (Arc::clone(&log), Arc::clone(&log));
    let told = Arc::clone(&api);
    let runtime = Runtime::new()
        .runtime_api(api.address.clone())
        .on_trace_id(move |id| {
            let mut log = before.lock().unwrap_or_else(|held| held.into_inner());
            log.push(id.to_owned());
            assert!(log.len() < 2, "on purpose");
        })
        .after_invocation(move || {
            let (log, told) = (Arc::clone(&after), Arc::clone(&told));
            async move {
                let mut log = log.lock().unwrap_or_else(|held| held.into_inner());
                log.push(format!("after {} answers", told.told().len()));
                assert!(log.len() < 3, "on purpose");
            }
        });
    tokio::spawn(runtime.run(tower::service_fn(super::app)));
    assert_eq!(api.posts().await.len(), 3);
    let log = log.lock().unwrap_or_else(|held| held.into_inner());
    let expected = [
        "Root=1",
        "after 1 answers",
        "Root=1",
        "after 2 answers",
        "Root=1",
        "after 3 answers",
    ];
    assert_eq!(*log, expected);
}

#[tokio::test]
async fn work_handed_over_too_late_is_done_whenever_there_is_time() {
    let api = RuntimeApi::start([invocation("r-1", event("/"))]).await;
    let (done, is_done) = tokio::sync::oneshot::channel();
    let done = Arc::new(Mutex::new(Some(done)));
    let app = tower::service_fn(move |request: Request<Body>| {
        let context = request.extensions().get::<Context>().unwrap().clone();
        let done = done.lock().unwrap().take().unwrap();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(100)).await;
            context.after_response(async move { done.send(()).unwrap() });
        });
        std::future::ready(Ok::<_, Infallible>(Response::new(Body::empty())))
    });
    tokio::spawn(Runtime::new().runtime_api(api.address.clone()).run(app));
    let waited = tokio::time::timeout(Duration::from_secs(60), is_done).await;
    waited.unwrap().unwrap();
}

#[tokio::test]
async fn work_after_the_response_and_hooks_come_before_the_end_of_a_broken_environment() {
    let api = RuntimeApi::start([invocation("r-1", event("/"))])
        .await
        .on_posts([Answer::status(500)]);
    let log = Arc::new(Mutex::new(Vec::new()));
    let (work, hook) = (Arc::clone(&log), Arc::clone(&log));
    let app = tower::service_fn(move |request: Request<Body>| {
        let context = request.extensions().get::<Context>().unwrap();
        let work = Arc::clone(&work);
        context.after_response(async move { work.lock().unwrap().push("work") });
        std::future::ready(Ok::<_, Infallible>(Response::new(Body::empty())))
    });
    let runtime = Runtime::new()
        .runtime_api(api.address.clone())
        .after_invocation(move || {
            hook.lock().unwrap().push("hook");
            std::future::ready(())
        });
    assert!(runtime.run(app).await.unwrap_err().is_runtime());
    assert_eq!(*log.lock().unwrap(), ["work", "hook"]);
}

/// What is passed about by value is held twice by each function on the way.
#[tokio::test]
async fn the_future_of_a_runtime_is_no_burden_for_the_stack() {
    let app = || tower::service_fn(super::app);
    let size = size_of_val(&Runtime::new().run(app()));
    assert!(size < 20 << 10, "{size} bytes");
    let factory = || std::future::ready(Ok::<_, Infallible>(tower::service_fn(super::app)));
    let size = size_of_val(&Runtime::new().run_local(factory));
    assert!(size < 20 << 10, "{size} bytes");
}

#[tokio::test]
async fn work_may_wait_for_the_work_that_it_hands_over() {
    let api =
        RuntimeApi::start([invocation("r-1", event("/")), invocation("r-2", event("/"))]).await;
    let app = tower::service_fn(|request: Request<Body>| {
        let context = request.extensions().get::<Context>().unwrap().clone();
        let more = context.clone();
        context.after_response(async move {
            let (done, is_done) = tokio::sync::oneshot::channel();
            more.after_response(async move { done.send(()).unwrap() });
            is_done.await.unwrap();
        });
        std::future::ready(Ok::<_, Infallible>(Response::new(Body::empty())))
    });
    tokio::spawn(Runtime::new().runtime_api(api.address.clone()).run(app));
    assert_eq!(api.posts().await.len(), 2);
}
