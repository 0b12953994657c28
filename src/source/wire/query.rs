//! The query, put together where it comes in pieces.

use std::fmt;

use bytes::Bytes;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::percent::{COMPONENT, percent_encode, query_set};
use super::{Key, OptionalTextSeed, Text, Value, Wire};
use crate::Error;

/// What a gateway did to the query.
#[derive(Clone, Copy)]
pub(crate) enum Query<'a> {
    /// It is there as the client wrote it.
    Verbatim { value: Value<'a> },
    /// It is split into names and values. `multi` has all the values of a name, `single`
    /// only one.
    Split {
        multi: Value<'a>,
        single: Value<'a>,
        is_decoded: bool,
    },
}

pub(super) struct QueryIn<'w, 'a> {
    pub(super) wire: &'w Wire<'a>,
    pub(super) event: &'w Bytes,
    pub(super) query: Query<'a>,
}

impl<'a> QueryIn<'_, 'a> {
    pub(super) fn is_absent(&self) -> bool {
        match self.query {
            Query::Verbatim { value } => !value.is_present() || value.is_text(""),
            Query::Split { multi, single, .. } => !multi.is_present() && !single.is_present(),
        }
    }

    pub(super) fn len_hint(&self) -> usize {
        // The query is one of several members, and cannot be longer than the event.
        if self.is_absent() {
            0
        } else {
            self.event.len().min(256)
        }
    }

    pub(super) fn write(&mut self, target: &mut Vec<u8>) -> Result<(), Error> {
        let event = self.wire.event;
        match self.query {
            Query::Verbatim { value } => {
                let text = value.text(event)?.unwrap_or_default();
                if !text.is_empty() {
                    target.push(b'?');
                    percent_encode(&text, query_set(&text), target);
                }
            }
            Query::Split {
                multi,
                single,
                is_decoded,
            } => {
                let mut pairs = Pairs {
                    target,
                    separator: b'?',
                    is_decoded,
                    names: Vec::new(),
                };
                if single.is_present() && multi.is_present() {
                    pairs.names.reserve(8);
                }
                let both = single.is_present();
                multi.read(
                    event,
                    PairsSeed {
                        pairs: &mut pairs,
                        note_names: both,
                        only_new: false,
                    },
                )?;
                let only_new = multi.is_present();
                single.read(
                    event,
                    PairsSeed {
                        pairs: &mut pairs,
                        note_names: false,
                        only_new,
                    },
                )?;
            }
        }
        Ok(())
    }
}

/// Names and values, written one after the other.
struct Pairs<'t, 'a> {
    target: &'t mut Vec<u8>,
    separator: u8,
    is_decoded: bool,
    names: Vec<Text<'a>>,
}

impl Pairs<'_, '_> {
    /// Writes `name=value`, or the name alone where the gateway has a name without a value.
    fn write(&mut self, name: &[u8], value: Option<&[u8]>) {
        self.target.push(self.separator);
        self.separator = b'&';
        self.write_text(name);
        if let Some(value) = value {
            self.target.push(b'=');
            self.write_text(value);
        }
    }

    fn write_text(&mut self, text: &[u8]) {
        let refused = if self.is_decoded {
            COMPONENT
        } else {
            query_set(text)
        };
        percent_encode(text, refused, self.target);
    }
}

struct PairsSeed<'p, 't, 'a> {
    pairs: &'p mut Pairs<'t, 'a>,
    note_names: bool,
    only_new: bool,
}

impl<'a> DeserializeSeed<'a> for PairsSeed<'_, '_, 'a> {
    type Value = ();

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'a> Visitor<'a> for PairsSeed<'_, '_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of query parameters")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key_seed(Key)? {
            let is_new = !self.only_new || !self.pairs.names.contains(&name);
            let pairs = &mut *self.pairs;
            map.next_value_seed(PairValuesSeed {
                pairs,
                name: &name,
                is_new,
            })?;
            if self.note_names {
                self.pairs.names.push(name);
            }
        }
        Ok(())
    }
}

struct PairValuesSeed<'p, 't, 'a, 'n> {
    pairs: &'p mut Pairs<'t, 'a>,
    name: &'n [u8],
    is_new: bool,
}

impl PairValuesSeed<'_, '_, '_, '_> {
    fn write(&mut self, value: Option<&[u8]>) {
        if self.is_new {
            self.pairs.write(self.name, value);
        }
    }
}

impl<'a> DeserializeSeed<'a> for PairValuesSeed<'_, '_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'a> Visitor<'a> for PairValuesSeed<'_, '_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_none<E>(mut self) -> Result<(), E> {
        self.write(None);
        Ok(())
    }

    fn visit_some<D: Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_bytes(self)
    }

    fn visit_bytes<E>(mut self, text: &[u8]) -> Result<(), E> {
        self.write(Some(text));
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'a>>(mut self, mut seq: A) -> Result<(), A::Error> {
        let mut is_empty = true;
        while let Some(text) = seq.next_element_seed(OptionalTextSeed)? {
            is_empty = false;
            self.write(text.as_deref());
        }
        if is_empty {
            self.write(None);
        }
        Ok(())
    }
}
