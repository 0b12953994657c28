//! Answers that are all body, and one that never comes.

use std::collections::HashMap;
use std::convert::Infallible;
use std::io;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, Request};
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Sse;
use axum::response::sse::Event;
use futures_util::{Stream, StreamExt, stream};
use tokio::time::sleep;

type BadRequest = (StatusCode, String);
type Typed<B> = ([(HeaderName, &'static str); 1], B);

/// More than Lambda streams.
const MAX_BYTES: usize = 256 << 20;
const MAX_TEXT: usize = 16 << 20;
const MAX_CHUNKS: usize = 100_000;
/// As long as a function may run.
const MAX_MS: u64 = 15 * 60 * 1000;

const TEXT: &str = "text/plain; charset=utf-8";
const BINARY: &str = "application/octet-stream";

pub(crate) async fn echo(request: Request) -> (Option<[(HeaderName, HeaderValue); 1]>, Body) {
    let (parts, body) = request.into_parts();
    let kind = parts.headers.get(CONTENT_TYPE);
    (kind.map(|kind| [(CONTENT_TYPE, kind.clone())]), body)
}

pub(crate) async fn bytes(
    Path(n): Path<usize>,
    Query(query): Query<HashMap<String, u64>>,
) -> Result<([(HeaderName, String); 1], Typed<Body>), BadRequest> {
    at_most(n, MAX_BYTES)?;
    let seed = query.get("seed").copied().unwrap_or_default();
    let blocks = stream::iter(noise(n, seed).map(Ok::<_, Infallible>));
    let len = [(CONTENT_LENGTH, n.to_string())];
    Ok((len, typed(BINARY, Body::from_stream(blocks))))
}

pub(crate) async fn text(Path(n): Path<usize>) -> Result<Typed<Vec<u8>>, BadRequest> {
    at_most(n, MAX_TEXT)?;
    Ok(typed(TEXT, (b' '..=b'~').cycle().take(n).collect()))
}

pub(crate) async fn latin1() -> Typed<&'static [u8]> {
    typed("text/plain; charset=iso-8859-1", b"caf\xe9")
}

pub(crate) async fn bom() -> Typed<&'static str> {
    typed(TEXT, "\u{feff}This text begins with a byte order mark.\n")
}

pub(crate) async fn png() -> Typed<&'static [u8]> {
    typed("image/png", PNG)
}

pub(crate) async fn gzip() -> ([(HeaderName, &'static str); 2], &'static [u8]) {
    ([(CONTENT_ENCODING, "gzip"), (CONTENT_TYPE, TEXT)], GZIP)
}

pub(crate) async fn delay(Path(ms): Path<u64>) -> Result<String, BadRequest> {
    at_most(ms, MAX_MS)?;
    sleep(Duration::from_millis(ms)).await;
    Ok(format!("{ms} ms\n"))
}

pub(crate) async fn stream(
    Path(n): Path<usize>,
    Query(query): Query<HashMap<String, u64>>,
) -> Result<Typed<Body>, BadRequest> {
    at_most(n, MAX_CHUNKS)?;
    let ms = query.get("ms").copied().unwrap_or_default();
    at_most(ms, MAX_MS)?;
    let chunks = stream::iter(0..n).then(move |index| async move {
        sleep(Duration::from_millis(ms)).await;
        Ok::<_, Infallible>(format!("chunk {index}\n"))
    });
    Ok(typed(TEXT, Body::from_stream(chunks)))
}

pub(crate) async fn sse() -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let events = (0..5).map(|id| {
        let event = Event::default().id(id.to_string());
        Ok(event.data(format!("event {id}")))
    });
    Sse::new(stream::iter(events))
}

pub(crate) async fn panics() {
    panic!("/panic was asked for");
}

pub(crate) async fn body_error() -> Typed<Body> {
    let chunks = [
        Ok(Bytes::from_static(b"The first chunk, and no second.\n")),
        Err(io::Error::other("/body-error was asked for")),
    ];
    typed(TEXT, Body::from_stream(stream::iter(chunks)))
}

fn typed<B>(kind: &'static str, body: B) -> Typed<B> {
    ([(CONTENT_TYPE, kind)], body)
}

fn at_most<T: PartialOrd + std::fmt::Display>(n: T, max: T) -> Result<(), BadRequest> {
    if n > max {
        return Err((StatusCode::BAD_REQUEST, format!("{n} is more than {max}\n")));
    }
    Ok(())
}

/// Bytes that follow from the seed, by SplitMix64, in blocks.
fn noise(n: usize, seed: u64) -> impl Iterator<Item = Bytes> {
    const BLOCK: usize = 64 << 10;
    let mut state = seed;
    (0..n).step_by(BLOCK).map(move |start| {
        let mut block = vec![0; BLOCK];
        for bytes in block.chunks_exact_mut(8) {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut word = state;
            word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            bytes.copy_from_slice(&(word ^ (word >> 31)).to_le_bytes());
        }
        block.truncate(n - start);
        block.into()
    })
}

/// One red pixel.
const PNG: &[u8] =
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\
    \0\0\0\rIDATx\xdac\xf8\xcf\xc0\xf0\x1f\0\x05\0\x01\xffV\xc7/\r\
    \0\0\0\0IEND\xaeB`\x82";

/// `This text was compressed.`, and a line feed.
pub(crate) const GZIP: &[u8] =
    b"\x1f\x8b\x08\0\0\0\0\0\x02\x03\x0b\xc9\xc8,V(I\xad(Q(O,VH\xce\xcf-\
    (J-.NM\xd1\xe3\x02\0-\xa8\xf0\x04\x1a\0\0\0";
