//! Header maps of the event, and the request made of all that was read.

use std::fmt;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, Keys, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri, Version};
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess};
use serde::de::{Unexpected, Visitor};

use super::{Key, Text, TextSeed, Value, Wire, shared};
use crate::{Body, Error};

/// Room for a browser's headers and the gateway's, so that the map does not grow.
const USUAL_HEADERS: usize = 24;

/// The headers of a request, gathered from the event.
pub(crate) struct HeadersIn<'e> {
    event: &'e Bytes,
    map: HeaderMap,
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
        if let Some(header) = self.map.get(http::header::COOKIE) {
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
        self.map.insert(http::header::COOKIE, value);
        Ok(())
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

    fn append_named(&mut self, name: HeaderName, text: Text<'_>) -> Result<(), String> {
        let value = header_value(shared(self.event, text))?;
        match self.map.try_append(name, value) {
            Ok(_) => Ok(()),
            Err(_) => Err("there are more headers than a request can have".to_owned()),
        }
    }
}

/// The request, once all its parts are known.
pub(crate) fn request(
    method: Method,
    uri: Uri,
    protocol: Value<'_>,
    headers: HeadersIn<'_>,
    body: Bytes,
) -> Request<Body> {
    let mut headers = headers.map;
    // The body is delivered whole, in the length it has now that it is decoded. A gateway
    // that takes the length away had one, or chunks, from the client.
    if !body.is_empty() {
        headers.remove(TRANSFER_ENCODING);
        headers.insert(CONTENT_LENGTH, body.len().into());
    } else if let Some(length) = headers.get_mut(CONTENT_LENGTH) {
        *length = HeaderValue::from_static("0");
    }
    let mut request = Request::new(Body::from(body));
    *request.method_mut() = method;
    *request.uri_mut() = uri;
    *request.version_mut() = version(protocol);
    *request.headers_mut() = headers;
    request
}

/// The version the client spoke; HTTP/1.1 where the gateway does not say.
fn version(protocol: Value<'_>) -> Version {
    let versions = [
        ("HTTP/1.1", Version::HTTP_11),
        ("HTTP/2.0", Version::HTTP_2),
        ("HTTP/2", Version::HTTP_2),
        ("HTTP/1.0", Version::HTTP_10),
        ("HTTP/3.0", Version::HTTP_3),
        ("HTTP/3", Version::HTTP_3),
    ];
    let known = versions
        .into_iter()
        .find(|(name, _)| protocol.is_text(name));
    known.map_or(Version::HTTP_11, |(_, version)| version)
}

impl<'a> Wire<'a> {
    /// The request's method.
    pub(crate) fn read_method(&self, value: Value<'a>, field: &str) -> Result<Method, Error> {
        let text = value
            .text(self.event)?
            .ok_or_else(|| Error::missing(field))?;
        Method::from_bytes(&text).map_err(|_| {
            let text = String::from_utf8_lossy(&text);
            let reason = format_args!("`{}` is not a method", text.escape_debug());
            value.unexpected(self.event, field, reason)
        })
    }
}

fn header_name(name: &[u8]) -> Result<HeaderName, String> {
    if let Some(known) = known_name(name) {
        return Ok(known);
    }
    HeaderName::from_bytes(name).map_err(|_| {
        let name = String::from_utf8_lossy(name);
        format!("`{}` is not a header name", name.escape_debug())
    })
}

fn header_value(text: Bytes) -> Result<HeaderValue, String> {
    let bad = |text: &Bytes| {
        let bad = |byte: &u8| (*byte < b' ' && *byte != b'\t') || *byte == 0x7f;
        text.iter().copied().find(bad).unwrap_or_default()
    };
    HeaderValue::from_maybe_shared(text.clone())
        .map_err(|_| format!("a header's value cannot hold the byte {:#04x}", bad(&text)))
}

/// Names that gateways and browsers send and `http` has no constant for: these need no
/// memory of their own.
fn known_name(name: &[u8]) -> Option<HeaderName> {
    macro_rules! known {
        ($($($spelling:literal)|+ => $name:literal,)+) => {
            match name {
                $($($spelling)|+ => {
                    const NAME: HeaderName = HeaderName::from_static($name);
                    Some(NAME)
                })+
                _ => None,
            }
        };
    }
    known! {
        b"x-forwarded-for" | b"X-Forwarded-For" => "x-forwarded-for",
        b"x-forwarded-port" | b"X-Forwarded-Port" => "x-forwarded-port",
        b"x-forwarded-proto" | b"X-Forwarded-Proto" => "x-forwarded-proto",
        b"x-forwarded-host" | b"X-Forwarded-Host" => "x-forwarded-host",
        b"x-amzn-trace-id" | b"X-Amzn-Trace-Id" => "x-amzn-trace-id",
        b"x-amzn-tls-version" => "x-amzn-tls-version",
        b"x-amzn-tls-cipher-suite" => "x-amzn-tls-cipher-suite",
        b"x-amz-cf-id" | b"X-Amz-Cf-Id" => "x-amz-cf-id",
        b"x-amzn-lattice-identity" => "x-amzn-lattice-identity",
        b"x-amzn-lattice-network" => "x-amzn-lattice-network",
        b"x-amzn-lattice-target" => "x-amzn-lattice-target",
        b"sec-ch-ua" => "sec-ch-ua",
        b"sec-ch-ua-mobile" => "sec-ch-ua-mobile",
        b"sec-ch-ua-platform" => "sec-ch-ua-platform",
        b"sec-fetch-dest" => "sec-fetch-dest",
        b"sec-fetch-mode" => "sec-fetch-mode",
        b"sec-fetch-site" => "sec-fetch-site",
        b"sec-fetch-user" => "sec-fetch-user",
        b"sec-gpc" => "sec-gpc",
        b"priority" => "priority",
        b"x-requested-with" => "x-requested-with",
        b"x-api-key" => "x-api-key",
    }
}

struct MapSeed<'m, 'e> {
    headers: &'m mut HeadersIn<'e>,
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
struct MissingSeed<'m> {
    // The gateway writes both objects in the same order.
    keys: Keys<'m, HeaderValue>,
    map: &'m HeaderMap,
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

/// Reads a string or null.
pub(super) struct OptionalTextSeed;

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
