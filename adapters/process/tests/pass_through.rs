//! Events that are no requests, and paths that no client reaches.

use http::Request;
use liftgate::local::{Gateway, Kind};
use serde_json::json;

use crate::support::app::{App, ok, response};
use crate::support::{answer, event, of_http_api, posted, through};

const PATHS: [(&str, &str); 1] = [("LIFTGATE_EVENT_PATHS", "sqs=/jobs,s3=/files?new")];

const SQS: &str = r#"{"Records": [{"eventSource": "aws:sqs", "body": "é", "n": 1.10}]}"#;

#[tokio::test]
async fn each_source_has_its_path() {
    let s3 = r#"{"Records":[{"eventVersion":"2.1","eventSource":"aws:s3"}]}"#;
    let schedule = r#"{"detail-type":"Scheduled Event","source":"aws.events","detail":{}}"#;
    for (event, target) in [
        (SQS, "/jobs"),
        (s3, "/files?new"),
        (schedule, "/events"),
        (r#"{"any": "thing"}"#, "/events"),
        ("[1, 2]", "/events"),
        ("\"text\"", "/events"),
        ("null", "/events"),
    ] {
        let app = App::answering([ok("null")]).await;
        let post = posted(app.config(&PATHS), event).await;
        assert_eq!(post.what(), "r-1/response", "{post:?}");
        let asked = &app.asked()[0];
        assert_eq!(
            (asked.method.as_str(), asked.target.as_str()),
            ("POST", target),
            "{event}"
        );
        assert_eq!(asked.body, event);
        assert_eq!(asked.values("content-type"), ["application/json"]);
        assert_eq!(asked.values("content-length"), [event.len().to_string()]);
        assert_eq!(asked.values("x-amzn-lambda-context").len(), 1);
    }
    let app = App::answering([ok("null")]).await;
    posted(app.config(&[("AWS_LWA_PASS_THROUGH_PATH", "/own")]), SQS).await;
    assert_eq!(app.asked()[0].target, "/own");
}

#[tokio::test]
async fn the_app_s_json_goes_back_to_the_letter() {
    for json in [
        "{\"b\": 1.10,\n \"a\": [1e400, \"\\u00e9\"]}",
        "[]",
        "12345678901234567890123",
        "\"text\"",
        "null",
    ] {
        let app = App::answering([ok(json)]).await;
        assert_eq!(posted(app.config(&[]), SQS).await.body, json);
    }
    // What is not JSON is text; nothing is lost.
    let app = App::answering([ok("done: \"all\"")]).await;
    assert_eq!(
        posted(app.config(&[]), SQS).await.body,
        r#""done: \"all\"""#
    );
    let app = App::answering(["HTTP/1.1 204 No Content\r\n\r\n"]).await;
    assert_eq!(posted(app.config(&[]), SQS).await.body, "null");
}

#[tokio::test]
async fn an_app_that_refuses_fails_the_invocation_in_its_words() {
    for status in [
        "400 Bad Request",
        "404 Not Found",
        "500 Internal Server Error",
        "503 Busy",
    ] {
        let app = App::answering([response(status, &[], "no such job")]).await;
        let post = posted(app.config(&[]), SQS).await;
        assert_eq!(post.what(), "r-1/error", "{status}");
        let (_, message) = post.error();
        assert!(message.contains("no such job"), "{message}");
        assert!(message.contains(&status[..3]), "{message}");
        assert_eq!(app.asked().len(), 1);
    }
}

#[tokio::test]
async fn an_event_without_a_path_is_told_of() {
    let app = App::answering([ok("null")]).await;
    let vars = [
        ("AWS_LWA_PASS_THROUGH_PATH", ""),
        ("LIFTGATE_EVENT_PATHS", "s3=/files"),
    ];
    let (_, message) = posted(app.config(&vars), SQS).await.error();
    assert!(
        message.contains("LIFTGATE_EVENT_PATHS=sqs=/path"),
        "{message}"
    );
    assert!(app.asked().is_empty());
}

#[tokio::test]
async fn a_request_is_no_event_because_of_a_null() {
    let app = App::answering([ok("hello")]).await;
    let event = of_http_api(json!({"cookies": null, "queryStringParameters": null, "body": null}));
    let post = posted(app.config(&[]), event).await;
    assert_eq!(post.json()["body"], "hello");
    let asked = &app.asked()[0];
    assert_eq!((asked.method.as_str(), asked.target.as_str()), ("GET", "/"));
}

#[tokio::test]
async fn statuses_may_fail_the_invocation() {
    let vars = [("AWS_LWA_ERROR_STATUS_CODES", "500,502-504")];
    for (status, fails) in [
        ("500 No", true),
        ("503 No", true),
        ("501 No", false),
        ("404 No", false),
    ] {
        let app = App::answering([response(status, &[], "the database is away")]).await;
        let post = posted(app.config(&vars), event("/")).await;
        assert_eq!(post.what() == "r-1/error", fails, "{status}");
        if fails {
            let (_, message) = post.error();
            assert!(message.contains("the database is away"), "{message}");
            assert!(message.contains(&status[..3]), "{message}");
        }
    }
}

/// Paths that some server takes for `/jobs`.
const SPELT: [&str; 12] = [
    "/jobs",
    "/jobs/",
    "/JOBS",
    "//jobs",
    "/./jobs",
    "/x/../jobs",
    "/x/%2e%2e/jobs",
    "/%6a%6F%62s",
    "/jobs;a=1",
    "/jobs?x=1",
    "/%2fjobs",
    "/x/..%2fjobs",
];

#[tokio::test]
async fn no_client_reaches_the_path_of_events() {
    let app = App::answering([ok("hello")]).await;
    for target in SPELT {
        for method in ["GET", "POST", "PUT"] {
            for kind in [
                Kind::FunctionUrl,
                Kind::RestApi,
                Kind::Alb,
                Kind::HttpApi,
                Kind::Lattice,
            ] {
                let request = Request::builder().method(method).uri(target);
                let request = request.body(bytes::Bytes::new()).unwrap();
                let gateway = Gateway::new(kind);
                let response = through(&gateway, app.config(&PATHS), &request).await;
                assert_eq!(response.status(), 403, "{method} {target} by {kind}");
            }
        }
    }
    assert!(app.asked().is_empty());
    // What only looks like it is the app's.
    for target in ["/job", "/jobs2", "/jobs/1", "/x/jobs"] {
        let request = Request::get(target).body(bytes::Bytes::new()).unwrap();
        let response = through(
            &Gateway::new(Kind::FunctionUrl),
            app.config(&PATHS),
            &request,
        )
        .await;
        assert_eq!(response.status(), 200, "{target}");
    }
}

#[tokio::test]
async fn no_client_reaches_it_around_the_base_path() {
    let app = App::answering([ok("hello")]).await;
    let vars = [PATHS[0], ("AWS_LWA_REMOVE_BASE_PATH", "/api")];
    for target in ["/api/jobs", "/jobs", "/api//jobs", "/api/x/../jobs"] {
        let request = Request::post(target).body(bytes::Bytes::new()).unwrap();
        let response = through(
            &Gateway::new(Kind::FunctionUrl),
            app.config(&vars),
            &request,
        )
        .await;
        assert_eq!(response.status(), 403, "{target}");
    }
    assert!(app.asked().is_empty());
}

#[tokio::test]
async fn nor_the_one_that_nobody_has_named() {
    let app = App::answering([ok("hello")]).await;
    let forged = Request::post("/events").body(SQS.into()).unwrap();
    assert_eq!(answer(&app, &forged).await.status(), 403);
    assert!(app.asked().is_empty());
    // A page of that name may well be the app's.
    let page = Request::get("/events").body(bytes::Bytes::new()).unwrap();
    assert_eq!(answer(&app, &page).await.body(), "hello");
}

#[tokio::test]
async fn nor_a_hook() {
    let app = App::answering([ok("hello")]).await;
    let vars = [
        ("AWS_LWA_SNAPSTART_BEFORE_CHECKPOINT_PATH", "/jobs"),
        ("AWS_LWA_SNAPSTART_AFTER_RESTORE_PATH", "/snap/after"),
    ];
    for target in SPELT
        .into_iter()
        .chain(["/snap/after", "/Snap/x/../%41fter"])
    {
        let request = Request::post(target).body(bytes::Bytes::new()).unwrap();
        let response = through(
            &Gateway::new(Kind::FunctionUrl),
            app.config(&vars),
            &request,
        )
        .await;
        assert_eq!(response.status(), 403, "{target}");
    }
    assert!(app.asked().is_empty());
}

#[tokio::test]
async fn a_reply_to_an_event_may_be_large_and_not_too_large() {
    let app = App::answering([ok(&format!("\"{}\"", "x".repeat(5_000_000)))]).await;
    assert_eq!(posted(app.config(&[]), SQS).await.body.len(), 5_000_002);
    let app = App::answering([ok(&format!("\"{}\"", "x".repeat(7_000_000)))]).await;
    let (_, message) = posted(app.config(&[]), SQS).await.error();
    assert!(message.contains("at most 6291556 bytes"), "{message}");
}
