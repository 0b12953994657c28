//! Reads objects of headers.

use std::fmt;

use http::header::Keys;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess};
use serde::de::{Unexpected, Visitor};

use super::names::header_name;
use super::{HeadersIn, Key, OptionalTextSeed, Text};

/// Reads an object of headers into a map.
pub(super) struct MapSeed<'m, 'e> {
    pub(super) headers: &'m mut HeadersIn<'e>,
}

impl<'a> DeserializeSeed<'a> for MapSeed<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'a> Visitor<'a> for MapSeed<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of headers")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key_seed(NameSeed)? {
            let seed = ValuesSeed {
                headers: &mut *self.headers,
                name,
                is_one_of_many: false,
            };
            map.next_value_seed(seed)?;
        }
        Ok(())
    }
}

/// Reads the name of a header.
struct NameSeed;

impl<'a> DeserializeSeed<'a> for NameSeed {
    type Value = HeaderName;

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<HeaderName, D::Error> {
        deserializer.deserialize_bytes(self)
    }
}

impl Visitor<'_> for NameSeed {
    type Value = HeaderName;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a header")
    }

    fn visit_bytes<E: serde::de::Error>(self, name: &[u8]) -> Result<HeaderName, E> {
        header_name(name).map_err(E::custom)
    }
}

/// Reads the value or the values of one header: a string, an array of strings, or null.
struct ValuesSeed<'m, 'e> {
    headers: &'m mut HeadersIn<'e>,
    name: HeaderName,
    is_one_of_many: bool,
}

impl<'a> DeserializeSeed<'a> for ValuesSeed<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'a> Visitor<'a> for ValuesSeed<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_none<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_some<D: Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_bytes(self)
    }

    fn visit_borrowed_bytes<E: serde::de::Error>(self, text: &'a [u8]) -> Result<(), E> {
        let text = Text::Borrowed(text);
        self.headers
            .append_named(self.name, text)
            .map_err(E::custom)
    }

    fn visit_bytes<E: serde::de::Error>(self, text: &[u8]) -> Result<(), E> {
        let text = Text::Owned(text.to_vec());
        self.headers
            .append_named(self.name, text)
            .map_err(E::custom)
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut seq: A) -> Result<(), A::Error> {
        if self.is_one_of_many {
            return Err(A::Error::invalid_type(Unexpected::Seq, &self));
        }
        loop {
            let seed = ValuesSeed {
                headers: &mut *self.headers,
                name: self.name.clone(),
                is_one_of_many: true,
            };
            if seq.next_element_seed(seed)?.is_none() {
                return Ok(());
            }
        }
    }
}

/// Reads the headers that a map does not have yet.
pub(super) struct MissingSeed<'m> {
    // The gateway writes both objects in the same order.
    pub(super) keys: Keys<'m, HeaderValue>,
    pub(super) map: &'m HeaderMap,
}

impl<'a> DeserializeSeed<'a> for MissingSeed<'_> {
    type Value = Vec<(Text<'a>, Text<'a>)>;

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'a> Visitor<'a> for MissingSeed<'_> {
    type Value = Vec<(Text<'a>, Text<'a>)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of headers")
    }

    fn visit_map<A: MapAccess<'a>>(mut self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut missing = Vec::new();
        while let Some(name) = map.next_key_seed(Key)? {
            let in_order = self.keys.next();
            let is_next =
                in_order.is_some_and(|key| key.as_str().as_bytes().eq_ignore_ascii_case(&name));
            if is_next
                || self
                    .map
                    .contains_key(header_name(&name).map_err(A::Error::custom)?)
            {
                map.next_value::<IgnoredAny>()?;
            } else if let Some(text) = map.next_value_seed(OptionalTextSeed)? {
                missing.push((name, text));
            }
        }
        Ok(missing)
    }
}
