//! One request through four front doors: what each delivers, the app sees as one.
//!
//! `POST /capture/space%20value?repeat=one&repeat=two&literalPlus=a+b&encodedPlus=a%2Bb&empty=`
//! with two `x-probe` headers and `cookie: session=abc123; theme=dark`.

use crate::support::{body_of, request, values};

const BODY: &str = r#"{\"unicode\":\"lambda-λ\"}"#;

fn rest() -> String {
    format!(
        r#"{{"resource":"/{{proxy+}}","path":"/capture/space%20value","httpMethod":"POST",
        "headers":{{"Host":"h.example","cookie":"session=abc123; theme=dark","x-probe":"second"}},
        "multiValueHeaders":{{"Host":["h.example"],"cookie":["session=abc123; theme=dark"],"x-probe":["first","second"]}},
        "queryStringParameters":{{"empty":"","encodedPlus":"a+b","literalPlus":"a b","repeat":"two"}},
        "multiValueQueryStringParameters":{{"empty":[""],"encodedPlus":["a+b"],"literalPlus":["a b"],"repeat":["one","two"]}},
        "pathParameters":{{"proxy":"capture/space%20value"}},"stageVariables":null,
        "requestContext":{{"accountId":"1","path":"/live/capture/space%20value","stage":"live","protocol":"HTTP/1.1"}},
        "body":"{BODY}","isBase64Encoded":false}}"#
    )
}

fn v2(raw_path: &str, domain: &str, header_cookie: &str) -> String {
    format!(
        r#"{{"version":"2.0","routeKey":"$default","rawPath":"{raw_path}",
        "rawQueryString":"repeat=one&repeat=two&literalPlus=a+b&encodedPlus=a%2Bb&empty=",
        "cookies":["session=abc123","theme=dark"],
        "headers":{{"host":"h.example","content-length":"66",{header_cookie}"x-probe":"first,second"}},
        "queryStringParameters":{{"empty":"","encodedPlus":"a+b","literalPlus":"a b","repeat":"one,two"}},
        "requestContext":{{"domainName":"{domain}","stage":"$default",
            "http":{{"method":"POST","path":"/capture/space value","protocol":"HTTP/1.1"}}}},
        "body":"{BODY}","isBase64Encoded":false}}"#
    )
}

fn alb() -> String {
    format!(
        r#"{{"requestContext":{{"elb":{{"targetGroupArn":"arn"}}}},"httpMethod":"POST","path":"/capture/space%20value",
        "multiValueQueryStringParameters":{{"empty":[""],"encodedPlus":["a%2Bb"],"literalPlus":["a+b"],"repeat":["one","two"]}},
        "multiValueHeaders":{{"host":["h.example"],"content-length":["66"],"cookie":["session=abc123; theme=dark"],"x-probe":["first","second"]}},
        "body":"{BODY}","isBase64Encoded":false}}"#
    )
}

fn all() -> [(&'static str, String); 4] {
    [
        ("rest_api", rest()),
        (
            "http_api",
            v2(
                "/capture/space value",
                "id.execute-api.us-west-2.amazonaws.com",
                "",
            ),
        ),
        (
            "function_url",
            v2(
                "/capture/space%20value",
                "id.lambda-url.us-west-2.on.aws",
                r#""cookie":"session=abc123; theme=dark","#,
            ),
        ),
        ("alb", alb()),
    ]
}

#[test]
fn each_is_told_from_the_others() {
    for (name, event) in all() {
        assert_eq!(
            crate::support::event_of(&request(event)).source().name(),
            name
        );
    }
}

#[test]
fn the_path_is_the_clients() {
    for (name, event) in all() {
        assert_eq!(
            request(event).uri().path(),
            "/capture/space%20value",
            "{name}"
        );
    }
}

#[test]
fn the_query_means_the_same() {
    let expected = [
        ("empty", ""),
        ("encodedPlus", "a+b"),
        ("literalPlus", "a b"),
        ("repeat", "one"),
        ("repeat", "two"),
    ];
    for (name, event) in all() {
        let request = request(event);
        let query = request.uri().query().unwrap();
        let mut pairs = crate::support::form_pairs(query);
        pairs.sort();
        let pairs: Vec<_> = pairs
            .iter()
            .map(|(k, v)| (k.as_str(), v.as_str()))
            .collect();
        assert_eq!(pairs, expected, "{name}: {query}");
    }
}

#[test]
fn a_raw_query_is_verbatim() {
    for (name, event) in &all()[1..3] {
        let query = "repeat=one&repeat=two&literalPlus=a+b&encodedPlus=a%2Bb&empty=";
        assert_eq!(request(event.clone()).uri().query(), Some(query), "{name}");
    }
}

#[test]
fn there_is_one_cookie_header() {
    for (name, event) in all() {
        let request = request(event);
        assert_eq!(
            values(&request, "cookie"),
            [b"session=abc123; theme=dark"],
            "{name}"
        );
    }
}

#[test]
fn repeated_headers_are_all_there() {
    for (name, event) in all() {
        let request = request(event);
        let joined = values(&request, "x-probe").join(&b',');
        assert_eq!(joined, b"first,second", "{name}");
        assert_eq!(values(&request, "host"), [b"h.example"], "{name}");
    }
}

#[test]
fn the_content_length_is_that_of_the_body() {
    for (name, event) in all() {
        let request = request(event);
        assert_eq!(values(&request, "content-length"), [b"23"], "{name}");
        let (body, size) = body_of(request);
        assert_eq!(body, r#"{"unicode":"lambda-λ"}"#, "{name}");
        assert_eq!(size, Some(23), "{name}");
    }
}
