//! How values are read and shown.

use std::str::FromStr;
use std::time::Duration;

use http::Uri;

use super::ParseError;

/// Longer than any environment lives. Longer times than it are as good, and could not be added to
/// the time.
const FOR_EVER: f64 = 365.0 * 24.0 * 3600.0;

/// Why a value is not taken.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// It is not what the variable accepts.
    Value,
    /// It is not, for this reason.
    For(String),
    /// It is left alone, with a warning.
    Ignored(String),
}

impl From<ParseError> for Refused {
    fn from(error: ParseError) -> Self {
        Refused::For(error.to_string())
    }
}

impl From<Option<String>> for Refused {
    fn from(reason: Option<String>) -> Self {
        reason.map_or(Refused::Value, Refused::For)
    }
}

/// The parts of a list, as far as there is something in them.
pub(super) fn parts(list: &str) -> impl Iterator<Item = &str> {
    list.split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
}

/// A number of digits alone: no sign.
pub(super) fn number<T: FromStr>(text: &str) -> Option<T> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}

pub(super) fn port(text: &str) -> Result<u16, Refused> {
    let port = number(text).filter(|port| *port > 0);
    port.ok_or(Refused::Value)
}

pub(super) fn flag(text: &str) -> Result<bool, Refused> {
    let is = |name: &&str| text.eq_ignore_ascii_case(name);
    match () {
        () if ["true", "1", "yes", "on"].iter().any(is) => Ok(true),
        () if ["false", "0", "no", "off"].iter().any(is) => Ok(false),
        () => Err(Refused::Value),
    }
}

/// Which of two words it is; the second is `true`.
pub(super) fn choice(text: &str, words: [&str; 2]) -> Result<bool, Refused> {
    let index = words
        .iter()
        .position(|word| text.eq_ignore_ascii_case(word));
    index.map(|index| index == 1).ok_or(Refused::Value)
}

/// Sets the flags whose names are in a list, and no other.
pub(super) fn flags<const N: usize>(
    list: &str,
    names: [&str; N],
    flags: [&mut bool; N],
) -> Result<(), Refused> {
    let named: Vec<_> = parts(list).map(str::to_ascii_lowercase).collect();
    if let Some(odd) = named.iter().find(|name| !names.contains(&name.as_str())) {
        let names = names.join(", ");
        return Err(Refused::For(format!("`{odd}` is none of {names}")));
    }
    for (name, flag) in names.iter().zip(flags) {
        *flag = named.iter().any(|named| named == name);
    }
    Ok(())
}

/// Seconds, with or without fractions; those below zero are for the variable to judge.
pub(super) fn seconds(text: &str) -> Result<f64, Refused> {
    let seconds = text
        .parse()
        .ok()
        .filter(|seconds: &f64| seconds.is_finite());
    seconds.ok_or(Refused::Value)
}

pub(super) fn of_seconds(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds.min(FOR_EVER)).unwrap_or_default()
}

pub(super) fn millis(text: &str) -> Result<Duration, Refused> {
    let millis: u64 = number(text).ok_or(Refused::Value)?;
    Ok(Duration::from_millis(millis).min(of_seconds(FOR_EVER)))
}

/// `host:port`, or an `http` URL, with or without a path.
pub(super) fn runtime_api(text: &str) -> Result<String, Refused> {
    if text.contains('@') {
        let reason = "a Runtime API takes no user and password";
        return Err(Refused::For(reason.to_owned()));
    }
    let (scheme, bare) = text.split_once("://").unwrap_or(("http", text));
    if !scheme.eq_ignore_ascii_case("http") {
        return Err(Refused::Value);
    }
    let bare = bare.trim_end_matches('/');
    let uri: Uri = format!("http://{bare}")
        .parse()
        .map_err(|_| Refused::Value)?;
    let host = uri.host().unwrap_or_default();
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    let is_odd = host != authority && uri.port_u16().is_none_or(|port| port == 0);
    if host.is_empty() || is_odd || bare.contains(['?', '#']) {
        return Err(Refused::Value);
    }
    Ok(match text.contains("://") {
        true => format!("http://{bare}"),
        false => bare.to_owned(),
    })
}

pub(super) fn show_flag(flag: bool) -> String {
    flag.to_string()
}

pub(super) fn show_flags<const N: usize>(names: [&str; N], flags: [&mut bool; N]) -> String {
    let on = names.iter().zip(flags).filter(|(_, flag)| **flag);
    let on: Vec<_> = on.map(|(name, _)| *name).collect();
    match on.is_empty() {
        true => NONE.to_owned(),
        false => on.join(","),
    }
}

pub(super) fn show_seconds(duration: Duration) -> String {
    duration.as_secs_f64().to_string()
}

pub(super) fn show_millis(duration: Option<Duration>) -> String {
    duration.map_or_else(|| "0".to_owned(), |it| it.as_millis().to_string())
}

pub(super) fn show<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(|| NONE.to_owned(), |value| value.to_string())
}

pub(super) const NONE: &str = "none";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_digits() {
        assert_eq!(port("7000"), Ok(7000));
        assert_eq!(port("08080"), Ok(8080));
        for text in ["0", "65536", "+80", "-1", "8080x", "0x50", "８０"] {
            assert_eq!(port(text), Err(Refused::Value), "{text}");
        }
        assert_eq!(millis("250"), Ok(Duration::from_millis(250)));
        assert_eq!(millis("2.5"), Err(Refused::Value));
    }

    #[test]
    fn a_flag_is_one_of_eight_words() {
        for (text, flag_is) in [("True", true), ("1", true), ("YES", true), ("on", true)] {
            assert_eq!(flag(text), Ok(flag_is));
        }
        for text in ["false", "0", "No", "OFF"] {
            assert_eq!(flag(text), Ok(false));
        }
        for text in ["t", "y", "2", "enabled", "truee"] {
            assert_eq!(flag(text), Err(Refused::Value), "{text}");
        }
    }

    #[test]
    fn seconds_are_finite_and_never_too_many_to_add() {
        assert_eq!(seconds("0.5"), Ok(0.5));
        assert_eq!(seconds("-1"), Ok(-1.0));
        for text in ["inf", "NaN", "4s", "1e999"] {
            assert_eq!(seconds(text), Err(Refused::Value), "{text}");
        }
        assert_eq!(of_seconds(1e300), of_seconds(FOR_EVER));
        assert!(
            std::time::Instant::now()
                .checked_add(millis("99999999999999999").unwrap())
                .is_some()
        );
    }

    #[test]
    fn a_runtime_api_is_an_address_or_a_url() {
        for (text, read) in [
            ("127.0.0.1:9002", "127.0.0.1:9002"),
            ("localhost", "localhost"),
            ("[::1]:9002", "[::1]:9002"),
            ("http://127.0.0.1:9002/", "http://127.0.0.1:9002"),
            ("HTTP://h:1/.rt", "http://h:1/.rt"),
            ("127.0.0.1:9200/.rt/", "127.0.0.1:9200/.rt"),
        ] {
            assert_eq!(runtime_api(text).as_deref(), Ok(read));
        }
        for text in [
            "https://h:1",
            "h:port",
            "h:99999",
            "h:0",
            ":9001",
            "http://",
            "h:1/?q",
            "a b",
        ] {
            assert_eq!(runtime_api(text), Err(Refused::Value), "{text}");
        }
        let secret = runtime_api("http://user:secret@h:1");
        assert!(matches!(secret, Err(Refused::For(_))));
    }
}
