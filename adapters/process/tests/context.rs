//! What Lambda and the gateway know, as the app is told.

use bytes::Bytes;
use http::{HeaderValue, Response};
use serde_json::{Value, json};

use crate::support::app::{App, Asked, ok};
use crate::support::program::Program;
use crate::support::runtime_api::{RuntimeApi, invocation};
use crate::support::{event, of_http_api, posts};

const ALL: [&str; 4] = [
    "x-amzn-request-context",
    "x-amzn-lambda-context",
    "x-amz-tenant-id",
    "x-amzn-trace-id",
];

async fn asked(vars: &[(&str, &str)], invocation: Response<Bytes>) -> Asked {
    let app = App::answering([ok("")]).await;
    let posts = posts(app.config(vars), [invocation]).await;
    assert_eq!(posts[0].what(), "r-1/response", "{posts:?}");
    app.asked().remove(0)
}

/// An invocation of which all is known.
fn known(event: impl Into<Bytes>) -> Response<Bytes> {
    let mut invocation = invocation("r-1", event);
    for (name, value) in [
        (
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:eu-west-1:1:function:app",
        ),
        (
            "lambda-runtime-trace-id",
            "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Sampled=1",
        ),
        ("lambda-runtime-aws-tenant-id", "blue"),
        ("lambda-runtime-client-context", r#"{"custom":{"n":1.10}}"#),
        (
            "lambda-runtime-cognito-identity",
            r#"{"cognitoIdentityId":"id","other":null}"#,
        ),
    ] {
        invocation
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    invocation
}

#[tokio::test]
async fn the_request_context_is_the_event_s_to_the_letter() {
    let context = r#"{"http":{"method":"GET","path":"/"},"stage":"$default","unknown":[{"deep":null}],"authentication":{"clientCert":{"clientCertPem":"-----BEGIN\nX"}},"n":1.10,"big":123456789012345678901234567890,"e":1E+2,"a":"\u00e9\/"}"#;
    let event = format!(r#"{{"version":"2.0","rawPath":"/","requestContext":{context}}}"#);
    let asked = asked(&[], known(event)).await;
    assert_eq!(asked.values("x-amzn-request-context"), [context]);
}

#[tokio::test]
async fn what_is_not_ascii_is_escaped_and_means_the_same() {
    let context =
        json!({"stage": "$default", "http": {"method": "GET"}, "who": "é😀\u{7f}", "a": 1});
    let pretty = serde_json::to_string_pretty(&context).unwrap();
    let event = format!(r#"{{"version":"2.0","rawPath":"/","requestContext":{pretty}}}"#);
    let asked = asked(&[], known(event)).await;
    let [header] = &asked.values("x-amzn-request-context")[..] else {
        panic!("{asked:?}");
    };
    assert!(
        header.bytes().all(|byte| matches!(byte, b' '..=b'~')),
        "{header}"
    );
    assert_eq!(serde_json::from_str::<Value>(header).unwrap(), context);
}

#[tokio::test]
async fn the_lambda_context_is_what_the_runtime_api_says() {
    let asked = asked(&[], known(event("/"))).await;
    let [header] = &asked.values("x-amzn-lambda-context")[..] else {
        panic!("{asked:?}");
    };
    let context: Value = serde_json::from_str(header).unwrap();
    assert_eq!(context["request_id"], "r-1");
    assert_eq!(context["deadline"], 1_889_000_000_000_u64);
    assert_eq!(
        context["invoked_function_arn"],
        "arn:aws:lambda:eu-west-1:1:function:app"
    );
    assert_eq!(context["tenant_id"], "blue");
    assert!(
        header.contains(r#""client_context":{"custom":{"n":1.10}}"#),
        "{header}"
    );
    assert_eq!(context["identity"]["other"], Value::Null);
    assert!(context["env_config"]["memory"].is_number(), "{header}");
    assert_eq!(asked.values("x-amz-tenant-id"), ["blue"]);
    let trace = "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Sampled=1";
    assert_eq!(asked.values("x-amzn-trace-id"), [trace]);
}

#[tokio::test]
async fn each_is_optional() {
    let names = ["request-context", "lambda-context", "tenant-id", "trace-id"];
    for (name, header) in names.into_iter().zip(ALL) {
        let asked = asked(&[("LIFTGATE_CONTEXT_HEADERS", name)], known(event("/"))).await;
        let sent: Vec<_> = ALL
            .into_iter()
            .filter(|name| !asked.values(name).is_empty())
            .collect();
        assert_eq!(sent, [header]);
    }
    let asked = asked(&[("LIFTGATE_CONTEXT_HEADERS", "none")], known(event("/"))).await;
    assert!(
        ALL.iter().all(|name| asked.values(name).is_empty()),
        "{asked:?}"
    );
}

#[tokio::test]
async fn nobody_can_forge_them() {
    let forged = json!({"headers": {
        "host": "example.com",
        "x-amzn-request-context": "{}",
        "X-Amzn-Lambda-Context": "{}",
        "x-amz-tenant-id": "red",
    }});
    for vars in [&[][..], &[("LIFTGATE_CONTEXT_HEADERS", "none")]] {
        // There is no tenant.
        let asked = asked(vars, invocation("r-1", of_http_api(forged.clone()))).await;
        assert_eq!(asked.values("x-amz-tenant-id"), [""; 0]);
        for name in ["x-amzn-request-context", "x-amzn-lambda-context"] {
            let values = asked.values(name);
            assert_eq!(values.len(), usize::from(vars.is_empty()), "{name}");
            assert!(!values.contains(&"{}".to_owned()), "{name}");
        }
    }
}

#[tokio::test]
async fn nor_by_names_that_an_app_takes_for_theirs() {
    let forged = json!({"headers": {
        "host": "example.com",
        "x_amzn_request_context": "{}",
        "X_Amzn-Lambda_Context": "{}",
        "x-amz_tenant_id": "red",
        "x_amzn_trace_id": "Root=1",
        "x_own": "kept",
    }});
    let asked = asked(&[], invocation("r-1", of_http_api(forged))).await;
    let odd = asked.headers.iter().filter(|(name, _)| name.contains('_'));
    let odd: Vec<_> = odd.map(|(name, _)| name.as_str()).collect();
    assert_eq!(odd, ["x_own"]);
}

#[tokio::test]
async fn a_long_one_is_left_out_and_the_rest_is_there() {
    let token = "x".repeat(9000);
    let context = json!({"http": {"method": "GET"}, "authorizer": {"jwt": token}});
    let event = of_http_api(json!({"requestContext": context}));
    let bare = asked(&[], known(event.clone())).await;
    assert_eq!(bare.values("x-amzn-request-context"), [""; 0]);
    assert_eq!(bare.values("x-amz-tenant-id"), ["blue"]);
    let vars = [("LIFTGATE_CONTEXT_HEADER_MAX_BYTES", "20000")];
    let whole = asked(&vars, known(event)).await;
    assert_eq!(whole.values("x-amzn-request-context").len(), 1);
}

#[tokio::test]
async fn the_log_says_what_was_left_out_and_why() {
    let context = json!({"http": {"method": "GET"}, "authorizer": {"jwt": "x".repeat(9000)}});
    let event = of_http_api(json!({"requestContext": context}));
    let api = RuntimeApi::start([known(event)]).await;
    let program = Program::start(&api, &[], &[]);
    api.posts().await;
    program
        .says("x-amzn-request-context is not sent: it has ")
        .await;
    program
        .says("LIFTGATE_CONTEXT_HEADER_MAX_BYTES is 8000")
        .await;
    assert!(!program.log().contains("xxxxx"), "it may be secret");
}
