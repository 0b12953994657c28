//! Writes a reply: one pass into one buffer.

use bytes::Bytes;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Response, StatusCode};

use super::body::{BodyForm, encode_body, form_of};
use super::escape::escape;
use super::words::is_plain;
use crate::options::BodyEncoding;

/// A reply in the making: a JSON object, one member after the other.
pub(crate) struct Writer<'r> {
    out: Vec<u8>,
    response: &'r Response<Bytes>,
    keeps_length: bool,
    form: BodyForm,
}

/// Whether the response tells how long a body is that the client has already. Frameworks say 0 of
/// any body that is empty, which servers do not send then.
fn tells_length(response: &Response<Bytes>) -> bool {
    let length = response.headers().get(header::CONTENT_LENGTH);
    response.status() == StatusCode::NOT_MODIFIED && length.is_some_and(|length| length != "0")
}

impl<'r> Writer<'r> {
    /// A reply with the status of the response.
    ///
    /// `Content-Length` is kept where it tells of a body that is not there: in a response to HEAD,
    /// or one with status 304. All others are counted by the gateway.
    pub(crate) fn new(
        response: &'r Response<Bytes>,
        encoding: BodyEncoding,
        is_base64_free: bool,
        is_head: bool,
    ) -> Self {
        let (form, body_len) = form_of(response.body(), encoding, is_base64_free);
        let headers = response.headers();
        let headers_len: usize = headers
            .iter()
            .map(|(name, value)| name.as_str().len() + value.len() + 12)
            .sum();
        let mut writer = Writer {
            out: Vec::with_capacity(128 + headers_len + body_len),
            response,
            keeps_length: is_head || tells_length(response),
            form,
        };
        writer.out.extend_from_slice(b"{\"statusCode\":");
        writer
            .out
            .extend_from_slice(response.status().as_str().as_bytes());
        writer
    }

    /// The prelude of a stream, whose length nobody counts.
    pub(crate) fn prelude(response: &'r Response<Bytes>) -> Self {
        Writer {
            keeps_length: false,
            ..Writer::new(response, BodyEncoding::Text, true, false)
        }
    }

    /// `"statusDescription":"200 OK"`
    pub(crate) fn status_description(&mut self) {
        self.key("statusDescription");
        let status = self.response.status();
        self.out.push(b'"');
        self.out.extend_from_slice(status.as_str().as_bytes());
        if let Some(reason) = status.canonical_reason() {
            self.out.push(b' ');
            self.out.extend_from_slice(reason.as_bytes());
        }
        self.out.push(b'"');
    }

    /// An object of names, each with an array of its values.
    pub(crate) fn multi_value_headers(&mut self) {
        self.multi_value(self.deliverable());
    }

    /// The same, with the last value of each name first.
    pub(crate) fn reversed_multi_value_headers(&mut self) {
        let mut headers: Vec<_> = self.deliverable().collect();
        // The values of one name stand together.
        for values in headers.chunk_by_mut(|(one, _), (other, _)| one == other) {
            values.reverse();
        }
        self.multi_value(headers.into_iter());
    }

    fn multi_value(&mut self, headers: impl Iterator<Item = (&'r HeaderName, &'r HeaderValue)>) {
        self.key("multiValueHeaders");
        self.out.push(b'{');
        let mut last: Option<&HeaderName> = None;
        for (name, value) in headers {
            if last == Some(name) {
                self.out.push(b',');
            } else {
                if last.is_some() {
                    self.out.extend_from_slice(b"],");
                }
                self.name(name.as_str().as_bytes());
                self.out.extend_from_slice(b":[");
            }
            self.header_value(value);
            last = Some(name);
        }
        if last.is_some() {
            self.out.push(b']');
        }
        self.out.push(b'}');
    }

    /// An object of names, each with its values joined by a comma (RFC 9110, 5.3); all but
    /// `Set-Cookie`, which cannot be joined, and is written by `cookies`.
    pub(crate) fn headers(&mut self, mut cookies: impl FnMut(&mut Self, &mut bool)) {
        self.key("headers");
        self.out.push(b'{');
        let mut last: Option<&HeaderName> = None;
        for (name, value) in self.deliverable() {
            if *name == header::SET_COOKIE {
                continue;
            }
            if last == Some(name) {
                // Open the string again.
                self.out.pop();
                self.out.extend_from_slice(b", ");
                self.escaped_value(value);
                self.out.push(b'"');
            } else {
                if last.is_some() {
                    self.out.push(b',');
                }
                self.name(name.as_str().as_bytes());
                self.out.push(b':');
                self.header_value(value);
            }
            last = Some(name);
        }
        let mut is_first = last.is_none();
        cookies(self, &mut is_first);
        self.out.push(b'}');
    }

    /// A member of the headers written by hand: a comma where one is due, the name, a colon.
    pub(crate) fn header_name(&mut self, name: &[u8], is_first: &mut bool) {
        if !std::mem::take(is_first) {
            self.out.push(b',');
        }
        self.name(name);
        self.out.push(b':');
    }

    /// An array of the values of `Set-Cookie`.
    pub(crate) fn cookie_array(&mut self) {
        self.out.push(b'[');
        let mut is_first = true;
        for value in self.set_cookies() {
            if !std::mem::take(&mut is_first) {
                self.out.push(b',');
            }
            self.header_value(value);
        }
        self.out.push(b']');
    }

    /// `"cookies":[..]`, empty where there are none: `cargo lambda watch` takes no reply
    /// without it.
    pub(crate) fn cookies(&mut self) {
        self.key("cookies");
        self.cookie_array();
    }

    pub(crate) fn set_cookies(&self) -> impl Iterator<Item = &'r HeaderValue> + use<'r> {
        self.response.headers().get_all(header::SET_COOKIE).iter()
    }

    /// Writes the body, and ends the reply.
    pub(crate) fn finish(mut self) -> Bytes {
        let body = self.response.body();
        self.out.extend_from_slice(b",\"isBase64Encoded\":");
        let is_base64: &[u8] = match self.form {
            BodyForm::Base64 => b"true",
            BodyForm::Plain | BodyForm::Escaped => b"false",
        };
        self.out.extend_from_slice(is_base64);
        self.out.extend_from_slice(b",\"body\":\"");
        match self.form {
            BodyForm::Plain => self.out.extend_from_slice(body),
            BodyForm::Escaped => escape(body, &mut self.out),
            BodyForm::Base64 => encode_body(body, &mut self.out),
        }
        self.out.extend_from_slice(b"\"}");
        self.out.into()
    }

    /// Ends the prelude of a stream.
    pub(crate) fn finish_prelude(mut self) -> Bytes {
        self.out.push(b'}');
        self.out.into()
    }

    pub(crate) fn header_value(&mut self, value: &HeaderValue) {
        self.out.push(b'"');
        self.escaped_value(value);
        self.out.push(b'"');
    }

    /// A header's value: UTF-8 as it is, other bytes as the Latin-1 characters they are.
    fn escaped_value(&mut self, value: &HeaderValue) {
        let bytes = value.as_bytes();
        if is_plain(bytes) {
            self.out.extend_from_slice(bytes);
        } else if std::str::from_utf8(bytes).is_ok() {
            escape(bytes, &mut self.out);
        } else {
            let text: String = bytes.iter().map(|byte| char::from(*byte)).collect();
            escape(text.as_bytes(), &mut self.out);
        }
    }

    fn deliverable(&self) -> impl Iterator<Item = (&'r HeaderName, &'r HeaderValue)> + use<'r> {
        let keeps_length = self.keeps_length;
        let headers = self.response.headers();
        let has_connection = headers.contains_key(header::CONNECTION);
        headers.iter().filter(move |(name, _)| {
            let is_length = *name == header::CONTENT_LENGTH && !keeps_length;
            let is_named = has_connection && is_named_by_connection(headers, name);
            !is_length && !is_hop_by_hop(name) && !is_named
        })
    }

    fn key(&mut self, key: &str) {
        self.out.extend_from_slice(b",\"");
        self.out.extend_from_slice(key.as_bytes());
        self.out.extend_from_slice(b"\":");
    }

    /// A header's name, which holds nothing to escape.
    fn name(&mut self, name: &[u8]) {
        self.out.push(b'"');
        self.out.extend_from_slice(name);
        self.out.push(b'"');
    }
}

/// Whether a header speaks of one connection only (RFC 9110, 7.6.1).
pub(crate) fn is_hop_by_hop(name: &HeaderName) -> bool {
    matches!(
        name.as_str(),
        "connection"
            | "keep-alive"
            | "proxy-connection"
            | "te"
            | "trailer"
            | "transfer-encoding"
            | "upgrade"
    )
}

fn is_named_by_connection(headers: &HeaderMap, name: &HeaderName) -> bool {
    let connections = headers.get_all(header::CONNECTION).iter();
    let mut names = connections.flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    names.any(|named| {
        named
            .trim_ascii()
            .eq_ignore_ascii_case(name.as_str().as_bytes())
    })
}
