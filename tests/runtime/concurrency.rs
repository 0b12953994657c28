//! Several invocations at a time.

use std::convert::Infallible;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http::{Request, Response};
use liftgate::{Body, Context, Runtime};
use tokio::sync::Barrier;

use super::{app, event};
use crate::support::runtime_api::{Answer, RuntimeApi, invocation};

fn runtime(api: &RuntimeApi, workers: usize) -> Runtime {
    let workers = NonZeroUsize::new(workers).unwrap();
    Runtime::new()
        .runtime_api(api.address.clone())
        .concurrency(workers)
}

fn ids(count: usize) -> impl Iterator<Item = String> {
    (0..count).map(|number| format!("r-{number}"))
}

#[tokio::test]
async fn as_many_invocations_are_served_at_a_time_as_there_are_workers() {
    let api = RuntimeApi::start(ids(12).map(|id| invocation(&id, event("/")))).await;
    // Nobody gets through alone.
    let barrier = Arc::new(Barrier::new(4));
    let app = tower::service_fn(move |_: Request<Body>| {
        let barrier = Arc::clone(&barrier);
        async move {
            barrier.wait().await;
            Ok::<_, Infallible>(Response::new(Body::from("hello")))
        }
    });
    tokio::spawn(runtime(&api, 4).run(app));
    let posts = api.posts_of(4).await;
    assert_eq!((posts.len(), api.connections()), (12, 4));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failure_stays_with_its_invocation() {
    let paths = ["/", "/panic", "/error", "/body"];
    let nexts = ids(400).zip(paths.into_iter().cycle());
    let api = RuntimeApi::start(nexts.map(|(id, path)| invocation(&id, event(path)))).await;
    tokio::spawn(runtime(&api, 32).run(tower::service_fn(app)));
    let posts = api.posts_of(32).await;
    let mut told: Vec<_> = posts.iter().map(|post| post.what().to_owned()).collect();
    let mut expected: Vec<_> = ids(400)
        .enumerate()
        .map(|(number, id)| {
            format!(
                "{id}/{}",
                if number % 4 == 0 { "response" } else { "error" }
            )
        })
        .collect();
    told.sort();
    expected.sort();
    assert_eq!(told, expected);
    assert_eq!(api.connections(), 32, "no worker was lost");
}

#[tokio::test]
async fn a_lost_connection_is_opened_again_while_the_others_go_on() {
    let mut nexts: Vec<Answer> = ids(20)
        .map(|id| invocation(&id, event("/")).into())
        .collect();
    nexts.insert(10, Answer::Reset);
    nexts.insert(5, Answer::status(500));
    let api = RuntimeApi::start(nexts).await;
    tokio::spawn(runtime(&api, 3).run(tower::service_fn(app)));
    assert_eq!(api.posts_of(3).await.len(), 20);
}

/// Row 4: 8,034 connections in 1.2 seconds.
#[tokio::test]
async fn a_runtime_api_that_is_gone_is_not_run_down() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let connections = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&connections);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            counter.fetch_add(1, Ordering::Relaxed);
            drop(stream);
        }
    });
    let workers = NonZeroUsize::new(8).unwrap();
    let runtime = Runtime::new().runtime_api(address).concurrency(workers);
    let running = tokio::spawn(runtime.run(tower::service_fn(app)));
    tokio::time::sleep(Duration::from_millis(1200)).await;
    let count = connections.load(Ordering::Relaxed);
    // 20 ms, doubled each time, less up to a half: at most eight times in 1.2 seconds.
    assert!((8..=8 * 8).contains(&count), "{count}");
    running.abort();
}

#[tokio::test]
async fn the_runtime_ends_when_no_worker_can_go_on_and_says_why() {
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap().to_string();
    drop(taken);
    tokio::time::pause();
    let workers = NonZeroUsize::new(4).unwrap();
    let runtime = Runtime::new()
        .runtime_api(address.clone())
        .concurrency(workers);
    let error = runtime.run(tower::service_fn(app)).await.unwrap_err();
    let message = error.to_string();
    assert!(message.contains(&address), "{message}");
}

/// As long as the Runtime API answers one of them, the others try again.
#[tokio::test]
async fn a_worker_that_fails_does_not_end_the_others() {
    let mut nexts = vec![Answer::Never];
    nexts.extend(std::iter::repeat_n(Answer::status(500), 12));
    nexts.push(invocation("fine", event("/")).into());
    let api = RuntimeApi::start(nexts).await;
    let running = tokio::spawn(runtime(&api, 2).run(tower::service_fn(app)));
    tokio::time::sleep(Duration::from_millis(50)).await;
    tokio::time::pause();
    while api.told().is_empty() {
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert!(!running.is_finished());
    }
    assert_eq!(api.told()[0].what(), "fine/response");
}

#[tokio::test]
async fn a_broken_environment_ends_all_workers() {
    let api = RuntimeApi::start(ids(1).map(|id| invocation(&id, event("/"))))
        .await
        .on_posts([Answer::status(500)]);
    let ended = runtime(&api, 4).run(tower::service_fn(app)).await;
    assert!(
        ended
            .unwrap_err()
            .to_string()
            .starts_with("r-0: the Runtime API answered 500")
    );
}

/// Where Lambda does not watch the deadline.
#[tokio::test]
async fn an_invocation_fails_at_its_deadline() {
    let soon = std::time::SystemTime::now() + Duration::from_millis(200);
    let soon = soon
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_millis();
    let mut late = invocation("late", event("/late"));
    late.headers_mut().insert(
        "lambda-runtime-deadline-ms",
        soon.to_string().parse().unwrap(),
    );
    let api = RuntimeApi::start([late]).await;
    let app = tower::service_fn(|_: Request<Body>| {
        std::future::pending::<Result<Response<Body>, Infallible>>()
    });
    tokio::spawn(runtime(&api, 2).run(app));
    tokio::time::timeout(Duration::from_secs(60), async {
        while api.told().is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await
    .unwrap();
    let (kind, message) = api.told()[0].error();
    assert_eq!(kind, "Liftgate.Timeout");
    assert_eq!(message, "the service did not answer before the deadline");
}

/// The variable belongs to the process.
#[tokio::test]
async fn trace_ids_are_told_only_where_there_is_one_invocation_at_a_time() {
    for (workers, expected) in [(1, 2), (2, 0)] {
        let nexts = ids(2).map(|id| {
            let mut next = invocation(&id, event("/"));
            next.headers_mut().insert(
                "lambda-runtime-trace-id",
                "Root=1-5759e988".parse().unwrap(),
            );
            next
        });
        let api = RuntimeApi::start(nexts).await;
        let told = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&told);
        let runtime = runtime(&api, workers).on_trace_id(move |id| {
            assert_eq!(id, "Root=1-5759e988");
            counter.fetch_add(1, Ordering::Relaxed);
        });
        tokio::spawn(runtime.run(tower::service_fn(app)));
        assert_eq!(api.posts_of(workers).await.len(), 2);
        assert_eq!(told.load(Ordering::Relaxed), expected);
    }
}

/// A service that cannot leave its thread, and is made once for each worker.
#[tokio::test]
async fn local_services_are_served_side_by_side_on_threads_of_their_own() {
    let api = RuntimeApi::start(ids(30).map(|id| invocation(&id, event("/")))).await;
    let made = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&made);
    // Nobody gets through alone.
    let barrier = Arc::new(Barrier::new(6));
    let factory = move || {
        let number = counter.fetch_add(1, Ordering::Relaxed);
        let barrier = Arc::clone(&barrier);
        async move {
            let thread = std::thread::current().name().unwrap_or_default().to_owned();
            let local = std::rc::Rc::new(format!("{number} on {thread}"));
            Ok::<_, Infallible>(tower::service_fn(move |request: Request<Body>| {
                let local = std::rc::Rc::clone(&local);
                let barrier = Arc::clone(&barrier);
                async move {
                    let context = request.extensions().get::<Context>().cloned();
                    assert!(context.is_some());
                    // Only a LocalSet can do this.
                    let spawned = tokio::task::spawn_local(async move { local.to_string() });
                    let text = spawned.await.unwrap();
                    barrier.wait().await;
                    Ok::<_, Infallible>(Response::new(Body::from(text)))
                }
            }))
        }
    };
    let runtime = runtime(&api, 6);
    tokio::select! {
        ended = runtime.run_local(factory) => panic!("{ended:?}"),
        posts = api.posts_of(6) => {
            assert_eq!(posts.len(), 30);
            let body = posts[0].json()["body"].as_str().unwrap().to_owned();
            assert!(body.contains(" on liftgate-"), "{body}");
        }
    }
    assert_eq!(made.load(Ordering::Relaxed), 6);
}
