//! The app of the program, which tells how to run it.

use std::convert::Infallible;
use std::env;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::Event;
use axum::response::{IntoResponse as _, Response, Sse};
use axum::routing::get;
use futures_util::{StreamExt as _, stream};
use tower_http::services::ServeFile;

/// How many events there are.
pub const EVENTS: usize = 10;

/// How many of them a stream has. An invocation is paid for until its stream ends, and has to end by
/// the function's timeout, so it ends by itself and the client comes back for more.
pub const EVENTS_OF_A_STREAM: usize = 5;

/// How long the file is.
pub const FILE_LEN: u64 = 50_000_000;

/// The app, with the file that it serves and what it does before each event but the first.
///
/// # Examples
///
/// ```
/// let app = example_streaming::app("Cargo.toml", || std::future::ready(()));
/// # fn is_app(_: axum::Router) {}
/// # is_app(app);
/// ```
pub fn app<P, F>(file: impl AsRef<Path>, pause: P) -> Router
where
    P: Fn() -> F + Clone + Send + Sync + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    let events = async |headers: HeaderMap| events(&headers, pause);
    Router::new()
        .route("/events", get(events))
        // It answers ranges and conditions too, and reads the file in pieces of 64 KiB.
        .route_service("/file", ServeFile::new(file))
}

/// The events that follow the one that the client has had last.
fn events<P, F>(headers: &HeaderMap, pause: P) -> Response
where
    P: Fn() -> F + Clone + Send + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    let last = headers.get("last-event-id");
    let last = last.and_then(|id| id.to_str().ok()?.parse().ok());
    let first = last.map_or(1, |last: usize| last.saturating_add(1));
    if first > EVENTS {
        // A client that is told so does not come back:
        // https://html.spec.whatwg.org/multipage/server-sent-events.html#server-sent-events-intro
        return StatusCode::NO_CONTENT.into_response();
    }
    let ids = (first..=EVENTS).take(EVENTS_OF_A_STREAM);
    let events = stream::iter(ids).then(move |id| {
        let pause = (id > first).then(&pause);
        async move {
            if let Some(pause) = pause {
                pause.await;
            }
            let event = Event::default().id(id.to_string());
            let event = event.retry(Duration::from_secs(1));
            Ok::<_, Infallible>(event.data(format!("{id} of {EVENTS}")))
        }
    });
    Sse::new(events).into_response()
}

/// The lines of the file, of ten bytes each.
///
/// # Examples
///
/// ```
/// assert_eq!(example_streaming::lines().next().unwrap(), "000000000\n");
/// ```
pub fn lines() -> impl Iterator<Item = String> {
    (0..FILE_LEN / 10).map(|number| format!("{number:09}\n"))
}

/// Makes the file in the directory for temporary ones, unless it is there.
///
/// # Errors
///
/// If it cannot be written: `/tmp` has [512 MB][tmp] on Lambda, unless the function is given more.
///
/// [tmp]: https://docs.aws.amazon.com/lambda/latest/dg/configuration-ephemeral-storage.html
pub fn make_file() -> io::Result<PathBuf> {
    let path = env::temp_dir().join("example-streaming.txt");
    if fs::metadata(&path).is_ok_and(|file| file.len() == FILE_LEN) {
        return Ok(path);
    }
    // Under another name until it is whole, for others that start at the same time.
    let part = path.with_extension(std::process::id().to_string());
    let mut file = BufWriter::new(File::create(&part)?);
    lines().try_for_each(|line| file.write_all(line.as_bytes()))?;
    file.into_inner()?.sync_all()?;
    fs::rename(part, &path)?;
    Ok(path)
}
