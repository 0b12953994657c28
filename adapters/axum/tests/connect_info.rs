//! `ConnectInfo` behind each gateway, and served plainly.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};

use axum::extract::connect_info::MockConnectInfo;
use axum::extract::{ConnectInfo, Request as AxumRequest, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response as AxumResponse};
use axum::routing::{any, get};
use axum::{Extension, Router};
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use liftgate::local::{Arrival, Gateway, Kind};
use liftgate::{Invocation, Lambda, Options};
use liftgate_axum::ConnectInfoLayer;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tower::ServiceExt as _;

const CLIENT: &str = "192.0.2.7:40000";

async fn whoami(ConnectInfo(client): ConnectInfo<SocketAddr>) -> String {
    client.to_string()
}

async fn perhaps(client: Option<Extension<ConnectInfo<SocketAddr>>>) -> String {
    format!("{:?}", client.map(|Extension(ConnectInfo(client))| client))
}

fn app() -> Router {
    Router::new()
        .route("/", any(whoami))
        .route("/perhaps", any(perhaps))
        .layer(ConnectInfoLayer::new())
}

fn get_of(client: &str, path: &str) -> Request<Bytes> {
    let mut request = Request::get(path).body(Bytes::new()).unwrap();
    let arrival = Arrival::new(client.parse().unwrap(), 443);
    request.extensions_mut().insert(arrival);
    request
}

async fn answer(app: Router, gateway: &Gateway, request: Request<Bytes>) -> Response<Bytes> {
    let event = gateway.render(&request).unwrap();
    let reply = reply(app, event).await;
    gateway.parse(&request, &reply).unwrap()
}

async fn reply(app: Router, event: impl Into<Bytes>) -> Bytes {
    let invocation = Invocation::new(event, liftgate::Context::default());
    let options = Options::new().pass_through("/perhaps");
    let reply = Lambda::with_options(app, options).oneshot(invocation).await;
    reply.unwrap().into_bytes().unwrap()
}

#[tokio::test]
async fn every_gateway_tells_the_address() {
    for kind in Kind::ALL {
        for client in [CLIENT, "[2001:db8::7]:40000"] {
            let event = Gateway::new(kind).render(&get_of(client, "/")).unwrap();
            let reply: serde_json::Value =
                serde_json::from_slice(&reply(app(), event).await).unwrap();
            let mut client: SocketAddr = client.parse().unwrap();
            client.set_port(0);
            assert_eq!(reply["body"], client.to_string(), "{kind}");
        }
    }
}

#[tokio::test]
async fn a_load_balancer_may_tell_the_port() {
    let event = r#"{"requestContext":{"elb":{"targetGroupArn":"arn"}},"httpMethod":"GET","path":"/",
        "headers":{"x-forwarded-for":"203.0.113.9, 192.0.2.7:40000"},"body":"","isBase64Encoded":false}"#;
    let reply = reply(app(), event).await;
    let reply = String::from_utf8(reply.to_vec()).unwrap();
    assert!(reply.contains(r#""body":"192.0.2.7:40000""#), "{reply}");
}

#[tokio::test]
async fn an_event_without_an_address_has_no_connect_info() {
    let check = |path: &str| {
        format!(
            r#"{{"requestContext":{{"elb":{{"targetGroupArn":"arn"}}}},"httpMethod":"GET","path":"{path}",
            "headers":{{"user-agent":"ELB-HealthChecker/2.0"}},"body":"","isBase64Encoded":false}}"#
        )
    };
    let text = |reply: Bytes| String::from_utf8(reply.to_vec()).unwrap();
    let rejected = text(reply(app(), check("/")).await);
    assert!(rejected.contains(r#""statusCode":500"#), "{rejected}");
    assert!(rejected.contains("ConnectInfo"), "{rejected}");
    let perhaps = text(reply(app(), check("/perhaps")).await);
    assert!(perhaps.contains(r#""body":"None""#), "{perhaps}");
}

#[tokio::test]
async fn what_is_there_is_left() {
    let inner = Router::new()
        .route("/", get(whoami))
        .layer(ConnectInfoLayer::new());
    let mut request = get_of(CLIENT, "/").map(axum::body::Body::from);
    let socket: SocketAddr = "198.51.100.1:1".parse().unwrap();
    request.extensions_mut().insert(ConnectInfo(socket));
    let response = inner.clone().oneshot(request).await.unwrap();
    let body = axum::body::to_bytes(response.into_body(), 100)
        .await
        .unwrap();
    assert_eq!(body, "198.51.100.1:1");
    // A test's mock stands where there is nothing else.
    let mocked = inner.layer(MockConnectInfo(socket));
    let request = Request::get("/").body(axum::body::Body::empty()).unwrap();
    assert_eq!(
        mocked.oneshot(request).await.unwrap().status(),
        StatusCode::OK
    );
}

/// One request over a real socket: the address it came from, and the answer.
async fn ask(server: SocketAddr) -> (SocketAddr, String) {
    let mut stream = tokio::net::TcpStream::connect(server).await.unwrap();
    let client = stream.local_addr().unwrap();
    let request = b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    stream.write_all(request).await.unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).await.unwrap();
    (client, response)
}

#[tokio::test]
async fn served_plainly_the_socket_tells() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = listener.local_addr().unwrap();
    let service = app().into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    let (client, response) = ask(server).await;
    assert!(
        response.ends_with(&format!("\r\n\r\n{client}")),
        "{response}"
    );
}

type Counts = Arc<Mutex<HashMap<IpAddr, u32>>>;

/// Two requests of each address.
async fn limit(
    State(counts): State<Counts>,
    ConnectInfo(client): ConnectInfo<SocketAddr>,
    request: AxumRequest,
    next: Next,
) -> AxumResponse {
    let count = {
        let mut counts = counts.lock().unwrap();
        let count = counts.entry(client.ip()).or_default();
        *count += 1;
        *count
    };
    match count {
        ..=2 => next.run(request).await,
        _ => StatusCode::TOO_MANY_REQUESTS.into_response(),
    }
}

#[tokio::test]
async fn a_rate_limiter_counts_by_the_gateways_client() {
    for kind in [
        Kind::RestApi,
        Kind::HttpApi,
        Kind::FunctionUrl,
        Kind::Alb,
        Kind::Lattice,
    ] {
        let app = Router::new()
            .route("/", get(whoami))
            .layer(from_fn_with_state(Counts::default(), limit))
            .layer(ConnectInfoLayer::new());
        let mut statuses = Vec::new();
        for client in ["192.0.2.7:1", "192.0.2.7:2", "192.0.2.8:1", "192.0.2.7:3"] {
            let response = answer(app.clone(), &Gateway::new(kind), get_of(client, "/")).await;
            statuses.push(response.status().as_u16());
        }
        assert_eq!(statuses, [200, 200, 200, 429], "{kind}");
    }
}
