//! The headers of a request, gathered from the event.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};

use super::names::{header_name, header_value, known_name};
use super::pair::PlainPair;
use super::{Scanner, Text, Value, Wire};
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
    pub(super) fn read_from(&mut self, scanner: &mut Scanner<'_>) -> Result<(), Error> {
        scanner.enter_object(EXPECTED)?;
        let mut is_first = true;
        loop {
            while let Some(pair) = scanner.plain_pair(is_first) {
                if !self.append_plain(&pair) {
                    break;
                }
                scanner.go_past(&pair);
                is_first = false;
            }
            match scanner.member(&mut is_first)? {
                Some(key) => self.read_values(scanner, key)?,
                None => return Ok(()),
            }
        }
    }

    /// Adds a header as nearly all are; says whether it could.
    #[inline]
    fn append_plain(&mut self, pair: &PlainPair<'_>) -> bool {
        let value = HeaderValue::from_maybe_shared(self.event.slice(pair.value.clone()));
        let Ok(value) = value else {
            return false;
        };
        let appended = match known_name(pair.name) {
            Some(name) => self.map.try_append(name, value),
            None => match HeaderName::from_bytes(pair.name) {
                Ok(name) => self.map.try_append(name, value),
                Err(_) => return false,
            },
        };
        appended.is_ok()
    }

    /// The headers in an object of the event.
    fn of(event: &'e Bytes, value: Value<'e>) -> Result<Self, Error> {
        let mut headers = HeadersIn::new(event);
        match value.scan(event) {
            Some(mut scanner) => headers.read_from(&mut scanner).map(|()| headers),
            None => Ok(headers),
        }
    }

    /// Adds the headers of an object whose names are not there yet.
    fn read_missing(&mut self, value: Value<'_>) -> Result<(), Error> {
        let Some(scanner) = value.scan(self.event) else {
            return Ok(());
        };
        let mut missing: HeaderMap<()> = HeaderMap::default();
        // The gateway writes both objects in the same order, so names seldom need hashing.
        let mut keys = self.map.keys();
        each_header(&mut scanner.clone(), |scanner, key| {
            let next = keys.next().map(|name| name.as_str().as_bytes());
            if !next.is_some_and(|name| name.eq_ignore_ascii_case(&key)) {
                let name = header_name(&key).map_err(|reason| scanner.fault_at_key(reason))?;
                if !self.map.contains_key(&name) {
                    let noted = missing.try_insert(name, ());
                    noted.map_err(|_| scanner.fault_at_key(TOO_MANY))?;
                }
            }
            scanner.skip()
        })?;
        if missing.is_empty() {
            return Ok(());
        }
        each_header(&mut scanner.clone(), |scanner, key| {
            match header_name(&key) {
                Ok(name) if missing.contains_key(&name) => self.read_values(scanner, key),
                _ => scanner.skip(),
            }
        })
    }

    /// Sets a header that the event implies without having it, unless it has it.
    pub(crate) fn imply(&mut self, name: HeaderName, value: HeaderValue) {
        if !self.map.contains_key(&name) {
            // A map that is full does without.
            let _ = self.map.try_insert(name, value);
        }
    }

    pub(super) fn into_map(self) -> HeaderMap {
        self.map
    }

    fn read_values(&mut self, scanner: &mut Scanner<'_>, key: Text<'_>) -> Result<(), Error> {
        let name = header_name(&key).map_err(|reason| scanner.fault_at_key(reason))?;
        scanner.each_string(|text| {
            let Some(text) = text else {
                return Ok(());
            };
            let value = header_value(self.event, text)?;
            let appended = self.map.try_append(name.clone(), value);
            appended.map(drop).map_err(|_| TOO_MANY.to_owned())
        })
    }
}

impl<'a> Wire<'a> {
    /// The headers of an event that has them in one object.
    pub(crate) fn take_headers(&mut self) -> Result<HeadersIn<'a>, Error> {
        let event = self.event;
        match self.headers_read.take() {
            Some(map) => Ok(HeadersIn { event, map }),
            None => HeadersIn::of(event, self.headers),
        }
    }

    /// The headers of an event in payload format 1.0: `multiValueHeaders` has every value and
    /// `headers` the last one of each, so that only a name missing there counts.
    pub(crate) fn take_both_headers(&mut self) -> Result<HeadersIn<'a>, Error> {
        let event = self.event;
        if self.has_equal_headers {
            return self.take_headers();
        }
        let mut headers = match self.multi_value_headers_read.take() {
            Some(map) => HeadersIn { event, map },
            None if self.multi_value_headers.is_present() => {
                HeadersIn::of(event, self.multi_value_headers)?
            }
            None => return self.take_headers(),
        };
        if headers.map.is_empty() {
            return self.take_headers();
        }
        headers.read_missing(self.headers).map(|()| headers)
    }
}

const EXPECTED: &str = "an object of headers";

pub(super) const TOO_MANY: &str = "there are more headers than a request can have";

/// Goes over an object of headers; each value has to be read or skipped.
fn each_header<'a>(
    scanner: &mut Scanner<'a>,
    mut take: impl FnMut(&mut Scanner<'a>, Text<'a>) -> Result<(), Error>,
) -> Result<(), Error> {
    scanner.enter_object(EXPECTED)?;
    let mut is_first = true;
    while let Some(key) = scanner.member(&mut is_first)? {
        take(scanner, key)?;
    }
    Ok(())
}
