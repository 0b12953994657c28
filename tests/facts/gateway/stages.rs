//! Stages, and paths under which an API is mapped to a domain.

use liftgate::local::{Cause, Gateway, Kind};
use serde_json::{Value, json};

use super::{event_of, refusal, sent};

fn paths(event: &Value) -> (&str, &str) {
    let path = event["path"].as_str().unwrap();
    (path, event["requestContext"]["path"].as_str().unwrap())
}

#[test]
fn a_rest_apis_path_is_without_the_stage_and_the_contexts_is_with_it() {
    let gateway = Gateway::new(Kind::RestApi).stage("stage");
    for (target, expected) in [
        ("/stage/x/", ("/x/", "/stage/x/")),
        ("//stage/x", ("/x", "/stage/x")),
        ("/stage//x", ("/x", "/stage//x")),
        ("/stage/a//b", ("/a//b", "/stage/a//b")),
        ("/stage/", ("/", "/stage/")),
        ("/stage", ("/", "/stage")),
        ("/stage/stage/x", ("/stage/x", "/stage/stage/x")),
    ] {
        let event = event_of(&gateway, target);
        assert_eq!(paths(&event), expected, "{target}");
        assert_eq!(event["requestContext"]["stage"], "stage");
    }
}

#[test]
fn a_rest_api_at_a_base_path_has_it_in_both_paths() {
    let gateway = Gateway::new(Kind::RestApi).stage("prod").base_path("/v1/");
    let event = event_of(&gateway, "/v1/payment");
    assert_eq!(paths(&event), ("/v1/payment", "/v1/payment"));
    assert_eq!(event["pathParameters"], json!({"proxy": "payment"}));
    assert_eq!(event["requestContext"]["stage"], "prod");
}

#[test]
fn a_rest_api_at_the_root_of_a_domain_has_the_urls_path() {
    for gateway in [
        Gateway::new(Kind::RestApi),
        Gateway::new(Kind::RestApi).stage("prod").base_path("/"),
    ] {
        assert_eq!(paths(&event_of(&gateway, "/x/y")), ("/x/y", "/x/y"));
    }
    let event = event_of(&Gateway::new(Kind::RestApi), "/x");
    assert_eq!(event["requestContext"]["stage"], "live");
}

#[test]
fn an_http_api_keeps_a_named_stage() {
    let gateway = Gateway::new(Kind::HttpApi).stage("dev");
    let event = event_of(&gateway, "/dev/agents/1234");
    assert_eq!(event["rawPath"], "/dev/agents/1234");
    assert_eq!(event["requestContext"]["http"]["path"], "/dev/agents/1234");
    let gateway = Gateway::new(Kind::HttpApi).stage("$default");
    assert_eq!(event_of(&gateway, "/x")["rawPath"], "/x");
}

#[test]
fn an_http_api_at_a_base_path_has_the_stage_instead() {
    let mapped = |stage: &str| Gateway::new(Kind::HttpApi).stage(stage).base_path("/v1");
    assert_eq!(event_of(&mapped("prod"), "/v1/foo")["rawPath"], "/prod/foo");
    assert_eq!(event_of(&mapped("$default"), "/v1/foo")["rawPath"], "/foo");
    assert_eq!(event_of(&mapped("$default"), "/v1")["rawPath"], "/");
    let root = Gateway::new(Kind::HttpApi)
        .stage("production")
        .base_path("");
    assert_eq!(event_of(&root, "/")["rawPath"], "/production/");
}

#[test]
fn format_1_0_has_the_stage_in_the_context_alone() {
    let root = Gateway::new(Kind::HttpApiV1)
        .stage("production")
        .base_path("");
    assert_eq!(
        paths(&event_of(&root, "/login")),
        ("/login", "/production/login")
    );
    let plain = Gateway::new(Kind::HttpApiV1);
    assert_eq!(paths(&event_of(&plain, "/login")), ("/login", "/login"));
}

#[test]
fn what_is_outside_is_not_found() {
    for kind in [Kind::RestApi, Kind::HttpApi, Kind::HttpApiV1] {
        let staged = Gateway::new(kind).stage("prod");
        let mapped = Gateway::new(kind).base_path("/v1");
        for (gateway, target) in [
            (&staged, "/"),
            (&staged, "/products"),
            (&staged, "/other/x"),
            (&mapped, "/v12/x"),
            (&mapped, "/x"),
        ] {
            let cause = refusal(gateway, &sent("GET", target, &[], b""));
            assert_eq!(cause, Cause::NotFound, "{kind} {target}");
        }
    }
}
