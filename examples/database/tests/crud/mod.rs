//! The app as it is on Lambda: events in, replies out.

use bytes::Bytes;
use example_database::{Database, app};
use http::{Method, Request};
use liftgate::local::{Gateway, Kind};
use liftgate::{Context, Invocation, Lambda};
use serde_json::{Value, json};
use tower_service::Service as _;

/// The status and the JSON of an answer, by way of an HTTP API.
pub async fn ask(database: &Database, method: Method, path: &str, body: Value) -> (u16, Value) {
    let gateway = Gateway::new(Kind::HttpApi);
    let body = match body {
        Value::Null => Bytes::new(),
        body => body.to_string().into(),
    };
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("content-type", "application/json");
    let request = request.body(body).unwrap();
    let event = gateway.render(&request).unwrap();
    let mut lambda = Lambda::new(app(database.clone()));
    let reply = lambda.call(Invocation::new(event, Context::default()));
    let reply = reply.await.unwrap().into_bytes().unwrap();
    let response = gateway.parse(&request, &reply).unwrap();
    let json = serde_json::from_slice(response.body()).unwrap_or(Value::Null);
    (response.status().as_u16(), json)
}

pub async fn get(database: &Database, path: &str) -> (u16, Value) {
    ask(database, Method::GET, path, Value::Null).await
}

pub fn book(isbn: &str, title: &str, pages: i64) -> Value {
    json!({ "isbn": isbn, "title": title, "pages": pages })
}

/// A book is made, read, changed and deleted; and all that is wrong is told. The table is empty
/// before and after.
pub async fn create_read_update_delete(database: &Database) {
    let post = async |book: Value| ask(database, Method::POST, "/books", book).await;
    let first = book("9781718503106", "Rust; DROP TABLE books; --", 560);
    let second = book("9780262510875", "Scheme \u{3bb}", i64::MAX);
    assert_eq!(get(database, "/books").await, (200, json!([])));
    assert_eq!(post(first.clone()).await, (201, first.clone()));
    assert_eq!(post(second.clone()).await, (201, second.clone()));
    assert_eq!(get(database, "/books").await, (200, json!([second, first])));
    let rest = get(database, "/books?after=9780262510875").await;
    assert_eq!(rest, (200, json!([first])));
    assert_eq!(
        get(database, "/books/9781718503106").await,
        (200, first.clone())
    );

    let again = post(first.clone()).await;
    assert_eq!(again, (409, json!({ "error": "there is such a book" })));
    for wrong in [
        book("9781718503106", "", 1),
        book("978", "x", 1),
        book("9781718503113", "x", 0),
    ] {
        let told = (422, json!({ "error": "this is no book" }));
        assert_eq!(post(wrong.clone()).await, told, "{wrong}");
    }
    assert_eq!(post(json!({ "isbn": "9781718503113" })).await.0, 422);
    assert_eq!(post(json!("9781718503113")).await.0, 422);

    let details = json!({ "title": "Rust", "pages": 561 });
    let put = async |path, details| ask(database, Method::PUT, path, details).await;
    let changed = book("9781718503106", "Rust", 561);
    let path = "/books/9781718503106";
    assert_eq!(put(path, details.clone()).await, (200, changed.clone()));
    assert_eq!(get(database, path).await, (200, changed));
    let wrong = json!({ "title": "Rust", "pages": -1 });
    assert_eq!(put(path, wrong).await.0, 422);

    let missing = (404, json!({ "error": "there is no such book" }));
    let nowhere = "/books/9781718503113";
    let delete = async |path| ask(database, Method::DELETE, path, Value::Null).await;
    assert_eq!(get(database, nowhere).await, missing);
    assert_eq!(put(nowhere, details).await, missing);
    assert_eq!(delete(nowhere).await, missing);
    assert_eq!(delete(path).await, (204, Value::Null));
    assert_eq!(get(database, path).await, missing);
    assert_eq!(delete("/books/9780262510875").await.0, 204);
}
