//! Strings of the event, as bytes: a string without escapes is a slice of the event, and
//! nothing has to be UTF-8.

use std::borrow::Cow;

use bytes::Bytes;

pub(crate) type Text<'a> = Cow<'a, [u8]>;

/// The text as shared bytes: a slice of the event, unless it had to be written anew.
#[inline]
pub(crate) fn shared(event: &Bytes, text: Text<'_>) -> Bytes {
    match text {
        Cow::Borrowed([]) => Bytes::new(),
        Cow::Borrowed(text) => event.slice_ref(text),
        Cow::Owned(text) => text.into(),
    }
}
