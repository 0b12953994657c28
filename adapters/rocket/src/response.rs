//! A response as Rocket's own server would send it.

use std::fmt::Write as _;
use std::io;

use bytes::{BufMut as _, Bytes, BytesMut};
use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode};
use rocket::local::asynchronous::LocalResponse;
use tokio::io::AsyncReadExt as _;

use crate::handover::{Piece, Sender};

/// How much of a body with a size is read at once.
const MAX_CHUNK: u64 = 1 << 20;

/// Rocket's shield puts it on every response, and http has no constant for it.
const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");

/// Room for the digits of any length.
const LENGTH_DIGITS: usize = 20;

/// Status and headers. The values share one block of memory.
pub(crate) fn head(response: &LocalResponse<'_>) -> io::Result<Response<()>> {
    let headers = response.headers();
    let (count, len) = headers
        .iter()
        .fold((1, LENGTH_DIGITS), |(count, len), header| {
            (count + 1, len + header.value.len())
        });
    let mut block = BytesMut::with_capacity(len);
    let mut map = HeaderMap::with_capacity(count);
    for header in headers.iter() {
        block.put_slice(header.value.as_bytes());
        map.append(name(header.name.as_str())?, value(&mut block)?);
    }
    if map.contains_key(TRANSFER_ENCODING) {
        map.remove(CONTENT_LENGTH);
    } else if let Some(size) = response.body().preset_size() {
        write!(block, "{size}").map_err(io::Error::other)?;
        map.insert(CONTENT_LENGTH, value(&mut block)?);
    }
    let mut head = Response::new(());
    *head.status_mut() = StatusCode::from_u16(response.status().code).map_err(invalid)?;
    *head.headers_mut() = map;
    Ok(head)
}

fn name(name: &str) -> io::Result<HeaderName> {
    if name.eq_ignore_ascii_case(PERMISSIONS_POLICY.as_str()) {
        return Ok(PERMISSIONS_POLICY);
    }
    HeaderName::from_bytes(name.as_bytes()).map_err(invalid)
}

/// What has been written, as a value.
fn value(block: &mut BytesMut) -> io::Result<HeaderValue> {
    HeaderValue::from_maybe_shared(block.split().freeze()).map_err(invalid)
}

/// What Rocket's headers and statuses may be, and HTTP's may not.
fn invalid(error: impl Into<http::Error>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error.into())
}

/// A body on its way out.
pub(crate) struct Outgoing<'c> {
    response: LocalResponse<'c>,
    left: Option<u64>,
}

impl<'c> Outgoing<'c> {
    pub(crate) fn new(response: LocalResponse<'c>, method: &Method) -> Self {
        let is_headless = method == Method::HEAD || matches!(response.status().code, 204 | 304);
        let left = if is_headless {
            Some(0)
        } else {
            response.body().preset_size().map(|size| size as u64)
        };
        Outgoing { response, left }
    }

    /// How long it is, if that is known.
    pub(crate) fn size(&self) -> Option<u64> {
        self.left
    }

    /// Sends what a read gives as soon as it gives it, and no more than the size.
    pub(crate) async fn send(mut self, sender: Sender) -> io::Result<()> {
        let max_chunk = self.response.body().max_chunk_size();
        let mut buffer = BytesMut::new();
        while self.left != Some(0) {
            if buffer.capacity() == 0 {
                let room = self.left.map(|left| left.min(MAX_CHUNK) as usize);
                buffer.reserve(room.unwrap_or(max_chunk));
            }
            if self.response.read_buf(&mut buffer).await? == 0 {
                return match self.left {
                    None => Ok(()),
                    Some(_) => Err(io::ErrorKind::UnexpectedEof.into()),
                };
            }
            let data = self.chunk(&mut buffer);
            sender.send(Piece::Data(data)).await;
        }
        Ok(())
    }

    fn chunk(&mut self, buffer: &mut BytesMut) -> Bytes {
        if let Some(left) = &mut self.left {
            buffer.truncate(usize::try_from(*left).unwrap_or(usize::MAX));
            *left -= buffer.len() as u64;
        }
        // A full buffer is given away whole, which needs no count of who shares it.
        if buffer.len() == buffer.capacity() {
            std::mem::take(buffer).freeze()
        } else {
            buffer.split().freeze()
        }
    }
}
