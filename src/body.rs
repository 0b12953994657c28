use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Buf, Bytes};
use http_body::{Frame, SizeHint};

/// The body of a request: all of its bytes, in one piece.
///
/// A gateway hands a body over whole, so reading it never waits and never fails, and its
/// size is known: [`size_hint`](http_body::Body::size_hint) is exact. Text is a slice of the
/// event; only a body that came with escapes or in base64 has memory of its own.
///
/// # Examples
///
/// ```
/// use http_body::Body as _;
///
/// let body = liftgate::Body::from("hello");
/// assert_eq!(body.size_hint().exact(), Some(5));
/// assert_eq!(body.into_bytes(), "hello");
/// ```
#[derive(Clone, Default)]
pub struct Body {
    // Invariant: `None` once read, or when there is nothing to read.
    data: Option<Bytes>,
}

impl Body {
    /// A body without bytes.
    pub const fn empty() -> Self {
        Body { data: None }
    }

    /// The bytes that have not been read yet.
    pub fn as_bytes(&self) -> &[u8] {
        self.data.as_deref().unwrap_or_default()
    }

    /// The bytes that have not been read yet, without a copy.
    pub fn into_bytes(self) -> Bytes {
        self.data.unwrap_or_default()
    }
}

impl From<Bytes> for Body {
    fn from(data: Bytes) -> Self {
        let data = if data.is_empty() { None } else { Some(data) };
        Body { data }
    }
}

impl From<&'static [u8]> for Body {
    fn from(data: &'static [u8]) -> Self {
        Bytes::from_static(data).into()
    }
}

impl From<Vec<u8>> for Body {
    fn from(data: Vec<u8>) -> Self {
        Bytes::from(data).into()
    }
}

impl From<String> for Body {
    fn from(data: String) -> Self {
        Bytes::from(data).into()
    }
}

impl From<&'static str> for Body {
    fn from(data: &'static str) -> Self {
        Bytes::from_static(data.as_bytes()).into()
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.data.take().map(|data| Ok(Frame::data(data))))
    }

    fn is_end_stream(&self) -> bool {
        self.data.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.as_bytes().len() as u64)
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Body({} bytes)", self.as_bytes().len())
    }
}

/// How often a body has been asked in one turn: one that always has something, if only nothing,
/// is not to keep all else from its turn.
#[derive(Default)]
pub(crate) struct Turns(u8);

impl Turns {
    pub(crate) fn is_over(&mut self) -> bool {
        self.0 = self.0.wrapping_add(1);
        self.0 == 0
    }
}

/// What has been read of a body. A body of one piece is not copied.
#[derive(Default)]
pub(crate) enum Gather {
    #[default]
    Nothing,
    Piece(Bytes),
    Pieces(Vec<u8>),
}

impl Gather {
    pub(crate) fn push<D: Buf>(&mut self, mut data: D, rest: impl FnOnce() -> u64) {
        match self {
            _ if !data.has_remaining() => {}
            Gather::Nothing => *self = Gather::Piece(data.copy_to_bytes(data.remaining())),
            Gather::Piece(first) => {
                // What a body says of its size is a hint, and may be any number.
                let rest = usize::try_from(rest()).unwrap_or_default().min(8 << 20);
                let mut bytes = Vec::with_capacity(first.len() + data.remaining() + rest);
                bytes.extend_from_slice(first);
                append(&mut bytes, data);
                *self = Gather::Pieces(bytes);
            }
            Gather::Pieces(bytes) => append(bytes, data),
        }
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Gather::Nothing => 0,
            Gather::Piece(piece) => piece.len(),
            Gather::Pieces(bytes) => bytes.len(),
        }
    }

    pub(crate) fn into_bytes(self) -> Bytes {
        match self {
            Gather::Nothing => Bytes::new(),
            Gather::Piece(piece) => piece,
            Gather::Pieces(bytes) => bytes.into(),
        }
    }
}

fn append<D: Buf>(bytes: &mut Vec<u8>, mut data: D) {
    while data.has_remaining() {
        let chunk = data.chunk();
        let len = chunk.len();
        bytes.extend_from_slice(chunk);
        data.advance(len);
    }
}
