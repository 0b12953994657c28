//! Several invocations at a time, as Managed Instances have it.

use std::collections::BTreeSet;
use std::sync::Arc;

use tokio::sync::Barrier;

use crate::support::app::{App, ok};
use crate::support::event;
use crate::support::program::Program;
use crate::support::runtime_api::{RuntimeApi, invocation};

#[tokio::test]
async fn each_call_has_a_connection_and_all_are_under_way_at_a_time() {
    let all = Arc::new(Barrier::new(8));
    let app = App::serving(move |mut connection| {
        let all = Arc::clone(&all);
        async move {
            while let Some(asked) = connection.request().await {
                // Nobody is answered before all have asked.
                all.wait().await;
                connection.write(ok(&asked.target)).await;
            }
        }
    })
    .await;
    let nexts = (0..32).map(|index| invocation(&format!("r-{index}"), event(&format!("/{index}"))));
    let api = RuntimeApi::start(nexts).await;
    let port = app.port();
    let vars = [
        ("AWS_LWA_PORT", port.as_str()),
        ("AWS_LAMBDA_MAX_CONCURRENCY", "8"),
    ];
    let _program = Program::run(&api, &[], &vars);
    let posts = api.posts_of(8).await;
    assert_eq!(posts.len(), 32);
    for post in &posts {
        let index = post
            .what()
            .strip_prefix("r-")
            .unwrap()
            .strip_suffix("/response")
            .unwrap();
        assert_eq!(post.json()["body"], format!("/{index}"));
    }
    let connections: BTreeSet<_> = app.asked().iter().map(|asked| asked.connection).collect();
    assert_eq!(connections.len(), app.connections());
    assert!(
        (8..=16).contains(&app.connections()),
        "{}",
        app.connections()
    );
}

#[tokio::test]
async fn one_that_fails_takes_no_other_with_it() {
    let all = Arc::new(Barrier::new(4));
    let app = App::serving(move |mut connection| {
        let all = Arc::clone(&all);
        async move {
            while let Some(asked) = connection.request().await {
                all.wait().await;
                match asked.target.as_str() {
                    "/0" => return,
                    "/1" => connection.write("what?\r\n\r\n").await,
                    _ => connection.write(ok("hello")).await,
                }
            }
        }
    })
    .await;
    let posts = |index: usize| {
        let event = crate::support::of_http_api(serde_json::json!({
            "rawPath": format!("/{index}"),
            "requestContext": {"stage": "$default", "http": {"method": "POST"}},
        }));
        invocation(&format!("r-{index}"), event)
    };
    let api = RuntimeApi::start((0..4).map(posts)).await;
    let port = app.port();
    let vars = [
        ("AWS_LWA_PORT", port.as_str()),
        ("AWS_LAMBDA_MAX_CONCURRENCY", "4"),
    ];
    let _program = Program::run(&api, &[], &vars);
    let posts = api.posts_of(4).await;
    let mut whats: Vec<_> = posts.iter().map(|post| post.what()).collect();
    whats.sort_unstable();
    assert_eq!(
        whats,
        ["r-0/error", "r-1/error", "r-2/response", "r-3/response"]
    );
}
