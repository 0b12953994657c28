//! The plain form, whose replies AWS's runtime sends.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use lambda_runtime::{FunctionResponse, LambdaEvent};
use liftgate::local::{Gateway, Kind};
use liftgate::{Body, Options};
use liftgate_lambda_runtime::Handler;
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};
use tower::{Service as _, ServiceExt as _, service_fn};

use crate::program::{HANDLER, Program, get, posted};
use crate::runtime_api::{Post, invocation};

const STREAMING: &[(&str, &str)] = &[HANDLER, ("STREAMING", "1")];

/// The type and the message of an error. AWS's runtime has one word for all types in the header.
fn error(post: &Post) -> (String, String) {
    let kind = &post.headers["lambda-runtime-function-error-type"];
    assert_eq!(kind, "unhandled");
    let json = post.json();
    let text = |member: &str| json[member].as_str().unwrap().to_owned();
    (text("errorType"), text("errorMessage"))
}

#[tokio::test]
async fn the_reply_is_that_of_the_adapter() {
    for path in ["/hello", "/chunks", "/headers", "/none"] {
        let post = posted(get(path), &[HANDLER]).await;
        assert_eq!(post.what(), "r-1/response");
        assert_eq!(post.body, posted(get(path), &[]).await.body, "{path}");
    }
}

#[tokio::test]
async fn the_runtime_writes_the_prelude_and_each_chunk_is_one_of_the_stream() {
    let post = posted(get("/chunks"), STREAMING).await;
    assert_eq!(post.what(), "r-1/response");
    let mode = &post.headers["lambda-runtime-function-response-mode"];
    assert_eq!(mode, "streaming");
    let prelude: Value = serde_json::from_slice(&post.chunks[0]).unwrap();
    // A type is made up where there is none.
    let headers = json!({"content-type": "application/octet-stream"});
    assert_eq!(
        prelude,
        json!({"statusCode": 200, "headers": headers, "cookies": []})
    );
    let expected = [&[0; 8][..], b"chunk 0\n", b"chunk 1\n", b"chunk 2\n"];
    assert_eq!(post.chunks[1..], expected);
}

#[tokio::test]
async fn headers_and_cookies_of_a_stream_are_there_but_for_text_that_is_not_ascii() {
    for kind in Kind::ALL.into_iter().filter(|kind| kind.can_stream()) {
        let request = Request::get("/headers").body(Bytes::new()).unwrap();
        let event = Gateway::new(kind).render(&request).unwrap();
        let post = posted(event, STREAMING).await;
        let prelude: Value = serde_json::from_slice(&post.chunks[0]).unwrap();
        assert_eq!(
            prelude,
            json!({"statusCode": 200, "cookies": ["a=1", "b=2"], "headers":
                {"content-type": "text/plain; charset=utf-8", "vary": "origin, accept"}}),
            "{kind}"
        );
        assert_eq!(post.chunks[2], "two of each");
    }
}

#[tokio::test]
async fn errors_and_panics_keep_their_names_and_the_next_invocation_is_served() {
    let latin_1 = b"{\"odd\":\"caf\xe9\"}".as_slice();
    let cases = [
        (
            get("/panic"),
            "Liftgate.Panic",
            "the service panicked: /panic was asked for",
        ),
        (
            get("/fail"),
            "Liftgate.ServiceError",
            "the service failed: the database is away",
        ),
        (
            get("/break"),
            "Liftgate.BodyError",
            "the response's body failed: ",
        ),
        (get("/boom"), "Liftgate.Panic", "the second chunk"),
        ("{}".into(), "Liftgate.UnknownEvent", "unknown event: "),
        // AWS's runtime reads these, and has its own name for what it cannot.
        (
            "{\"a\":".into(),
            "&lambda_runtime::deserializer::DeserializeError",
            "EOF",
        ),
        (
            latin_1.into(),
            "&lambda_runtime::deserializer::DeserializeError",
            "",
        ),
    ];
    let nexts = cases
        .iter()
        .map(|(event, ..)| invocation("r-1", event.clone()));
    let nexts = nexts.chain([invocation("r-2", get("/hello"))]);
    let (posts, _) = Program::start(nexts, &[HANDLER]).await.end().await;
    assert_eq!(posts.len(), cases.len() + 1);
    for (post, (_, kind, message)) in posts.iter().zip(&cases) {
        assert_eq!(post.what(), "r-1/error");
        let (told, text) = error(post);
        assert_eq!(told, *kind);
        assert!(text.contains(message), "{text}");
    }
    assert_eq!(posts[cases.len()].what(), "r-2/response");
}

#[tokio::test]
async fn an_error_in_the_middle_of_a_stream_ends_the_body_and_is_logged() {
    let nexts = ["/break", "/boom", "/hello"].map(|path| invocation("r-1", get(path)));
    let (posts, printed) = Program::start(nexts, STREAMING).await.end().await;
    let cases = [
        (
            "TGlmdGdhdGUuQm9keUVycm9y",
            "Liftgate.BodyError: ",
            "the disk is full",
        ),
        (
            "TGlmdGdhdGUuUGFuaWM=",
            "Liftgate.Panic: ",
            "the second chunk",
        ),
    ];
    for (post, (name, kind, message)) in posts.iter().zip(cases) {
        // Trailers in name, and text of the body in truth. It has the name of the error, no more.
        let trailers = format!(
            "Lambda-Runtime-Function-Error-Type: Runtime.StreamError\r\n\
             Lambda-Runtime-Function-Error-Body: {name}\r\n"
        );
        assert_eq!(post.chunks[2..], ["the first chunk\n", trailers.as_str()]);
        assert!(post.trailers.is_empty());
        let logged = printed
            .lines()
            .find(|line| line.starts_with(&format!("r-1 {kind}")));
        assert!(
            logged.is_some_and(|line| line.contains(message)),
            "{printed}"
        );
    }
    assert_eq!(posts[2].chunks[2..], ["hello world"]);
}

#[tokio::test]
async fn a_service_that_is_not_ready_fails_one_invocation() {
    let nexts = ["/exhaust", "/hello", "/hello"].map(|path| invocation("r-1", get(path)));
    let (posts, _) = Program::start(nexts, &[HANDLER]).await.end().await;
    let said: Vec<_> = posts.iter().map(|post| post.what()).collect();
    assert_eq!(said, ["r-1/response", "r-1/error", "r-1/response"]);
    let message = "the service failed: all is exhausted";
    let expected = ("Liftgate.ServiceError".to_owned(), message.to_owned());
    assert_eq!(error(&posts[1]), expected);
}

#[tokio::test]
async fn the_context_is_what_the_runtime_has_kept_of_it() {
    let mut next = invocation("r-1", get("/context"));
    let client = r#"{"custom":{"k":"v"},"client":{"installation_id":"i","app_title":"t","app_version_name":"n","app_version_code":"c","app_package_name":"p"},"env":{"e":"1"}}"#;
    for (name, value) in [
        ("lambda-runtime-trace-id", "Root=1-5759e988-bd862e3f"),
        ("lambda-runtime-aws-tenant-id", "tenant-7"),
        ("lambda-runtime-client-context", client),
        ("lambda-runtime-of-the-future", "yes"),
    ] {
        next.headers_mut().insert(name, value.parse().unwrap());
    }
    let (posts, _) = Program::start([next], &[HANDLER]).await.end().await;
    let seen: Value = serde_json::from_str(posts[0].json()["body"].as_str().unwrap()).unwrap();
    assert_eq!(
        seen,
        json!({
            "request_id": "r-1", "aws_request_id": "r-1", "deadline_ms": 1_889_000_000_000_u64,
            "arn": null, "tenant_id": "tenant-7", "trace_id": "Root=1-5759e988-bd862e3f",
            // AWS's type has other names, and another one for `env`.
            "client_context": {"custom": {"k": "v"}, "environment": {}, "client": {
                "installationId": "i", "appTitle": "t", "appVersionName": "n",
                "appVersionCode": "c", "appPackageName": "p"}},
            "cognito_identity": null, "headers": 5, "function_name": "routes", "memory": 128,
        }),
    );
}

#[tokio::test]
async fn neither_the_client_nor_the_next_invocation_waits_for_work_after_the_response() {
    for variables in [&[HANDLER][..], STREAMING] {
        let nexts = ["r-1", "r-2"].map(|id| invocation(id, get("/after")));
        let program = Program::start(nexts, variables).await;
        program.api.posts().await;
        let asked = program.api.asked();
        assert_eq!(asked.len(), 3);
        // Each has 200 ms of work.
        let took = asked[2].1 - asked[0].1;
        assert!(took < Duration::from_millis(400), "{took:?}");
        // It is done if the program is not frozen.
        tokio::time::sleep(Duration::from_millis(500)).await;
        let (posts, printed) = program.end().await;
        assert_eq!(posts.len(), 2);
        assert_eq!(printed.matches("worked").count(), 2);
    }
}

#[tokio::test]
async fn layers_of_the_runtime_are_around_it() {
    let nexts = ["/hello", "/panic"].map(|path| invocation("r-1", get(path)));
    let variables = [HANDLER, ("OTEL", "1")];
    let (posts, printed) = Program::start(nexts, &variables).await.end().await;
    assert_eq!(posts[0].what(), "r-1/response");
    assert_eq!(error(&posts[1]).0, "Liftgate.Panic");
    assert_eq!(printed.matches("flushed").count(), 2);
}

#[tokio::test]
async fn as_many_invocations_at_a_time_as_there_may_be() {
    let nexts = (0..8).map(|n| invocation(&format!("r-{n}"), get("/chunks")));
    let variables = [HANDLER, ("AWS_LAMBDA_MAX_CONCURRENCY", "4")];
    let program = Program::start(nexts, &variables).await;
    let posts = program.api.posts_of(4).await;
    let mut answered: Vec<_> = posts.iter().map(|post| post.what().to_owned()).collect();
    answered.sort();
    let expected: Vec<_> = (0..8).map(|n| format!("r-{n}/response")).collect();
    assert_eq!(answered, expected);
    let _ = program.end().await;
}

#[tokio::test]
async fn layers_of_events_are_around_it_and_any_other_event_is_passed_through() {
    let options = Options::new().pass_through("/double");
    let app = service_fn(async |request: Request<Body>| {
        let body = request.into_body().collect().await?.to_bytes();
        let number: u32 = serde_json::from_slice(&body)?;
        Ok::<_, lambda_runtime::Error>(Response::new(Full::<Bytes>::from((2 * number).to_string())))
    });
    let mut handler = Handler::with_options(app, options)
        .map_request(|event: LambdaEvent<u32>| event_of(event.payload + 1));
    let mut call = async |number| {
        let event = LambdaEvent::new(number, lambda_runtime::Context::default());
        handler.ready().await.unwrap().call(event).await
    };
    let Ok(FunctionResponse::BufferedResponse(reply)) = call(20).await else {
        panic!("there is no reply");
    };
    assert_eq!(reply.get(), "42");
}

fn event_of(number: u32) -> LambdaEvent<Box<RawValue>> {
    let payload = to_raw_value(&number).unwrap();
    LambdaEvent::new(payload, lambda_runtime::Context::default())
}
