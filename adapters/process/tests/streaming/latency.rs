//! How soon what the app writes is on its way.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::Response;
use tokio::sync::Notify;

use super::STREAMING;
use crate::support::app::{App, response};
use crate::support::runtime_api::{Answer, RuntimeApi, invocation};
use crate::support::{of_url, posts, running, streamed, until};

fn accepted() -> Answer {
    Response::builder()
        .status(202)
        .body(Bytes::new())
        .unwrap()
        .into()
}

#[tokio::test]
async fn the_first_chunk_is_there_before_the_last_is_made() {
    let finish = Arc::new(Notify::new());
    let released = Arc::clone(&finish);
    let app = App::serving(move |mut connection| {
        let finish = Arc::clone(&released);
        async move {
            connection.request().await;
            let first = "x".repeat(4096);
            let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
            connection.write(format!("{head}1000\r\n{first}\r\n")).await;
            finish.notified().await;
            connection.write("3\r\nend\r\n0\r\n\r\n").await;
        }
    })
    .await;
    // The Runtime API notes what it got when it has got so much.
    let api = RuntimeApi::start([invocation("r-1", of_url("/"))]).await;
    let api = api.on_posts([accepted().having_read(4096)]);
    running(app.config(&STREAMING), &api, async {
        until("the first chunk", || !api.told().is_empty()).await;
        let got = api.told()[0].body.clone();
        let xs = got.iter().filter(|byte| **byte == b'x').count();
        assert!(xs > 3000, "{got:?}");
        assert_eq!(app.closed(), 0, "the app still speaks");
        finish.notify_one();
        until("the app has ended", || app.closed() == 1).await;
    })
    .await;
}

#[tokio::test]
async fn head_and_first_chunk_are_one_write() {
    let text = "x".repeat(1024);
    let app = App::answering([response("200 OK", &["content-type: text/plain"], &text)]).await;
    let ids = ["r-1", "r-2", "r-3"];
    let posts = posts(
        app.config(&STREAMING),
        ids.map(|id| invocation(id, of_url("/"))),
    )
    .await;
    for post in posts {
        assert_eq!(streamed(&post).1, text);
        assert_eq!(post.reads.len(), 1, "{:?}", post.reads);
    }
}

/// A sender that waits for the acknowledgement of what it sent before, and a receiver that is in no
/// hurry to send that, take 40 ms for each other.
#[tokio::test]
async fn nobody_waits_for_an_acknowledgement() {
    let app = App::serving(|mut connection| async move {
        connection.keep_back();
        while connection.request().await.is_some() {
            connection
                .write("HTTP/1.1 200 OK\r\ncontent-length: 1024\r\n\r\n")
                .await;
            connection.write("x".repeat(1024)).await;
        }
    })
    .await;
    let times = times(&app, 40).await;
    // All of them would, and a machine that others keep busy is not as slow all the time.
    assert!(times[4] < Duration::from_millis(30), "{times:?}");
}

/// How long each of so many streamed responses took, the shortest first.
async fn times(app: &App, calls: usize) -> Vec<Duration> {
    let nexts: Vec<_> = (0..calls).map(|_| invocation("r-1", of_url("/"))).collect();
    let api = RuntimeApi::start(nexts).await;
    let begun = Instant::now();
    running(app.config(&STREAMING), &api, api.posts()).await;
    let moments: Vec<_> = api.asked().iter().map(|(_, moment)| *moment).collect();
    assert!(begun < moments[0]);
    let mut times: Vec<_> = moments.windows(2).map(|pair| pair[1] - pair[0]).collect();
    times.sort();
    times
}
