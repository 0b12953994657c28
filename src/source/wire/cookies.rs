//! The cookies of payload format 2.0.

use http::header::COOKIE;

use super::names::header_value;
use super::{HeadersIn, Scanner, Text, Value};
use crate::Error;

impl HeadersIn<'_> {
    /// Reads the `cookies` of payload format 2.0, which stand for the header.
    ///
    /// A function URL sends the header as well, with the same cookies; one that only the
    /// header has is kept.
    pub(crate) fn read_cookies(&mut self, cookies: Value<'_>) -> Result<(), Error> {
        let Some(scanner) = cookies.scan(self.event) else {
            return Ok(());
        };
        let Some(mut joined) = joined(scanner)? else {
            return Ok(());
        };
        if let Some(header) = self.map.get(COOKIE) {
            if header.as_bytes() == &*joined {
                return Ok(());
            }
            add_missing(joined.to_mut(), header.as_bytes());
        }
        let value = header_value(self.event, joined)
            .map_err(|reason| cookies.unexpected(self.event, "cookies", reason))?;
        let inserted = self.map.try_insert(COOKIE, value);
        inserted
            .map(drop)
            .map_err(|error| cookies.unexpected(self.event, "cookies", error))
    }
}

/// The cookies as one header has them; `None` where there are none.
fn joined(mut scanner: Scanner<'_>) -> Result<Option<Text<'_>>, Error> {
    scanner.enter_array("an array of cookies")?;
    let mut ahead = scanner.clone();
    let (mut is_first, mut count, mut len) = (true, 0, 0);
    while ahead.element(&mut is_first)? {
        count += 1;
        len += ahead.string()?.len() + 2;
    }
    is_first = true;
    if count <= 1 {
        return match scanner.element(&mut is_first)? {
            true => scanner.string().map(Some),
            false => Ok(None),
        };
    }
    let mut joined = Vec::with_capacity(len - 2);
    while scanner.element(&mut is_first)? {
        if !joined.is_empty() {
            joined.extend_from_slice(b"; ");
        }
        joined.extend_from_slice(&scanner.string()?);
    }
    Ok(Some(Text::Owned(joined)))
}

/// Adds the cookies of a header that are not there yet.
fn add_missing(cookies: &mut Vec<u8>, header: &[u8]) {
    let pieces = |text: &[u8]| -> Vec<Vec<u8>> {
        let pieces = text.split(|byte| *byte == b';');
        pieces.map(|piece| piece.trim_ascii().to_vec()).collect()
    };
    let mut known: std::collections::HashSet<_> = pieces(cookies).into_iter().collect();
    for piece in pieces(header) {
        if !piece.is_empty() && known.insert(piece.clone()) {
            cookies.extend_from_slice(b"; ");
            cookies.extend_from_slice(&piece);
        }
    }
}
