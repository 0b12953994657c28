use bytes::Bytes;
use http::{Request, Response};
use liftgate::local::{Gateway, Kind};

use crate::support::app::{App, ok};
use crate::support::runtime_api::invocation;
use crate::support::{answer, event, get, posted, posts, through};

#[tokio::test]
async fn an_answer_may_end_with_its_connection() {
    for start in [
        "HTTP/1.1 200 OK\r\n\r\n",
        "HTTP/1.0 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n",
        "HTTP/1.0 200 OK\r\ncontent-length: 11\r\n\r\n",
    ] {
        let app = App::serving(move |mut connection| async move {
            connection.request().await;
            connection.write(start).await;
            connection.drip("hello world").await;
        })
        .await;
        let ids = ["r-1", "r-2"];
        let posts = posts(app.config(&[]), ids.map(|id| invocation(id, event("/")))).await;
        for post in posts {
            assert_eq!(post.json()["body"], "hello world", "{start}");
        }
        assert_eq!(app.connections(), 2);
    }
}

#[tokio::test]
async fn trailers_of_chunks_disturb_nothing() {
    let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntrailer: x-sum\r\n\r\n\
                   5;ext=1\r\nhello\r\n0\r\nx-sum: 7\r\n\r\n";
    let app = App::answering([chunked.to_owned(), ok("next")]).await;
    let ids = ["r-1", "r-2"];
    let posts = posts(app.config(&[]), ids.map(|id| invocation(id, event("/")))).await;
    assert_eq!(posts[0].json()["body"], "hello");
    assert_eq!(posts[1].json()["body"], "next");
    assert_eq!(app.connections(), 1);
}

#[tokio::test]
async fn less_than_was_announced_is_no_answer() {
    for broken in [
        "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nhello\r\n",
    ] {
        let app = App::serving(move |mut connection| async move {
            connection.request().await;
            connection.write(broken).await;
        })
        .await;
        let post = posted(app.config(&[]), event("/")).await;
        assert_eq!(post.what(), "r-1/error");
        let (_, message) = post.error();
        assert!(message.contains("the app's answer broke off"), "{message}");
        // Part of an answer is one: nothing is asked twice.
        assert_eq!(app.asked().len(), 1);
    }
}

#[tokio::test]
async fn more_than_was_announced_is_nobody_s_answer() {
    let more = ok("hello") + "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nwrong";
    let app = App::serving(move |mut connection| {
        let more = more.clone();
        async move {
            while connection.request().await.is_some() {
                let answer = if connection.index == 0 {
                    more.clone()
                } else {
                    ok("next")
                };
                connection.write(answer).await;
            }
        }
    })
    .await;
    let ids = ["r-1", "r-2"];
    let posts = posts(app.config(&[]), ids.map(|id| invocation(id, event("/")))).await;
    assert_eq!(posts[0].json()["body"], "hello");
    assert_eq!(posts[1].json()["body"], "next");
}

#[tokio::test]
async fn large_bodies_pass_both_ways() {
    let text: String = ('a'..='z').cycle().take(5_000_000).collect();
    let app = App::answering([ok(&text)]).await;
    assert_eq!(answer(&app, &get("/")).await.body(), &text);

    let bytes: Vec<u8> = (0..=255).cycle().take(4_000_000).collect();
    let app = App::answering([ok("")]).await;
    let request = Request::post("/").body(Bytes::from(bytes.clone())).unwrap();
    through(&Gateway::new(Kind::FunctionUrl), app.config(&[]), &request).await;
    let asked = app.asked();
    assert!(asked[0].body == bytes);
    assert_eq!(asked[0].values("content-length"), ["4000000"]);
}

#[tokio::test]
async fn bytes_are_no_text() {
    let bytes: Vec<u8> = (0..=255).collect();
    for line in [
        "",
        "content-type: image/png\r\n",
        "content-type: text/plain; charset=iso-8859-1\r\n",
    ] {
        let mut answer_of =
            format!("HTTP/1.1 200 OK\r\n{line}content-length: 256\r\n\r\n").into_bytes();
        answer_of.extend_from_slice(&bytes);
        let app = App::answering([answer_of]).await;
        assert_eq!(answer(&app, &get("/")).await.body(), &bytes, "{line}");
    }
}

const TOO_MUCH: &str =
    "HTTP/1.1 413 Too Much\r\nconnection: close\r\ncontent-length: 3\r\n\r\nno\n";

/// The answer of an app that does not care for the body.
async fn refused(app: &App) -> Response<Bytes> {
    let body = Bytes::from(vec![b'x'; 4_000_000]);
    let request = Request::post("/").body(body).unwrap();
    through(&Gateway::new(Kind::FunctionUrl), app.config(&[]), &request).await
}

#[tokio::test]
async fn an_app_may_answer_before_it_has_read_the_body() {
    let app = App::serving(|mut connection| async move {
        connection.write(TOO_MUCH).await;
        connection.closed().await;
    })
    .await;
    let answered = refused(&app).await;
    assert_eq!(
        (answered.status().as_u16(), &answered.body()[..]),
        (413, &b"no\n"[..])
    );
}

#[tokio::test]
async fn an_app_may_answer_and_never_read_the_body() {
    let app = App::serving(|mut connection| async move {
        connection.write(TOO_MUCH).await;
    })
    .await;
    let answered = refused(&app).await;
    assert_eq!(
        (answered.status().as_u16(), &answered.body()[..]),
        (413, &b"no\n"[..])
    );
}
