//! Strings of the event, as bytes: a string that holds no escapes is a slice of the event,
//! and nothing has to be UTF-8.

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;
use serde::de::{DeserializeSeed, Deserializer, Visitor};

pub(crate) type Text<'a> = Cow<'a, [u8]>;

/// The text as shared bytes: a slice of the event, unless it had to be written anew.
pub(crate) fn shared(event: &Bytes, text: Text<'_>) -> Bytes {
    match text {
        Cow::Borrowed([]) => Bytes::new(),
        Cow::Borrowed(text) => event.slice_ref(text),
        Cow::Owned(text) => text.into(),
    }
}

/// Reads a string.
pub(crate) struct TextSeed;

/// Reads the key of an object.
pub(crate) use TextSeed as Key;

impl<'a> DeserializeSeed<'a> for TextSeed {
    type Value = Text<'a>;

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<Text<'a>, D::Error> {
        // As bytes: a string that is not UTF-8 is read as well.
        deserializer.deserialize_bytes(self)
    }
}

impl<'a> Visitor<'a> for TextSeed {
    type Value = Text<'a>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_bytes<E>(self, text: &'a [u8]) -> Result<Text<'a>, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_bytes<E>(self, text: &[u8]) -> Result<Text<'a>, E> {
        Ok(Cow::Owned(text.to_vec()))
    }
}

/// Reads a string or null.
pub(crate) struct OptionalTextSeed;

impl<'a> DeserializeSeed<'a> for OptionalTextSeed {
    type Value = Option<Text<'a>>;

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'a> Visitor<'a> for OptionalTextSeed {
    type Value = Option<Text<'a>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_none<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'a>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        TextSeed.deserialize(deserializer).map(Some)
    }
}
