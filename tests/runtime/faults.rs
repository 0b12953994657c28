//! What a Runtime API may do wrong, and what comes of it. See the table in the docs of `run`.

use std::time::{Duration, Instant};

use axum::http::Response;
use bytes::Bytes;
use liftgate::Runtime;

use super::{app, event, serve};
use crate::support::runtime_api::{Answer, RuntimeApi, invocation};

fn fine() -> Answer {
    invocation("fine", event("/")).into()
}

fn without_id() -> Answer {
    Response::new(Bytes::from_static(b"{}")).into()
}

/// Each of these is asked again, and the next invocation served.
#[tokio::test]
async fn a_runtime_api_that_fails_next_is_asked_again() {
    let faults = [
        ("500", Answer::status(500)),
        ("403", Answer::status(403)),
        ("404", Answer::status(404)),
        ("204", Answer::status(204)),
        ("301", Answer::status(301)),
        ("no request id", without_id()),
        ("a reset", Answer::Reset),
        ("a close", Answer::broken("")),
        ("half a head", Answer::broken("HTTP/1.1 200 OK\r\ncontent-")),
        ("no HTTP", Answer::broken("SSH-2.0-OpenSSH_9.6\r\n")),
        (
            "a broken length",
            Answer::broken("HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n"),
        ),
        (
            "two lengths",
            Answer::broken("HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n{}"),
        ),
        (
            "broken chunks",
            Answer::broken("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n"),
        ),
        (
            "an interim answer, and no more",
            Answer::broken("HTTP/1.1 100 Continue\r\n\r\n"),
        ),
        (
            "an id that is no header",
            Answer::broken(
                "HTTP/1.1 200 OK\r\nlambda-runtime-aws-request-id: \0\r\ncontent-length: 2\r\n\r\n{}",
            ),
        ),
        (
            "what nobody asked for",
            Answer::raw(
                "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}",
            ),
        ),
    ];
    for (name, fault) in faults {
        let api = RuntimeApi::start([fault, fine()]).await;
        serve(&api);
        let posts = api.posts().await;
        assert_eq!(posts.len(), 1, "{name}: {posts:?}");
        assert_eq!(posts[0].what(), "fine/response", "{name}");
    }
}

#[tokio::test]
async fn a_request_id_that_is_no_segment_of_a_path_is_a_fault_of_the_runtime_api() {
    let odd = ["", "a b", "a#b", "a?b", "a/b", "a%20b", "a<b", "a`b"]
        .map(|id| invocation(id, event("/")));
    let api = RuntimeApi::start(odd.into_iter().map(Answer::Whole).chain([fine()])).await;
    serve(&api);
    let posts = api.posts().await;
    assert_eq!(posts.len(), 1);
    assert_eq!(posts[0].what(), "fine/response");
}

#[tokio::test]
async fn an_event_that_breaks_off_is_reported() {
    let head = "HTTP/1.1 200 OK\r\nlambda-runtime-aws-request-id: r-1\r\n";
    let short = format!("{head}content-length: 100\r\n\r\n{{\"version\":");
    let chunked = format!("{head}transfer-encoding: chunked\r\n\r\n5\r\n{{\"ver\r\n");
    for broken in [short, chunked] {
        let api = RuntimeApi::start([Answer::Broken(broken.into()), fine()]).await;
        serve(&api);
        let posts = api.posts().await;
        assert_eq!(posts[0].what(), "r-1/error");
        let (kind, message) = posts[0].error();
        assert_eq!(kind, "Liftgate.RuntimeError");
        assert!(message.starts_with("the event broke off: "), "{message}");
        assert_eq!(posts[1].what(), "fine/response");
    }
}

#[tokio::test]
async fn a_slow_runtime_api_is_waited_for() {
    let slow = Answer::Dripped(invocation("slow", event("/")), Duration::from_micros(100));
    let late = Answer::from(invocation("late", event("/"))).after(Duration::from_millis(30));
    let api = RuntimeApi::start([slow, late, fine()]).await;
    let accepted = Response::builder().status(202).body(Bytes::new()).unwrap();
    let api = api.on_posts([
        Answer::from(accepted.clone()).after(Duration::from_millis(30)),
        Answer::Dripped(accepted, Duration::from_millis(1)),
    ]);
    serve(&api);
    let posts: Vec<_> = api
        .posts()
        .await
        .iter()
        .map(|post| post.what().to_owned())
        .collect();
    assert_eq!(posts, ["slow/response", "late/response", "fine/response"]);
    assert_eq!(api.connections(), 1);
}

#[tokio::test]
async fn a_runtime_api_that_fails_is_asked_ever_more_slowly() {
    let api = RuntimeApi::start(
        [500, 500, 500, 500]
            .map(Answer::status)
            .into_iter()
            .chain([fine()]),
    )
    .await;
    serve(&api);
    api.posts().await;
    let asked: Vec<Instant> = api.asked().into_iter().map(|(_, at)| at).collect();
    let pauses = asked.windows(2).map(|pair| pair[1] - pair[0]);
    // Ten milliseconds, doubled, of which up to a half are left to chance.
    for (pause, least) in pauses.zip([10, 20, 40, 80]) {
        assert!(
            pause >= Duration::from_millis(least),
            "{pause:?} < {least} ms"
        );
    }
}

#[tokio::test]
async fn a_runtime_api_that_is_not_there_is_given_up_in_the_end() {
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap().to_string();
    drop(taken);
    tokio::time::pause();
    let ended = Runtime::new()
        .runtime_api(address.clone())
        .run(tower::service_fn(app))
        .await;
    let error = ended.unwrap_err();
    let message = error.to_string();
    assert!(
        message.starts_with(&format!("connecting to the Runtime API at {address}")),
        "{message}"
    );
    // What a program prints whose `main` ends in it.
    assert!(format!("{error:?}").starts_with("Liftgate.RuntimeError: connecting"));
}

#[tokio::test]
async fn a_connection_that_was_closed_is_opened_again() {
    let last = |id| Answer::Last(invocation(id, event("/")));
    let api = RuntimeApi::start([last("r-1"), last("r-2")]).await;
    let accepted = Response::builder().status(202).body(Bytes::new()).unwrap();
    let api = api.on_posts([Answer::Last(accepted.clone()), Answer::Last(accepted)]);
    serve(&api);
    assert_eq!(api.posts().await.len(), 2);
    assert_eq!(api.connections(), 5);
}

/// What an answer meets, whose status is all that counts.
#[tokio::test]
async fn an_answer_is_over_once_the_runtime_api_has_said_anything() {
    let faults = [
        ("200", Answer::status(200)),
        ("400", Answer::status(400)),
        ("403", Answer::status(403)),
        ("410", Answer::status(410)),
        ("302", Answer::status(302)),
        (
            "a status and half a body",
            Answer::broken("HTTP/1.1 202 Accepted\r\ncontent-length: 100\r\n\r\nhalf"),
        ),
        (
            "what nobody asked for",
            Answer::raw(
                "HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
            ),
        ),
    ];
    for (name, fault) in faults {
        let api = RuntimeApi::start([
            invocation("r-1", event("/")),
            invocation("fine", event("/")),
        ])
        .await
        .on_posts([fault]);
        serve(&api);
        let posts = api.posts().await;
        let told: Vec<_> = posts.iter().map(|post| post.what()).collect();
        assert_eq!(told, ["r-1/response", "fine/response"], "{name}");
    }
}

/// The answer is sent again, over a new connection.
#[tokio::test]
async fn an_answer_that_is_lost_is_sent_again() {
    let faults = [
        ("a reset", Answer::Reset),
        (
            "a reset before the body is read",
            Answer::Reset.having_read(0),
        ),
        ("a reset in the body", Answer::Reset.having_read(10)),
        ("a close", Answer::broken("")),
        ("half a head", Answer::broken("HTTP/1.1 20")),
        ("no HTTP", Answer::broken("\0\0\0\0\r\n\r\n")),
    ];
    for (name, fault) in faults {
        let large = invocation("r-1", event("/large"));
        let api = RuntimeApi::start([
            large,
            invocation("r-2", event("/panic")),
            invocation("fine", event("/")),
        ])
        .await
        .on_posts([fault.clone(), Answer::status(202), fault]);
        serve(&api);
        let posts = api.posts().await;
        let told: Vec<_> = posts.iter().map(|post| post.what()).collect();
        let expected = [
            "r-1/response",
            "r-1/response",
            "r-2/error",
            "r-2/error",
            "fine/response",
        ];
        assert_eq!(told, expected, "{name}");
        assert_eq!(posts[1].json()["statusCode"], 200, "{name}");
    }
}

/// And does not keep the next invocation from being served.
#[tokio::test]
async fn a_refusal_before_the_body_is_read_drops_the_rest_of_it() {
    let large = invocation("r-1", event("/larger"));
    let api = RuntimeApi::start([large, invocation("fine", event("/"))])
        .await
        .on_posts([Answer::status(400).having_read(0)]);
    serve(&api);
    let posts = api.posts().await;
    let told: Vec<_> = posts.iter().map(|post| post.what()).collect();
    assert_eq!(told, ["r-1/response", "fine/response"]);
    assert_eq!(api.connections(), 2);
}

#[tokio::test]
async fn an_answer_that_cannot_be_sent_is_given_up_and_the_next_invocation_served() {
    let api = RuntimeApi::start([
        invocation("r-1", event("/")),
        invocation("fine", event("/")),
    ])
    .await
    .on_posts(std::iter::repeat_n(Answer::Reset, 8));
    serve(&api);
    let posts = api.posts().await;
    assert_eq!(posts.len(), 10);
    assert_eq!(posts[8].what(), "r-1/error");
    assert_eq!(posts[8].error().1, "the answer was not taken");
    assert_eq!(posts[9].what(), "fine/response");
}

#[tokio::test]
async fn a_runtime_api_that_does_not_answer_is_given_up_after_half_a_minute() {
    let api = RuntimeApi::start([
        invocation("r-1", event("/")),
        invocation("fine", event("/")),
    ])
    .await
    .on_posts([Answer::Never]);
    let runtime = Runtime::new().runtime_api(api.address.clone());
    tokio::spawn(runtime.run(tower::service_fn(app)));
    while api.told().is_empty() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let after = async |seconds| {
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(seconds)).await;
        tokio::time::resume();
        tokio::time::sleep(Duration::from_millis(100)).await;
        api.told().len()
    };
    assert_eq!(after(28).await, 1);
    assert_eq!(after(3).await, 2);
    assert_eq!(api.posts().await[1].what(), "fine/response");
}

#[tokio::test]
async fn a_reply_that_is_too_large_is_reported_with_its_size_and_the_limit() {
    let api = RuntimeApi::start([
        invocation("r-1", event("/")),
        invocation("fine", event("/")),
    ])
    .await
    .on_posts([Answer::status(413)]);
    serve(&api);
    let posts = api.posts().await;
    let (kind, message) = posts[1].error();
    assert_eq!(posts[1].what(), "r-1/error");
    assert_eq!(kind, "Liftgate.InvalidResponse");
    let sizes = format!(
        "{} bytes, and Lambda takes at most 6291556 bytes",
        posts[0].body.len()
    );
    assert!(message.ends_with(&sizes), "{message}");
    assert_eq!(posts[2].what(), "fine/response");
}

#[tokio::test]
async fn a_broken_environment_ends_the_runtime() {
    for status in [500, 503] {
        let api = RuntimeApi::start([invocation("r-1", event("/"))])
            .await
            .on_posts([Answer::status(status)]);
        let error = serve(&api).await.unwrap().unwrap_err();
        assert!(error.is_runtime(), "{error}");
        let message = error.to_string();
        assert!(
            message.starts_with(&format!("r-1: the Runtime API answered {status} ")),
            "{message}"
        );
    }
}

#[tokio::test]
async fn an_invocation_may_have_many_headers_and_large_ones() {
    for (count, len) in [(90, 4), (1, 300_000)] {
        let mut next = invocation("r-1", event("/"));
        for number in 0..count {
            let name: http::HeaderName = format!("x-{number}").parse().unwrap();
            next.headers_mut()
                .insert(name, "x".repeat(len).parse().unwrap());
        }
        let api = RuntimeApi::start([next]).await;
        serve(&api);
        assert_eq!(api.posts().await[0].what(), "r-1/response");
    }
}

#[tokio::test]
async fn other_ways_of_http_are_understood() {
    let event = event("/");
    let head = |version: &str, id: &str| {
        format!("HTTP/{version} 200 OK\r\nlambda-runtime-aws-request-id: {id}\r\n")
    };
    let (first, rest) = event.split_at(10);
    let len = rest.len();
    let chunks =
        format!("a\r\n{first}\r\n{len:x};extension=1\r\n{rest}\r\n0\r\nx-trailer: 1\r\n\r\n");
    let api = RuntimeApi::start([
        Answer::Broken(format!("{}\r\n{event}", head("1.0", "old")).into()),
        Answer::Broken(format!("{}\r\n{event}", head("1.1", "closed")).into()),
        Answer::Raw(
            format!(
                "{}transfer-encoding: chunked\r\n\r\n{chunks}",
                head("1.1", "chunks")
            )
            .into(),
        ),
        fine(),
    ])
    .await
    .on_posts([
        Answer::raw("HTTP/1.1 202 Accepted\r\ncontent-length: 15\r\n\r\n{\"status\":\"OK\"}"),
        Answer::broken("HTTP/1.0 202 Accepted\r\n\r\nwhatever"),
        Answer::raw(
            "HTTP/1.1 202 Accepted\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        ),
    ]);
    serve(&api);
    let posts = api.posts().await;
    let told: Vec<_> = posts.iter().map(|post| post.what()).collect();
    assert_eq!(
        told,
        [
            "old/response",
            "closed/response",
            "chunks/response",
            "fine/response"
        ]
    );
}

#[tokio::test]
async fn the_address_may_be_of_ipv6() {
    let listener = tokio::net::TcpListener::bind("[::1]:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    for address in [format!("[::1]:{port}"), format!("http://[::1]:{port}/path")] {
        let running = tokio::spawn(
            Runtime::new()
                .runtime_api(address)
                .run(tower::service_fn(app)),
        );
        let accepted = tokio::time::timeout(Duration::from_secs(60), listener.accept()).await;
        accepted.unwrap().unwrap();
        running.abort();
    }
}

/// Longer than any connection takes to come back.
#[tokio::test]
async fn an_answer_outlives_an_outage() {
    let outage = std::iter::repeat_n(Answer::broken(""), 5);
    let api = RuntimeApi::start([
        invocation("r-1", event("/")),
        invocation("fine", event("/")),
    ])
    .await
    .on_posts(outage);
    serve(&api);
    let posts = api.posts().await;
    let answers = posts
        .iter()
        .filter(|post| post.what() == "r-1/response")
        .count();
    assert_eq!((answers, posts.len()), (6, 7));
}

#[tokio::test]
async fn a_refusal_without_end_is_not_read_to_its_end() {
    let endless = format!(
        "HTTP/1.1 400 Bad Request\r\ncontent-length: 100000000\r\n\r\n{}",
        "x".repeat(1 << 20)
    );
    let endless = || Answer::Raw(endless.clone().into());
    let api = RuntimeApi::start([endless(), invocation("r-1", event("/")).into(), fine()])
        .await
        .on_posts([endless()]);
    serve(&api);
    let posts = api.posts().await;
    let told: Vec<_> = posts.iter().map(|post| post.what()).collect();
    assert_eq!(told, ["r-1/response", "fine/response"]);
}
