//! A client that sends what it is told to, byte for byte, and what it gets.

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::requests::Sent;

/// A kept connection.
pub struct Client(SendRequest<Full<Bytes>>);

impl Client {
    pub async fn connect(address: std::net::SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        Client(sender)
    }

    pub async fn send(&mut self, sent: &Sent) -> Response<Bytes> {
        let mut request = Request::builder().method(&sent.method).uri(&sent.target);
        for (name, value) in &sent.headers {
            request = request.header(name, value);
        }
        let request = request.body(Full::new(sent.body.clone())).unwrap();
        self.0.ready().await.unwrap();
        let response = self.0.send_request(request).await;
        let response = response.unwrap_or_else(|error| panic!("{error}: {sent:?}"));
        let (head, body) = response.into_parts();
        let body = body.collect().await;
        let body = body.unwrap_or_else(|error| panic!("{error}: {sent:?}"));
        Response::from_parts(head, body.to_bytes())
    }
}
