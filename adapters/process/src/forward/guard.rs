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
            return guarded.any(|guarded| is_for(path, guarded));
        }
        let path = canonical(path);
        guarded.any(|guarded| is_for(&path, guarded))
    }
}

/// Whether a path is a guarded one, by itself, behind the script of a [front controller], as
/// `/index.php/jobs` is, or as a script with more behind it.
///
/// [front controller]: https://www.rfc-editor.org/rfc/rfc3875.html#section-4.1.5
fn is_for(path: &str, guarded: &str) -> bool {
    let script = path.find(".php/").map(|at| path.split_at(at + 4));
    is_in_a_format(path, guarded)
        || script.is_some_and(|(script, rest)| {
            is_in_a_format(script, guarded) || is_in_a_format(rest, guarded)
        })
}

/// Whether a path is a guarded one, or that in a format, as `/jobs.json` is for [Rails].
///
/// [Rails]: https://guides.rubyonrails.org/routing.html#bound-parameters
fn is_in_a_format(path: &str, guarded: &str) -> bool {
    let Some((start, rest)) = path.as_bytes().split_at_checked(guarded.len()) else {
        return false;
    };
    let is_format = guarded.len() > 1 && rest.starts_with(b".") && !rest.contains(&b'/');
    start.eq_ignore_ascii_case(guarded.as_bytes()) && (rest.is_empty() || is_format)
}

/// How often a path is decoded: an app behind a server may do it again.
const DECODED: usize = 3;

/// A path as the most lenient of frameworks reads it: decoded, without white space at its end, which
/// the `$` of a regular expression passes over, without empty and relative segments or parameters of
/// segments, in lower case.
pub(crate) fn canonical(path: &str) -> String {
    let mut decoded = path.as_bytes().to_vec();
    for _ in 0..DECODED {
        decoded = self::decoded(&decoded);
    }
    let decoded = decoded.trim_ascii_end();
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
            "/snap/after.json",
            "/snap/after.",
            "/snap/%61fter.xml",
            "/snap/%2561fter",
            "/snap/after%0a",
            "/index.php/snap/after",
            "/app.php//snap/after",
            "/snap/after/%20",
        ] {
            assert!(refuses(&config, Method::GET, target), "{target}");
        }
        for target in [
            "/snap",
            "/snap/after/more",
            "/snap/aft",
            "/",
            "/snap/after%",
            "/snap/after.d/more",
            "/snap/after-all",
        ] {
            assert!(!refuses(&config, Method::GET, target), "{target}");
        }
    }

    #[test]
    fn a_script_is_guarded_with_what_is_behind_it_and_the_root_is_no_prefix() {
        let mut config = Config::default();
        for (path, target, is_refused) in [
            ("/hook.php", "/hook.php", true),
            ("/hook.php", "/hook.php/x", true),
            ("/hook.php", "/", false),
            ("/", "/", true),
            ("/", "/.well-known", false),
        ] {
            config.after_restore = Some(PathAndQuery::from_static(path));
            let refuses = refuses(&config, Method::POST, target);
            assert_eq!(refuses, is_refused, "{path} {target}");
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
