//! The doors to the app: plain HTTP, and every gateway.

use std::net::SocketAddr;

use example_httpbin::App;
use http::Request;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use liftgate::local::{Gateway, Kind, RuntimeApi, Server};
use liftgate::{Options, Runtime};
use tokio::net::TcpListener;
use tower::ServiceExt as _;

/// The app, served by hyper.
pub async fn plain() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            stream.set_nodelay(true).unwrap();
            let service = service_fn(|request: Request<Incoming>| async {
                let (head, body) = request.into_parts();
                let body = body.collect().await?.to_bytes();
                let request = Request::from_parts(head, liftgate::Body::from(body));
                App::new().oneshot(request).await
            });
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    });
    address
}

/// The app behind a gateway.
pub async fn behind(gateway: Gateway) -> SocketAddr {
    let options = Options::new().streaming(gateway.is_streaming());
    let function = RuntimeApi::bind().await.unwrap();
    let runtime = Runtime::new()
        .options(options)
        .runtime_api(function.address().to_string());
    tokio::spawn(runtime.run(App::new()));
    let server = Server::bind("127.0.0.1:0", gateway, function)
        .await
        .unwrap();
    let address = server.address();
    tokio::spawn(server.serve());
    address
}

/// Every gateway, in each of its modes.
pub fn gateways() -> Vec<(String, Gateway)> {
    let mut gateways = Vec::new();
    for kind in Kind::ALL {
        // Its messages are no requests.
        if kind == Kind::WebSocket {
            continue;
        }
        let gateway = Gateway::new(kind).binary_media_types(["*/*"]);
        gateways.push((kind.to_string(), gateway.clone()));
        if kind.can_stream() {
            gateways.push((format!("{kind}, streaming"), gateway.streaming(true)));
        }
    }
    gateways
}
