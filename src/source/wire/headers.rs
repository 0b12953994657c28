//! The headers of a request, gathered from the event.

use bytes::Bytes;
use http::{HeaderMap, HeaderName};

use super::header_seeds::{MapSeed, MissingSeed};
use super::names::{header_name, header_value};
use super::{Text, Value, shared};
use crate::Error;

/// Room for a browser's headers and the gateway's, so that the map does not grow.
const USUAL_HEADERS: usize = 24;

/// The headers of a request, gathered from the event.
pub(crate) struct HeadersIn<'e> {
    pub(super) event: &'e Bytes,
    pub(super) map: HeaderMap,
}

impl<'e> HeadersIn<'e> {
    pub(crate) fn new(event: &'e Bytes) -> Self {
        HeadersIn {
            event,
            map: HeaderMap::with_capacity(USUAL_HEADERS),
        }
    }

    /// Reads an object of names and values; a value is a string or an array of strings.
    pub(crate) fn read(&mut self, value: Value<'_>) -> Result<(), Error> {
        let event = self.event;
        value.read(event, MapSeed { headers: self }).map(drop)
    }

    /// Reads what an event in payload format 1.0 holds: `multiValueHeaders` has every value
    /// and `headers` the last one of each, so that only a name missing there counts.
    pub(crate) fn read_both(&mut self, multi: Value<'_>, single: Value<'_>) -> Result<(), Error> {
        self.read(multi)?;
        if self.map.is_empty() {
            return self.read(single);
        }
        let seed = MissingSeed {
            keys: self.map.keys(),
            map: &self.map,
        };
        let missing = single.read(self.event, seed)?.unwrap_or_default();
        for (name, text) in missing {
            let offset = single.offset(self.event);
            self.append(&name, text)
                .map_err(|reason| Error::invalid_event("headers", offset, reason))?;
        }
        Ok(())
    }

    pub(super) fn into_map(self) -> HeaderMap {
        self.map
    }

    /// Sets a header that the event implies without having it, unless it has it.
    pub(crate) fn imply(&mut self, name: HeaderName, text: Text<'_>) {
        if let Ok(value) = header_value(shared(self.event, text)) {
            self.map.entry(name).or_insert(value);
        }
    }

    fn append(&mut self, name: &[u8], text: Text<'_>) -> Result<(), String> {
        self.append_named(header_name(name)?, text)
    }

    pub(super) fn append_named(&mut self, name: HeaderName, text: Text<'_>) -> Result<(), String> {
        let value = header_value(shared(self.event, text))?;
        match self.map.try_append(name, value) {
            Ok(_) => Ok(()),
            Err(_) => Err("there are more headers than a request can have".to_owned()),
        }
    }
}
