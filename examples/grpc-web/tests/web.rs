//! The app behind gateways, asked by tonic's gRPC-Web client, and byte by byte.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::future::ready;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use bytes::Bytes;
use example_grpc_web::greeter_client::GreeterClient;
use example_grpc_web::{HelloRequest, MOST, app};
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo};
use liftgate::local::{Gateway, Kind, RuntimeApi, Server};
use liftgate::{Options, Runtime};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tonic::Code;
use tonic_web::{GrpcWebCall, GrpcWebClientLayer, GrpcWebClientService};
use tower::Layer as _;

type Web = GrpcWebClientService<Client<HttpConnector, GrpcWebCall<tonic::body::Body>>>;

/// A stream that is held back until its end never brings what a test waits for.
const LONG: Duration = Duration::from_secs(30);

const SAY_HELLO: &str = "/example.Greeter/SayHello";

async fn behind<P, F>(gateway: Gateway, pause: P) -> SocketAddr
where
    P: Fn() -> F + Clone + Send + Sync + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    let function = RuntimeApi::bind().await.unwrap();
    let runtime = Runtime::new()
        // The program streams in any case; gateways that do not are answered whole.
        .options(Options::new().streaming(gateway.is_streaming() || !gateway.kind().can_stream()))
        .runtime_api(function.address().to_string());
    tokio::spawn(runtime.run(app(pause)));
    let server = Server::bind("127.0.0.1:0", gateway, function).await;
    let server = server.unwrap();
    let address = server.address();
    tokio::spawn(server.serve());
    address
}

fn gateways() -> [Gateway; 7] {
    [
        Gateway::new(Kind::HttpApi),
        Gateway::new(Kind::RestApi).binary_media_types(["*/*"]),
        Gateway::new(Kind::RestApi)
            .streaming(true)
            .binary_media_types(["*/*"]),
        Gateway::new(Kind::FunctionUrl),
        Gateway::new(Kind::FunctionUrl).streaming(true),
        Gateway::new(Kind::Alb),
        Gateway::new(Kind::Lattice),
    ]
}

fn client(address: SocketAddr) -> GreeterClient<Web> {
    let http = Client::builder(TokioExecutor::new()).build_http();
    let origin = format!("http://{address}").parse().unwrap();
    GreeterClient::with_origin(GrpcWebClientLayer::new().layer(http), origin)
}

fn hello(name: &str) -> HelloRequest {
    HelloRequest {
        name: name.to_owned(),
    }
}

#[tokio::test]
async fn a_unary_call_has_a_reply_or_a_status() {
    for gateway in gateways() {
        let mut client = client(behind(gateway.clone(), || ready(())).await);
        let reply = client.say_hello(hello("J\u{f6}rg\0")).await;
        let reply = reply.unwrap_or_else(|status| panic!("{gateway:?}: {status}"));
        // It came in the trailers.
        assert_eq!(reply.metadata().get("grpc-status").unwrap(), "0");
        assert_eq!(reply.into_inner().message, "Hello, J\u{f6}rg\0!");
        let status = client.say_hello(hello("")).await.unwrap_err();
        assert_eq!(status.code(), Code::InvalidArgument, "{gateway:?}");
        assert_eq!(status.message(), "whom am I to greet?");
    }
}

#[tokio::test]
async fn a_stream_has_its_messages_and_its_status() {
    for gateway in gateways() {
        let mut client = client(behind(gateway.clone(), || ready(())).await);
        let replies = client.say_hellos(hello("a,b,c")).await.unwrap();
        let mut replies = replies.into_inner();
        for name in ["a", "b", "c"] {
            let reply = replies.message().await.unwrap().unwrap();
            assert_eq!(reply.message, format!("Hello, {name}!"), "{gateway:?}");
        }
        assert_eq!(replies.message().await.unwrap(), None);
        let trailers = replies.trailers().await.unwrap().unwrap();
        assert_eq!(trailers.get("grpc-status").unwrap(), "0", "{gateway:?}");

        let replies = client.say_hellos(hello("a,b,c,d,e,f,g")).await.unwrap();
        let mut replies = replies.into_inner();
        for _ in 0..MOST {
            assert!(replies.message().await.unwrap().is_some());
        }
        let status = replies.message().await.unwrap_err();
        assert_eq!(status.code(), Code::ResourceExhausted, "{gateway:?}");
        assert_eq!(status.message(), "5 names are enough");
    }
}

#[tokio::test]
async fn a_message_is_there_before_the_next_is_made() {
    for kind in [Kind::FunctionUrl, Kind::RestApi] {
        let steps = Arc::new(Semaphore::new(0));
        let taken = Arc::clone(&steps);
        let pause = move || {
            let taken = Arc::clone(&taken);
            async move { taken.acquire().await.unwrap().forget() }
        };
        let gateway = Gateway::new(kind).binary_media_types(["*/*"]);
        let mut client = client(behind(gateway.streaming(true), pause).await);
        let replies = timeout(LONG, client.say_hellos(hello("a,b,c"))).await;
        let mut replies = replies.expect("the head is there").unwrap().into_inner();
        for name in ["a", "b", "c"] {
            let reply = timeout(LONG, replies.message()).await;
            let reply = reply.expect("the message is there").unwrap().unwrap();
            assert_eq!(reply.message, format!("Hello, {name}!"));
            steps.add_permits(1);
        }
    }
}

async fn post(address: SocketAddr, kind: &str, body: &[u8]) -> Response<Bytes> {
    let stream = TcpStream::connect(address).await.unwrap();
    let (mut client, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let request = Request::post(SAY_HELLO)
        .header("host", "localhost")
        .header("content-type", kind)
        .header("accept", kind)
        .body(Full::<Bytes>::from(body.to_vec()))
        .unwrap();
    let (head, body) = client.send_request(request).await.unwrap().into_parts();
    Response::from_parts(head, body.collect().await.unwrap().to_bytes())
}

/// The frames of a body: a byte of flags, four of length, and the payload.
fn frames(mut body: &[u8]) -> Vec<(u8, &[u8])> {
    let mut frames = Vec::new();
    while let [flags, a, b, c, d, rest @ ..] = body {
        let len = u32::from_be_bytes([*a, *b, *c, *d]) as usize;
        frames.push((*flags, &rest[..len]));
        body = &rest[len..];
    }
    assert!(body.is_empty());
    frames
}

fn assert_hello(frames: &[(u8, &[u8])]) {
    let [(0, message), (0x80, trailers)] = frames else {
        panic!("{frames:?}");
    };
    assert_eq!(message, b"\x0a\x0bHello, you!");
    let trailers = std::str::from_utf8(trailers).unwrap();
    assert!(
        trailers.split("\r\n").any(|line| line == "grpc-status:0"),
        "{trailers}"
    );
}

#[tokio::test]
async fn the_trailers_are_the_last_frame() {
    for gateway in gateways() {
        let address = behind(gateway, || ready(())).await;
        let body = post(
            address,
            "application/grpc-web+proto",
            b"\0\0\0\0\x05\x0a\x03you",
        )
        .await;
        assert_eq!(body.headers()["content-type"], "application/grpc-web+proto");
        assert_hello(&frames(body.body()));
    }
}

#[tokio::test]
async fn text_passes_a_rest_api_without_binary_media_types() {
    let rest = Gateway::new(Kind::RestApi);
    for gateway in gateways().into_iter().chain([rest]) {
        let address = behind(gateway, || ready(())).await;
        let text = post(address, "application/grpc-web-text", b"AAAAAAUKA3lvdQ==").await;
        let kind = &text.headers()["content-type"];
        assert!(
            kind.to_str()
                .unwrap()
                .starts_with("application/grpc-web-text")
        );
        // Each piece has a padding of its own.
        let pieces = text.body().chunks(4);
        let body = pieces.flat_map(|four| BASE64_STANDARD.decode(four).unwrap());
        assert_hello(&frames(&body.collect::<Vec<_>>()));
    }
}

#[tokio::test]
async fn plain_grpc_is_told_why_it_does_not_pass() {
    let address = behind(Gateway::new(Kind::HttpApi), || ready(())).await;
    for kind in ["application/grpc", "application/grpc+proto"] {
        let response = post(address, kind, b"\0\0\0\0\0").await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "application/grpc");
        assert_eq!(response.headers()["grpc-status"], "12");
        let why = response.headers()["grpc-message"].to_str().unwrap();
        assert!(why.contains("gRPC-Web"), "{why}");
    }
    let other = post(address, "application/json", b"{}").await;
    assert_eq!(other.status(), 400);
}
