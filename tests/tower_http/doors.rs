//! The doors to a service: a socket of hyper's, and each local gateway's.

use std::net::SocketAddr;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1 as client;
use hyper::server::conn::http1 as server;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use liftgate::local::{Gateway, Kind, RuntimeApi, Server};
use liftgate::{Body, Options, Runtime};
use tokio::net::{TcpListener, TcpStream};
use tower::{Service, ServiceExt};

use super::answer::{Answer, Sent};

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Every gateway that has requests, in each of its modes.
pub fn gateways() -> Vec<Gateway> {
    let kinds = Kind::ALL.into_iter();
    let kinds = kinds.filter(|kind| *kind != Kind::WebSocket);
    let gateways = kinds.flat_map(|kind| {
        let gateway = Gateway::new(kind).binary_media_types(["*/*"]);
        let streaming = kind.can_stream().then(|| gateway.clone().streaming(true));
        [Some(gateway), streaming]
    });
    gateways.flatten().collect()
}

/// Sends the requests to the service, served by hyper and behind each gateway. The answers are
/// the same.
pub async fn answers<S, B>(service: S, requests: &[Sent]) -> Vec<Answer>
where
    S: Service<Request<Incoming>, Response = Response<B>>,
    S: Service<Request<Body>, Response = Response<B>>,
    S: Clone + Send + 'static,
    <S as Service<Request<Incoming>>>::Future: Send,
    <S as Service<Request<Incoming>>>::Error: Into<BoxError>,
    <S as Service<Request<Body>>>::Future: Send,
    <S as Service<Request<Body>>>::Error: Into<BoxError>,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    let door = plain(service.clone()).await;
    let mut answers = Vec::new();
    for sent in requests {
        answers.push(Answer::of(ask(door, sent).await, sent));
    }
    for gateway in gateways() {
        let (kind, is_streaming) = (gateway.kind(), gateway.is_streaming());
        let door = behind(gateway, service.clone()).await;
        for (sent, plain) in requests.iter().zip(&answers) {
            let answer = Answer::of(ask(door, sent).await, sent);
            let told = format!("{kind}, streaming: {is_streaming}: {sent:?}");
            answer.assert_same(plain, is_streaming, &told);
        }
    }
    answers
}

async fn plain<S, B>(service: S) -> SocketAddr
where
    S: Service<Request<Incoming>, Response = Response<B>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Into<BoxError>,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let service = service.clone();
            let service = service_fn(move |request| service.clone().oneshot(request));
            tokio::spawn(server::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    });
    address
}

async fn behind<S, B>(gateway: Gateway, service: S) -> SocketAddr
where
    S: Service<Request<Body>, Response = Response<B>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Into<BoxError>,
    B: http_body::Body + Send + 'static,
    B::Error: Into<BoxError>,
{
    let options = Options::new().streaming(gateway.is_streaming());
    let function = RuntimeApi::bind().await.unwrap();
    let runtime = Runtime::new()
        .options(options)
        .runtime_api(function.address().to_string());
    tokio::spawn(runtime.run(service));
    let server = Server::bind("127.0.0.1:0", gateway, function).await;
    let server = server.unwrap();
    let address = server.address();
    tokio::spawn(server.serve());
    address
}

/// Sends a request over a connection of its own.
async fn ask(door: SocketAddr, sent: &Sent) -> Response<Bytes> {
    let stream = TcpStream::connect(door).await.unwrap();
    let (mut sender, connection) = client::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let response = sender.send_request(sent.request().map(Full::new)).await;
    let response = response.unwrap_or_else(|error| panic!("{error}: {sent:?}"));
    let (head, body) = response.into_parts();
    let body = body.collect().await;
    let body = body.unwrap_or_else(|error| panic!("{error}: {sent:?}"));
    Response::from_parts(head, body.to_bytes())
}
