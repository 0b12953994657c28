//! The app, and the API that it is behind.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::{Request, Response, StatusCode};
use liftgate::local::{Exchange, Gateway, Kind, RuntimeApi, Server};
use liftgate::{Body, Event, Runtime};
use serde_json::Value;
use tokio::sync::Notify;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::time::timeout;

use crate::local::Peer;

/// How long anything may take.
pub const LIMIT: Duration = Duration::from_secs(30);

/// What the app saw.
#[derive(Debug)]
pub struct Seen {
    pub uri: String,
    pub context: Value,
    pub body: String,
}

impl Seen {
    pub fn id(&self) -> &str {
        self.context["connectionId"].as_str().unwrap()
    }

    /// The path of its connection in the management API, as SDKs write it.
    pub fn path(&self) -> String {
        path_of(&self.context)
    }
}

pub struct Api {
    pub address: SocketAddr,
    seen: UnboundedReceiver<Seen>,
    exchanges: UnboundedReceiver<Exchange>,
    /// Lets go what `/slow` holds.
    pub release: Arc<Notify>,
}

impl Api {
    pub async fn start() -> Self {
        Api::of(Gateway::new(Kind::WebSocket)).await
    }

    pub async fn of(gateway: Gateway) -> Self {
        let function = Arc::new(RuntimeApi::bind().await.unwrap());
        let runtime = Runtime::new()
            .runtime_api(function.address().to_string())
            .concurrency(NonZeroUsize::new(4).unwrap());
        let (sees, seen) = mpsc::unbounded_channel();
        let (reports, exchanges) = mpsc::unbounded_channel();
        let release = Arc::new(Notify::new());
        let chat = Chat {
            members: Arc::default(),
            sees,
            release: Arc::clone(&release),
        };
        let app = tower::service_fn(move |request| chat.clone().answer(request));
        tokio::spawn(runtime.run(app));
        let server = Server::bind("127.0.0.1:0", gateway, function)
            .await
            .unwrap();
        let server = server.on_exchange(move |exchange| {
            let _ = reports.send(exchange.clone());
        });
        let address = server.address();
        tokio::spawn(server.serve());
        Api {
            address,
            seen,
            exchanges,
            release,
        }
    }

    pub async fn seen(&mut self) -> Seen {
        let seen = timeout(LIMIT, self.seen.recv()).await;
        seen.expect("the app sees something").unwrap()
    }

    pub async fn exchange(&mut self) -> Exchange {
        let exchange = timeout(LIMIT, self.exchanges.recv()).await;
        exchange.expect("something is reported").unwrap()
    }

    pub async fn peer(&self) -> Peer {
        Peer::connect(self.address).await
    }
}

#[derive(Clone)]
struct Chat {
    members: Arc<Mutex<BTreeSet<String>>>,
    sees: UnboundedSender<Seen>,
    release: Arc<Notify>,
}

impl Chat {
    async fn answer(self, request: Request<Body>) -> Result<Response<Body>, &'static str> {
        let event: &Event = request.extensions().get().unwrap();
        let context: Value = event.request_context().unwrap();
        let asks = request.headers().get("sec-websocket-protocol").cloned();
        let uri = request.uri().to_string();
        let body = String::from_utf8(request.into_body().into_bytes().to_vec()).unwrap();
        let path = path_of(&context);
        let seen = Seen {
            uri: uri.clone(),
            context: context.clone(),
            body: body.clone(),
        };
        let _ = self.sees.send(seen);
        match uri.as_str() {
            "/$connect?refuse=" => return Ok(status(StatusCode::FORBIDDEN, "not you")),
            "/$connect?fail=" | "/fail" => return Err("it failed"),
            "/$connect?slow=" | "/slow" => self.release.notified().await,
            "/$connect?early=" => {
                let status = post(&context, &path, "too early").await;
                assert_eq!(status, StatusCode::GONE);
            }
            "/$disconnect" => drop(self.members.lock().unwrap().remove(&path)),
            "/sendAll" => {
                let members = self.members.lock().unwrap().clone();
                for member in members {
                    let status = post(&context, &member, &body).await;
                    assert_eq!(status, StatusCode::OK);
                }
            }
            _ => {}
        }
        if uri.starts_with("/$connect") {
            self.members.lock().unwrap().insert(path);
        }
        let mut response = status(StatusCode::OK, format!("{uri}: {body}"));
        if let Some(protocols) = asks {
            let chosen = protocols.to_str().unwrap().split(',').next_back().unwrap();
            let headers = response.headers_mut();
            headers.insert("sec-websocket-protocol", chosen.trim().parse().unwrap());
            headers.insert("x-other", "1".parse().unwrap());
        }
        Ok(response)
    }
}

/// Posts to a connection, where the event says that the API is.
async fn post(context: &Value, path: &str, message: &str) -> StatusCode {
    let domain = context["domainName"].as_str().unwrap();
    let mut api = Peer::connect(domain.parse().unwrap()).await;
    api.post(path, message.to_owned()).await.status()
}

fn path_of(context: &Value) -> String {
    let id = context["connectionId"].as_str().unwrap();
    let (stage, id) = (context["stage"].as_str().unwrap(), id.replace('=', "%3D"));
    format!("/{stage}/@connections/{id}")
}

fn status(status: StatusCode, body: impl Into<String>) -> Response<Body> {
    let mut response = Response::new(Body::from(body.into()));
    *response.status_mut() = status;
    response
}
