//! The source of each event.

use liftgate::Options;

use super::{Corpus, Exception, Facts};
use crate::support::{event_of, try_request};

const EXCEPTIONS: &[Exception] = &[
    (
        "aws-lambda-rust-runtime/example-apigw-v2-custom-authorizer-",
        "source",
        "an authorizer's event, which has the shape of its API's",
    ),
    (
        "mangum/test_set_cookies_v1-",
        "source",
        "its version is 1.0, whatever its context looks like",
    ),
];

#[test]
fn every_event_is_of_the_source_the_index_says() {
    let Some(corpus) = Corpus::open() else {
        return;
    };
    let index = corpus.read("INDEX.md");
    let index = rows(std::str::from_utf8(&index).unwrap());
    let mut facts = Facts::default();
    for (at, kind) in &index {
        let got = match try_request(Options::new(), corpus.read(at)) {
            Ok(request) => event_of(&request).source().name().to_owned(),
            Err(error) if error.is_unknown_event() => "unknown".to_owned(),
            Err(error) => error.to_string(),
        };
        facts.check(at, "source", source_of(kind).to_owned(), got);
    }
    for file in corpus.events() {
        let is_listed = index.iter().any(|(at, _)| *at == file);
        assert!(is_listed, "the index does not list {file}");
    }
    facts.judge(EXCEPTIONS);
}

/// File and kind of each row of the index's tables.
fn rows(index: &str) -> Vec<(String, String)> {
    let mut project = "";
    let mut rows = Vec::new();
    for line in index.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            project = heading.split(" (").next().unwrap_or_default();
        }
        let mut cells = line.split('|').skip(1).map(str::trim);
        if let (Some(file), Some(kind)) = (cells.next(), cells.next()) {
            if file.ends_with(".json") {
                rows.push((format!("{project}/{file}"), kind.to_owned()));
            }
        }
    }
    rows
}

fn source_of(kind: &str) -> &'static str {
    match kind.trim_end_matches('?') {
        "rest-v1" => "rest_api",
        "httpapi-v1" => "http_api_v1",
        "httpapi-v2" => "http_api",
        "function-url" => "function_url",
        "alb-single" | "alb-multi" => "alb",
        "lattice-v2" => "lattice",
        "lattice-v1" => "lattice_v1",
        "websocket" => "websocket",
        "httpish" | "minimal/other" => "unknown",
        kind if ["authorizer", "records-", "edge"]
            .iter()
            .any(|start| kind.starts_with(start)) =>
        {
            "unknown"
        }
        kind => panic!("the index has a new kind: {kind}"),
    }
}
