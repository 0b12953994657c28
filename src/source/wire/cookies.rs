//! The cookies of payload format 2.0.

use std::collections::HashSet;

use http::header::{COOKIE, HeaderMap, HeaderValue};

use super::names::{header_value, is_bad};
use super::{HeadersIn, Scanner, Text, Value};
use crate::Error;

impl HeadersIn<'_> {
    /// Reads the `cookies` of payload format 2.0, which stand for the header.
    ///
    /// A function URL sends the header as well: that is the client's own, and is kept as it
    /// is unless it lacks a cookie.
    pub(crate) fn read_cookies(&mut self, cookies: Value<'_>) -> Result<(), Error> {
        let Some(scanner) = cookies.scan(self.event) else {
            return Ok(());
        };
        let Some(mut joined) = joined(scanner)? else {
            return Ok(());
        };
        let header = header_of(&self.map);
        if !header.is_empty() {
            let header = &header[..];
            if header == &*joined || missing(header, &joined).is_empty() {
                return Ok(());
            }
            let rest = missing(&joined, header);
            let joined = joined.to_mut();
            for cookie in rest {
                joined.extend_from_slice(b"; ");
                joined.extend_from_slice(cookie);
            }
        }
        let value = header_value(self.event, joined)
            .map_err(|reason| bad_cookie(self.event, cookies, &reason))?;
        let inserted = self.map.try_insert(COOKIE, value);
        inserted
            .map(drop)
            .map_err(|error| cookies.unexpected(self.event, "cookies", error))
    }
}

/// The cookies of a header, which a client may have sent in several.
fn header_of(headers: &HeaderMap) -> Text<'_> {
    let mut values = headers.get_all(COOKIE).iter().map(HeaderValue::as_bytes);
    match (values.next(), values.next()) {
        (None, _) => Text::default(),
        (Some(header), None) => Text::Borrowed(header),
        (Some(one), Some(other)) => {
            let all: Vec<&[u8]> = [one, other].into_iter().chain(values).collect();
            Text::Owned(all.join(&b"; "[..]))
        }
    }
}

/// The cookies as one header has them; `None` where there are none.
fn joined(mut scanner: Scanner<'_>) -> Result<Option<Text<'_>>, Error> {
    scanner.enter_array("an array of cookies")?;
    let mut ahead = scanner.clone();
    let (mut is_first, mut count, mut len) = (true, 0, 0);
    while ahead.element(&mut is_first)? {
        let cookie = ahead.string()?;
        count += usize::from(!cookie.is_empty());
        len += cookie.len() + 2;
    }
    is_first = true;
    let mut joined = Vec::with_capacity(if count > 1 { len - 2 } else { 0 });
    while scanner.element(&mut is_first)? {
        let cookie = scanner.string()?;
        if count == 1 && !cookie.is_empty() {
            return Ok(Some(cookie));
        }
        if !joined.is_empty() && !cookie.is_empty() {
            joined.extend_from_slice(b"; ");
        }
        joined.extend_from_slice(&cookie);
    }
    Ok((count > 0).then_some(Text::Owned(joined)))
}

/// The error for the cookie that no header can hold.
#[cold]
fn bad_cookie(event: &[u8], cookies: Value<'_>, reason: &str) -> Error {
    let unnamed = cookies.unexpected(event, "cookies", reason);
    let Some(mut scanner) = cookies.scan(event) else {
        return unnamed;
    };
    let mut is_first = true;
    let entered = scanner.enter_array("an array of cookies");
    while entered.is_ok() && matches!(scanner.element(&mut is_first), Ok(true)) {
        let at = scanner.clone();
        match scanner.string() {
            Ok(cookie) if cookie.iter().any(|byte| is_bad(*byte)) => return at.fault_here(reason),
            Ok(_) => {}
            Err(error) => return error,
        }
    }
    unnamed
}

/// The cookies of the second header that the first does not have.
fn missing<'c>(header: &[u8], other: &'c [u8]) -> Vec<&'c [u8]> {
    let known: HashSet<&[u8]> = cookies(header).collect();
    cookies(other)
        .filter(|cookie| !known.contains(cookie))
        .collect()
}

fn cookies(header: &[u8]) -> impl Iterator<Item = &[u8]> {
    let cookies = header.split(|byte| *byte == b';').map(<[u8]>::trim_ascii);
    cookies.filter(|cookie| !cookie.is_empty())
}
