//! What `run` does where there is no Lambda.

use std::convert::Infallible;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use http::{Request, Response};
use liftgate::local::{Gateway, Kind};
use liftgate::{Body, Options};
use tower::service_fn;

use super::Peer;

/// An address that is free.
fn free() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap()
}

/// One that hangs at `/hang`.
async fn app(request: Request<Body>) -> Result<Response<String>, Infallible> {
    if request.uri().path() == "/hang" {
        std::future::pending::<()>().await;
    }
    Ok(Response::new("hello world".to_owned()))
}

async fn connect(address: SocketAddr) -> Peer {
    while tokio::net::TcpStream::connect(address).await.is_err() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Peer::connect(address).await
}

#[tokio::test]
async fn a_request_that_hangs_does_not_hold_up_the_others_for_ever() {
    let address = free();
    let gateway = Gateway::new(Kind::HttpApi).timeout(Duration::from_millis(300));
    let options = Options::new()
        .local_address(address.to_string())
        .local_gateway(gateway);
    tokio::spawn(
        liftgate::Runtime::new()
            .options(options)
            .run(service_fn(app)),
    );
    let mut client = connect(address).await;
    assert_eq!(client.get("/hang").await.status(), 503);
    // The first may still be there when the next one begins to wait.
    let mut statuses = Vec::new();
    while statuses.last() != Some(&200) && statuses.len() < 5 {
        statuses.push(client.get("/").await.status().as_u16());
    }
    assert_eq!(statuses.last(), Some(&200), "{statuses:?}");
}
