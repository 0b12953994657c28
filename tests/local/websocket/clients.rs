use futures_util::{SinkExt as _, StreamExt as _};
use http::{HeaderMap, Response};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::chat::{Api, LIMIT};

pub struct Client(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Client {
    pub async fn connect(api: &Api) -> Self {
        Client::try_connect(api, "/", &[]).await.unwrap().0
    }

    /// The client and the headers of the answer, or the answer that refuses it.
    pub async fn try_connect(
        api: &Api,
        target: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<(Self, HeaderMap), Box<Response<Option<Vec<u8>>>>> {
        let url = format!("ws://{}{target}", api.address);
        let mut request = url.into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        match timeout(LIMIT, connect_async(request))
            .await
            .expect("an answer")
        {
            Ok((socket, response)) => Ok((Client(socket), response.headers().clone())),
            Err(Error::Http(response)) => Err(response),
            Err(error) => panic!("{error}"),
        }
    }

    pub async fn send(&mut self, message: impl Into<Message>) {
        self.0.send(message.into()).await.unwrap();
    }

    pub async fn next(&mut self) -> Message {
        let next = timeout(LIMIT, self.0.next()).await;
        next.expect("a message comes").unwrap().unwrap()
    }

    pub async fn text(&mut self) -> String {
        self.next().await.into_text().unwrap().to_string()
    }

    pub async fn json(&mut self) -> Value {
        serde_json::from_str(&self.text().await).unwrap()
    }

    /// The code that it is closed with.
    pub async fn closed(&mut self) -> (u16, String) {
        match self.next().await {
            Message::Close(Some(frame)) => (frame.code.into(), frame.reason.to_string()),
            other => panic!("it is not closed: {other}"),
        }
    }

    /// The bytes below.
    pub fn raw(&mut self) -> &mut TcpStream {
        match self.0.get_mut() {
            MaybeTlsStream::Plain(stream) => stream,
            _ => unreachable!("there is no TLS"),
        }
    }
}
