//! Around the invocation: AWS's layers, and several invocations at a time.

use std::time::Duration;

use crate::program::{Program, get};
use crate::runtime_api::invocation;

#[tokio::test]
async fn opentelemetry_is_flushed_after_the_response_and_the_work_after_it() {
    let nexts = [
        invocation("r-1", get("/after")),
        invocation("r-2", get("/panic")),
    ];
    let (posts, printed) = Program::start(nexts, &[("OTEL", "1")]).await.end().await;
    assert_eq!(posts[0].what(), "r-1/response");
    assert_eq!(posts[1].error().0, "Liftgate.Panic");
    let printed = printed
        .lines()
        .filter(|line| ["worked", "flushed"].contains(line));
    assert!(printed.eq(["worked", "flushed", "flushed"]));
}

#[tokio::test]
async fn as_many_invocations_at_a_time_as_there_may_be() {
    let nexts = (0..8).map(|n| invocation(&format!("r-{n}"), get("/after")));
    let variables = [("AWS_LAMBDA_MAX_CONCURRENCY", "4")];
    let program = Program::start(nexts, &variables).await;
    let posts = program.api.posts_of(4).await;
    let mut answered: Vec<_> = posts.iter().map(|post| post.what().to_owned()).collect();
    answered.sort();
    let expected: Vec<_> = (0..8).map(|n| format!("r-{n}/response")).collect();
    assert_eq!(answered, expected);
    // Eight that take 200 ms each, by four.
    let asked = program.api.asked();
    let took = asked[asked.len() - 1].1 - asked[0].1;
    assert!(took < Duration::from_millis(1200), "{took:?}");
    let _ = program.end().await;
}
