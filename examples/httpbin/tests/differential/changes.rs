//! What each documented change does, told a second time: as a function of what comes without it.

use std::collections::BTreeMap;

use bytes::Bytes;
use liftgate::local::Kind;

use crate::requests::Sent;
use crate::seen::{Got, Pairs, Seen, add, remove};

/// Makes of what comes by plain HTTP what comes through a gateway.
pub type Model = fn(&mut Got, &Sent);

pub fn model_of(id: &str) -> Option<Model> {
    Some(match id {
        "body-whole" => body_whole,
        "forwarded-for" => forwarded_for,
        "forwarded" => |got, _| in_request(got, forwarded),
        "tls" => |got, _| in_request(got, tls),
        "length-always" => |got, _| in_request(got, length_always),
        "path-decoded" => |got, _| in_request(got, path_decoded),
        "slashes-at-the-start" => |got, _| in_request(got, slashes_at_the_start),
        "query-empty" => |got, _| in_request(got, query_empty),
        "query-decoded" => |got, _| in_request(got, query_decoded),
        "query-grouped" => |got, _| in_request(got, |seen| query_raw(seen, false)),
        "query-last" => |got, _| in_request(got, |seen| query_raw(seen, true)),
        "headers-dropped" => |got, _| in_request(got, headers_dropped),
        "connection-dropped" => {
            |got, _| in_request(got, |seen| drop(remove(&mut seen.headers, "connection")))
        }
        "signature-dropped" => |got, _| in_request(got, signature_dropped),
        "method-override" => |got, _| in_request(got, method_override),
        "values-joined" => |got, _| in_request(got, |seen| join(&mut seen.headers, ",", "cookie")),
        "values-joined-by-space" => {
            |got, _| in_request(got, |seen| join(&mut seen.headers, ", ", ""))
        }
        "value-last" => |got, _| in_request(got, value_last),
        "cookies-apart" => |got, _| in_request(got, cookies_apart),
        "cookies-joined" => |got, _| in_request(got, cookies_joined),
        "lattice-identity" => |got, _| in_request(got, lattice_identity),
        // The app tells a header that is not UTF-8 as if it had come so.
        "header-latin-1" => |_, _| (),
        // The whole answer is another one.
        "not-utf-8" | "query-refused" => |_, _| (),
        "query-semicolon" => |got, _| in_request(got, query_semicolon),
        "type-implied" => type_implied,
        "headers-remapped" => headers_remapped,
        "headers-remapped-url" => headers_remapped_url,
        "response-values-joined" => response_values_joined,
        "hop-by-hop" => |got, _| drop(remove(&mut got.headers, "keep-alive")),
        "response-header-latin-1" => response_header_latin_1,
        "ids" => |got, _| {
            added(
                got,
                &["x-amz-apigw-id", "x-amzn-requestid", "x-amzn-trace-id"],
            )
        },
        "ids-http" => |got, _| added(got, &["apigw-requestid"]),
        "ids-url" => |got, _| added(got, &["x-amzn-requestid", "x-amzn-trace-id"]),
        "server" => server,
        _ => return None,
    })
}

fn in_request(got: &mut Got, change: impl FnOnce(&mut Seen)) {
    if let Some(seen) = got.seen() {
        change(seen);
    }
}

fn body_whole(got: &mut Got, _: &Sent) {
    in_request(got, |seen| {
        let was_chunked = !remove(&mut seen.headers, "transfer-encoding").is_empty();
        if was_chunked {
            add(
                &mut seen.headers,
                "content-length",
                seen.body.len().to_string(),
            );
        }
    });
}

fn forwarded_for(got: &mut Got, sent: &Sent) {
    in_request(got, |seen| {
        let mut hops = sent.values("x-forwarded-for");
        hops.push(b"127.0.0.1");
        remove(&mut seen.headers, "x-forwarded-for");
        add(&mut seen.headers, "x-forwarded-for", hops.join(&b", "[..]));
    });
}

/// The values differ from request to request.
pub const VARYING: [&str; 7] = [
    "x-amzn-tls-version",
    "x-amzn-tls-cipher-suite",
    "x-forwarded-port",
    "x-amzn-trace-id",
    "x-amzn-requestid",
    "x-amz-apigw-id",
    "apigw-requestid",
];

fn forwarded(seen: &mut Seen) {
    add(&mut seen.headers, "x-forwarded-proto", "http");
    for name in ["x-forwarded-port", "x-amzn-trace-id"] {
        add(&mut seen.headers, name, "*");
    }
}

fn tls(seen: &mut Seen) {
    for name in ["x-amzn-tls-version", "x-amzn-tls-cipher-suite"] {
        add(&mut seen.headers, name, "*");
    }
}

fn length_always(seen: &mut Seen) {
    if seen
        .headers
        .iter()
        .all(|(name, _)| name != "content-length")
    {
        add(&mut seen.headers, "content-length", "0");
    }
}

fn path_decoded(seen: &mut Seen) {
    let mut path = decode(&seen.path, false);
    if let Some(end) = path.iter().position(|byte| *byte == b'?') {
        path.truncate(end);
    }
    let path = String::from_utf8_lossy(&path).into_owned();
    let is_kept = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/".contains(byte);
    let encoded = path.bytes().map(|byte| match is_kept(&byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    });
    seen.path = encoded.collect();
}

fn slashes_at_the_start(seen: &mut Seen) {
    seen.path = format!("/{}", seen.path.trim_start_matches('/'));
}

fn query_empty(seen: &mut Seen) {
    seen.query = seen.query.take().filter(|query| !query.is_empty());
}

fn query_decoded(seen: &mut Seen) {
    let groups = groups(seen.query.as_deref(), |text| {
        String::from_utf8_lossy(&decode(text, true)).into_owned()
    });
    let mut pairs = Vec::new();
    for (name, values) in groups {
        pairs.extend(
            values
                .iter()
                .map(|value| format!("{}={}", encode(&name), encode(value))),
        );
    }
    seen.query = (!pairs.is_empty()).then(|| pairs.join("&"));
}

fn query_semicolon(seen: &mut Seen) {
    if let Some(query) = &mut seen.query {
        *query = query.replace(';', "&");
    }
}

fn query_raw(seen: &mut Seen, keeps_last: bool) {
    let mut pairs = Vec::new();
    for (name, values) in groups(seen.query.as_deref(), str::to_owned) {
        let from = if keeps_last { values.len() - 1 } else { 0 };
        pairs.extend(values[from..].iter().map(|value| format!("{name}={value}")));
    }
    seen.query = (!pairs.is_empty()).then(|| pairs.join("&"));
}

fn groups(query: Option<&str>, read: impl Fn(&str) -> String) -> BTreeMap<String, Vec<String>> {
    let mut groups: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for pair in query
        .unwrap_or_default()
        .split('&')
        .filter(|pair| !pair.is_empty())
    {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        groups.entry(read(name)).or_default().push(read(value));
    }
    groups
}

fn headers_dropped(seen: &mut Seen) {
    let dropped = [
        "connection",
        "content-md5",
        "expect",
        "max-forwards",
        "proxy-authenticate",
        "server",
        "te",
        "trailer",
        "upgrade",
        "www-authenticate",
    ];
    for name in dropped {
        remove(&mut seen.headers, name);
    }
}

fn signature_dropped(seen: &mut Seen) {
    let is_signature =
        |(name, value): &(String, Bytes)| name == "authorization" && value.starts_with(b"AWS4-");
    if seen.headers.iter().any(is_signature) {
        remove(&mut seen.headers, "authorization");
    }
}

fn method_override(seen: &mut Seen) {
    let wanted = seen
        .headers
        .iter()
        .find(|(name, _)| name == "x-http-method-override");
    if let Some((_, method)) = wanted.filter(|(_, method)| method != "REPORT") {
        seen.method = String::from_utf8(method.to_vec()).unwrap();
    }
}

fn join(headers: &mut Pairs, comma: &str, but: &str) {
    let names: Vec<_> = headers.iter().map(|(name, _)| name.clone()).collect();
    for name in names {
        let values = remove(headers, &name);
        if name == but {
            values
                .into_iter()
                .for_each(|value| add(headers, &name, value));
        } else if !values.is_empty() {
            add(headers, &name, values.join(comma.as_bytes()));
        }
    }
}

fn value_last(seen: &mut Seen) {
    let names: Vec<_> = seen.headers.iter().map(|(name, _)| name.clone()).collect();
    for name in names {
        if let Some(last) = remove(&mut seen.headers, &name).pop() {
            add(&mut seen.headers, &name, last);
        }
    }
}

fn cookies_apart(seen: &mut Seen) {
    let cookies = remove(&mut seen.headers, "cookie");
    let pieces = cookies
        .iter()
        .flat_map(|value| value.split(|byte| *byte == b';'));
    let pieces: Vec<_> = pieces
        .map(<[u8]>::trim_ascii)
        .filter(|piece| !piece.is_empty())
        .collect();
    if !pieces.is_empty() {
        add(&mut seen.headers, "cookie", pieces.join(&b"; "[..]));
    }
}

fn cookies_joined(seen: &mut Seen) {
    let cookies = remove(&mut seen.headers, "cookie");
    if !cookies.is_empty() {
        add(&mut seen.headers, "cookie", cookies.join(&b"; "[..]));
    }
}

fn lattice_identity(seen: &mut Seen) {
    seen.headers
        .retain(|(name, _)| !name.starts_with("x-amzn-lattice-"));
}

/// The change by which the gateway refuses the request with 400, if one does.
pub fn refusal(kind: Kind, sent: &Sent) -> Option<&'static str> {
    match kind {
        Kind::RestApi => {
            let query = sent.query().unwrap_or_default();
            query.contains(['|', '{', '}']).then_some("query-refused")
        }
        Kind::Alb | Kind::AlbMultiValue => is_not_utf_8(sent).then_some("not-utf-8"),
        _ => None,
    }
}

fn is_not_utf_8(sent: &Sent) -> bool {
    let is_bad = |bytes: &[u8]| std::str::from_utf8(bytes).is_err();
    let texts = [
        "text/",
        "application/json",
        "application/javascript",
        "application/xml",
    ];
    let kinds = sent.values("content-type");
    let mut kinds = kinds.iter();
    let is_text = kinds.any(|kind| texts.iter().any(|text| kind.starts_with(text.as_bytes())));
    let is_text = is_text && sent.values("content-encoding").is_empty();
    let mut headers = sent.headers.iter();
    headers.any(|(_, value)| is_bad(value.as_bytes())) || is_text && is_bad(&sent.body)
}

fn type_implied(got: &mut Got, _: &Sent) {
    if got.headers.iter().all(|(name, _)| name != "content-type") {
        add(&mut got.headers, "content-type", "*");
    }
}

fn headers_remapped(got: &mut Got, _: &Sent) {
    let remapped = [
        "authorization",
        "content-md5",
        "date",
        "max-forwards",
        "server",
        "user-agent",
        "www-authenticate",
    ];
    for name in remapped {
        for value in remove(&mut got.headers, name) {
            add(&mut got.headers, &format!("x-amzn-remapped-{name}"), value);
        }
    }
    for name in [
        "expect",
        "host",
        "proxy-authenticate",
        "te",
        "trailer",
        "via",
    ] {
        remove(&mut got.headers, name);
    }
}

fn headers_remapped_url(got: &mut Got, _: &Sent) {
    for name in ["content-length", "date", "server", "www-authenticate"] {
        for value in remove(&mut got.headers, name) {
            add(&mut got.headers, &format!("x-amzn-remapped-{name}"), value);
        }
    }
}

fn response_values_joined(got: &mut Got, _: &Sent) {
    join(&mut got.headers, ", ", "set-cookie");
    // A client does not see the space at the end of a value.
    for (_, value) in &mut got.headers {
        *value = value.slice_ref(value.trim_ascii_end());
    }
}

fn added(got: &mut Got, names: &[&str]) {
    for name in names {
        add(&mut got.headers, name, "*");
    }
}

fn server(got: &mut Got, _: &Sent) {
    if got.headers.iter().all(|(name, _)| name != "server") {
        add(&mut got.headers, "server", "awselb/2.0");
    }
}

fn response_header_latin_1(got: &mut Got, _: &Sent) {
    for (_, value) in &mut got.headers {
        if std::str::from_utf8(value).is_err() {
            let text: String = value.iter().copied().map(char::from).collect();
            *value = text.into();
        }
    }
}

fn decode(text: &str, plus_is_space: bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [byte, tail @ ..] = rest {
        let digits = tail
            .get(..2)
            .and_then(|digits| std::str::from_utf8(digits).ok());
        let decoded = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match (byte, decoded) {
            (b'%', Some(decoded)) => {
                bytes.push(decoded);
                rest = &tail[2..];
                continue;
            }
            (b'+', _) if plus_is_space => bytes.push(b' '),
            (byte, _) => bytes.push(*byte),
        }
        rest = tail;
    }
    bytes
}

fn encode(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes()
        .map(|byte| match plain(byte) {
            true => char::from(byte).to_string(),
            false => format!("%{byte:02X}"),
        })
        .collect()
}
