//! The app on SQLite, in a file.

#![allow(clippy::unwrap_used, clippy::expect_used, unreachable_pub)]

mod crud;

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use crud::{ask, book, create_read_update_delete, get};
use example_database::Database;
use http::Method;
use serde_json::json;

/// A database of a test's own.
fn url(name: &str) -> String {
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    // There is one only if the test has been run before.
    let _ = fs::remove_file(&file);
    format!("sqlite:{}?mode=rwc", file.display())
}

#[tokio::test]
async fn books_can_be_made_read_changed_and_deleted() {
    let database = Database::new(url("crud.db"));
    database.open().unwrap();
    database.migrate().await.unwrap();
    create_read_update_delete(&database).await;
    assert_eq!(database.pool().unwrap().size(), 1);
}

#[tokio::test]
async fn books_outlive_the_pool() {
    let url = url("again.db");
    let database = Database::new(url.clone());
    assert_eq!(get(&database, "/books").await.0, 503);
    database.open().unwrap();
    database.migrate().await.unwrap();
    let rust = book("9781718503106", "Rust", 560);
    assert_eq!(
        ask(&database, Method::POST, "/books", rust.clone()).await.0,
        201
    );
    database.settle().await;
    assert_eq!(database.pool().unwrap().num_idle(), 1);
    database.close().await.unwrap();
    assert_eq!(get(&database, "/books").await.0, 503);

    // As after a snapshot, and as in another environment.
    database.open().unwrap();
    let other = Database::new(url).fresh_for(Duration::ZERO);
    other.open().unwrap();
    other.migrate().await.unwrap();
    for database in [&database, &other] {
        assert_eq!(get(database, "/books").await, (200, json!([rust])));
    }
}

#[tokio::test]
async fn a_pool_is_as_large_as_there_are_invocations() {
    let database = Database::new(url("many.db")).connections(3);
    database.open().unwrap();
    database.migrate().await.unwrap();
    let pool = database.pool().unwrap();
    let connections = [
        pool.acquire().await,
        pool.acquire().await,
        pool.acquire().await,
    ];
    assert!(connections.iter().all(Result::is_ok));
    assert!(pool.try_acquire().is_none());
}

#[tokio::test]
async fn what_is_no_database_is_an_error_at_the_start() {
    assert!(Database::new("books").open().is_err());
    for url in [
        "mongodb://localhost",
        "sqlite:/no/such/directory/books.db?mode=rwc",
    ] {
        let nowhere = Database::new(url);
        nowhere.open().unwrap();
        assert!(nowhere.migrate().await.is_err(), "{url}");
    }
}
