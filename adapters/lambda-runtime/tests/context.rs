//! What the app sees of the invocation, and what it does after the response.

use std::time::Duration;

use bytes::Bytes;
use http::Response;
use serde_json::{Value, json};

use crate::program::{Program, get};
use crate::runtime_api::{Answer, invocation};

async fn seen(next: Response<Bytes>) -> Value {
    let (posts, _) = Program::start([next], &[]).await.end().await;
    let reply = posts[0].json();
    serde_json::from_str(reply["body"].as_str().unwrap()).unwrap()
}

#[tokio::test]
async fn all_headers_of_the_invocation_are_there() {
    let mut next = invocation("r-1", get("/context"));
    let client = r#"{"custom":{"k":"v"},"client":{"installation_id":"i","app_title":"t",
        "app_version_name":"n","app_version_code":"c","app_package_name":"p"},"env":{"e":"1"}}"#;
    let identity = r#"{"cognitoIdentityId":"id","cognitoIdentityPoolId":"pool"}"#;
    for (name, value) in [
        (
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:f:live",
        ),
        (
            "lambda-runtime-trace-id",
            "Root=1-5759e988-bd862e3fe1be46a994272793",
        ),
        ("lambda-runtime-aws-tenant-id", "tenant-7"),
        (
            "lambda-runtime-client-context",
            &client.replace("\n        ", ""),
        ),
        ("lambda-runtime-cognito-identity", identity),
        ("lambda-runtime-of-the-future", "yes"),
    ] {
        next.headers_mut().insert(name, value.parse().unwrap());
    }
    let seen = seen(next).await;
    let client: Value = serde_json::from_str(client).unwrap();
    let identity: Value = serde_json::from_str(identity).unwrap();
    assert_eq!(
        seen,
        json!({
            "request_id": "r-1", "aws_request_id": "r-1", "deadline_ms": 1_889_000_000_000_u64,
            "arn": "arn:aws:lambda:f:live", "tenant_id": "tenant-7",
            "trace_id": "Root=1-5759e988-bd862e3fe1be46a994272793",
            // As it was sent, though AWS's own type has no place for all of it.
            "client_context": client, "cognito_identity": identity,
            "headers": 9, "function_name": "routes", "memory": 128,
        }),
    );
}

#[tokio::test]
async fn what_is_not_sent_is_not_there() {
    let seen = seen(invocation("r-1", get("/context"))).await;
    for name in [
        "arn",
        "trace_id",
        "tenant_id",
        "client_context",
        "cognito_identity",
    ] {
        assert_eq!(seen[name], Value::Null, "{name}");
    }
}

#[tokio::test]
async fn work_after_the_response_is_done_before_the_next_invocation() {
    for variables in [&[][..], &[("STREAMING", "1")]] {
        let nexts = ["r-1", "r-2"].map(|id| invocation(id, get("/after")));
        let program = Program::start(nexts, variables).await;
        program.api.posts().await;
        let asked: Vec<_> = program.api.asked().iter().map(|(_, at)| *at).collect();
        assert_eq!(asked.len(), 3);
        for pair in asked.windows(2) {
            assert!(pair[1] - pair[0] >= Duration::from_millis(200));
        }
        let (posts, printed) = program.end().await;
        assert_eq!(posts.len(), 2);
        assert_eq!(printed.matches("worked").count(), 2);
    }
}

#[tokio::test]
async fn the_client_does_not_wait_for_the_work() {
    let program = Program::start([invocation("r-1", get("/after"))], &[]).await;
    let answered = async {
        while program.api.told().is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        program.api.asked().len()
    };
    // The response has been posted, and the program does not ask for more yet.
    assert_eq!(answered.await, 1);
    let _ = program.end().await;
}

#[tokio::test]
async fn without_a_request_there_is_no_context_and_the_next_one_has_its_own() {
    let nexts = [invocation("r-1", "{}"), invocation("r-2", get("/context"))];
    let (posts, _) = Program::start(nexts.map(Answer::from), &[])
        .await
        .end()
        .await;
    assert_eq!(posts[0].what(), "r-1/error");
    let reply = posts[1].json();
    let seen: Value = serde_json::from_str(reply["body"].as_str().unwrap()).unwrap();
    assert_eq!(seen["aws_request_id"], "r-2");
}
