use std::fmt;
use std::marker::PhantomData;

use bytes::Bytes;

/// What goes back to the gateway: the JSON of a response.
///
/// # Examples
///
/// See [`Lambda`](crate::Lambda).
pub struct Reply<B> {
    json: Bytes,
    // A reply that streams holds the response's body.
    body: PhantomData<fn() -> B>,
}

impl<B> Reply<B> {
    pub(crate) fn buffered(json: Bytes) -> Self {
        Reply {
            json,
            body: PhantomData,
        }
    }

    /// The JSON, as the Runtime API takes it.
    pub fn into_bytes(self) -> Bytes {
        self.json
    }
}

impl<B> fmt::Debug for Reply<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the JSON: it holds cookies.
        f.debug_struct("Reply")
            .field("len", &self.json.len())
            .finish()
    }
}
