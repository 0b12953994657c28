//! The request's target: path and query, as the client wrote them as far as the gateway
//! tells.

use bytes::Bytes;
use http::Uri;

use super::percent::{SEGMENT, path_set, percent_decode, percent_encode};
use super::query::Query;
use super::{Text, Value, Wire, shared};
use crate::{Error, Options};

/// What a gateway did to the path.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Path {
    /// It is as the client wrote it: what `http::Uri` takes stays.
    Verbatim,
    /// It is percent-decoded, so that every character stands for itself.
    Decoded,
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
    pub(crate) fn uri(&self, target: Target<'a>, options: &Options) -> Result<Uri, Error> {
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
            text = match style {
                Path::Verbatim => without_prefix(text, base_path),
                Path::Decoded => without_prefix(text, &percent_decode(base_path, false)),
            };
        }
        if text.is_empty() {
            text = Text::Borrowed(b"/");
        }
        if !text.starts_with(b"/") && *text != *b"*" {
            return Err(path.unexpected(self.event, field, "a path begins with a slash"));
        }
        let refused = path_set(style, &text);
        let is_whole = query.is_absent() && !text.iter().any(|byte| refused.has(*byte));
        if is_whole {
            let is_root = *text == *b"/";
            let uri = if is_root {
                Bytes::from_static(b"/")
            } else {
                shared(self.event, text)
            };
            return self.checked_uri(uri, path, field);
        }
        let mut target = Vec::with_capacity(text.len() + query.len_hint(self.event));
        percent_encode(&text, refused, &mut target);
        query.write(self.event, &mut target)?;
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
        prefix: &str,
        name: (Value<'a>, &'static str),
        query: Query<'a>,
    ) -> Result<Uri, Error> {
        let (value, field) = name;
        let text = value
            .text(self.event)?
            .ok_or_else(|| Error::missing(field))?;
        let mut target =
            Vec::with_capacity(prefix.len() + 1 + text.len() + query.len_hint(self.event));
        target.extend_from_slice(prefix.trim_end_matches('/').as_bytes());
        target.push(b'/');
        percent_encode(&text, &SEGMENT, &mut target);
        query.write(self.event, &mut target)?;
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

#[cfg(test)]
mod tests {
    use super::*;

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
