//! What is printed, and what never is.

use std::time::Duration;

use serde_json::json;

use crate::support::app::{App, ok, response};
use crate::support::program::Program;
use crate::support::runtime_api::{RuntimeApi, invocation};
use crate::support::{of_http_api, within};

const SECRETS: [&str; 7] = [
    "of-authorization",
    "of-a-cookie",
    "of-another-cookie",
    "of-the-query",
    "of-set-cookie",
    "of-an-api-key",
    "of-the-body",
];

/// What is printed of an invocation that is full of secrets.
async fn printed(vars: &[(&str, &str)], status: &str) -> String {
    let lines = ["set-cookie: session=of-set-cookie; Secure"];
    let app = App::answering([response(status, &lines, "{\"token\":\"of-the-body\"}")]).await;
    let event = of_http_api(json!({
        "rawPath": "/login",
        "rawQueryString": "token=of-the-query",
        "cookies": ["session=of-another-cookie"],
        "headers": {
            "host": "example.com",
            "authorization": "Bearer of-authorization",
            "cookie": "session=of-a-cookie",
            "x-api-key": "of-an-api-key",
        },
        "body": "password=of-the-body",
    }));
    let api = RuntimeApi::start([invocation("r-1", event)]).await;
    let port = app.port();
    let vars: Vec<_> = vars
        .iter()
        .copied()
        .chain([("AWS_LWA_PORT", port.as_str())])
        .collect();
    let program = Program::run(&api, &[], &vars);
    api.posts().await;
    program.says("/login").await;
    program.log()
}

#[tokio::test]
async fn no_secret_is_printed_at_any_level() {
    for vars in [
        &[("AWS_LAMBDA_LOG_LEVEL", "TRACE")][..],
        &[("RUST_LOG", "trace")],
        &[
            ("AWS_LAMBDA_LOG_LEVEL", "DEBUG"),
            ("AWS_LAMBDA_LOG_FORMAT", "JSON"),
        ],
    ] {
        for status in ["200 OK", "500 No"] {
            let log = printed(vars, status).await;
            for secret in SECRETS {
                assert!(!log.contains(secret), "{secret}:\n{log}");
            }
        }
    }
}

#[tokio::test]
async fn there_is_one_line_for_an_invocation() {
    let log = printed(&[], "201 Created").await;
    let lines: Vec<_> = log.lines().filter(|line| line.contains("/login")).collect();
    let [line] = &lines[..] else {
        panic!("{log}");
    };
    for told in ["GET", "201", "r-1"] {
        assert!(line.contains(told), "{line}");
    }
    let log = printed(&[("AWS_LAMBDA_LOG_FORMAT", "JSON")], "201 Created").await;
    let line = log.lines().find(|line| line.contains("/login")).unwrap();
    let line: serde_json::Value = serde_json::from_str(line).unwrap();
    assert_eq!(line["app_status"], 201);
    assert_eq!(line["level"], "INFO");
    assert!(line["duration_ms"].is_number());
}

#[tokio::test]
async fn what_an_event_fails_of_is_told_once() {
    let app = App::serving(|mut connection| async move {
        while let Some(asked) = connection.request().await {
            match asked.target.as_str() {
                "/hang" => return connection.closed().await,
                "/large" => connection.write(ok(&"x".repeat(7_000_000))).await,
                _ => {
                    connection
                        .write(response("502 No", &[], "no such job"))
                        .await
                }
            }
        }
    })
    .await;
    let port = app.port();
    let vars = [
        ("AWS_LWA_PORT", port.as_str()),
        ("AWS_LWA_PASS_THROUGH_PATH", ""),
        ("LIFTGATE_EVENT_PATHS", "sqs=/jobs,s3=/large,kinesis=/hang"),
    ];
    for (source, told) in [
        ("sqs", "no such job"),
        ("s3", "takes at most"),
        ("kinesis", "did not answer"),
        ("dynamodb", "there is no path"),
    ] {
        let event = json!({"Records": [{"eventSource": format!("aws:{source}")}]}).to_string();
        let api = RuntimeApi::start([within(Duration::from_millis(1500), event)]).await;
        let program = Program::run(&api, &[], &vars);
        let posts = api.posts().await;
        let failed: Vec<_> = posts
            .iter()
            .filter(|post| post.what() == "r-1/error")
            .collect();
        assert_eq!(failed.len(), 1, "{posts:?}");
        program.says(told).await;
        program.says(" INFO invocation").await;
        let log = program.log();
        assert_eq!(log.matches(told).count(), 1, "{source}: {log}");
        let errors = log
            .lines()
            .filter(|line| line.contains(" ERROR invocation"));
        assert_eq!(errors.count(), 1, "{source}: {log}");
        let lines = log.lines().filter(|line| line.contains(" INFO invocation"));
        assert_eq!(lines.count(), 1, "{source}: {log}");
    }
}
