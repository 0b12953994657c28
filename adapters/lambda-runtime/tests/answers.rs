//! Replies that are whole.

use bytes::Bytes;
use http::{Request, StatusCode};
use liftgate::local::{Gateway, Kind};
use serde_json::json;

use crate::program::{HANDLER, Program, get, posted};
use crate::runtime_api::{Answer, RuntimeApi, invocation};

/// Not UTF-8, with what JSON has to escape.
const BINARY: &[u8] = &[0, 1, 0x7f, 0x80, 0xc3, 0x28, 0xff, b'"', b'\\', b'\n'];

#[tokio::test]
async fn the_reply_is_posted_as_it_is() {
    let post = posted(get("/hello"), &[]).await;
    assert_eq!(post.what(), "r-1/response");
    assert_eq!(post.headers["content-type"], "application/json");
    assert_eq!(
        post.json(),
        json!({"statusCode": 200, "headers": {"content-type": "text/plain; charset=utf-8"},
            "cookies": [], "isBase64Encoded": false, "body": "hello world"}),
    );
}

#[tokio::test]
async fn every_source_is_answered_whether_the_program_streams_or_not() {
    let streaming = ("STREAMING", "1");
    for variables in [&[][..], &[streaming], &[HANDLER], &[HANDLER, streaming]] {
        for kind in Kind::ALL {
            if kind == Kind::WebSocket {
                continue;
            }
            let gateway = Gateway::new(kind).binary_media_types(["*/*"]);
            let request = Request::post("/echo?a=1").header("host", "api.example.com");
            let request = request.body(Bytes::from_static(BINARY)).unwrap();
            let event = gateway.render(&request).unwrap();
            let post = posted(event, variables).await;
            let is_stream = kind.can_stream() && variables.contains(&streaming);
            let response = if is_stream {
                let parted = post
                    .body
                    .windows(8)
                    .position(|nuls| nuls == [0; 8])
                    .unwrap();
                let head = gateway.parse_prelude(&post.body[..parted]).unwrap();
                head.map(|()| post.body.slice(parted + 8..))
            } else {
                gateway.parse(&request, &post.body).unwrap()
            };
            assert_eq!(response.status(), StatusCode::OK, "{kind}");
            assert_eq!(
                response.headers()["content-type"],
                "application/octet-stream"
            );
            assert_eq!(response.body(), BINARY, "{kind}");
        }
    }
}

#[tokio::test]
async fn a_message_of_a_websocket_is_answered() {
    let event = r#"{"requestContext": {"routeKey": "echo", "eventType": "MESSAGE",
        "connectionId": "c-1", "stage": "live"}, "body": "hi", "isBase64Encoded": false}"#;
    for variables in [&[][..], &[HANDLER]] {
        let post = posted(event, variables).await;
        assert_eq!(post.json()["body"], "hi");
    }
}

#[tokio::test]
async fn an_event_may_be_latin_1() {
    let mut event = get("/hello").to_vec();
    let at = event
        .windows(9)
        .position(|part| part == b"\"headers\"")
        .unwrap();
    event.splice(at..at, b"\"odd\":\"caf\xe9\",".iter().copied());
    assert_eq!(posted(event, &[]).await.json()["body"], "hello world");
}

#[tokio::test]
async fn connections_are_used_again_and_the_invocation_is_named() {
    let nexts = (0..20).map(|n| {
        let mut next = invocation(&format!("r-{n}"), get("/hello"));
        let id = format!("i-{n}").parse().unwrap();
        next.headers_mut()
            .insert("lambda-runtime-invocation-id", id);
        next
    });
    let program = Program::start(nexts, &[]).await;
    let posts = program.api.posts().await;
    assert_eq!(posts.len(), 20);
    for (n, post) in posts.iter().enumerate() {
        assert_eq!(post.what(), format!("r-{n}/response"));
        assert_eq!(
            post.headers["lambda-runtime-invocation-id"],
            format!("i-{n}")
        );
    }
    // One to ask by and one to answer by, or a few more where one is asked for before it is back.
    let connections = program.api.connections();
    assert!((2..=5).contains(&connections), "{connections}");
}

#[tokio::test]
async fn an_answer_that_is_refused_or_lost_is_logged_and_the_next_invocation_served() {
    let nexts = ["r-1", "r-2", "r-3"].map(|id| invocation(id, get("/hello")));
    let api = RuntimeApi::start(nexts).await;
    let api = api.on_posts([Answer::status(413), Answer::Reset]);
    let (posts, printed) = Program::on(api, &[]).end().await;
    assert_eq!(posts.last().unwrap().what(), "r-3/response");
    let refused = "r-1: the Runtime API answered 413 Payload Too Large to response: no";
    assert!(printed.contains(refused), "{printed}");
    assert!(
        printed.contains("r-2: response was not taken: "),
        "{printed}"
    );
}
