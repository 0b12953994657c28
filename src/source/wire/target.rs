//! The request's target: path and query, as the client wrote them as far as the gateway
//! tells.

use std::fmt;

use bytes::Bytes;
use http::Uri;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::headers::OptionalTextSeed;
use super::{Key, Text, Value, Wire, shared};
use crate::{Error, Options};

/// What a gateway did to the path.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Path {
    /// It is as the client wrote it: what `http::Uri` takes stays.
    Verbatim,
    /// It is percent-decoded, so that every character stands for itself.
    Decoded,
}

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

/// The parts of a target, on their way to a [`Uri`].
pub(crate) struct Target<'a> {
    pub(crate) field: &'static str,
    pub(crate) path: Value<'a>,
    pub(crate) style: Path,
    /// The stage that stands before the path, and was not asked for by the client's program.
    pub(crate) stage: Option<Text<'a>>,
    pub(crate) query: Query<'a>,
}

impl<'a> Wire<'a> {
    /// The URI, in origin form.
    pub(crate) fn uri(
        &self,
        event: &Bytes,
        target: Target<'a>,
        options: &Options,
    ) -> Result<Uri, Error> {
        let Target {
            field,
            path,
            style,
            stage,
            query,
        } = target;
        let text = path
            .text(self.event)?
            .ok_or_else(|| Error::missing(field))?;
        let stage = stage.as_deref().unwrap_or_default();
        let mut text = without_prefix(text, stage);
        if let Some(base_path) = options.base_path_bytes() {
            text = without_prefix(text, base_path);
        }
        if text.is_empty() {
            text = Text::Borrowed(b"/");
        }
        if !text.starts_with(b"/") && *text != *b"*" {
            return Err(path.unexpected(self.event, field, "a path begins with a slash"));
        }
        let refused = path_set(style, &text);
        let mut query = QueryIn {
            wire: self,
            event,
            query,
        };
        let is_whole = query.is_absent() && !text.iter().any(|byte| refused.has(*byte));
        if is_whole {
            let is_root = *text == *b"/";
            let uri = if is_root {
                Bytes::from_static(b"/")
            } else {
                shared(event, text)
            };
            return self.checked_uri(uri, path, field);
        }
        let mut target = Vec::with_capacity(text.len() + query.len_hint() + 16);
        escape(&text, refused, &mut target);
        query.write(&mut target)?;
        self.checked_uri(target.into(), path, field)
    }

    fn checked_uri(&self, target: Bytes, path: Value<'a>, field: &str) -> Result<Uri, Error> {
        let len = target.len();
        Uri::from_maybe_shared(target).map_err(|error| {
            let reason = format_args!("{error}: {len} bytes with the query");
            path.unexpected(self.event, field, reason)
        })
    }

    /// `/prefix/name`, for a gateway that has a name instead of a path.
    pub(crate) fn uri_of_name(
        &self,
        event: &Bytes,
        prefix: &str,
        name: (Value<'a>, &'static str),
        query: Query<'a>,
    ) -> Result<Uri, Error> {
        let (value, field) = name;
        let text = value
            .text(self.event)?
            .ok_or_else(|| Error::missing(field))?;
        let mut query = QueryIn {
            wire: self,
            event,
            query,
        };
        let mut target = Vec::with_capacity(prefix.len() + text.len() + query.len_hint() + 16);
        target.extend_from_slice(prefix.trim_end_matches('/').as_bytes());
        target.push(b'/');
        escape(&text, SEGMENT, &mut target);
        query.write(&mut target)?;
        self.checked_uri(target.into(), value, field)
    }
}

/// The path after a prefix, if that ends where a segment does.
fn without_prefix<'a>(path: Text<'a>, prefix: &[u8]) -> Text<'a> {
    let prefix = prefix.strip_prefix(b"/").unwrap_or(prefix);
    if prefix.is_empty() {
        return path;
    }
    let rest = path
        .strip_prefix(b"/")
        .and_then(|path| path.strip_prefix(prefix));
    let is_segment = rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"));
    match path {
        path if !is_segment => path,
        Text::Borrowed(path) => Text::Borrowed(&path[1 + prefix.len()..]),
        Text::Owned(mut path) => {
            path.drain(..1 + prefix.len());
            Text::Owned(path)
        }
    }
}

struct QueryIn<'w, 'a> {
    wire: &'w Wire<'a>,
    event: &'w Bytes,
    query: Query<'a>,
}

impl<'a> QueryIn<'_, 'a> {
    fn is_absent(&self) -> bool {
        match self.query {
            Query::Verbatim { value } => !value.is_present() || value.is_text(""),
            Query::Split { multi, single, .. } => !multi.is_present() && !single.is_present(),
        }
    }

    fn len_hint(&self) -> usize {
        // The query is one of several members, and cannot be longer than the event.
        if self.is_absent() {
            0
        } else {
            self.event.len().min(256)
        }
    }

    fn write(&mut self, target: &mut Vec<u8>) -> Result<(), Error> {
        let event = self.wire.event;
        match self.query {
            Query::Verbatim { value } => {
                let text = value.text(event)?.unwrap_or_default();
                if !text.is_empty() {
                    target.push(b'?');
                    escape(&text, query_set(&text), target);
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
        escape(text, refused, self.target);
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

/// A set of bytes to percent-encode.
#[derive(Clone, Copy)]
struct ByteSet([u64; 4]);

impl ByteSet {
    const fn with(mut self, bytes: &[u8]) -> Self {
        let mut i = 0;
        while i < bytes.len() {
            self.0[(bytes[i] >> 6) as usize] |= 1 << (bytes[i] & 63);
            i += 1;
        }
        self
    }

    const fn without(mut self, bytes: &[u8]) -> Self {
        let mut i = 0;
        while i < bytes.len() {
            self.0[(bytes[i] >> 6) as usize] &= !(1 << (bytes[i] & 63));
            i += 1;
        }
        self
    }

    const fn with_high(mut self) -> Self {
        self.0[2] = u64::MAX;
        self.0[3] = u64::MAX;
        self
    }

    const fn has(&self, byte: u8) -> bool {
        self.0[(byte >> 6) as usize] & (1 << (byte & 63)) != 0
    }

    /// Control characters and the space, which no URI holds.
    const CONTROLS: ByteSet = ByteSet([(1 << 33) - 1, 1 << 63, 0, 0]);
    const ALL: ByteSet = ByteSet([u64::MAX; 4]);
}

const ALPHANUMERIC: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// What `http::Uri` refuses in a path, and what would end the path.
const PATH: ByteSet = ByteSet::CONTROLS.with(b"<>`?#");
/// What `http::Uri` refuses in a query, and what would end the query.
const QUERY: ByteSet = ByteSet::CONTROLS.with(b"\"<>#");
/// What is not itself in a component of a query: all that is not unreserved (RFC 3986, 2.3).
const COMPONENT: ByteSet = ByteSet::ALL.without(ALPHANUMERIC).without(b"-._~");
/// What is not itself in a segment of a path (RFC 3986, 3.3).
const SEGMENT: ByteSet = COMPONENT.without(b"!$&'()*+,;=:@");
/// What is not itself in a path.
const DECODED_PATH: ByteSet = SEGMENT.without(b"/");

fn path_set(style: Path, text: &[u8]) -> ByteSet {
    match style {
        Path::Decoded => DECODED_PATH,
        Path::Verbatim => high_unless_utf8(PATH, text),
    }
}

fn query_set(text: &[u8]) -> ByteSet {
    high_unless_utf8(QUERY, text)
}

/// `http::Uri` takes bytes above 0x7F if they are UTF-8.
fn high_unless_utf8(set: ByteSet, text: &[u8]) -> ByteSet {
    if std::str::from_utf8(text).is_ok() {
        set
    } else {
        set.with_high()
    }
}

fn escape(text: &[u8], refused: ByteSet, target: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for &byte in text {
        if refused.has(byte) {
            let (high, low) = (HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]);
            target.extend_from_slice(&[b'%', high, low]);
        } else {
            target.push(byte);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(target: &[u8]) -> Option<Uri> {
        Uri::from_maybe_shared(Bytes::copy_from_slice(target)).ok()
    }

    #[test]
    fn only_what_a_uri_refuses_is_escaped() {
        for byte in 0..=0x7f_u8 {
            let path = [b'/', byte, b'x'];
            let kept = taken(&path).is_some_and(|uri| uri.path().as_bytes() == path);
            assert_eq!(kept, !PATH.has(byte), "path {byte:#x}");
            let query = [b'/', b'?', byte, b'x'];
            let kept = taken(&query)
                .is_some_and(|uri| uri.query().map(str::as_bytes) == Some(&query[2..]));
            assert_eq!(kept, !QUERY.has(byte), "query {byte:#x}");
        }
        for byte in 0x80..=0xff_u8 {
            assert!(taken(&[b'/', byte]).is_none());
            assert!(path_set(Path::Verbatim, &[byte]).has(byte));
        }
        assert!(taken("/é?é".as_bytes()).is_some());
        assert!(!path_set(Path::Verbatim, "é".as_bytes()).has(0xc3));
    }

    #[test]
    fn a_prefix_ends_with_a_segment() {
        let cut = |path: &'static str, prefix: &str| {
            String::from_utf8(
                without_prefix(Text::Borrowed(path.as_bytes()), prefix.as_bytes()).into_owned(),
            )
        };
        assert_eq!(cut("/prod/x", "prod").unwrap(), "/x");
        assert_eq!(cut("/prod/x", "/prod").unwrap(), "/x");
        assert_eq!(cut("/prod", "/prod").unwrap(), "");
        assert_eq!(cut("/products", "/prod").unwrap(), "/products");
        assert_eq!(cut("/api/api/x", "/api").unwrap(), "/api/x");
        assert_eq!(cut("/x/prod", "/prod").unwrap(), "/x/prod");
    }
}
