//! The events that real gateways made of a client's request.

use bytes::Bytes;
use http::{HeaderName, Request};
use liftgate::local::{Arrival, Gateway, Kind};
use serde_json::{Map, Value};

use super::{Corpus, Facts, text};

/// Members of the event and of its context that are of the recorded account.
const IDS: [&str; 14] = [
    "accountId",
    "apiId",
    "authorizer",
    "authentication",
    "deploymentId",
    "domainName",
    "domainPrefix",
    "extendedRequestId",
    "operationName",
    "requestId",
    "requestTime",
    "requestTimeEpoch",
    "time",
    "timeEpoch",
];

#[test]
fn the_local_rest_api_makes_the_events_that_were_recorded() {
    let Some(corpus) = Corpus::open() else {
        return;
    };
    let mut facts = Facts::default();
    for case in corpus.cases() {
        if !case.at.starts_with("localstack/rest_") {
            continue;
        }
        let recorded: Value = serde_json::from_slice(&case.event).unwrap();
        let stage = text(&recorded["requestContext"]["stage"]);
        let gateway = Gateway::new(Kind::RestApi).stage(stage);
        // The recorded API has other resources besides the one for everything.
        let is_any = recorded["resource"] == "/{proxy+}";
        let mut words = text(&case.expected["client_sent"]).split(' ');
        let (method, target) = (words.next().unwrap(), words.next().unwrap());
        let headers = recorded["multiValueHeaders"].as_object().unwrap();
        let mut sent = client(method, target, headers);
        *sent.body_mut() = Bytes::from(text(&recorded["body"]).to_owned());
        let made: Value = serde_json::from_slice(&gateway.render(&sent).unwrap()).unwrap();
        for member in [
            "body",
            "httpMethod",
            "isBase64Encoded",
            "path",
            "pathParameters",
            "resource",
            "stageVariables",
            "queryStringParameters",
            "multiValueQueryStringParameters",
        ] {
            if is_any || !["pathParameters", "resource"].contains(&member) {
                facts.check(&case.at, member, &recorded[member], &made[member]);
            }
        }
        for member in ["headers", "multiValueHeaders"] {
            let (wanted, got) = (own(&recorded[member]), own(&made[member]));
            facts.check(&case.at, member, wanted, got);
        }
        context(&mut facts, &case.at, &recorded, &made, is_any);
    }
    facts.judge(&[]);
}

fn context(facts: &mut Facts, at: &str, recorded: &Value, made: &Value, is_any: bool) {
    let (wanted, got) = (&recorded["requestContext"], &made["requestContext"]);
    facts.check(at, "context", keys(wanted), keys(got));
    facts.check(
        at,
        "identity",
        keys(&wanted["identity"]),
        keys(&got["identity"]),
    );
    for (member, wanted) in wanted.as_object().unwrap() {
        let is_resource = member.starts_with("resource");
        if member == "identity" || IDS.contains(&&**member) || is_resource && !is_any {
            continue;
        }
        if member != "resourceId" {
            facts.check(at, member, wanted, &got[member]);
        }
    }
}

/// One request, to four gateways.
#[test]
fn the_local_gateways_make_the_events_that_were_captured() {
    let Some(corpus) = Corpus::open() else {
        return;
    };
    let mut facts = Facts::default();
    let query = text(&corpus.json("voker/apigwv2-request.json")["rawQueryString"]).to_owned();
    let cases = [
        ("alb-request", Kind::AlbMultiValue),
        ("apigwv1-request", Kind::RestApi),
        ("apigwv2-request", Kind::HttpApi),
        ("functionurl-request", Kind::FunctionUrl),
    ];
    for (name, kind) in cases {
        let at = format!("voker/{name}.json");
        let recorded = corpus.json(&at);
        let (stage, prefix) = match kind {
            Kind::RestApi => ("live", "/live"),
            _ => ("$default", ""),
        };
        let gateway = Gateway::new(kind).stage(stage);
        let target = format!("{prefix}/capture/space%20value?{query}");
        let mut headers = corpus.json("voker/alb-request.json")["multiValueHeaders"].clone();
        headers["host"] = Value::from(vec![host(&recorded)]);
        let mut sent = client("POST", &target, headers.as_object().unwrap());
        *sent.body_mut() = Bytes::from(text(&recorded["body"]).to_owned());
        let made: Value = serde_json::from_slice(&gateway.render(&sent).unwrap()).unwrap();
        for (member, wanted) in recorded.as_object().unwrap() {
            match &**member {
                "headers" | "multiValueHeaders" => {
                    facts.check(&at, member, own(wanted), own(&made[member]));
                }
                "requestContext" => {
                    let (wanted, got) = (&wanted["http"], &made[member]["http"]);
                    facts.check(&at, "http.path", &wanted["path"], &got["path"]);
                    let path = &recorded[member]["path"];
                    facts.check(&at, "context.path", path, &made[member]["path"]);
                }
                // What is missing was written as null.
                _ => facts.check(&at, member, wanted, &made[member]),
            }
        }
    }
    facts.judge(&[]);
}

/// What a client sent, as far as the recording of a function that echoes it shows.
#[test]
fn the_local_function_url_makes_the_event_that_was_echoed() {
    let Some(corpus) = Corpus::open() else {
        return;
    };
    let recording = corpus.json("localstack/responses/function_url_recorded.json");
    let cases = recording["cases"].as_array().unwrap();
    let name = "test_lambda_url_echo_http_fixture_default";
    let case = cases.iter().find(|case| case["case"] == name).unwrap();
    let echoed = &case["result"]["url_response"];
    let target = format!(
        "{}?q=query&multiQuery=foo&multiQuery=%2Fbar",
        text(&echoed["path"])
    );
    let mut sent = client("POST", &target, &Map::new());
    for (name, value) in echoed["headers"].as_object().unwrap() {
        if !text(value).starts_with('<') {
            let name: HeaderName = name.parse().unwrap();
            sent.headers_mut()
                .insert(name, text(value).parse().unwrap());
        }
    }
    // Every client of that library sends it.
    let alive = "keep-alive".parse().unwrap();
    sent.headers_mut().insert("connection", alive);
    sent.headers_mut().insert("host", "h".parse().unwrap());
    *sent.body_mut() = Bytes::from(echoed["data"].to_string());
    let event = Gateway::new(Kind::FunctionUrl).render(&sent).unwrap();
    let made: Value = serde_json::from_slice(&event).unwrap();
    let mut facts = Facts::default();
    facts.check(name, "path", &echoed["path"], &made["rawPath"]);
    facts.check(
        name,
        "args",
        &echoed["args"],
        &made["queryStringParameters"],
    );
    let (wanted, got) = (keys(&echoed["headers"]), keys(&made["headers"]));
    facts.check(name, "headers", wanted, got);
    facts.judge(&[]);
}

/// What a REST API handed on of all the headers that it may not (the request is in the same test
/// as the recording).
#[test]
fn the_local_rest_api_drops_the_headers_that_were_dropped() {
    let Some(corpus) = Corpus::open() else {
        return;
    };
    let recording = corpus.json("localstack/responses/rest_header_remapping_aws_proxy.json");
    let recorded = &recording["recorded"]["no-param-integration"]["headers"];
    let dropped = [
        "Connection",
        "Content-MD5",
        "Expect",
        "Max-Forwards",
        "Proxy-Authenticate",
        "Server",
        "TE",
        "Trailer",
        "Transfer-Encoding",
        "Upgrade",
        "WWW-Authenticate",
    ];
    let mut headers = recorded.as_object().unwrap().clone();
    headers.retain(|name, _| !name.starts_with("X-"));
    headers.extend(dropped.map(|name| (name.to_owned(), Value::from("x"))));
    for value in headers.values_mut() {
        *value = Value::from(vec![value.take()]);
    }
    let mut sent = client("GET", "/no-param", &headers);
    // It is the client's, here.
    let via = "p.example.net".parse().unwrap();
    sent.headers_mut().insert("via", via);
    let names = headers.keys().cloned().collect();
    let arrival = Arrival::default().header_names(names);
    sent.extensions_mut().insert(arrival);
    let event = Gateway::new(Kind::RestApi).render(&sent).unwrap();
    let made: Value = serde_json::from_slice(&event).unwrap();
    let mut facts = Facts::default();
    facts.check("headers", "names", keys(recorded), keys(&made["headers"]));
    facts.judge(&[]);
}

/// A request with these headers, but for those that a gateway adds.
fn client(method: &str, target: &str, headers: &Map<String, Value>) -> Request<Bytes> {
    let mut request = Request::new(Bytes::new());
    *request.method_mut() = method.parse().unwrap();
    *request.uri_mut() = target.parse().unwrap();
    let mut names = Vec::new();
    for (name, values) in headers {
        if is_added(name) {
            continue;
        }
        names.push(name.clone());
        for value in values.as_array().unwrap() {
            let name: HeaderName = name.parse().unwrap();
            request
                .headers_mut()
                .append(name, text(value).parse().unwrap());
        }
    }
    let arrival = Arrival::new("203.0.113.10:4000".parse().unwrap(), 443).header_names(names);
    request.extensions_mut().insert(arrival);
    request
}

fn host(event: &Value) -> String {
    let host = &event["headers"]["host"];
    let host = host.as_str().or(event["headers"]["Host"].as_str());
    let host = host.or(event["multiValueHeaders"]["host"][0].as_str());
    host.unwrap().to_owned()
}

/// The headers but for those whose values are of the recorded connection.
fn own(headers: &Value) -> Map<String, Value> {
    let mut headers = headers.as_object().cloned().unwrap_or_default();
    headers.retain(|name, _| !is_added(name));
    headers
}

/// Headers that the gateway adds, or CloudFront before it.
fn is_added(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let added = ["x-forwarded-", "x-amz", "cloudfront-", "via"];
    added.iter().any(|start| name.starts_with(start))
}

fn keys(object: &Value) -> Vec<&str> {
    let mut keys: Vec<_> = object
        .as_object()
        .unwrap()
        .keys()
        .map(|key| &**key)
        .collect();
    keys.sort_unstable();
    keys
}
