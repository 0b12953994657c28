//! Paths of the app.

use http::uri::PathAndQuery;

use super::values::Refused;

/// A path of the app's, with or without the slash at its start.
pub(super) fn path(text: &str) -> Result<PathAndQuery, Refused> {
    if text.contains("://") || text.contains('#') {
        return Err(Refused::Value);
    }
    let slash = if text.starts_with('/') { "" } else { "/" };
    format!("{slash}{text}").parse().map_err(|_| Refused::Value)
}

/// A path that clients must not reach, so that all ways to write it have to be known.
pub(super) fn guarded(text: &str) -> Result<PathAndQuery, Refused> {
    let path = path(text)?;
    let because = |reason: &str| Err(Refused::For(reason.to_owned()));
    match decode(path.path()) {
        None => because("a `%` in it is no escape, and servers disagree on what such a path means"),
        Some(decoded) if decoded.contains(&b'%') => {
            because("decoded it has a `%`, and servers disagree on what such a path means")
        }
        Some(_) => Ok(path),
    }
}

/// A path that clients must not reach, and so not the root.
pub(super) fn hook(text: &str) -> Result<PathAndQuery, Refused> {
    let path = guarded(text)?;
    match is_root(&path) {
        true => Err(Refused::For(
            "it is the root of the app, which clients ask for".to_owned(),
        )),
        false => Ok(path),
    }
}

/// Whether a path is `/` for a server that decodes it, takes `//`, `.` and `..` away, and cuts
/// parameters off.
pub(super) fn is_root(path: &PathAndQuery) -> bool {
    let decoded = decode(path.path()).unwrap_or_default();
    let mut depth = 0usize;
    for segment in decoded.split(|byte| *byte == b'/') {
        let bare = segment.split(|byte| *byte == b';').next();
        match bare.unwrap_or_default() {
            b"" | b"." => {}
            b".." => depth = depth.saturating_sub(1),
            _ => depth += 1,
        }
    }
    depth == 0
}

/// Takes percent escapes back, once; `None` if one is malformed.
fn decode(path: &str) -> Option<Vec<u8>> {
    let mut bytes = path.bytes();
    let mut decoded = Vec::with_capacity(path.len());
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'%' => {
                let high = char::from(bytes.next()?).to_digit(16)?;
                let low = char::from(bytes.next()?).to_digit(16)?;
                u8::try_from(high * 16 + low).ok()?
            }
            _ => byte,
        });
    }
    Some(decoded)
}

/// A prefix of paths: with a slash at its start and none at its end; `None` if it is empty.
pub(super) fn base(text: &str) -> Result<Option<String>, Refused> {
    let path = path(text)?;
    if path.query().is_some() {
        return Err(Refused::Value);
    }
    let base = path.path().trim_matches('/');
    Ok((!base.is_empty()).then(|| format!("/{base}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slash_at_the_start_is_added() {
        for (text, read) in [
            ("/events", "/events"),
            ("events", "/events"),
            ("/a?b=c", "/a?b=c"),
            ("//a", "//a"),
        ] {
            assert_eq!(path(text).unwrap(), read);
        }
        for text in ["http://h/events", "/a#b", "/a b", "/a\u{1}"] {
            assert_eq!(path(text), Err(Refused::Value), "{text}");
        }
    }

    #[test]
    fn a_base_path_has_one_form() {
        for text in ["/api", "api", "/api/", "//api//"] {
            assert_eq!(base(text), Ok(Some("/api".to_owned())), "{text}");
        }
        assert_eq!(base("/"), Ok(None));
        assert_eq!(base("/api?x"), Err(Refused::Value));
    }

    #[test]
    fn a_hook_is_a_path_of_its_own() {
        for text in [
            "/snapstart/before",
            "snapstart/after",
            "/snapstart/%61fter",
            "/a/..b",
            "/..;/a",
        ] {
            assert!(hook(text).is_ok(), "{text}");
        }
        for text in [
            "/", "//", "/..", "/.", "/foo/..", "/%2f", "/%2F%2e", "/;a=1", "/a/..;x/", "?a",
        ] {
            let refused = hook(text);
            assert!(
                matches!(&refused, Err(Refused::For(reason)) if reason.contains("root")),
                "{text}: {refused:?}"
            );
        }
    }

    #[test]
    fn an_escape_that_servers_read_differently_is_refused() {
        for text in ["/after%25", "/a%2561", "/a%", "/a%2", "/a%zz", "/a%+1"] {
            let refused = hook(text);
            assert!(
                matches!(&refused, Err(Refused::For(reason)) if reason.contains("disagree")),
                "{text}: {refused:?}"
            );
        }
    }
}
