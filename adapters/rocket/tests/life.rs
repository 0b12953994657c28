//! Ignition, liftoff and shutdown.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::Request;
use http_body_util::BodyExt as _;
use liftgate::Runtime;
use rocket::fairing::AdHoc;
use rocket::response::stream::TextStream;
use rocket::tokio::{self, select};
use rocket::{Build, Rocket, Shutdown, get, routes};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::time::{sleep, timeout};
use tower_service::Service as _;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<&'static str>>>);

impl Log {
    fn push(&self, what: &'static str) {
        self.0.lock().unwrap().push(what);
    }

    fn read(&self) -> Vec<&'static str> {
        self.0.lock().unwrap().clone()
    }
}

/// A rocket that logs its life, and streams until it is shut down.
fn rocket(log: &Log) -> Rocket<Build> {
    #[get("/endless")]
    fn endless(mut shutdown: Shutdown) -> TextStream![&'static str] {
        TextStream! {
            yield "first";
            select! {
                () = sleep(Duration::from_secs(60)) => yield "late",
                () = &mut shutdown => yield "last",
            }
        }
    }
    let (ignite, liftoff, shutdown) = (log.clone(), log.clone(), log.clone());
    crate::app::rocket()
        .mount("/", routes![endless])
        .attach(AdHoc::on_ignite("ignite", |rocket| async move {
            ignite.push("ignite");
            rocket
        }))
        .attach(AdHoc::on_liftoff("liftoff", |_| {
            Box::pin(async move { liftoff.push("liftoff") })
        }))
        .attach(AdHoc::on_shutdown("shutdown", |_| {
            Box::pin(async move { shutdown.push("shutdown") })
        }))
}

fn get(uri: &str) -> Request<liftgate::Body> {
    Request::get(uri).body(liftgate::Body::empty()).unwrap()
}

#[tokio::test]
async fn shutdown_waits_for_requests_and_runs_fairings_once() {
    let log = Log::default();
    let mut service = liftgate_rocket::service(rocket(&log)).await.unwrap();
    assert_eq!(log.read(), ["ignite", "liftoff"]);
    let mut body = service.call(get("/endless")).await.unwrap().into_body();
    let first = body.frame().await.unwrap().unwrap();
    assert_eq!(first.into_data().unwrap(), "first");
    let ending = service.clone();
    let shutdown = tokio::spawn(async move { ending.shutdown().await });
    tokio::task::yield_now().await;
    assert_eq!(log.read().len(), 2);
    assert_eq!(body.collect().await.unwrap().to_bytes(), "last");
    timeout(Duration::from_secs(60), shutdown)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(log.read(), ["ignite", "liftoff", "shutdown"]);

    service.shutdown().await;
    assert_eq!(log.read().len(), 3);
    let error = service.call(get("/text")).await.unwrap_err();
    assert_eq!(error.to_string(), "the rocket has been shut down");
}

#[tokio::test]
async fn a_request_that_is_given_up_is_not_waited_for() {
    let log = Log::default();
    let mut service = liftgate_rocket::service(rocket(&log)).await.unwrap();
    let body = service.call(get("/endless")).await.unwrap().into_body();
    let unpolled = service.call(get("/endless"));
    drop((body, unpolled));
    service.shutdown().await;
    assert_eq!(log.read().last(), Some(&"shutdown"));
}

/// The first request that a Runtime API gets, which is answered by 202.
async fn first_request(listener: TcpListener) -> String {
    let mut request = String::new();
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut bytes = [0; 4096];
    while !request.contains("errorMessage") {
        let read = stream.read(&mut bytes).await.unwrap();
        assert_ne!(read, 0, "{request}");
        request += std::str::from_utf8(&bytes[..read]).unwrap();
    }
    let accepted = b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n";
    stream.write_all(accepted).await.unwrap();
    request
}

#[tokio::test]
async fn lambda_is_told_why_a_rocket_does_not_ignite() {
    let clash = crate::app::rocket().mount("/", routes![clash, clash]);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let told = tokio::spawn(first_request(listener));
    // No shutdown hook is needed to see this, and an extension would be registered for one.
    let runtime = Runtime::new().runtime_api(address);
    let service = liftgate_rocket::service(clash);
    let error = runtime.run_init(service).await.unwrap_err();
    assert!(error.to_string().contains("collisions detected"), "{error}");
    let told = timeout(Duration::from_secs(60), told)
        .await
        .unwrap()
        .unwrap();
    assert!(told.contains("/runtime/init/error"), "{told}");
    assert!(told.contains("collisions detected"), "{told}");
}

#[get("/clash")]
fn clash() -> &'static str {
    "clash"
}
