//! Answers that are all body, and one that never comes.

use std::fmt::Display;
use std::io;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use tokio::time::sleep;

use crate::asked::or_bad_request;
use crate::{Answer, Asked, Body};

/// More than Lambda streams.
const MAX_BYTES: usize = 256 << 20;
const MAX_TEXT: usize = 16 << 20;
const MAX_CHUNKS: usize = 100_000;
/// As long as a function may run.
const MAX_MS: u64 = 15 * 60 * 1000;

const TEXT: &str = "text/plain; charset=utf-8";

/// The request's body, in its content type.
pub async fn echo(asked: Asked) -> Answer {
    let (parts, body) = asked.request.into_parts();
    let mut answer = Answer::new(body.into());
    if let Some(kind) = parts.headers.get(CONTENT_TYPE) {
        answer.headers_mut().insert(CONTENT_TYPE, kind.clone());
    }
    answer
}

/// Bytes that follow from the seed in the query, in chunks.
pub async fn bytes(asked: Asked) -> Answer {
    let answer = || {
        let n = at_most(asked.number()?, MAX_BYTES)?;
        let blocks = noise(n, asked.query("seed")?).map(Ok);
        let body = Body::stream(stream::iter(blocks));
        let mut answer = typed("application/octet-stream", body);
        answer.headers_mut().insert(CONTENT_LENGTH, n.into());
        Ok(answer)
    };
    or_bad_request(answer())
}

/// Printable text.
pub async fn text(asked: Asked) -> Answer {
    let n = asked.number().and_then(|n| at_most(n, MAX_TEXT));
    let text = |n| (b' '..=b'~').cycle().take(n).collect::<Vec<u8>>();
    or_bad_request(n.map(|n| typed(TEXT, text(n))))
}

/// Text in Latin-1.
pub async fn latin1(_: Asked) -> Answer {
    typed("text/plain; charset=iso-8859-1", &b"caf\xe9"[..])
}

/// Text with a byte order mark.
pub async fn bom(_: Asked) -> Answer {
    typed(TEXT, "\u{feff}This text begins with a byte order mark.\n")
}

/// One red pixel.
pub async fn png(_: Asked) -> Answer {
    typed("image/png", PNG)
}

/// Compressed text.
pub async fn gzip(_: Asked) -> Answer {
    let mut answer = typed(TEXT, GZIP);
    let gzip = HeaderValue::from_static("gzip");
    answer.headers_mut().insert(CONTENT_ENCODING, gzip);
    answer
}

/// A line of text, after as many milliseconds as the parameter says.
pub async fn delay(asked: Asked) -> Answer {
    let answer = async {
        let ms = at_most(asked.number()?, MAX_MS)?;
        sleep(Duration::from_millis(ms)).await;
        Ok(typed(
            TEXT,
            format!(
                "{ms} ms
"
            ),
        ))
    };
    or_bad_request(answer.await)
}

/// As many chunks as the parameter says, each after the milliseconds in the query.
pub async fn stream(asked: Asked) -> Answer {
    let answer = || {
        let n = at_most(asked.number()?, MAX_CHUNKS)?;
        let ms = at_most(asked.query("ms")?, MAX_MS)?;
        let chunks = stream::iter(0..n).then(move |index| async move {
            sleep(Duration::from_millis(ms)).await;
            Ok(format!("chunk {index}\n").into())
        });
        Ok(typed(TEXT, Body::stream(chunks)))
    };
    or_bad_request(answer())
}

/// Five server-sent events.
pub async fn sse(_: Asked) -> Answer {
    let events = (0..5).map(|id| Ok(format!("id: {id}\ndata: event {id}\n\n").into()));
    let events = Body::stream(stream::iter(events));
    let mut answer = typed("text/event-stream", events);
    let no_cache = HeaderValue::from_static("no-cache");
    answer.headers_mut().insert(CACHE_CONTROL, no_cache);
    answer
}

/// No answer.
///
/// # Panics
///
/// Always.
pub async fn panics(_: Asked) -> Answer {
    panic!("/panic was asked for");
}

/// A body that fails after its first chunk.
pub async fn body_error(_: Asked) -> Answer {
    let chunks = [
        Ok(Bytes::from_static(b"The first chunk, and no second.\n")),
        Err(io::Error::other("/body-error was asked for")),
    ];
    typed(TEXT, Body::stream(stream::iter(chunks)))
}

fn typed(kind: &'static str, body: impl Into<Body>) -> Answer {
    let mut answer = Answer::new(body.into());
    let kind = HeaderValue::from_static(kind);
    answer.headers_mut().insert(CONTENT_TYPE, kind);
    answer
}

fn at_most<T: PartialOrd + Display>(n: T, max: T) -> Result<T, String> {
    if n > max {
        return Err(format!("{n} is more than {max}\n"));
    }
    Ok(n)
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
pub const GZIP: &[u8] = b"\x1f\x8b\x08\0\0\0\0\0\x02\x03\x0b\xc9\xc8,V(I\xad(Q(O,VH\xce\xcf-\
    (J-.NM\xd1\xe3\x02\0-\xa8\xf0\x04\x1a\0\0\0";
