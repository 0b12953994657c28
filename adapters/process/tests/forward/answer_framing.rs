//! Where the app's answers begin and end, and what is none.

use bytes::Bytes;
use http::Request;
use liftgate::local::{Gateway, Kind};

use super::{answered, values};
use crate::support::app::{App, ok, response};
use crate::support::runtime_api::invocation;
use crate::support::{event, failure, posted, posts};

#[tokio::test]
async fn answers_without_a_body_have_none() {
    for (status, lines) in [
        ("204 No Content", "x-a: 1\r\n"),
        (
            "304 Not Modified",
            "etag: \"1\"\r\ncontent-length: 1000\r\n",
        ),
        ("304 Not Modified", "etag: \"1\"\r\n"),
    ] {
        let app = App::answering([format!("HTTP/1.1 {status}\r\n{lines}\r\n")]).await;
        let reply = posted(app.config(&[]), event("/")).await.json();
        assert_eq!(reply["statusCode"].to_string(), &status[..3]);
        assert!(
            ["", "null"].contains(&reply["body"].as_str().unwrap_or("null")),
            "{reply}"
        );
        assert_eq!(reply["headers"].get("content-type"), None);
    }
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\ncontent-type: text/css\r\n\r\n";
    let app = App::answering([head.to_owned(), ok("next")]).await;
    let request = Request::head("/").body(Bytes::new()).unwrap();
    let gateway = Gateway::new(Kind::HttpApi);
    let events = [gateway.render(&request).unwrap(), event("/").into()];
    let invocations = events.into_iter().zip(["r-1", "r-2"]);
    let posts = posts(
        app.config(&[]),
        invocations.map(|(event, id)| invocation(id, event)),
    )
    .await;
    let answered = gateway.parse(&request, &posts[0].body).unwrap();
    assert_eq!(answered.body(), "");
    assert_eq!(values(&answered, "content-length"), [b"1000"]);
    assert_eq!(values(&answered, "content-type"), [b"text/css"]);
    // Its connection is as good as any.
    assert_eq!(posts[1].json()["body"], "next");
    assert_eq!(app.connections(), 1);
}

#[tokio::test]
async fn a_body_that_must_not_be_there_is_nobody_s_answer() {
    for (method, answer_of) in [
        ("HEAD", ok("hello")),
        (
            "GET",
            "HTTP/1.1 204 No Content\r\ncontent-length: 5\r\n\r\nhello".to_owned(),
        ),
        ("GET", "HTTP/1.1 304 Not Modified\r\n\r\nhello".to_owned()),
    ] {
        let app = App::serving(move |mut connection| {
            let odd = answer_of.clone();
            async move {
                while let Some(asked) = connection.request().await {
                    let answer = if asked.target == "/odd" {
                        &odd
                    } else {
                        &ok("next")
                    };
                    connection.write(answer).await;
                }
            }
        })
        .await;
        let gateway = Gateway::new(Kind::HttpApi);
        let odd = Request::builder()
            .method(method)
            .uri("/odd")
            .body(Bytes::new());
        let nexts = [gateway.render(&odd.unwrap()).unwrap(), event("/").into()];
        let nexts = nexts.into_iter().zip(["r-1", "r-2"]);
        let nexts = nexts.map(|(event, id)| invocation(id, event));
        let posts = posts(app.config(&[]), nexts).await;
        assert_eq!(posts[0].what(), "r-1/response", "{method}");
        assert_ne!(posts[0].json()["body"], "hello");
        assert_eq!(posts[1].json()["body"], "next", "{method}");
    }
}

#[tokio::test]
async fn any_split_of_writes_is_the_same() {
    let app = App::serving(|mut connection| async move {
        while connection.request().await.is_some() {
            connection
                .drip(response("201 Created", &["x-a: 1", "x-a: 2"], "hello"))
                .await;
            connection.request().await;
            let chunks = "5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n";
            connection
                .drip("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
                .await;
            connection.drip(chunks).await;
        }
    })
    .await;
    let nexts = ["r-1", "r-2"].map(|id| invocation(id, event("/")));
    let posts = posts(app.config(&[]), nexts).await;
    assert_eq!(posts[0].json()["statusCode"], 201);
    assert_eq!(posts[0].json()["body"], "hello");
    assert_eq!(posts[1].json()["body"], "hello!");
    assert_eq!(app.connections(), 1);
}

#[tokio::test]
async fn what_comes_before_the_answer_is_not_the_answer() {
    let early = "HTTP/1.1 100 Continue\r\n\r\n\
                 HTTP/1.1 103 Early Hints\r\nlink: </a.css>; rel=preload\r\n\r\n";
    let answered = answered([early, &response("200 OK", &["x-a: 1"], "hello")].concat()).await;
    assert_eq!(answered.status(), 200);
    assert_eq!(answered.body(), "hello");
    assert!(values(&answered, "link").is_empty());
}

#[tokio::test]
async fn another_protocol_is_refused_clearly() {
    let switch =
        "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n";
    let app = App::answering([switch]).await;
    let (_, message) = failure(&app, &[]).await;
    assert!(message.contains("101 Switching Protocols"), "{message}");
}

#[tokio::test]
async fn a_body_that_is_coded_for_the_connection_is_nobody_s() {
    for (coding, is_told) in [
        ("gzip, chunked", true),
        ("deflate", true),
        ("Chunked", false),
        ("identity", false),
    ] {
        let body = if coding == "identity" {
            "hello"
        } else {
            "5\r\nhello\r\n0\r\n\r\n"
        };
        let answer = format!("HTTP/1.1 200 OK\r\ntransfer-encoding: {coding}\r\n\r\n{body}");
        let app = App::serving(move |mut connection| {
            let answer = answer.clone();
            async move {
                connection.request().await;
                connection.write(answer).await;
            }
        })
        .await;
        if is_told {
            let (_, message) = failure(&app, &[]).await;
            assert!(message.contains(coding), "{message}");
        } else {
            let reply = posted(app.config(&[]), event("/")).await.json();
            assert_eq!(reply["body"], "hello", "{coding}");
        }
    }
}

#[tokio::test]
async fn what_is_no_answer_is_told_clearly() {
    for garbage in [
        "garbage\r\n\r\n",
        "SSH-2.0-OpenSSH_9\r\n",
        "HTTP/1.1 2x0 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
        "HTTP/2 200 OK\r\n\r\n",
        "\u{15}\u{3}\u{3}\0\u{2}\u{2}P",
    ] {
        let app = App::answering([garbage]).await;
        let (_, message) = failure(&app, &[]).await;
        assert!(
            message.contains("no HTTP response"),
            "{garbage:?}: {message}"
        );
        // It was an answer, so it was not asked again.
        assert_eq!(app.asked().len(), 1, "{garbage:?}");
    }
}

#[tokio::test]
async fn one_bad_exchange_ends_nothing_but_itself() {
    let half = "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf";
    let app = App::serving(move |mut connection| async move {
        match connection.index {
            0 => {
                connection.request().await;
                connection.write(half).await;
            }
            1 => {
                connection.request().await;
                connection.write("what?\r\n\r\n").await;
                connection.closed().await;
            }
            2 => {
                connection.request().await;
                connection
                    .write("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf")
                    .await;
                connection.reset();
            }
            _ => {
                while connection.request().await.is_some() {
                    connection.write(ok("hello")).await;
                }
            }
        }
    })
    .await;
    let ids = ["r-1", "r-2", "r-3", "r-4", "r-5"];
    let posts = posts(app.config(&[]), ids.map(|id| invocation(id, event("/")))).await;
    let whats: Vec<_> = posts.iter().map(|post| post.what()).collect();
    assert_eq!(
        whats,
        [
            "r-1/error",
            "r-2/error",
            "r-3/error",
            "r-4/response",
            "r-5/response"
        ]
    );
    let (_, message) = posts[0].error();
    assert!(message.contains("the app's answer broke off"), "{message}");
}
