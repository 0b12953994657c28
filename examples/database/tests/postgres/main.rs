//! The app on PostgreSQL, whose connections are lost in every way there is.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, unreachable_pub)]

#[path = "../crud/mod.rs"]
mod crud;
#[path = "../../../../tests/support/program.rs"]
mod program;
mod proxy;
mod server;

use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use crud::{create_read_update_delete, get};
use example_database::{Database, serve};
use http::Request;
use liftgate::Runtime;
use liftgate::local::{Call, Function as _, FunctionReply, Gateway, Kind, RuntimeApi};
use program::{Program, command};
use proxy::Proxy;
use serde_json::json;
use server::Server;
use tokio::sync::Mutex;

/// A server, or a word that there is none.
macro_rules! server {
    () => {
        match Server::start().await {
            Some(server) => server,
            None => {
                let what = "PostgreSQL is not installed (Debian: postgresql), so this is left out";
                // Past the test runner, which keeps back what passing tests print.
                writeln!(std::io::stderr(), "{}: {what}", module_path!()).unwrap();
                return;
            }
        }
    };
}

async fn open(url: impl Into<Arc<str>>) -> Database {
    let database = Database::new(url);
    database.open().unwrap();
    database.migrate().await.unwrap();
    database
}

#[tokio::test]
async fn books_can_be_made_read_changed_and_deleted() {
    let server = server!();
    let database = open(server.url()).await;
    create_read_update_delete(&database).await;
    assert_eq!(server.clients().await, 1);
    // Another environment finds the table there.
    create_read_update_delete(&open(server.url()).await).await;
}

#[tokio::test]
async fn connections_that_the_server_has_ended_are_replaced() {
    let mut server = server!();
    let database = open(server.url()).await;
    for _ in 0..3 {
        assert_eq!(get(&database, "/books").await, (200, json!([])));
        database.settle().await;
        assert_eq!(server.disconnect().await, 1);
    }
    assert_eq!(get(&database, "/books").await, (200, json!([])));
    server.restart().await;
    assert_eq!(get(&database, "/books").await, (200, json!([])));
    assert_eq!(server.clients().await, 1);

    drop(server);
    let away = json!({ "error": "the database is away; try again" });
    assert_eq!(get(&database, "/books").await, (503, away));
}

/// Nothing comes back, not even that there is nobody.
#[tokio::test]
async fn connections_that_the_network_has_forgotten_are_replaced() {
    let server = server!();
    let proxy = Proxy::start(server.port()).await;
    let url = server
        .url()
        .replace(&server.port().to_string(), &proxy.port().to_string());
    let database = open(url.clone()).await;
    database.settle().await;
    assert_eq!(proxy.connections(), 1);
    proxy.forget();
    assert_eq!(get(&database, "/books").await, (200, json!([])));
    assert_eq!((proxy.connections(), proxy.asked()), (2, 1));

    // One that is too old is not asked.
    let database = Database::new(url).fresh_for(Duration::ZERO);
    database.open().unwrap();
    assert_eq!(get(&database, "/books").await, (200, json!([])));
    database.settle().await;
    proxy.forget();
    assert_eq!(get(&database, "/books").await, (200, json!([])));
    assert_eq!((proxy.connections(), proxy.asked()), (4, 1));
}

#[tokio::test]
async fn no_connection_is_in_a_snapshot() {
    let server = Arc::new(Mutex::new(server!()));
    let database = Database::new(server.lock().await.url());
    let function = RuntimeApi::bind().await.unwrap();
    let (away, back) = (Arc::clone(&server), Arc::clone(&server));
    let runtime = Runtime::new()
        .snap_start(true)
        .runtime_api(function.address().to_string())
        // Hooks before a snapshot run from the last to the first, so the program's have run.
        .before_snapshot(move || async move {
            let mut server = away.lock().await;
            assert_eq!(server.clients().await, 0);
            server.restart().await;
            Ok::<_, std::io::Error>(())
        })
        .after_restore(move || async move {
            assert_eq!(back.lock().await.clients().await, 0);
            Ok::<_, std::io::Error>(())
        });
    let program = tokio::spawn(serve(runtime, database));
    let gateway = Gateway::new(Kind::FunctionUrl);
    let request = Request::get("/books").body(Bytes::new()).unwrap();
    for _ in 0..2 {
        let call = Call::new(gateway.render(&request).unwrap());
        let answer = function.invoke(call).await.unwrap();
        let FunctionReply::Whole(reply) = answer.reply else {
            panic!("{answer:?}");
        };
        let response = gateway.parse(&request, &reply).unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.body(), "[]");
        assert_eq!(server.lock().await.clients().await, 1);
    }
    assert!(!program.is_finished());
    program.abort();
}

/// The program as a process, which stands still while the server ends its connection, and closes the
/// next one by itself when it ends.
#[tokio::test]
async fn a_frozen_program_goes_on() {
    let server = server!();
    let mut command = command(env!("CARGO_BIN_EXE_example-database"));
    let mut program = Program::start(command.env("DATABASE_URL", server.url()));
    for _ in 0..2 {
        let response = program.get("/books");
        assert!(response.starts_with("HTTP/1.1 200 "), "{response}");
        assert!(response.ends_with("\r\n\r\n[]"), "{response}");
        program.signal("STOP");
        assert_eq!(server.disconnect().await, 1);
        program.signal("CONT");
    }
    let response = program.get("/books");
    assert!(response.ends_with("\r\n\r\n[]"), "{response}");

    program.interrupt();
    assert_eq!(server.clients().await, 0);
}
