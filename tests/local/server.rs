//! The gateway as its clients find it.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt as _, Full};
use liftgate::local::{
    Answer, Call, Cause, Exchange, Failure, Function, FunctionReply, Gateway, Invoking, Kind,
    RuntimeApi, Server,
};
use liftgate::{Options, Runtime};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::mpsc;

use super::Peer;

/// A function that says one thing.
#[derive(Debug)]
enum Says {
    Reply(&'static str),
    /// The event, in the body of a reply.
    Event,
    Fails,
    Nothing,
}

impl Function for Says {
    fn invoke(&self, call: Call) -> Invoking<'_> {
        Box::pin(async move {
            let reply = match self {
                Says::Reply(reply) => Bytes::from_static(reply.as_bytes()),
                Says::Event => {
                    let event = std::str::from_utf8(call.event()).unwrap();
                    serde_json::json!({"statusCode": 200, "body": event})
                        .to_string()
                        .into()
                }
                Says::Fails => return Err(Failure::new(Cause::Function, "it failed")),
                Says::Nothing => std::future::pending().await,
            };
            Ok(Answer::new(FunctionReply::Whole(reply)))
        })
    }
}

type Exchanges = Arc<Mutex<Vec<Exchange>>>;

async fn serve(gateway: Gateway, function: impl Function) -> (SocketAddr, Exchanges) {
    let server = Server::bind("127.0.0.1:0", gateway, function)
        .await
        .unwrap();
    let address = server.address();
    let exchanges = Exchanges::default();
    let kept = Arc::clone(&exchanges);
    let server = server.on_exchange(move |exchange| kept.lock().unwrap().push(exchange.clone()));
    tokio::spawn(server.serve());
    (address, exchanges)
}

/// What comes back for these bytes, until the connection closes.
async fn ask(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).await.unwrap();
    response
}

fn event_in(response: &str) -> Value {
    let (_, body) = response.split_once("\r\n\r\n").unwrap();
    serde_json::from_str(body).unwrap()
}

#[tokio::test]
async fn a_rest_api_spells_headers_as_the_client_does() {
    let (address, _) = serve(Gateway::new(Kind::RestApi), Says::Event).await;
    let request = "POST /a HTTP/1.1\r\nhOST: x\r\nX-MiXed: 1\r\nx-mixed: 2\r\nCONTENT-TYPE: text/plain\r\n\
                   content-length: 2\r\nConnection: close\r\n\r\nhi";
    let event = event_in(&ask(address, request).await);
    assert_eq!(event["headers"]["Host"], "x");
    assert_eq!(event["headers"]["CONTENT-TYPE"], "text/plain");
    assert!(event["multiValueHeaders"]["X-MiXed"].is_array());
    assert_eq!(event["body"], "hi");
}

#[tokio::test]
async fn requests_that_come_together_are_answered_in_their_order() {
    let (address, exchanges) = serve(Gateway::new(Kind::HttpApi), Says::Event).await;
    let request = "GET /one HTTP/1.1\r\nhost: x\r\n\r\n\
                   POST /two HTTP/1.1\r\nhost: x\r\nX-A: 1\r\ncontent-length: 2\r\n\r\nhi\
                   GET /three HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let response = ask(address, request).await;
    let at = |text: &str| {
        response
            .find(text)
            .unwrap_or_else(|| panic!("{text}: {response}"))
    };
    assert!(at("/one") < at("/two") && at("/two") < at("/three"));
    assert_eq!(exchanges.lock().unwrap().len(), 3);
}

#[tokio::test]
async fn what_the_gateway_answers_by_itself_is_reported_with_its_reason() {
    let short = |kind| Gateway::new(kind).timeout(Duration::from_millis(10));
    let cases = [
        (
            short(Kind::RestApi),
            Says::Nothing,
            504,
            "Endpoint request timed out",
            "10ms",
        ),
        (
            Gateway::new(Kind::RestApi),
            Says::Fails,
            502,
            "Internal server error",
            "it failed",
        ),
        (
            Gateway::new(Kind::RestApi),
            Says::Reply(r#"{"cookies":[]}"#),
            502,
            "Internal server error",
            "cookies",
        ),
    ];
    for (gateway, function, status, text, reason) in cases {
        let (address, exchanges) = serve(gateway, function).await;
        let response = Peer::connect(address).await.get("/a?b=c").await;
        assert_eq!(response.status(), status);
        let body = String::from_utf8_lossy(response.body());
        assert!(body.contains(text), "{body}");
        let exchange = exchanges.lock().unwrap().pop().unwrap();
        assert_eq!(
            (exchange.status.as_u16(), exchange.uri.to_string().as_str()),
            (status, "/a?b=c")
        );
        let failure = exchange.failure.unwrap().to_string();
        assert!(failure.contains(reason), "{failure}");
        assert!(!exchange.event.is_empty());
    }
}

#[tokio::test]
async fn a_body_that_is_too_large_is_read_and_refused() {
    for kind in [
        Kind::RestApi,
        Kind::HttpApi,
        Kind::FunctionUrl,
        Kind::Alb,
        Kind::Lattice,
    ] {
        let (address, exchanges) = serve(Gateway::new(kind), Says::Event).await;
        let mut client = Peer::connect(address).await;
        let response = client.post("/", vec![b'x'; 11 << 20]).await;
        assert_eq!(response.status(), 413, "{kind}");
        // The connection is as good as before.
        assert_eq!(client.get("/").await.status(), 200, "{kind}");
        let exchange = exchanges.lock().unwrap().remove(0);
        assert_eq!(exchange.failure.unwrap().cause(), Cause::RequestTooLarge);
    }
}

#[tokio::test]
async fn a_client_that_leaves_within_its_request_leaves_the_others_alone() {
    let (address, _) = serve(
        Gateway::new(Kind::Alb),
        Says::Reply(r#"{"statusCode":200}"#),
    )
    .await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nhalf";
    stream.write_all(request.as_bytes()).await.unwrap();
    drop(stream);
    let nonsense = ask(address, "NONSENSE\r\n\r\n").await;
    assert!(nonsense.starts_with("HTTP/1.1 400 "), "{nonsense}");
    assert_eq!(Peer::connect(address).await.get("/").await.status(), 200);
}

#[tokio::test]
async fn headers_of_a_reply_do_not_break_the_connection() {
    let reply = r#"{"statusCode":200,"headers":{"content-length":"7","transfer-encoding":"chunked","connection":"close","keep-alive":"x"},"body":"ok"}"#;
    for kind in [
        Kind::HttpApi,
        Kind::FunctionUrl,
        Kind::Alb,
        Kind::Lattice,
        Kind::LatticeV1,
    ] {
        let (address, _) = serve(Gateway::new(kind), Says::Reply(reply)).await;
        let mut client = Peer::connect(address).await;
        for _ in 0..2 {
            assert_eq!(client.get("/").await.body(), "ok", "{kind}");
        }
    }
}

#[tokio::test]
async fn a_length_that_is_none_is_not_sent() {
    let request = "HEAD / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let cases = [
        (
            r#"{"statusCode":200,"multiValueHeaders":{"content-length":["5"]}}"#,
            Some("5"),
        ),
        (
            r#"{"statusCode":200,"multiValueHeaders":{"content-length":["5","7"]}}"#,
            None,
        ),
        (
            r#"{"statusCode":200,"multiValueHeaders":{"content-length":["many"]}}"#,
            None,
        ),
        (
            r#"{"statusCode":200,"multiValueHeaders":{"content-length":[""]}}"#,
            None,
        ),
    ];
    for (reply, length) in cases {
        let (address, _) = serve(Gateway::new(Kind::AlbMultiValue), Says::Reply(reply)).await;
        let response = ask(address, request).await;
        assert!(response.starts_with("HTTP/1.1 20"), "{reply}: {response}");
        let mut lines = response.lines();
        let sent = lines.find_map(|line| line.strip_prefix("content-length: "));
        // Of a body that is there and empty, the length is known.
        assert_eq!(sent.filter(|sent| *sent != "0"), length, "{response}");
    }
}

/// A program that streams what it is told to.
async fn streaming(kind: Kind) -> (SocketAddr, mpsc::Sender<Result<Bytes, String>>, Exchanges) {
    let api = RuntimeApi::bind().await.unwrap();
    let (sender, receiver) = mpsc::channel::<Result<Bytes, String>>(1);
    let receiver = Arc::new(tokio::sync::Mutex::new(receiver));
    let app = tower::service_fn(move |_: Request<liftgate::Body>| {
        let receiver = Arc::clone(&receiver);
        async move {
            let chunks = futures_util::stream::unfold(receiver, |receiver| async {
                let chunk = receiver.lock().await.recv().await?;
                Some((chunk.map(hyper::body::Frame::data), receiver))
            });
            let body = http_body_util::StreamBody::new(chunks);
            Ok::<_, std::convert::Infallible>(
                http::Response::builder()
                    .status(201)
                    .header("x-a", "1")
                    .body(body)
                    .unwrap(),
            )
        }
    });
    let options = Options::new().streaming(true);
    let runtime = Runtime::new()
        .options(options)
        .runtime_api(api.address().to_string());
    tokio::spawn(runtime.run(app));
    let (address, exchanges) = serve(Gateway::new(kind).streaming(true), api).await;
    (address, sender, exchanges)
}

#[tokio::test]
async fn chunks_arrive_as_they_are_written() {
    for kind in [Kind::FunctionUrl, Kind::RestApi] {
        let (address, sender, exchanges) = streaming(kind).await;
        let mut client = Peer::connect(address).await;
        let request = Request::get("/").body(Full::default()).unwrap();
        let response = client.begin(request).await;
        assert_eq!(response.status(), 201);
        assert_eq!(response.headers()["x-a"], "1");
        let mut body = response.into_body();
        for text in ["one", "two"] {
            sender.send(Ok(text.into())).await.unwrap();
            let frame = body.frame().await.unwrap().unwrap();
            assert_eq!(frame.into_data().unwrap(), text, "{kind}");
        }
        // The client sees 200 and what there is; who watches the gateway sees why it ends.
        sender.send(Err("half way".to_owned())).await.unwrap();
        assert!(body.frame().await.is_none());
        let exchange = exchanges.lock().unwrap().pop().unwrap();
        assert_eq!((exchange.status.as_u16(), exchange.reply_len), (201, 6));
        assert!(exchange.failure.unwrap().to_string().contains("half way"));
    }
}

#[tokio::test]
async fn a_reply_that_is_whole_on_a_gateway_that_streams() {
    let reply = r#"{"statusCode":201,"body":"x"}"#;
    let gateway = Gateway::new(Kind::FunctionUrl).streaming(true);
    let (address, _) = serve(gateway, Says::Reply(reply)).await;
    let response = Peer::connect(address).await.get("/").await;
    assert_eq!(
        (response.status().as_u16(), response.body().as_ref()),
        (200, reply.as_bytes())
    );
    let gateway = Gateway::new(Kind::RestApi).streaming(true);
    let (address, _) = serve(gateway, Says::Reply(reply)).await;
    assert_eq!(Peer::connect(address).await.get("/").await.status(), 500);
}

#[tokio::test]
async fn a_program_that_streams_behind_a_gateway_that_does_not() {
    let api = RuntimeApi::bind().await.unwrap();
    let app = tower::service_fn(async |_: Request<liftgate::Body>| {
        let response = http::Response::builder().status(201).header("x-a", "1");
        Ok::<_, std::convert::Infallible>(response.body("a body".to_owned()).unwrap())
    });
    let options = Options::new().streaming(true);
    let runtime = Runtime::new()
        .options(options)
        .runtime_api(api.address().to_string());
    tokio::spawn(runtime.run(app));
    let (address, _) = serve(Gateway::new(Kind::FunctionUrl), api).await;
    let response = Peer::connect(address).await.get("/").await;
    // Status and headers, and no body.
    assert_eq!(
        (response.status().as_u16(), response.body().len()),
        (201, 0)
    );
    assert_eq!(response.headers()["x-a"], "1");
}

#[tokio::test]
async fn a_prelude_is_no_longer_than_16_kb() {
    for (len, status) in [(16 * 1024 - 8, 200), (16 * 1024 - 7, 500)] {
        let api = RuntimeApi::bind().await.unwrap();
        let mut program = Peer::connect(api.address()).await;
        let gateway = Gateway::new(Kind::RestApi).streaming(true);
        let (address, _) = serve(gateway, api).await;
        let answered = async {
            let next = program.get("/2018-06-01/runtime/invocation/next").await;
            let id = next.headers()["lambda-runtime-aws-request-id"].to_str();
            let id = id.unwrap();
            let prelude = format!("{:len$}\0\0\0\0\0\0\0\0body", "{}");
            let path = format!("/2018-06-01/runtime/invocation/{id}/response");
            let kind = "application/vnd.awslambda.http-integration-response";
            let request = Request::post(path).header("content-type", kind);
            let request = request.body(Full::from(prelude)).unwrap();
            program.send(request).await
        };
        let mut client = Peer::connect(address).await;
        let (response, _) = tokio::join!(client.get("/"), answered);
        assert_eq!(response.status(), status, "{len}");
    }
}
