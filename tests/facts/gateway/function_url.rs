//! Lambda function URL.

use liftgate::local::{Gateway, Kind};
use serde_json::json;

use super::{all, event, event_of, refused, response, sent};
use crate::support::get;

fn gateway() -> Gateway {
    Gateway::new(Kind::FunctionUrl)
}

#[test]
fn the_path_is_the_clients_and_the_context_decodes_it() {
    let event = event_of(&gateway(), "/pa2%Fth/a%20b");
    assert_eq!(event["rawPath"], "/pa2%Fth/a%20b");
    assert_eq!(event["requestContext"]["http"]["path"], "/pa2%Fth/a b");
}

#[test]
fn cookies_are_apart_and_among_the_headers() {
    let headers = [("Cookie", "a=1; b=2")];
    let event = event(&gateway(), &sent("GET", "/", &headers, b""));
    assert_eq!(event["cookies"], json!(["a=1", "b=2"]));
    assert_eq!(event["headers"]["cookie"], "a=1; b=2");
}

#[test]
fn the_url_has_an_id_and_its_tls() {
    let event = event_of(&gateway(), "/");
    let context = &event["requestContext"];
    let id = context["domainPrefix"].as_str().unwrap();
    assert_eq!(id.len(), 32);
    assert_eq!(context["apiId"], id);
    let domain = format!("{id}.lambda-url.us-east-1.on.aws");
    assert_eq!(context["domainName"], domain);
    assert_eq!(context["accountId"], "anonymous");
    assert_eq!(context["requestId"].as_str().unwrap().len(), 36);
    assert_eq!(event["headers"]["x-amzn-tls-version"], "TLSv1.3");
    assert!(event["headers"]["x-amzn-tls-cipher-suite"].is_string());
    assert!(event["headers"].get("content-length").is_none());
}

#[test]
fn a_caller_known_to_iam_has_an_account_and_loses_the_signature() {
    let iam = br#"{"iam":{"accessKey":"AKIA","accountId":"210987654321"}}"#;
    let gateway = gateway().authorizer(iam).unwrap();
    let headers = [("Authorization", "AWS4-HMAC-SHA256 Credential=x")];
    let event = event(&gateway, &sent("GET", "/", &headers, b""));
    let context = &event["requestContext"];
    assert_eq!(context["accountId"], "210987654321");
    assert_eq!(context["authorizer"]["iam"]["accessKey"], "AKIA");
    assert!(event["headers"].get("authorization").is_none());
}

#[test]
fn stages_and_base_paths_are_nothing_to_it() {
    let gateway = gateway()
        .stage("prod")
        .base_path("/v1")
        .stage_variable("a", "b");
    let event = event_of(&gateway, "/x");
    assert_eq!(event["rawPath"], "/x");
    assert_eq!(event["requestContext"]["stage"], "$default");
    assert!(event.get("stageVariables").is_none());
}

#[test]
fn a_reply_without_a_status_is_itself_the_body() {
    for (reply, body) in [
        (r#"{"hello":"world"}"#, r#"{"hello":"world"}"#),
        (r#""hello""#, "hello"),
        ("[1]", "[1]"),
        ("null", "null"),
    ] {
        let taken = response(&gateway(), reply);
        assert_eq!(
            (taken.status().as_u16(), &taken.body()[..]),
            (200, body.as_bytes())
        );
        assert_eq!(all(&taken, "content-type"), ["application/json"]);
    }
    refused(&gateway(), "hello");
}

#[test]
fn some_headers_are_renamed() {
    let names = [
        "Connection",
        "Content-Length",
        "Date",
        "Server",
        "WWW-Authenticate",
    ];
    for name in names {
        let reply = format!(r#"{{"statusCode":200,"headers":{{"{name}":"x"}}}}"#);
        let taken = response(&gateway(), &reply);
        let renamed = format!("x-amzn-remapped-{}", name.to_lowercase());
        assert_eq!(all(&taken, &renamed), ["x"], "{name}");
    }
}

#[test]
fn a_whole_reply_to_a_url_that_streams_is_the_body() {
    let gateway = gateway().streaming(true);
    let reply = r#"{"statusCode":404,"body":"no"}"#;
    let taken = response(&gateway, reply);
    assert_eq!(
        (taken.status().as_u16(), &taken.body()[..]),
        (200, reply.as_bytes())
    );
}

#[test]
fn a_prelude_has_a_status_headers_and_cookies() {
    let gateway = gateway().streaming(true);
    let prelude = br#"{"statusCode":404,"headers":{"x":"y"},"multiValueHeaders":{"z":["z"]},"cookies":["a=1","b=2"]}"#;
    let head = gateway.parse_prelude(prelude).unwrap();
    assert_eq!(
        (head.status().as_u16(), &head.headers()["x"]),
        (404, &"y".parse().unwrap())
    );
    assert_eq!(head.headers().get_all("set-cookie").iter().count(), 2);
    assert!(!head.headers().contains_key("z"));
    assert_eq!(gateway.parse_bare_stream(&get()).unwrap().status(), 200);
    // Of a stream that was not asked for, the prelude is all there is.
    let buffered = Gateway::new(Kind::FunctionUrl);
    let taken = buffered.parse(&get(), prelude).unwrap();
    assert_eq!((taken.status().as_u16(), taken.body().len()), (404, 0));
}
