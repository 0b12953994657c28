//! The local gateway, over real connections.

mod changes;
mod run;
mod runtime_api;
mod server;
#[cfg(feature = "websocket")]
mod websocket;

use std::net::SocketAddr;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// A connection of a client's, or of a function's.
pub struct Peer(SendRequest<Full<Bytes>>);

impl Peer {
    pub async fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        Peer(sender)
    }

    /// The head of the answer; its body is to come.
    pub async fn begin(&mut self, request: Request<Full<Bytes>>) -> Response<Incoming> {
        self.0.ready().await.unwrap();
        self.0.send_request(request).await.unwrap()
    }

    pub async fn send(&mut self, request: Request<Full<Bytes>>) -> Response<Bytes> {
        let (head, body) = self.begin(request).await.into_parts();
        Response::from_parts(head, body.collect().await.unwrap().to_bytes())
    }

    pub async fn get(&mut self, path: &str) -> Response<Bytes> {
        self.send(Request::get(path).body(Full::default()).unwrap())
            .await
    }

    pub async fn post(&mut self, path: &str, body: impl Into<Bytes>) -> Response<Bytes> {
        let request = Request::post(path).body(Full::new(body.into()));
        self.send(request.unwrap()).await
    }
}

#[cfg(not(feature = "websocket"))]
#[tokio::test]
async fn a_websocket_api_needs_a_feature() {
    use liftgate::local::{Gateway, Kind, RuntimeApi, Server};

    let function = RuntimeApi::bind().await.unwrap();
    let gateway = Gateway::new(Kind::WebSocket);
    let bound = Server::bind("127.0.0.1:0", gateway, function).await;
    let error = bound.unwrap_err().to_string();
    assert!(error.contains("feature `websocket`"), "{error}");
}
