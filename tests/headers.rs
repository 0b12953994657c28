//! Headers that an event has twice, by themselves and in arrays.

use liftgate::Options;

use crate::support::{request, try_request};

#[test]
fn many_multi_value_headers_are_held_against_headers_but_once() {
    // This took minutes where each was.
    let multi = r#""multiValueHeaders":{},"#.repeat(90_000);
    for end in ["", "\\u0020"] {
        let long = "a".repeat(2_000_000) + end;
        let event = format!(
            r#"{{"httpMethod":"GET","path":"/","headers":{{"a":"{long}"}},{multi}"requestContext":{{}}}}"#
        );
        assert_eq!(request(event).headers().len(), 1);
    }
}

#[test]
fn both_objects_of_headers_count_however_they_stand() {
    let seen = |members: &str| {
        let event = format!(r#"{{"httpMethod":"GET","path":"/",{members},"requestContext":{{}}}}"#);
        let request = try_request(Options::new(), event)?;
        let headers = request.headers().iter();
        let header = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
            format!("{name}: {}", value.to_str().unwrap())
        };
        Ok::<_, liftgate::Error>(headers.map(header).collect::<Vec<_>>())
    };
    let same = r#""headers":{"a":"1"},"multiValueHeaders":{"a":["1"]}"#;
    for (members, expected) in [
        (same.to_owned(), vec!["a: 1"]),
        (same.replace(':', " : ").replace(',', "\n, "), vec!["a: 1"]),
        (
            format!(r#"{same},"headers":{{"b":"2"}}"#),
            vec!["a: 1", "b: 2"],
        ),
        (
            format!(r#"{same},"multiValueHeaders":{{"b":["2"]}}"#),
            vec!["b: 2", "a: 1"],
        ),
        (format!(r#"{same},"multiValueHeaders":{{}}"#), vec!["a: 1"]),
        (
            r#""headers":{"a":"1","b":"2"},"multiValueHeaders":{"a":["1"]}"#.to_owned(),
            vec!["a: 1", "b: 2"],
        ),
        (
            r#""headers":{"a":"1"},"multiValueHeaders":{"a":["1"],"b":["2"]}"#.to_owned(),
            vec!["a: 1", "b: 2"],
        ),
        (
            r#""headers":{"a":"2"},"multiValueHeaders":{"a":["1","2"]}"#.to_owned(),
            vec!["a: 1", "a: 2"],
        ),
        (
            r#""headers":{"a":"\u0031"},"multiValueHeaders":{"a":["\u0031"]}"#.to_owned(),
            vec!["a: 1"],
        ),
        (
            r#""multiValueHeaders":{"a":["1"]},"headers":{"a":"1"}"#.to_owned(),
            vec!["a: 1"],
        ),
        (
            r#""headers":{"a":["1"]},"multiValueHeaders":{"a":["1"]}"#.to_owned(),
            vec!["a: 1"],
        ),
    ] {
        assert_eq!(seen(&members).unwrap(), expected, "{members}");
    }
    for (members, message) in [
        (
            r#""headers":{"a":["x"]},"multiValueHeaders":{"a":[["x"]]}"#.to_owned(),
            "multiValueHeaders.a[0]: expected a string, found an array",
        ),
        (
            format!(r#"{same},"multiValueHeaders":7"#),
            "multiValueHeaders: expected an object of headers, found a number",
        ),
    ] {
        let error = seen(&members).unwrap_err().to_string();
        assert!(error.contains(message), "{error}");
    }
}
