//! Apps on the runtime, behind a local gateway.

use std::cell::Cell;
use std::collections::HashSet;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use actix_web::rt::time::sleep;
use actix_web::web::{self, Data};
use actix_web::{App, HttpResponse, HttpServer, rt};
use futures_util::future::join_all;
use liftgate::Runtime;
use liftgate::local::{Gateway, Kind, RuntimeApi, Server};
use liftgate_actix_web::service;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::LocalSet;

/// How many apps there are, shared by all of them.
#[derive(Default)]
struct Shared {
    apps: AtomicUsize,
}

/// All that an app does besides answering.
async fn busy(shared: Data<Shared>, own: web::ThinData<std::rc::Rc<Cell<usize>>>) -> String {
    own.set(own.get() + 1);
    let blocking = web::block(|| thread::sleep(Duration::from_millis(20))).await;
    blocking.unwrap();
    let here = thread::current().id();
    let spawned = rt::spawn(async move {
        sleep(Duration::from_millis(20)).await;
        thread::current().id() == here
    });
    assert!(spawned.await.unwrap());
    let apps = shared.apps.load(Ordering::SeqCst);
    let is_system = rt::System::try_current().is_some();
    format!("{here:?} {apps} {} {is_system}", own.get())
}

/// The app behind a gateway, with this many workers.
async fn start(workers: usize) -> SocketAddr {
    let shared = Data::new(Shared::default());
    let app = move || {
        shared.apps.fetch_add(1, Ordering::SeqCst);
        let own = web::ThinData(std::rc::Rc::new(Cell::new(0_usize)));
        let app = App::new().app_data(shared.clone()).app_data(own);
        app.route("/", web::get().to(busy))
    };
    let function = RuntimeApi::bind().await.unwrap();
    let runtime = Runtime::new()
        .concurrency(NonZeroUsize::new(workers).unwrap())
        .runtime_api(function.address().to_string());
    let gateway = Gateway::new(Kind::HttpApi);
    let server = Server::bind("127.0.0.1:0", gateway, function)
        .await
        .unwrap();
    let address = server.address();
    rt::spawn(runtime.run_local(move || service(app())));
    rt::spawn(server.serve());
    address
}

async fn ask(address: SocketAddr) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    stream.write_all(request).await.unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).await.unwrap();
    assert!(response.starts_with("HTTP/1.1 200 "), "{response}");
    response.split_once("\r\n\r\n").unwrap().1.to_owned()
}

#[actix_web::test]
async fn one_at_a_time_there_is_one_app() {
    let address = start(1).await;
    for visit in 1..4 {
        let answer = ask(address).await;
        assert!(answer.ends_with(&format!(" 1 {visit} true")), "{answer}");
    }
}

#[actix_web::test]
async fn several_at_a_time_there_is_an_app_for_each() {
    several().await;
}

/// Without actix's own runtime around it.
#[tokio::test]
async fn any_current_thread_runtime_will_do() {
    LocalSet::new().run_until(several()).await;
}

async fn several() {
    let address = start(3).await;
    let answers = join_all((0..24).map(|_| ask(address))).await;
    let last: Vec<_> = answers
        .iter()
        .map(|answer| answer.split(' ').collect::<Vec<_>>())
        .collect();
    assert!(last.iter().any(|words| words[1] == "3"), "{answers:?}");
    // Each app counts for itself, and together they have answered all.
    let visits: usize = last.iter().filter(|words| words[2] == "1").count();
    assert_eq!(visits, 3, "{answers:?}");
    // actix's own runtime is on the thread of `main` alone.
    assert!(last.iter().all(|words| words[3] == "false"));
    let threads: HashSet<_> = last.iter().map(|words| words[0]).collect();
    let most = thread::available_parallelism().unwrap().get().min(3);
    assert_eq!(threads.len(), most, "{answers:?}");
}

/// What `run` and `serve` take is what `HttpServer` takes: a factory that need not be `Sync`.
#[actix_web::test]
async fn the_factory_is_that_of_http_server() {
    let state = Cell::new(7);
    let factory = move || {
        let state = state.get();
        App::new().route(
            "/",
            web::get().to(move || async move { HttpResponse::Ok().body(state.to_string()) }),
        )
    };
    let _server = HttpServer::new(factory.clone());
    drop(liftgate_actix_web::run(factory.clone()));
    drop(liftgate_actix_web::serve(factory, "127.0.0.1:0"));
}
