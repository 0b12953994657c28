//! Compression of what the app has not compressed.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::task::{Context, Poll};

use http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, ETAG};
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, request::Parts};
use liftgate::Event;
use liftgate::source::{PassThrough, RestApi, Source as _, WebSocket};
use tower_http::compression::{self, CompressionBody};
use tower_service::Service;

use super::Body;
use crate::{Compression, Config};

/// What a response is compressed by, if it is: what the client takes, of what the gateway delivers.
pub(super) struct Wanted {
    accepted: HeaderMap,
    which: Compression,
}

impl Wanted {
    pub(super) fn of(head: &Parts, config: &Config) -> Option<Self> {
        let which = config.compression?;
        let source = head.extensions.get::<Event>()?.source().name();
        if source == WebSocket.name() || source == PassThrough.name() {
            return None;
        }
        // It delivers bytes as they are if it streams, or has binary media types; else as base64.
        if source == RestApi.name() && !config.streaming && !which.rest_api {
            return None;
        }
        let values = head.headers.get_all(ACCEPT_ENCODING).iter().cloned();
        let accepted: HeaderMap<HeaderValue> =
            values.map(|value| (ACCEPT_ENCODING, value)).collect();
        (!accepted.is_empty()).then_some(Wanted { accepted, which })
    }

    pub(super) async fn apply(self, response: Response<Body>) -> Response<Body> {
        let Wanted { accepted, which } = self;
        if is_to_stay(&response) {
            return response;
        }
        let status = response.status();
        let mut request = Request::new(());
        *request.headers_mut() = accepted;
        // Whatever other features somebody else in the program has asked tower-http for.
        let compression = compression::Compression::new(Given(Some(response)))
            .no_br()
            .no_deflate()
            .no_zstd();
        #[cfg_attr(not(any(feature = "brotli", feature = "zstd")), allow(unused_mut))]
        let mut compression = compression.gzip(which.gzip);
        #[cfg(feature = "brotli")]
        {
            compression = compression.br(which.br);
        }
        #[cfg(feature = "zstd")]
        {
            compression = compression.zstd(which.zstd);
        }
        match compression.call(request).await {
            Ok(mut response) => {
                // Where the client takes nothing of ours, that is no 406: the app has answered.
                *response.status_mut() = status;
                weaken_tag(response.headers_mut());
                response.map(Body::compressed)
            }
            Err(never) => match never {},
        }
    }
}

/// Whether it is encoded, a part of a representation, or not to be [transformed].
///
/// [transformed]: https://www.rfc-editor.org/rfc/rfc9111.html#section-5.2.2.6
fn is_to_stay(response: &Response<Body>) -> bool {
    let headers = response.headers();
    let controls = headers.get_all(CACHE_CONTROL).iter();
    let mut directives = controls.flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    headers.contains_key(CONTENT_ENCODING)
        || response.status() == StatusCode::PARTIAL_CONTENT
        || directives.any(|one| one.trim_ascii().eq_ignore_ascii_case(b"no-transform"))
}

/// Makes a strong tag of what was compressed a weak one: its [bytes] are others now, and a client must
/// not put them together with a range of the app's.
///
/// [bytes]: https://www.rfc-editor.org/rfc/rfc9110.html#section-8.8.1
fn weaken_tag(headers: &mut HeaderMap) {
    let tag = headers
        .get(ETAG)
        .filter(|tag| tag.as_bytes().starts_with(b"\""));
    let weak = tag.map(|tag| [b"W/", tag.as_bytes()].concat());
    let weak = weak.and_then(|tag| HeaderValue::from_bytes(&tag).ok());
    // It was not when it came here.
    if let Some(weak) = weak.filter(|_| headers.contains_key(CONTENT_ENCODING)) {
        headers.insert(ETAG, weak);
    }
}

pub(super) type Compressed = CompressionBody<Body>;

/// A response that is there already.
struct Given(Option<Response<Body>>);

impl Service<Request<()>> for Given {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Ready<Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<()>) -> Self::Future {
        let response = self.0.take();
        ready(Ok(response.unwrap_or_else(|| Response::new(Body::empty()))))
    }
}
