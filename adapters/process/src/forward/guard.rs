//! Paths that only the environment may call.

use std::collections::BTreeSet;

use http::{Method, request};

use crate::Config;

/// The paths of hooks and of events, which no client from outside may reach.
#[derive(Debug, Default)]
pub(super) struct Guard {
    paths: BTreeSet<String>,
    // A path for events that nobody asked for: an app may have routes of its own there, so that only
    // what looks like an event is kept from it.
    implied: Option<String>,
}

impl Guard {
    pub(super) fn new(config: &Config) -> Self {
        let hooks = [&config.before_snapshot, &config.after_restore];
        let mut paths: BTreeSet<String> = hooks
            .into_iter()
            .flatten()
            .chain(config.events.sources.values())
            .map(|path| canonical(path.path()))
            .collect();
        let mut implied = None;
        if let Some(path) = &config.events.default {
            let path = canonical(path.path());
            match config.events.is_implied {
                true => implied = Some(path),
                false => drop(paths.insert(path)),
            }
        }
        Guard { paths, implied }
    }

    /// Whether this request from outside is for one of them, however it is spelt.
    pub(super) fn refuses(&self, head: &request::Parts) -> bool {
        let implied = self.implied.iter().filter(|_| head.method == Method::POST);
        let mut guarded = self.paths.iter().chain(implied);
        let path = head.uri.path();
        // Most paths are spelt as they are meant.
        if is_plain(path) {
            let path = path.strip_suffix('/').unwrap_or(path);
            return guarded.any(|guarded| guarded.eq_ignore_ascii_case(path));
        }
        let path = canonical(path);
        guarded.any(|guarded| *guarded == path)
    }
}

/// A path as the most lenient of frameworks reads it: decoded, without empty and relative
/// segments or parameters of segments, in lower case.
pub(crate) fn canonical(path: &str) -> String {
    let decoded = decoded(path.as_bytes());
    let mut segments: Vec<&[u8]> = Vec::new();
    for segment in decoded.split(|byte| matches!(byte, b'/' | b'\\')) {
        let end = segment.iter().position(|byte| *byte == b';');
        match &segment[..end.unwrap_or(segment.len())] {
            b"" | b"." => {}
            b".." => drop(segments.pop()),
            segment => segments.push(segment),
        }
    }
    let mut path = String::from("/");
    path.push_str(&String::from_utf8_lossy(&segments.join(&b'/')));
    path.make_ascii_lowercase();
    path
}

/// Whether nothing but case and a slash at the end may differ from the [canonical] path.
fn is_plain(path: &str) -> bool {
    let is_odd = |pair: &[u8]| {
        matches!(pair, [b'%' | b';' | b'\\', _] | [_, b'%' | b';' | b'\\'])
            || matches!(pair, b"//" | b"/.")
    };
    path.len() > 1 && !path.as_bytes().windows(2).any(is_odd)
}

fn decoded(path: &[u8]) -> Vec<u8> {
    let hex = |byte: Option<&u8>| char::from(*byte?).to_digit(16);
    let mut decoded = Vec::with_capacity(path.len());
    let mut rest = path;
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        match (byte, hex(after.first()), hex(after.get(1))) {
            (b'%', Some(high), Some(low)) => {
                decoded.push((high * 16 + low) as u8);
                rest = &after[2..];
            }
            _ => decoded.push(*byte),
        }
    }
    decoded
}

#[cfg(test)]
mod tests {
    use http::Request;
    use http::uri::PathAndQuery;

    use super::*;

    fn refuses(config: &Config, method: Method, target: &str) -> bool {
        let request = Request::builder().method(method).uri(target).body(());
        let (head, ()) = request.unwrap().into_parts();
        Guard::new(config).refuses(&head)
    }

    #[test]
    fn a_path_is_guarded_however_it_is_spelt() {
        let config = Config {
            after_restore: Some(PathAndQuery::from_static("/snap/After")),
            ..Config::default()
        };
        for target in [
            "/snap/after",
            "/snap/after/",
            "/SNAP/after?x=1",
            "//snap//after",
            "/snap/./after",
            "/x/../snap/after",
            "/snap;a=1/after;b",
            "/sn%61p%2Fafter",
            "/snap%5cafter",
            "/%2e%2e/snap/after",
        ] {
            assert!(refuses(&config, Method::GET, target), "{target}");
        }
        for target in [
            "/snap",
            "/snap/after/more",
            "/snap/aft",
            "/",
            "/snap/after%",
        ] {
            assert!(!refuses(&config, Method::GET, target), "{target}");
        }
    }

    #[test]
    fn an_app_may_have_pages_where_events_would_come_if_there_were_any() {
        let mut config = Config::default();
        assert!(refuses(&config, Method::POST, "/events"));
        assert!(!refuses(&config, Method::GET, "/events"));
        config.events.is_implied = false;
        assert!(refuses(&config, Method::GET, "/events"));
        config.events.default = None;
        assert!(!refuses(&config, Method::POST, "/events"));
    }
}
