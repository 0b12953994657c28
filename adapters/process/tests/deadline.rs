//! An app that takes too long, and one that says too much.

use std::time::Duration;

use liftgate::local::{Gateway, Kind};

use crate::support::app::{App, ok};
use crate::support::program::Program;
use crate::support::runtime_api::{RuntimeApi, invocation};
use crate::support::{event, get, posts, through, until, within};

#[tokio::test]
async fn the_client_is_told_before_lambda_gives_up() {
    let app = App::serving(|mut connection| async move {
        let asked = connection.request().await.unwrap();
        if asked.target == "/hang" {
            return connection.closed().await;
        }
        connection.write(ok("hello")).await;
    })
    .await;
    let nexts = [
        within(Duration::from_millis(700), event("/hang")),
        invocation("r-2", event("/")),
    ];
    let posts = posts(app.config(&[]), nexts).await;
    assert_eq!(posts[0].json()["statusCode"], 504);
    assert_eq!(posts[1].json()["body"], "hello");
    // What it still may say is nobody's answer.
    until("the app sees the first closed", || app.closed() == 2).await;
    assert_eq!(app.connections(), 2);
}

#[tokio::test]
async fn an_app_that_stops_halfway_is_as_late() {
    let app = App::serving(|mut connection| async move {
        connection.request().await;
        connection
            .write("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf")
            .await;
        connection.closed().await;
    })
    .await;
    let nexts = [within(Duration::from_millis(700), event("/"))];
    let posts = posts(app.config(&[]), nexts).await;
    assert_eq!(posts[0].json()["statusCode"], 504);
    until("the app sees it closed", || app.closed() == 1).await;
}

#[tokio::test]
async fn the_margin_is_an_option() {
    let app = App::serving(|mut connection| async move {
        connection.request().await;
        connection.closed().await;
    })
    .await;
    // Of 100 seconds, all but one.
    let vars = [("LIFTGATE_DEADLINE_MARGIN_MS", "99000")];
    let nexts = [within(Duration::from_secs(100), event("/"))];
    let posts = posts(app.config(&vars), nexts).await;
    assert_eq!(posts[0].json()["statusCode"], 504);
}

#[tokio::test]
async fn more_than_lambda_takes_is_a_bad_gateway() {
    let app = App::answering([ok(&"x".repeat(7_000_000)), ok("hello")]).await;
    let ids = ["r-1", "r-2"];
    let posts = posts(app.config(&[]), ids.map(|id| invocation(id, event("/")))).await;
    assert_eq!(posts[0].what(), "r-1/response");
    assert_eq!(posts[0].json()["statusCode"], 502);
    assert_eq!(posts[1].json()["body"], "hello");
    let response = through(&Gateway::new(Kind::Alb), app.config(&[]), &get("/")).await;
    assert_eq!(response.body(), "hello");
    // A load balancer takes less.
    let app = App::answering([ok(&"x".repeat(1_200_000))]).await;
    let response = through(&Gateway::new(Kind::Alb), app.config(&[]), &get("/")).await;
    assert_eq!(response.status(), 502);
}

#[tokio::test]
async fn the_sizes_are_in_the_log() {
    let api = RuntimeApi::start([invocation("r-1", event("/large"))]).await;
    let program = Program::start(&api, &[], &[]);
    let posts = api.posts().await;
    let answer = posts
        .iter()
        .find(|post| post.what() == "r-1/response")
        .unwrap();
    assert_eq!(answer.json()["statusCode"], 502);
    program.says("takes at most 6291556 bytes").await;
}
