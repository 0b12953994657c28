//! The law every source is held to: what a gateway makes of a request becomes that request,
//! and what becomes of a response is that response, but for what the gateway itself changes.
//! Each source lists here what its gateway changes.

use std::marker::PhantomData;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, COOKIE, HeaderMap, HeaderName, HeaderValue, SET_COOKIE};
use http::{Method, Request, Response, StatusCode};
use liftgate::local::{Cause, Gateway, Kind};
use liftgate::{Body, Options};
use quickcheck::{Arbitrary, Gen, QuickCheck};

use crate::support::{event_of, form_pairs, try_reply, try_request};

/// A request that a client can send.
#[derive(Clone, Debug)]
struct Client {
    method: Method,
    path: String,
    query: Option<String>,
    headers: Vec<(HeaderName, HeaderValue)>,
    cookies: Vec<String>,
    body: Vec<u8>,
}

/// A response that an app can give.
#[derive(Clone, Debug)]
struct App {
    status: StatusCode,
    headers: Vec<(HeaderName, HeaderValue)>,
    cookies: Vec<String>,
    body: Vec<u8>,
}

fn pick<T: Clone>(g: &mut Gen, from: &[T]) -> T {
    g.choose(from)
        .expect("there is something to choose")
        .clone()
}

fn several<T>(g: &mut Gen, most: usize, mut make: impl FnMut(&mut Gen) -> T) -> Vec<T> {
    let count = usize::arbitrary(g) % (most + 1);
    (0..count).map(|_| make(g)).collect()
}

fn piece(g: &mut Gen) -> String {
    let pieces = [
        "a",
        "Zz9",
        "-._~",
        "%20",
        "%2F",
        "%25",
        "%C3%A9",
        "%e2%82%ac",
        "+",
        "!$'()*,;:@",
        "{}|^\\",
        "é",
        "%2B",
        "%41",
    ];
    several(g, 3, |g| pick(g, &pieces)).concat()
}

fn header(g: &mut Gen) -> (HeaderName, HeaderValue) {
    let names = [
        "accept",
        "x-one",
        "x-two",
        "user-agent",
        "authorization",
        "if-none-match",
        "x-amz-date",
        "referer",
        "x_under",
        "a",
    ];
    let values = [
        "",
        "v",
        "a, b",
        "\"quoted\\\"",
        "Wed, 21 Oct 2015 07:28:00 GMT",
        "a\tb",
        "é",
        "x=1; y=2",
        "{\"j\":1}",
        "日本",
    ];
    let value = HeaderValue::from_bytes(pick(g, &values).as_bytes());
    (
        HeaderName::from_static(pick(g, &names)),
        value.expect("a valid value"),
    )
}

fn body(g: &mut Gen) -> (Option<&'static str>, Vec<u8>) {
    let text =
        "line\n\"quoted\" \\ tab\t nul\0 é 日本 \u{1f600} \u{7f}".repeat(usize::arbitrary(g) % 40);
    match u8::arbitrary(g) % 6 {
        0 => (None, Vec::new()),
        1 => (Some("text/plain; charset=utf-8"), text.into_bytes()),
        2 => (Some("application/json"), text.into_bytes()),
        3 => (Some("application/octet-stream"), Vec::arbitrary(g)),
        4 => (Some("text/plain"), Vec::arbitrary(g)),
        _ => (None, Vec::arbitrary(g)),
    }
}

impl Arbitrary for Client {
    fn arbitrary(g: &mut Gen) -> Self {
        let segments = several(g, 4, piece);
        let pair = |g: &mut Gen| match bool::arbitrary(g) {
            true => format!("{}={}", piece(g), piece(g)),
            false => piece(g),
        };
        let query = several(g, 4, pair).join("&");
        let mut headers = several(g, 8, header);
        let (content_type, body) = body(g);
        headers.extend(content_type.map(|kind| (CONTENT_TYPE, HeaderValue::from_static(kind))));
        if bool::arbitrary(g) {
            let latin_1 = HeaderValue::from_bytes(b"caf\xe9").expect("a valid value");
            headers.push((HeaderName::from_static("x-latin"), latin_1));
        }
        Client {
            method: pick(
                g,
                &[
                    Method::GET,
                    Method::POST,
                    Method::PUT,
                    Method::DELETE,
                    Method::PATCH,
                    Method::OPTIONS,
                    Method::HEAD,
                ],
            ),
            path: format!("/{}", segments.join("/")),
            query: (!query.is_empty()).then_some(query),
            headers,
            cookies: several(g, 3, |g| {
                format!(
                    "{}={}",
                    pick(g, &["a", "b", "s"]),
                    pick(g, &["1", "x y", "é", "\"q\""])
                )
            }),
            body,
        }
    }
}

impl Arbitrary for App {
    fn arbitrary(g: &mut Gen) -> Self {
        let (content_type, body) = body(g);
        let mut headers = several(g, 8, header);
        headers.extend(content_type.map(|kind| (CONTENT_TYPE, HeaderValue::from_static(kind))));
        App {
            status: StatusCode::from_u16(pick(g, &[200, 201, 302, 400, 404, 500, 599]))
                .expect("a status"),
            headers,
            cookies: several(g, 3, |g| {
                format!("{}=1; Path=/{}", pick(g, &["a", "b"]), pick(g, &["", "é"]))
            }),
            body,
        }
    }
}

fn map(headers: &[(HeaderName, HeaderValue)]) -> HeaderMap {
    headers.iter().cloned().collect()
}

impl Client {
    /// The request, to a URL that begins with a prefix.
    fn request(&self, prefix: &str) -> Request<Bytes> {
        let uri = match &self.query {
            Some(query) => format!("{prefix}{}?{query}", self.path),
            None => format!("{prefix}{}", self.path),
        };
        let mut request = Request::new(Bytes::from(self.body.clone()));
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = uri.parse().expect("a uri");
        *request.headers_mut() = map(&self.headers);
        request
            .headers_mut()
            .insert("host", HeaderValue::from_static("api.example.com"));
        if !self.cookies.is_empty() {
            let cookies = self.cookies.join("; ");
            request.headers_mut().insert(
                COOKIE,
                HeaderValue::from_bytes(cookies.as_bytes()).expect("a value"),
            );
        }
        if !self.body.is_empty() {
            request
                .headers_mut()
                .insert("content-length", self.body.len().into());
        }
        request
    }
}

impl App {
    fn response(&self) -> Response<Bytes> {
        let mut response = Response::new(Bytes::from(self.body.clone()));
        *response.status_mut() = self.status;
        *response.headers_mut() = map(&self.headers);
        for cookie in &self.cookies {
            response.headers_mut().append(
                SET_COOKIE,
                HeaderValue::from_bytes(cookie.as_bytes()).expect("a value"),
            );
        }
        response
    }
}

/// A gateway, and what it changes in a request.
#[derive(Clone, Debug)]
struct Changes {
    gateway: Gateway,
    /// What the gateway's URLs begin with, and the app's do not.
    prefix: &'static str,
    path: PathIs,
    query: QueryIs,
    values: ValuesAre,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum PathIs {
    Verbatim,
    Decoded,
    WithoutLeadingSlashes,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum QueryIs {
    Verbatim,
    /// Names and values mean the same to a form parser, but are in order of the names.
    Sorted,
    /// The bytes of each pair stay, in order of the names.
    RawSorted,
    /// Of each name the last value stays.
    RawLast,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum ValuesAre {
    All,
    Joined(&'static str),
    Last,
}

fn gateways() -> Vec<Changes> {
    let gateway = |kind: Kind| match kind {
        // Without, it loses what is no text.
        Kind::RestApi => Gateway::new(kind).binary_media_types(["*/*"]),
        kind => Gateway::new(kind),
    };
    let changes = |kind: Kind, path, query, values| Changes {
        gateway: gateway(kind),
        prefix: "",
        path,
        query,
        values,
    };
    let rest = changes(
        Kind::RestApi,
        PathIs::WithoutLeadingSlashes,
        QueryIs::Sorted,
        ValuesAre::All,
    );
    let http_v1 = changes(
        Kind::HttpApiV1,
        PathIs::Decoded,
        QueryIs::Sorted,
        ValuesAre::All,
    );
    let http = changes(
        Kind::HttpApi,
        PathIs::Decoded,
        QueryIs::Verbatim,
        ValuesAre::Joined(","),
    );
    let staged = |changes: &Changes| Changes {
        gateway: changes.gateway.clone().stage("prod"),
        prefix: "/prod",
        ..changes.clone()
    };
    let mapped = |changes: &Changes| Changes {
        gateway: changes.gateway.clone().stage("prod").base_path("/v1/api"),
        prefix: "/v1/api",
        ..changes.clone()
    };
    vec![
        staged(&rest),
        staged(&http_v1),
        staged(&http),
        mapped(&http_v1),
        mapped(&http),
        rest,
        http_v1,
        http,
        changes(
            Kind::FunctionUrl,
            PathIs::Verbatim,
            QueryIs::Verbatim,
            ValuesAre::Joined(","),
        ),
        changes(
            Kind::AlbMultiValue,
            PathIs::Verbatim,
            QueryIs::RawSorted,
            ValuesAre::All,
        ),
        changes(
            Kind::Alb,
            PathIs::Verbatim,
            QueryIs::RawLast,
            ValuesAre::Last,
        ),
        changes(
            Kind::Lattice,
            PathIs::Verbatim,
            QueryIs::RawSorted,
            ValuesAre::All,
        ),
        changes(
            Kind::LatticeV1,
            PathIs::Verbatim,
            QueryIs::RawLast,
            ValuesAre::Joined(", "),
        ),
    ]
}

fn percent_decoded(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [byte, tail @ ..] = rest {
        rest = tail;
        if *byte == b'%' {
            let hex = std::str::from_utf8(&tail[..2]).expect("hex");
            bytes.push(u8::from_str_radix(hex, 16).expect("hex"));
            rest = &tail[2..];
        } else {
            bytes.push(*byte);
        }
    }
    bytes
}

fn raw_pairs(query: &str, keep_last: bool) -> Vec<(String, String)> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let mut pairs: Vec<_> = pairs
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    pairs.sort_by(|a, b| a.0.cmp(&b.0));
    if keep_last {
        pairs.reverse();
        pairs.dedup_by(|a, b| a.0 == b.0);
        pairs.reverse();
    }
    pairs
}

/// A value as an event can have it: what is not UTF-8 is taken for Latin-1.
fn text_of(value: &HeaderValue) -> String {
    let bytes = value.as_bytes().to_vec();
    String::from_utf8(bytes).unwrap_or_else(|error| {
        let bytes = error.as_bytes().iter();
        bytes.map(|byte| char::from(*byte)).collect()
    })
}

fn header_pairs(headers: &HeaderMap, values: ValuesAre) -> Vec<(String, String)> {
    let added = [
        "x-forwarded-for",
        "x-forwarded-port",
        "x-forwarded-proto",
        "x-amzn-trace-id",
        "x-amzn-tls-version",
        "x-amzn-tls-cipher-suite",
    ];
    let mut pairs = Vec::new();
    for name in headers
        .keys()
        .filter(|name| !added.contains(&name.as_str()))
    {
        let all: Vec<String> = headers.get_all(name).iter().map(text_of).collect();
        let name = name.as_str().to_owned();
        match values {
            ValuesAre::All => pairs.extend(all.into_iter().map(|value| (name.clone(), value))),
            ValuesAre::Joined(comma) => pairs.push((name, all.join(comma))),
            ValuesAre::Last => pairs.push((name, all[all.len() - 1].clone())),
        }
    }
    pairs.sort_by(|a, b| a.0.cmp(&b.0));
    pairs
}

/// A load balancer takes UTF-8 only, where it does not take bytes for bytes.
fn is_refused(kind: Kind, sent: &Request<Bytes>) -> bool {
    let headers = sent.headers();
    let is_utf8 = |bytes: &[u8]| std::str::from_utf8(bytes).is_ok();
    let is_text = headers
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind != "application/octet-stream");
    matches!(kind, Kind::Alb | Kind::AlbMultiValue)
        && (!headers.values().all(|value| is_utf8(value.as_bytes()))
            || is_text && !is_utf8(sent.body()))
}

/// Some characters a REST API takes only if they are encoded, and one it takes for another.
fn encoded(mut client: Client) -> Client {
    let encode = |query: String| {
        let query = query.replace('|', "%7C").replace(';', "%3B");
        query.replace('{', "%7B").replace('}', "%7D")
    };
    client.query = client.query.map(encode);
    client
}

fn the_request_is_the_clients(client: Client, changes: &Changes) {
    let kind = changes.gateway.kind();
    let client = match kind {
        Kind::RestApi => encoded(client),
        _ => client,
    };
    let event = changes.gateway.render(&client.request(changes.prefix));
    let sent = client.request("");
    if is_refused(kind, &sent) {
        assert_eq!(
            event.map_err(|failure| failure.cause()),
            Err(Cause::BadRequest)
        );
        return;
    }
    let seen = try_request(Options::new(), event.expect("an event"));
    let seen = seen.unwrap_or_else(|error| panic!("{error}: {client:?}"));
    assert_eq!(seen.method(), sent.method());
    match changes.path {
        PathIs::Verbatim => assert_eq!(seen.uri().path(), sent.uri().path()),
        PathIs::Decoded => assert_eq!(
            percent_decoded(seen.uri().path()),
            percent_decoded(sent.uri().path())
        ),
        PathIs::WithoutLeadingSlashes => {
            assert_eq!(
                seen.uri().path(),
                format!("/{}", sent.uri().path().trim_start_matches('/'))
            );
        }
    }
    let (sent_query, seen_query) = (
        sent.uri().query().unwrap_or(""),
        seen.uri().query().unwrap_or(""),
    );
    match changes.query {
        QueryIs::Verbatim => assert_eq!(seen_query, sent_query),
        QueryIs::Sorted => {
            let mut sent_pairs = form_pairs(sent_query);
            sent_pairs.sort_by(|a, b| a.0.cmp(&b.0));
            assert_eq!(form_pairs(seen_query), sent_pairs);
        }
        QueryIs::RawSorted => {
            assert_eq!(raw_pairs(seen_query, false), raw_pairs(sent_query, false))
        }
        QueryIs::RawLast => assert_eq!(raw_pairs(seen_query, false), raw_pairs(sent_query, true)),
    }
    // An HTTP API sends a length with every request.
    let mut sent_headers = sent.headers().clone();
    if let Some(length) = seen.headers().get("content-length") {
        assert_eq!(length, &sent.body().len().to_string());
        sent_headers.insert("content-length", length.clone());
    }
    assert_eq!(
        header_pairs(seen.headers(), changes.values),
        header_pairs(&sent_headers, changes.values),
        "{}",
        kind
    );
    assert_eq!(event_of(&seen).client_ip(), Some([127, 0, 0, 1].into()));
    assert_eq!(seen.into_body().into_bytes(), sent.into_body());
}

fn the_response_is_the_apps(app: &App, gateway: &Gateway) {
    let kind = gateway.kind();
    let sent = app.response();
    let request = Request::new(Bytes::new());
    let event = gateway.render(&request).expect("an event");
    let reply = try_reply(Options::new(), event, sent.clone().map(Body::from));
    let reply = reply.unwrap_or_else(|error| panic!("{error}: {app:?}"));
    let got = gateway
        .parse(&request, &reply)
        .unwrap_or_else(|error| panic!("{error}: {reply:?}"));
    assert_eq!(got.status(), sent.status());
    assert_eq!(got.body(), sent.body());
    let has_all = matches!(kind, Kind::RestApi | Kind::HttpApiV1 | Kind::AlbMultiValue);
    let values = |headers: &HeaderMap| {
        let mut headers = headers.clone();
        let mut cookies: Vec<_> = headers.get_all(SET_COOKIE).iter().cloned().collect();
        cookies.sort();
        headers.remove(SET_COOKIE);
        let shape = match has_all {
            true => ValuesAre::All,
            false => ValuesAre::Joined(", "),
        };
        (header_pairs(&headers, shape), cookies)
    };
    let mut expected = sent.headers().clone();
    if kind == Kind::RestApi {
        for name in ["authorization", "user-agent"] {
            let values: Vec<_> = expected.get_all(name).iter().cloned().collect();
            expected.remove(name);
            let renamed: HeaderName = format!("x-amzn-remapped-{name}").parse().expect("a name");
            for value in values {
                expected.append(renamed.clone(), value);
            }
        }
    }
    if let Some(default) = got.headers().get(CONTENT_TYPE) {
        expected.entry(CONTENT_TYPE).or_insert(default.clone());
    }
    assert_eq!(values(got.headers()), values(&expected));
}

#[test]
fn every_gateway_delivers_the_clients_request() {
    for changes in gateways() {
        let check = move |client: Client| the_request_is_the_clients(client, &changes);
        QuickCheck::new().tests(400).quickcheck(property(check));
    }
}

#[test]
fn every_gateway_delivers_the_apps_response() {
    for Changes { gateway, .. } in gateways().into_iter().filter(|one| one.prefix.is_empty()) {
        let check = move |app: App| the_response_is_the_apps(&app, &gateway);
        QuickCheck::new().tests(400).quickcheck(property(check));
    }
}

#[test]
fn websocket_events_are_the_clients() {
    let gateway = Gateway::new(Kind::WebSocket).stage("dev");
    let check = move |client: Client| {
        let mut sent = client.request("");
        let is_text = std::str::from_utf8(sent.body()).is_ok();
        for (path, has_headers) in [
            ("/$connect", true),
            ("/send%20it", false),
            ("/$disconnect", false),
        ] {
            *sent.uri_mut() = path.parse().expect("a uri");
            *sent.method_mut() = Method::POST;
            let event = gateway.render(&sent).expect("an event");
            let seen = try_request(Options::new(), event).expect("a request");
            assert_eq!(seen.uri(), path);
            assert_eq!(seen.headers()["host"], "api.example.com");
            assert_eq!(
                seen.headers().contains_key(COOKIE),
                has_headers && !client.cookies.is_empty()
            );
            if path == "/send%20it" && is_text {
                assert_eq!(seen.into_body().into_bytes(), sent.body());
            }
        }
    };
    QuickCheck::new().tests(100).quickcheck(property(check));
}

#[test]
fn pass_through_is_the_event_itself() {
    let event = Bytes::from_static(br#"{"Records":[]}"#);
    let options = || Options::new().pass_through("/e");
    let seen = try_request(options(), event.clone()).expect("a request");
    assert_eq!(seen.into_body().into_bytes(), event);
    let reply = try_reply(options(), event, Response::new(Body::from("[1]")));
    assert_eq!(reply.expect("a reply"), "[1]");
}

/// A check by assertions, as a property.
struct Property<A, F>(F, PhantomData<A>);

fn property<A: Arbitrary, F: Fn(A) + 'static>(check: F) -> Property<A, F> {
    Property(check, PhantomData)
}

impl<A: Arbitrary, F: Fn(A) + 'static> quickcheck::Testable for Property<A, F> {
    fn result(&self, g: &mut Gen) -> quickcheck::TestResult {
        (self.0)(A::arbitrary(g));
        quickcheck::TestResult::passed()
    }
}
