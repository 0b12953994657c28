//! A chat room behind a WebSocket API: what one member sends, all are sent.
//!
//! Run it with `LIFTGATE_GATEWAY=websocket cargo run -p example-chat`, and come in, more than once:
//!
//! ```text
//! npx wscat -c 'ws://127.0.0.1:9000/?name=ada'
//! > {"action":"send","text":"hello"}
//! < ada: hello
//! ```
//!
//! A client without a name is refused. On Lambda the members belong into a table, since no two
//! instances share their memory, and what is posted has to be signed: by the AWS SDK's
//! `aws-sdk-apigatewaymanagement`, with the endpoint `https://{domainName}/{stage}`.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Query, State};
use axum::http::{Request, StatusCode};
use axum::routing::post;
use axum::{Extension, Json, Router};
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use liftgate::Event;
use serde::Deserialize;
use tokio::net::TcpStream;

type Error = Box<dyn std::error::Error + Send + Sync>;

/// The names of the members, by connection.
#[derive(Clone, Debug, Default)]
struct Room(Arc<Mutex<BTreeMap<String, String>>>);

impl Room {
    fn with<T>(&self, work: impl FnOnce(&mut BTreeMap<String, String>) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Sends a line to all, and forgets those who are gone.
    async fn tell(&self, api: &Api, line: &str) -> Result<(), Error> {
        let ids: Vec<_> = self.with(|members| members.keys().cloned().collect());
        for id in ids {
            if api.post(&id, line).await? == StatusCode::GONE {
                self.with(|members| members.remove(&id));
            }
        }
        Ok(())
    }
}

/// The management API, as the events tell of it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Api {
    domain_name: String,
    stage: String,
    connection_id: String,
}

impl Api {
    fn of(event: &Event) -> Result<Self, StatusCode> {
        event.request_context().map_err(|_| StatusCode::BAD_REQUEST)
    }

    async fn post(&self, id: &str, line: &str) -> Result<StatusCode, Error> {
        let stream = TcpStream::connect(&self.domain_name).await?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        let (stage, id) = (&self.stage, id.replace('=', "%3D"));
        let request = Request::post(format!("/{stage}/@connections/{id}"))
            .header("host", &self.domain_name)
            .body(Full::new(Bytes::from(line.to_owned())))?;
        Ok(sender.send_request(request).await?.status())
    }
}

#[derive(Debug, Deserialize)]
struct Member {
    name: String,
}

#[derive(Debug, Deserialize)]
struct Message {
    text: String,
}

/// The connection is open once this has answered, and not before. Without a name, axum refuses it.
async fn connect(
    State(room): State<Room>,
    Extension(event): Extension<Event>,
    Query(member): Query<Member>,
) -> Result<(), StatusCode> {
    let api = Api::of(&event)?;
    room.with(|members| members.insert(api.connection_id, member.name));
    Ok(())
}

async fn disconnect(
    State(room): State<Room>,
    Extension(event): Extension<Event>,
) -> Result<(), StatusCode> {
    let api = Api::of(&event)?;
    room.with(|members| members.remove(&api.connection_id));
    Ok(())
}

async fn send(
    State(room): State<Room>,
    Extension(event): Extension<Event>,
    Json(message): Json<Message>,
) -> Result<(), StatusCode> {
    let api = Api::of(&event)?;
    let name = room.with(|members| members.get(&api.connection_id).cloned());
    let line = format!("{}: {}", name.unwrap_or_default(), message.text);
    let told = room.tell(&api, &line).await;
    told.map_err(|_| StatusCode::BAD_GATEWAY)
}

/// Any message that no other route is for. The local gateway takes every `action` for a route
/// unless it is told which there are, so here these are messages without one.
async fn help(Extension(event): Extension<Event>) -> Result<(), StatusCode> {
    let api = Api::of(&event)?;
    let help = r#"say {"action":"send","text":"hello"}"#;
    let told = api.post(&api.connection_id, help).await;
    told.map(drop).map_err(|_| StatusCode::BAD_GATEWAY)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), liftgate::Error> {
    let app = Router::new()
        .route("/$connect", post(connect))
        .route("/$disconnect", post(disconnect))
        .route("/send", post(send))
        .route("/$default", post(help))
        .with_state(Room::default());
    liftgate::run(app).await
}
