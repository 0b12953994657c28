//! The cookies of payload format 2.0.

use std::fmt;

use bytes::Bytes;
use http::header::COOKIE;
use serde::de::{DeserializeSeed, Deserializer, SeqAccess, Visitor};

use super::names::header_value;
use super::{HeadersIn, TextSeed, Value, shared};
use crate::Error;

impl HeadersIn<'_> {
    /// Reads the `cookies` of payload format 2.0, which stand for the header.
    ///
    /// A function URL sends the header as well, with the same cookies; one that only the
    /// header has is kept.
    pub(crate) fn read_cookies(&mut self, cookies: Value<'_>) -> Result<(), Error> {
        let read = cookies.read(self.event, CookiesSeed { event: self.event })?;
        let Some(Cookies { joined, count }) = read.filter(|cookies| cookies.count > 0) else {
            return Ok(());
        };
        let mut joined = joined;
        if let Some(header) = self.map.get(COOKIE) {
            if header.as_bytes() == &joined[..] {
                return Ok(());
            }
            let pieces = |text: &[u8]| -> Vec<Vec<u8>> {
                let pieces = text.split(|byte| *byte == b';');
                pieces.map(|piece| piece.trim_ascii().to_vec()).collect()
            };
            let known = pieces(&joined);
            let mut all = joined.to_vec();
            for piece in pieces(header.as_bytes()) {
                if !piece.is_empty() && !known.contains(&piece) {
                    all.extend_from_slice(b"; ");
                    all.extend_from_slice(&piece);
                }
            }
            joined = all.into();
        }
        let value = header_value(joined).map_err(|reason| {
            let what = if count == 1 { "cookies[0]" } else { "cookies" };
            cookies.unexpected(self.event, what, reason)
        })?;
        self.map.insert(COOKIE, value);
        Ok(())
    }
}

struct Cookies {
    joined: Bytes,
    count: usize,
}

/// Reads an array of cookies, joined as one header has them.
struct CookiesSeed<'e> {
    event: &'e Bytes,
}

impl<'a> DeserializeSeed<'a> for CookiesSeed<'_> {
    type Value = Cookies;

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<Cookies, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'a> Visitor<'a> for CookiesSeed<'_> {
    type Value = Cookies;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of cookies")
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut seq: A) -> Result<Cookies, A::Error> {
        let Some(first) = seq.next_element_seed(TextSeed)? else {
            return Ok(Cookies {
                joined: Bytes::new(),
                count: 0,
            });
        };
        let Some(second) = seq.next_element_seed(TextSeed)? else {
            return Ok(Cookies {
                joined: shared(self.event, first),
                count: 1,
            });
        };
        let mut joined = Vec::with_capacity(2 * (first.len() + second.len()) + 64);
        joined.extend_from_slice(&first);
        let mut count = 1;
        let mut next = Some(second);
        while let Some(cookie) = next {
            joined.extend_from_slice(b"; ");
            joined.extend_from_slice(&cookie);
            count += 1;
            next = seq.next_element_seed(TextSeed)?;
        }
        Ok(Cookies {
            joined: joined.into(),
            count,
        })
    }
}
