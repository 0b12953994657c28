//! What is printed, and what never is.

use serde_json::json;

use crate::support::app::{App, response};
use crate::support::of_http_api;
use crate::support::program::Program;
use crate::support::runtime_api::{RuntimeApi, invocation};

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
