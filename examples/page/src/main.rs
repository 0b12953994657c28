//! A page that does what browsers do: cookies, a redirect, an image, a form, fetch, server-sent
//! events, and a chat over a WebSocket. It shows of each whether it works.
//!
//! Run it, and the chat beside it, and open the page with the chat's address:
//!
//! ```sh
//! LIFTGATE_GATEWAY=websocket LIFTGATE_ADDR=127.0.0.1:9001 cargo run -p example-chat
//! cargo run -p example-page
//! xdg-open 'http://127.0.0.1:9000/?chat=ws://127.0.0.1:9001'
//! ```
//!
//! `LIFTGATE_GATEWAY` puts it behind another gateway, and with `LIFTGATE_STREAMING=1` a function URL
//! or a REST API sends the events one by one, as they are made; if no gateway is named, that is then
//! a function URL.
//!
//! To deploy it, build it as the README says, and give it a function URL (for streams, one with the
//! invoke mode `RESPONSE_STREAM`, and `LIFTGATE_STREAMING=1` in the function's environment) or any
//! other gateway. A REST API needs the binary media type `*/*`, or the image is not one. All of the
//! page's URLs are relative, so it may lie below a stage: open that with a slash at its end. The chat
//! is a function of its own, behind a WebSocket API, whose address begins with `wss://`.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::header::{CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::sse::Event;
use axum::response::{AppendHeaders, Html, Redirect, Sse};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures_util::{Stream, StreamExt, stream};
use liftgate::local::{Gateway, Kind};
use liftgate::{Options, Runtime};
use serde_json::{Value, json};
use tokio::time::sleep;

const PAGE: &str = include_str!("page.html");
const IMAGE: &[u8] = include_bytes!("image.png");

const EVENTS: usize = 6;
const BETWEEN_EVENTS: Duration = Duration::from_millis(250);

/// Counts the visits in one cookie, and keeps another from scripts.
async fn page(
    headers: HeaderMap,
) -> (AppendHeaders<[(HeaderName, String); 2]>, Html<&'static str>) {
    let visits = cookies_of(&headers).get("visits").copied();
    let visits: u32 = visits.and_then(|visits| visits.parse().ok()).unwrap_or(0);
    // The comma in the date is a trap for whoever joins headers.
    let visits = format!(
        "visits={}; Expires=Thu, 31 Dec 2099 23:59:59 GMT; SameSite=Lax",
        visits.saturating_add(1)
    );
    let secret = "secret=only-the-server-sees-it; HttpOnly; SameSite=Lax".to_owned();
    let cookies = AppendHeaders([(SET_COOKIE, visits), (SET_COOKIE, secret)]);
    (cookies, Html(PAGE))
}

/// The cookies that came back.
async fn cookies(headers: HeaderMap) -> Json<Value> {
    Json(json!(cookies_of(&headers)))
}

fn cookies_of(headers: &HeaderMap) -> BTreeMap<&str, &str> {
    let lines = headers.get_all(COOKIE).into_iter();
    lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .collect()
}

async fn redirect() -> (StatusCode, [(HeaderName, &'static str); 1]) {
    (StatusCode::FOUND, [(LOCATION, "landed?from=redirect")])
}

async fn landed() -> &'static str {
    "You have been redirected.\n"
}

async fn image() -> ([(HeaderName, &'static str); 1], &'static [u8]) {
    ([(CONTENT_TYPE, "image/png")], IMAGE)
}

/// A form's fields are written as a query is, and the page reads them there.
async fn form(fields: String) -> Redirect {
    Redirect::to(&format!("./?{fields}"))
}

async fn json(Json(value): Json<Value>) -> Json<Value> {
    Json(json!({ "received": value }))
}

/// The bytes in reverse, so that they are the app's.
async fn bytes(body: Bytes) -> Vec<u8> {
    body.iter().rev().copied().collect()
}

/// Half of the events. A browser whose stream has ended comes back and says which event it had
/// last, and is sent the others.
async fn events(headers: HeaderMap) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let last = headers.get("last-event-id");
    let last = last.and_then(|id| id.to_str().ok()?.parse().ok());
    let events = (1..=EVENTS).skip(last.unwrap_or(0)).take(EVENTS / 2);
    Sse::new(stream::iter(events).then(async |id| {
        sleep(BETWEEN_EVENTS).await;
        let event = Event::default().id(id.to_string()).retry(BETWEEN_EVENTS);
        Ok(event.data(format!("{id} of {EVENTS}")))
    }))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), liftgate::Error> {
    let streaming = std::env::var("LIFTGATE_STREAMING").is_ok_and(|value| value == "1");
    let app = Router::new()
        .route("/", get(page))
        .route("/cookies", get(cookies))
        .route("/redirect", get(redirect))
        .route("/landed", get(landed))
        .route("/image.png", get(image))
        .route("/form", post(form))
        .route("/json", post(json))
        .route("/bytes", post(bytes))
        .route("/events", get(events));
    let mut options = Options::new().streaming(streaming);
    // Without binary media types a REST API spoils the image, locally as well.
    if std::env::var("LIFTGATE_GATEWAY").is_ok_and(|kind| kind == Kind::RestApi.name()) {
        let gateway = Gateway::new(Kind::RestApi).binary_media_types(["*/*"]);
        options = options.local_gateway(gateway.streaming(streaming));
    }
    Runtime::new().options(options).run(app).await
}
