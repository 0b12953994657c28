//! The Runtime API on loopback, as a program finds it.

use bytes::Bytes;
use http::StatusCode;
use liftgate::local::{Call, Cause, Failure, Function, FunctionReply, RuntimeApi, Waiting};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::Peer;

const NEXT: &str = "/2018-06-01/runtime/invocation/next";

fn path(id: &str, what: &str) -> String {
    format!("/2018-06-01/runtime/invocation/{id}/{what}")
}

/// Takes the next event. Gives its id, and the event.
async fn take(program: &mut Peer) -> (String, Bytes) {
    let response = program.get(NEXT).await;
    assert_eq!(response.status(), 200);
    let id = response.headers()["lambda-runtime-aws-request-id"]
        .to_str()
        .unwrap();
    (id.to_owned(), response.body().clone())
}

fn whole(reply: FunctionReply) -> Bytes {
    match reply {
        FunctionReply::Whole(reply) => reply,
        reply => panic!("{reply:?}"),
    }
}

#[tokio::test]
async fn an_event_is_taken_and_answered() {
    let api = RuntimeApi::bind().await.unwrap();
    let mut program = Peer::connect(api.address()).await;
    let called = api.invoke(Call::new("{\"a\":1}"));
    let served = async {
        let response = program.get(NEXT).await;
        assert_eq!(response.body(), "{\"a\":1}");
        let headers = response.headers();
        let deadline = headers["lambda-runtime-deadline-ms"].to_str().unwrap();
        assert!(deadline.parse::<u64>().unwrap() > 1_700_000_000_000);
        assert!(headers.contains_key("lambda-runtime-invoked-function-arn"));
        let id = headers["lambda-runtime-aws-request-id"]
            .to_str()
            .unwrap()
            .to_owned();
        assert_eq!(api.in_flight(), 1);
        let response = program.post(&path(&id, "response"), "[2]").await;
        assert_eq!(response.status(), 202);
        id
    };
    let (answer, id) = tokio::join!(called, served);
    assert_eq!(whole(answer.unwrap().reply), "[2]");
    assert_eq!(api.in_flight(), 0);
    // It is over.
    for what in ["response", "error"] {
        assert_eq!(program.post(&path(&id, what), "[3]").await.status(), 400);
    }
    assert_eq!(program.get("/nowhere").await.status(), 404);
}

#[tokio::test]
async fn an_error_is_told_with_its_type_and_message() {
    let api = RuntimeApi::bind().await.unwrap();
    let mut program = Peer::connect(api.address()).await;
    let error = r#"{"errorType":"Oops","errorMessage":"no luck","stackTrace":[]}"#;
    let served = async {
        let (id, _) = take(&mut program).await;
        program.post(&path(&id, "error"), error).await
    };
    let (answer, response) = tokio::join!(api.invoke(Call::new("{}")), served);
    assert_eq!(response.status(), 202);
    let failure = answer.unwrap_err();
    assert_eq!(
        (failure.cause(), failure.to_string().as_str()),
        (Cause::Function, "Oops: no luck")
    );
    assert_eq!(failure.payload(), error);
}

#[tokio::test]
async fn a_program_that_cannot_start_fails_what_waits_and_what_comes() {
    let api = RuntimeApi::bind().await.unwrap();
    let mut program = Peer::connect(api.address()).await;
    let waiting = api.invoke(Call::new("{}"));
    let error = r#"{"errorType":"NoConfig","errorMessage":"no file"}"#;
    program.post("/2018-06-01/runtime/init/error", error).await;
    for answer in [waiting.await, api.invoke(Call::new("{}")).await] {
        assert_eq!(answer.unwrap_err().to_string(), "NoConfig: no file");
    }
    assert_eq!(
        api.ready().await.unwrap_err().to_string(),
        "NoConfig: no file"
    );
}

/// A program that writes its answer by hand, in chunks.
struct Writer(TcpStream);

impl Writer {
    async fn take(api: &RuntimeApi) -> (Self, String) {
        let mut stream = TcpStream::connect(api.address()).await.unwrap();
        let ask = format!("GET {NEXT} HTTP/1.1\r\nhost: x\r\n\r\n");
        stream.write_all(ask.as_bytes()).await.unwrap();
        let mut read = vec![0; 4096];
        let len = stream.read(&mut read).await.unwrap();
        let head = String::from_utf8(read[..len].to_vec()).unwrap();
        let (_, rest) = head.split_once("lambda-runtime-aws-request-id: ").unwrap();
        (
            Writer(stream),
            rest.split("\r\n").next().unwrap().to_owned(),
        )
    }

    async fn begin(&mut self, id: &str, is_http: bool) {
        let kind = match is_http {
            true => "application/vnd.awslambda.http-integration-response",
            false => "text/plain",
        };
        let path = path(id, "response");
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\ncontent-type: {kind}\r\n\
             lambda-runtime-function-response-mode: streaming\r\ntransfer-encoding: chunked\r\n\
             trailer: Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body\r\n\r\n"
        );
        self.0.write_all(head.as_bytes()).await.unwrap();
    }

    async fn chunk(&mut self, text: &str) {
        let chunk = format!("{:x}\r\n{text}\r\n", text.len());
        self.0.write_all(chunk.as_bytes()).await.unwrap();
    }

    /// Ends the body, and gives the answer.
    async fn end(&mut self, trailers: &str) -> String {
        let end = format!("0\r\n{trailers}\r\n");
        self.0.write_all(end.as_bytes()).await.unwrap();
        let mut read = vec![0; 4096];
        let len = self.0.read(&mut read).await.unwrap();
        String::from_utf8(read[..len].to_vec()).unwrap()
    }
}

#[tokio::test]
async fn a_stream_is_handed_on_as_it_comes() {
    let api = RuntimeApi::bind().await.unwrap();
    let called = api.invoke(Call::new("{}").streaming(true));
    let (mut writer, id) = Writer::take(&api).await;
    writer.begin(&id, true).await;
    let FunctionReply::Stream(mut stream) = called.await.unwrap().reply else {
        panic!("it streams");
    };
    assert!(stream.has_prelude());
    for text in ["one", "two"] {
        writer.chunk(text).await;
        assert_eq!(stream.next().await.unwrap().unwrap(), text);
    }
    let error = "eyJlcnJvclR5cGUiOiJCb29tIiwiZXJyb3JNZXNzYWdlIjoiaGFsZiB3YXkifQ==";
    let trailers = format!(
        "lambda-runtime-function-error-type: Boom\r\nlambda-runtime-function-error-body: {error}\r\n"
    );
    let answer = writer.end(&trailers).await;
    assert!(answer.starts_with("HTTP/1.1 202 "), "{answer}");
    assert_eq!(
        stream.next().await.unwrap().unwrap_err().to_string(),
        "Boom: half way"
    );
    assert!(stream.next().await.is_none());
}

#[tokio::test]
async fn a_stream_that_breaks_off_is_an_error() {
    let api = RuntimeApi::bind().await.unwrap();
    let called = api.invoke(Call::new("{}").streaming(true));
    let (mut writer, id) = Writer::take(&api).await;
    writer.begin(&id, false).await;
    writer.chunk("one").await;
    let FunctionReply::Stream(mut stream) = called.await.unwrap().reply else {
        panic!("it streams");
    };
    assert!(!stream.has_prelude());
    assert_eq!(stream.next().await.unwrap().unwrap(), "one");
    drop(writer);
    let failure = stream.next().await.unwrap().unwrap_err();
    assert!(failure.to_string().contains("broke off"), "{failure}");
}

#[tokio::test]
async fn of_a_stream_that_is_asked_for_whole_the_prelude_is_left() {
    let api = RuntimeApi::bind().await.unwrap();
    let called = api.invoke(Call::new("{}"));
    let (mut writer, id) = Writer::take(&api).await;
    writer.begin(&id, true).await;
    writer
        .chunk("{\"statusCode\":201}\0\0\0\0\0\0\0\0body")
        .await;
    writer.end("").await;
    match called.await.unwrap().reply {
        FunctionReply::Prelude(prelude) => assert_eq!(prelude, "{\"statusCode\":201}"),
        reply => panic!("{reply:?}"),
    }
}

#[tokio::test]
async fn a_reply_that_is_too_large_fails_its_invocation_and_no_other() {
    let api = RuntimeApi::bind().await.unwrap();
    let mut program = Peer::connect(api.address()).await;
    let served = async {
        let (id, _) = take(&mut program).await;
        let response = program
            .post(&path(&id, "response"), vec![b'x'; 6_291_557])
            .await;
        assert_eq!(response.status(), StatusCode::PAYLOAD_TOO_LARGE);
        // The program may say so as well.
        assert_eq!(program.post(&path(&id, "error"), "{}").await.status(), 202);
        let (id, _) = take(&mut program).await;
        program.post(&path(&id, "response"), "{}").await
    };
    let called = async {
        let failure = api.invoke(Call::new("{}")).await.unwrap_err();
        assert_eq!(failure.cause(), Cause::ReplyTooLarge);
        assert!(failure.to_string().contains("6291556"), "{failure}");
        api.invoke(Call::new("{}")).await.unwrap();
    };
    tokio::join!(served, called);
}

#[tokio::test]
async fn a_poller_that_went_away_takes_nothing_with_it() {
    let api = RuntimeApi::bind().await.unwrap();
    let mut gone = TcpStream::connect(api.address()).await.unwrap();
    let ask = format!("GET {NEXT} HTTP/1.1\r\nhost: x\r\n\r\n");
    gone.write_all(ask.as_bytes()).await.unwrap();
    api.ready().await.unwrap();
    drop(gone);
    // Its connection is seen to be closed before another one is served.
    let mut program = Peer::connect(api.address()).await;
    assert_eq!(program.get("/nowhere").await.status(), 404);
    let served = async {
        let (id, _) = take(&mut program).await;
        program.post(&path(&id, "response"), "{}").await
    };
    let (answer, _) = tokio::join!(api.invoke(Call::new("{}")), served);
    answer.unwrap();
}

#[tokio::test]
async fn a_program_that_has_gone_fails_all_but_what_was_taken_back() {
    let api = RuntimeApi::bind().await.unwrap();
    let other = RuntimeApi::bind().await.unwrap();
    let mut program = Peer::connect(api.address()).await;
    let taken = api.invoke(Call::new("1"));
    assert_eq!(take(&mut program).await.1, "1");
    let waiting = api.invoke(Call::new("2"));
    for waiting in api.take_waiting() {
        other.invoke_waiting(waiting);
    }
    api.fail(Failure::new(Cause::Function, "exit status 1"));
    assert_eq!(taken.await.unwrap_err().to_string(), "exit status 1");
    let mut program = Peer::connect(other.address()).await;
    let (id, event) = take(&mut program).await;
    assert_eq!(event, "2");
    program.post(&path(&id, "response"), "{}").await;
    waiting.await.unwrap();
}

#[tokio::test]
async fn extensions_hear_of_invocations_and_of_the_end() {
    let api = RuntimeApi::bind().await.unwrap();
    let mut extension = Peer::connect(api.address()).await;
    assert!(!api.has_extension());
    let register = "/2020-01-01/extension/register";
    assert_eq!(extension.post(register, "{\"events\":").await.status(), 400);
    let response = extension
        .post(register, r#"{"events":["INVOKE","SHUTDOWN"]}"#)
        .await;
    let id = response.headers()["lambda-extension-identifier"].clone();
    assert!(api.has_extension());
    let next = || {
        let request = http::Request::get("/2020-01-01/extension/event/next");
        let request = request.header("lambda-extension-identifier", id.clone());
        request.body(Default::default()).unwrap()
    };
    let called = api.invoke(Call::new("{}"));
    let event = extension.send(next()).await;
    let event: serde_json::Value = serde_json::from_slice(event.body()).unwrap();
    assert_eq!(event["eventType"], "INVOKE");
    drop(called);
    assert_eq!(api.shut_down().as_millis(), 2000);
    let event = extension.send(next()).await;
    let event: serde_json::Value = serde_json::from_slice(event.body()).unwrap();
    assert_eq!(event["eventType"], "SHUTDOWN");
    let nobody = extension.get("/2020-01-01/extension/event/next").await;
    assert_eq!(nobody.status(), 403);
}

#[tokio::test]
async fn an_invocation_lasts_until_its_stream_has_ended() {
    let api = RuntimeApi::bind().await.unwrap();
    assert_eq!(api.running(), None);
    api.drained().await;
    let call = Call::new("{}").streaming(true);
    let id = call.request_id().to_owned();
    let called = api.invoke(call);
    let mut program = TcpStream::connect(api.address()).await.unwrap();
    let next = format!("GET {NEXT} HTTP/1.1\r\nhost: a\r\n\r\n");
    program.write_all(next.as_bytes()).await.unwrap();
    let head = format!(
        "POST {} HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\
         lambda-runtime-function-response-mode: streaming\r\n\r\n3\r\none\r\n",
        path(&id, "response")
    );
    let mut read = [0; 1024];
    assert!(program.read(&mut read).await.unwrap() > 0);
    assert_eq!(api.running().as_deref(), Some(&*id));
    program.write_all(head.as_bytes()).await.unwrap();
    let FunctionReply::Stream(stream) = called.await.unwrap().reply else {
        panic!("it streams");
    };
    let (sender, seen) = std::sync::mpsc::channel();
    let mut stream = stream.inspect(move |chunk| sender.send(chunk.clone()).unwrap());
    assert_eq!(stream.next().await.unwrap().unwrap(), "one");
    assert_eq!(seen.try_recv().unwrap(), "one");
    assert_eq!(api.in_flight(), 1);
    program.write_all(b"0\r\n\r\n").await.unwrap();
    assert!(stream.next().await.is_none());
    assert_eq!(api.in_flight(), 0);
    api.drained().await;
    // It may still have something to say of it.
    assert_eq!(api.running().as_deref(), Some(&*id));
}

#[tokio::test]
async fn an_invocation_is_overdue_after_its_time_with_the_program() {
    let api = RuntimeApi::bind().await.unwrap();
    let limit = std::time::Duration::from_millis(50);
    let call = Call::new("{}").timeout(limit);
    let id = call.request_id().to_owned();
    let _called = api.invoke(call);
    // No program has it yet, so no clock runs.
    tokio::select! {
        overdue = api.overdue() => panic!("{overdue:?}"),
        () = tokio::time::sleep(3 * limit) => {}
    }
    let mut program = Peer::connect(api.address()).await;
    let (overdue, _) = tokio::join!(api.overdue(), take(&mut program));
    assert_eq!(overdue, (id, limit));
}

#[tokio::test]
async fn an_invocation_that_nobody_will_take_is_ended() {
    let (waiting, answer) = Waiting::new(Call::new("{}"));
    waiting.fail(Failure::new(Cause::Throttled, "no room"));
    assert_eq!(answer.await.unwrap_err().cause(), Cause::Throttled);
}

#[tokio::test]
async fn a_program_may_end_as_soon_as_it_has_answered() {
    let api = RuntimeApi::bind().await.unwrap();
    for _ in 0..20 {
        let called = api.invoke(Call::new("{}"));
        let (mut writer, id) = Writer::take(&api).await;
        let path = path(&id, "response");
        let post = format!("POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n[]");
        writer.0.write_all(post.as_bytes()).await.unwrap();
        // It does not wait for the acknowledgement.
        writer.0.shutdown().await.unwrap();
        assert_eq!(whole(called.await.unwrap().reply), "[]");
    }
}
