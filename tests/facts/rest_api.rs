//! API Gateway REST API.

use http::Response;
use liftgate::Options;
use liftgate::local::{Gateway, Kind};
use serde_json::json;

use super::{repeated, with};
use crate::support::{body_of, event_of, form_pairs, get, reply, request, try_request, values};

/// Members that are null when unused are null, and never missing.
const EVENT: &str = r#"{"resource":"/{proxy+}","path":"/x","httpMethod":"GET",
    "headers":{"Host":"id.execute-api.us-east-1.amazonaws.com","User-Agent":"curl"},
    "multiValueHeaders":{"Host":["id.execute-api.us-east-1.amazonaws.com"],"User-Agent":["curl"]},
    "queryStringParameters":null,"multiValueQueryStringParameters":null,
    "pathParameters":{"proxy":"x"},"stageVariables":null,
    "requestContext":{"path":"/stage/x","stage":"stage","protocol":"HTTP/1.1","httpMethod":"GET",
        "domainName":"id.execute-api.us-east-1.amazonaws.com","requestId":"r","authorizer":null,
        "identity":{"sourceIp":"192.0.2.7","userAgent":"curl","user":null,"clientCert":null}},
    "body":null,"isBase64Encoded":false}"#;

fn path_of(path: &str) -> String {
    request(with(EVENT, json!({"path": path})))
        .uri()
        .to_string()
}

#[test]
fn path_is_not_decoded() {
    for path in [
        "/user/test%2Balias@x/plus/test+alias@x",
        "/a%2Fb",
        "/%40",
        "/pa2%Fth",
    ] {
        assert_eq!(path_of(path), path);
    }
}

#[test]
fn path_omits_the_stage_and_none_is_removed() {
    assert_eq!(path_of("/x"), "/x");
    assert_eq!(path_of("/stage/x"), "/stage/x");
}

#[test]
fn inner_double_slashes_are_kept() {
    assert_eq!(path_of("/proxy-value//double"), "/proxy-value//double");
}

#[test]
fn leading_slashes_are_the_gateways_affair() {
    let gateway = Gateway::new(Kind::RestApi).stage("stage");
    let client = http::Request::get("/stage//x")
        .body(bytes::Bytes::new())
        .unwrap();
    assert_eq!(request(gateway.render(&client).unwrap()).uri(), "/x");
}

#[test]
fn a_trailing_slash_is_kept_though_the_proxy_parameter_drops_it() {
    let event = with(
        EVENT,
        json!({"path": "/x/", "pathParameters": {"proxy": "x"}}),
    );
    let request = request(event);
    assert_eq!(request.uri(), "/x/");
    assert_eq!(event_of(&request).path_parameters()["proxy"], "x");
}

#[test]
fn a_custom_domains_path_is_the_clients_and_base_path_removes_a_mapping() {
    let matrix = [
        ("/stage/x", "/stage"),
        ("/base/stage/x", "/base/stage"),
        ("/base/x", "/base"),
    ];
    for (path, base) in matrix {
        let event = with(
            EVENT,
            json!({"path": path, "resource": "/x", "requestContext": {"path": path}}),
        );
        assert_eq!(request(event.clone()).uri(), path);
        let stripped = try_request(Options::new().base_path(base), event).unwrap();
        assert_eq!(stripped.uri(), "/x");
    }
}

#[test]
fn a_raw_path_beside_the_path_does_not_mislead() {
    let event = with(EVENT, json!({"rawPath": "/base/x"}));
    let request = request(event);
    assert_eq!(event_of(&request).source().name(), "rest_api");
    assert_eq!(request.uri(), "/x");
}

#[test]
fn decoded_query_is_encoded_again() {
    let event = with(
        EVENT,
        json!({
            "queryStringParameters": {"q": "a b+c&d=e%é", "colors[]": "red"},
            "multiValueQueryStringParameters": {"q": ["a b+c&d=e%é"], "colors[]": ["blue", "red"]},
        }),
    );
    let request = request(event);
    let pairs = form_pairs(request.uri().query().unwrap());
    let expected = [
        ("colors[]", "blue"),
        ("colors[]", "red"),
        ("q", "a b+c&d=e%é"),
    ];
    assert_eq!(pairs, expected.map(|(k, v)| (k.to_owned(), v.to_owned())));
}

#[test]
fn no_query_is_null() {
    assert_eq!(request(EVENT).uri().query(), None);
}

#[test]
fn a_single_value_query_is_taken_where_it_is_all_there_is() {
    let event = with(
        EVENT,
        json!({"queryStringParameters": {"a": "1", "b": "2"}}),
    );
    assert_eq!(request(event).uri(), "/x?a=1&b=2");
    let event = with(
        EVENT,
        json!({"queryStringParameters": {"a": "2", "b": "3"}, "multiValueQueryStringParameters": {"a": ["1", "2"]}}),
    );
    assert_eq!(request(event).uri(), "/x?a=1&a=2&b=3");
}

#[test]
fn content_length_is_dropped_by_the_gateway_and_set_for_the_body_there_is() {
    assert!(values(&request(EVENT), "content-length").is_empty());
    let request = request(with(EVENT, json!({"body": "hello"})));
    assert_eq!(values(&request, "content-length"), [b"5"]);
    assert!(values(&request, "transfer-encoding").is_empty());
}

#[test]
fn cloudfront_headers_of_an_edge_endpoint_are_headers_like_others() {
    let event = with(
        EVENT,
        json!({"multiValueHeaders": {"CloudFront-Viewer-Country": ["DE"], "Via": ["1.1 x.cloudfront.net"], "X-Forwarded-For": ["192.0.2.7, 130.176.1.1"]}}),
    );
    let request = request(event);
    assert_eq!(values(&request, "cloudfront-viewer-country"), [b"DE"]);
    assert_eq!(values(&request, "via").len(), 1);
    assert_eq!(
        values(&request, "x-forwarded-for"),
        [b"192.0.2.7, 130.176.1.1"]
    );
}

#[test]
fn an_empty_body_is_null() {
    let (body, size) = body_of(request(EVENT));
    assert_eq!((body.len(), size), (0, Some(0)));
}

#[test]
fn the_base64_flag_is_trusted_and_not_the_content_type() {
    let typed = json!({"Content-Type": ["application/json"]});
    let event = with(
        EVENT,
        json!({"multiValueHeaders": typed, "body": "aGk=", "isBase64Encoded": true}),
    );
    assert_eq!(body_of(request(event)).0, "hi");
    let typed = json!({"Content-Type": ["image/png"]});
    let event = with(
        EVENT,
        json!({"multiValueHeaders": typed, "body": "aGk=", "isBase64Encoded": false}),
    );
    assert_eq!(body_of(request(event)).0, "aGk=");
}

#[test]
fn a_console_test_has_no_headers_and_no_address() {
    let event = with(
        EVENT,
        json!({"httpMethod": "POST", "headers": null, "multiValueHeaders": null, "body": "{}",
            "requestContext": {"stage": "test-invoke-stage", "path": "/x", "domainName": "testPrefix.testDomainName",
                "identity": {"sourceIp": "test-invoke-source-ip", "apiKey": "test-invoke-api-key"}}}),
    );
    let request = request(event);
    assert_eq!(event_of(&request).client_ip(), None);
    assert_eq!(
        event_of(&request).stage().as_deref(),
        Some("test-invoke-stage")
    );
    assert_eq!(request.headers().len(), 1, "the length of the body");
    assert_eq!(body_of(request).0, "{}");
}

#[test]
fn source_ip_may_have_a_space_before_it() {
    let event = with(
        EVENT,
        json!({"requestContext": {"identity": {"sourceIp": " 192.0.2.9"}}}),
    );
    assert_eq!(
        event_of(&request(event)).client_ip(),
        "192.0.2.9".parse().ok()
    );
    assert_eq!(
        event_of(&request(EVENT)).client_ip(),
        "192.0.2.7".parse().ok()
    );
}

#[test]
fn the_method_is_the_gateways_whatever_a_client_overrides() {
    let event = with(
        EVENT,
        json!({"httpMethod": "DELETE", "multiValueHeaders": {"X-HTTP-Method-Override": ["PUT"]}}),
    );
    assert_eq!(request(event).method(), "DELETE");
}

#[test]
fn the_trace_header_has_the_root_and_stays_as_it_is() {
    let event = with(
        EVENT,
        json!({"multiValueHeaders": {"X-Amzn-Trace-Id": ["Root=1-abc"]}}),
    );
    assert_eq!(values(&request(event), "x-amzn-trace-id"), [b"Root=1-abc"]);
}

#[test]
fn client_certificate_of_mutual_tls() {
    let cert = json!({"clientCertPem": "PEM", "subjectDN": "CN=a", "issuerDN": "CN=b", "serialNumber": "1",
        "validity": {"notBefore": "May 28 2019", "notAfter": "Aug 5 2021"}});
    let event = with(
        EVENT,
        json!({"requestContext": {"identity": {"clientCert": cert}}}),
    );
    let found = event_of(&request(event)).client_cert().unwrap();
    assert_eq!(
        (found.pem.as_str(), found.subject_dn.as_str()),
        ("PEM", "CN=a")
    );
    assert_eq!(
        (found.not_before.as_str(), found.not_after.as_str()),
        ("May 28 2019", "Aug 5 2021")
    );
    assert_eq!(event_of(&request(EVENT)).client_cert(), None);
}

#[test]
fn a_reply_has_the_five_keys_and_no_other() {
    let reply = reply(EVENT, repeated());
    let mut keys: Vec<_> = reply
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    keys.sort_unstable();
    assert_eq!(
        keys,
        ["body", "isBase64Encoded", "multiValueHeaders", "statusCode"]
    );
    let unknown = Gateway::new(Kind::RestApi).parse(&get(), br#"{"statusCode":200,"cookies":[]}"#);
    assert!(unknown.is_err());
}

#[test]
fn every_value_goes_by_multi_value_headers_alone() {
    let reply = reply(EVENT, repeated());
    assert_eq!(
        reply["multiValueHeaders"]["set-cookie"],
        json!(["a=1; Path=/", "b=2"])
    );
    assert_eq!(
        reply["multiValueHeaders"]["vary"],
        json!(["accept", "origin"])
    );
}

#[test]
fn what_the_gateway_takes_for_a_reply() {
    let gateway = Gateway::new(Kind::RestApi);
    let status = |reply: &str| {
        gateway
            .parse(&get(), reply.as_bytes())
            .map(|response| response.status().as_u16())
            .ok()
    };
    assert_eq!(status(r#"{"headers":{"a":"b"}}"#), Some(200));
    assert_eq!(status(r#"{"statusCode":"201"}"#), Some(201));
    assert_eq!(status(r#"{"statusCode":"test"}"#), None);
    assert_eq!(status(r#""text""#), None);
    assert_eq!(status(r#"{"headers":null}"#), Some(200));
    assert_eq!(status(r#"{"headers":{"a":true}}"#), Some(200));
    assert_eq!(status(r#"{"headers":{"a":1}}"#), None);
    let both = gateway
        .parse(
            &get(),
            br#"{"multiValueHeaders":{"A":["m"]},"headers":{"a":"s"}}"#,
        )
        .unwrap();
    assert_eq!(
        both.headers().get_all("a").iter().collect::<Vec<_>>(),
        ["m", "s"]
    );
    assert_eq!(both.headers()["content-type"], "application/json");
}

#[test]
fn text_is_never_base64_since_the_client_might_get_it_so() {
    let controls = "\u{1}".repeat(100);
    let response = Response::builder()
        .header("content-type", "image/svg+xml")
        .body(controls.clone())
        .unwrap();
    let reply = reply(EVENT, response);
    assert_eq!(reply["isBase64Encoded"], false);
    assert_eq!(reply["body"], controls);
}

#[test]
fn binary_is_base64() {
    let reply = reply(EVENT, Response::new(&b"\x89PNG\xff"[..]));
    assert_eq!(reply["isBase64Encoded"], true);
    assert_eq!(reply["body"], "iVBOR/8=");
}

#[test]
fn headers_that_the_gateway_renames_go_under_their_own_names() {
    let response = Response::builder()
        .header("www-authenticate", "Basic")
        .header("date", "x")
        .header("server", "y")
        .body("")
        .unwrap();
    let reply = reply(EVENT, response);
    for (name, value) in [
        ("www-authenticate", "Basic"),
        ("date", "x"),
        ("server", "y"),
    ] {
        assert_eq!(reply["multiValueHeaders"][name], json!([value]));
    }
}

#[test]
fn path_parameters_are_not_decoded() {
    let event = with(
        EVENT,
        json!({"pathParameters": {"proxy": "a%20b%40", "none": null}}),
    );
    let parameters = event_of(&request(event)).path_parameters();
    assert_eq!(
        (parameters["proxy"].as_str(), parameters.len()),
        ("a%20b%40", 1)
    );
}

#[test]
fn headers_that_the_gateway_drops_do_not_arrive() {
    let dropped = [
        "connection",
        "content-md5",
        "expect",
        "max-forwards",
        "te",
        "trailer",
        "upgrade",
    ];
    let mut client = http::Request::get("/x").header("x-stays", "1");
    for name in dropped {
        client = client.header(name, "x");
    }
    let client = client.body(bytes::Bytes::new()).unwrap();
    let seen = request(Gateway::new(Kind::RestApi).render(&client).unwrap());
    assert!(
        dropped
            .iter()
            .all(|name| !seen.headers().contains_key(*name))
    );
    assert_eq!(values(&seen, "x-stays"), [b"1"]);
}

#[test]
fn the_gateway_refuses_a_multi_value_header_that_is_no_array() {
    let gateway = Gateway::new(Kind::RestApi);
    assert!(
        gateway
            .parse(&get(), br#"{"multiValueHeaders":{"a":"b"}}"#)
            .is_err()
    );
    assert!(
        gateway
            .parse(&get(), br#"{"headers":{"a":["b"]}}"#)
            .is_err()
    );
}

#[test]
fn identity_of_an_iam_caller_is_in_the_request_context() {
    let event = with(
        EVENT,
        json!({"requestContext": {"identity": {"caller": "AIDA", "userArn": "arn"}}}),
    );
    let request = request(event);
    let caller: Option<String> = event_of(&request)
        .get(&["requestContext", "identity", "caller"])
        .unwrap();
    assert_eq!(caller.as_deref(), Some("AIDA"));
}

#[test]
fn json_of_a_value_has_neither_the_space_around_it_nor_changes_within() {
    let identity = r#"{ "sourceIp" : "192.0.2.7", "user":1.50 }"#;
    let event = format!(
        r#"{{"version":"1.0","path":"/","httpMethod":"GET",
            "requestContext" : {{"resourcePath":"/", "identity" :
                {identity}
            , "list" : [1 , "\u0041" ]}}}}"#
    );
    let request = request(event);
    let json = |path: &[&str]| event_of(&request).get_json(path).unwrap();
    let context = |name| json(&["requestContext", name]).unwrap();
    assert_eq!(context("identity"), identity);
    assert_eq!(context("list"), r#"[1 , "\u0041" ]"#);
    assert!(json(&["requestContext"]).unwrap().starts_with(b"{\"res"));
    assert_eq!(
        json(&["requestContext", "list", "1"]).unwrap(),
        r#""\u0041""#
    );
    assert_eq!(json(&["requestContext", "other"]), None);
}
