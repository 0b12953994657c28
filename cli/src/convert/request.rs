//! A request in a file, as people write it: lines may end without CR, and the version may be left
//! out. Read here rather than by a server's parser, which does not say in which line a fault is.

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, HOST, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri, Version};
use liftgate::local::Arrival;

/// The request of a message, with its arrival for an extension.
pub(super) fn parse(message: &Bytes, arrival: Arrival) -> Result<Request<Bytes>, String> {
    let (head, body) = split(message);
    let lines = head.split(|byte| *byte == b'\n');
    let lines = lines.map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let mut lines = (1..).zip(lines).filter(|(_, line)| !line.is_empty());
    let at = |number: i32| move |reason: String| format!("line {number}: {reason}");

    let (number, line) = lines.next().ok_or("there is no request in it")?;
    let mut request = request_line(line).map_err(at(number))?;
    let mut names = Vec::new();
    for (number, line) in lines {
        let (spelled, value) = header(line).map_err(at(number))?;
        let name = HeaderName::from_bytes(spelled.as_bytes());
        let name =
            name.map_err(|_| at(number)(format!("{} is no name of a header", quote(&spelled))))?;
        let appended = request.headers_mut().try_append(name, value);
        appended.map_err(|_| at(number)("these are too many headers".to_owned()))?;
        names.push(spelled);
    }
    to_origin_form(&mut request)?;
    let body = body_of(request.headers(), body)?;
    if !body.is_empty() {
        // A client would have said it.
        let length = HeaderValue::from(body.len());
        request.headers_mut().insert(CONTENT_LENGTH, length);
    }
    request.extensions_mut().insert(arrival.header_names(names));
    Ok(request.map(|()| message.slice_ref(body)))
}

/// The head up to the empty line, and what comes after it.
fn split(message: &[u8]) -> (&[u8], &[u8]) {
    let (mut end, mut has_begun) = (0, false);
    for line in message.split_inclusive(|byte| *byte == b'\n') {
        end += line.len();
        let is_empty = matches!(line, b"\n" | b"\r\n");
        if has_begun && is_empty {
            break;
        }
        has_begun |= !is_empty;
    }
    message.split_at(end)
}

fn request_line(line: &[u8]) -> Result<Request<()>, String> {
    let text = String::from_utf8_lossy(line);
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    let (method, target, version) = match words[..] {
        [method, target] => (method, target, "HTTP/1.1"),
        [method, target, version] => (method, target, version),
        _ => return Err(format!("{} is not as `GET /path HTTP/1.1`", quote(&text))),
    };
    let version = match version {
        "HTTP/1.0" => Version::HTTP_10,
        "HTTP/1.1" => Version::HTTP_11,
        "HTTP/2" | "HTTP/2.0" => Version::HTTP_2,
        "HTTP/3" | "HTTP/3.0" => Version::HTTP_3,
        other => return Err(format!("{} is no version of HTTP", quote(other))),
    };
    let mut request = Request::new(());
    *request.version_mut() = version;
    let method = Method::from_bytes(method.as_bytes());
    *request.method_mut() =
        method.map_err(|_| format!("{} begins with no method", quote(&text)))?;
    let uri: Option<Uri> = target.parse().ok();
    // A name alone would be a host.
    let uri = uri.filter(|uri| uri.scheme().is_some() || uri.authority().is_none());
    *request.uri_mut() =
        uri.ok_or_else(|| format!("{} is neither a path nor a URL", quote(target)))?;
    Ok(request)
}

fn header(line: &[u8]) -> Result<(String, HeaderValue), String> {
    let text = || quote(&String::from_utf8_lossy(line));
    let colon = line.iter().position(|byte| *byte == b':');
    let colon = colon.ok_or_else(|| format!("{} is not as `name: value`", text()))?;
    let (name, value) = (&line[..colon], line[colon + 1..].trim_ascii());
    let value = HeaderValue::from_bytes(value);
    let value = value.map_err(|_| format!("{} has characters no header has", text()))?;
    Ok((String::from_utf8_lossy(name).into_owned(), value))
}

/// A whole URL is a host, which goes before the header, and a path.
fn to_origin_form(request: &mut Request<()>) -> Result<(), String> {
    let Some(authority) = request.uri().authority() else {
        return Ok(());
    };
    let host = authority.as_str().rsplit('@').next().unwrap_or_default();
    let host = HeaderValue::from_str(host).map_err(|_| format!("`{host}` is no host"))?;
    let path = request.uri().path_and_query().cloned();
    *request.uri_mut() = path.map(Uri::from).unwrap_or_default();
    request.headers_mut().insert(HOST, host);
    Ok(())
}

/// As much of what comes after the head as the headers say, or all.
fn body_of<'m>(headers: &HeaderMap, rest: &'m [u8]) -> Result<&'m [u8], String> {
    if headers.contains_key(TRANSFER_ENCODING) {
        return Err("Transfer-Encoding is not understood here; leave it out".to_owned());
    }
    let Some(value) = headers.get(CONTENT_LENGTH) else {
        return Ok(rest);
    };
    let len = value.to_str().ok().and_then(|text| text.parse().ok());
    let len = len.ok_or("Content-Length is no number")?;
    let body = rest.get(..len);
    body.ok_or_else(|| format!("Content-Length is {len}, but the body has {}", rest.len()))
}

/// What stands in the file, if it is not long: that may be anything.
fn quote(text: &str) -> String {
    let brief: String = text.chars().take(60).collect();
    let more = if brief.len() < text.len() { "..." } else { "" };
    let brief = brief.replace(char::is_control, "\u{fffd}");
    format!("`{brief}{more}`")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(message: &'static [u8]) -> Result<Request<Bytes>, String> {
        parse(&message.into(), Arrival::default())
    }

    #[test]
    fn lines_end_with_cr_or_without() {
        for message in [
            &b"POST /a?b=c HTTP/1.1\r\nHost: x\r\nX-One:1 \r\nx-one: \r\n\r\nbody\r\n"[..],
            b"\n\nPOST /a?b=c\nHost: x\nX-One:1 \nx-one:\n\nbody\r\n",
            b"POST http://u@x/a?b=c HTTP/1.1\nhost: y\nX-One: 1\nX-One:\n\nbody\r\n",
        ] {
            let request = read(message).unwrap();
            assert_eq!(request.method(), "POST");
            assert_eq!(request.uri(), "/a?b=c");
            assert_eq!(request.version(), Version::HTTP_11);
            assert_eq!(request.headers()["host"], "x");
            let ones = request.headers().get_all("x-one").iter();
            assert!(ones.eq(["1", ""]));
            assert_eq!(request.headers()["content-length"], "6");
            assert_eq!(request.body(), "body\r\n");
        }
    }

    #[test]
    fn a_body_is_as_long_as_its_length_says() {
        let request = read(b"PUT / HTTP/1.0\ncontent-length: 2\n\nab\n").unwrap();
        assert_eq!(request.body(), "ab");
        assert_eq!(request.version(), Version::HTTP_10);
        // The head may be all there is.
        let request = read(b"GET http://x HTTP/2\nx-latin: caf\xe9").unwrap();
        assert_eq!(request.uri(), "/");
        assert_eq!(request.headers()["x-latin"].as_bytes(), b"caf\xe9");
        assert!(request.body().is_empty());
        assert!(!request.headers().contains_key("content-length"));
    }

    #[test]
    fn a_fault_is_told_with_its_line() {
        for (message, expected) in [
            (&b"\r\n"[..], "there is no request in it"),
            (b"\nGET\n", "line 2: `GET` is not as `GET /path HTTP/1.1`"),
            (b"G@T / HTTP/1.1", "line 1: `G@T / HTTP/1.1` begins with no"),
            (b"GET a HTTP/1.1", "line 1: `a` is neither a path nor a URL"),
            (b"GET / HTTP/9", "line 1: `HTTP/9` is no version"),
            (b"GET /\na: b\nc\n", "line 3: `c` is not as `name: value`"),
            (b"GET /\na b: c\n", "line 2: `a b` is no name"),
            (b"GET /\na: \x01\n", "line 2: `a: \u{fffd}` has characters"),
            (b"GET /\nContent-Length: x\n", "Content-Length is no number"),
            (
                b"GET /\nContent-Length: 3\n\nab",
                "Content-Length is 3, but the body has 2",
            ),
            (b"GET /\nTransfer-Encoding: chunked\n", "Transfer-Encoding"),
        ] {
            let error = read(message).unwrap_err();
            assert!(error.starts_with(expected), "{error}");
        }
    }
}
