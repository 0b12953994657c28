//! JSON for reading: a line for each value.

use super::look::{Look, STRONG, TEXT};

/// JSON with breaks and spaces between its values, which stay byte for byte what they are:
/// numbers keep their digits, and strings that are not UTF-8 their bytes.
pub(crate) fn pretty(json: &[u8], look: Look) -> Vec<u8> {
    let mut out = Vec::new();
    let (mut rest, mut depth) = (json, 0);
    while let Some((byte, tail)) = rest.split_first() {
        let mut len = 1;
        match byte {
            b'"' => {
                len = string_len(rest);
                let is_name = rest[len..].trim_ascii_start().starts_with(b":");
                let style = if is_name { STRONG } else { TEXT };
                look.paint(style, &rest[..len], &mut out);
            }
            // In ASCII, a bracket that closes is the second after the one that opens.
            b'{' | b'[' if tail.trim_ascii_start().starts_with(&[byte + 2]) => {
                out.extend_from_slice(&[*byte, byte + 2]);
                len = rest.len() - tail.trim_ascii_start().len() + 1;
            }
            b'{' | b'[' => {
                out.push(*byte);
                depth += 1;
                break_line(depth, &mut out);
            }
            b'}' | b']' => {
                depth -= 1;
                break_line(depth, &mut out);
                out.push(*byte);
            }
            b',' => {
                out.push(b',');
                break_line(depth, &mut out);
            }
            b':' => out.extend_from_slice(b": "),
            byte if byte.is_ascii_whitespace() => {}
            byte => out.push(*byte),
        }
        rest = &rest[len..];
    }
    out.push(b'\n');
    out
}

/// The length of the string that JSON begins with, with its quotes.
fn string_len(json: &[u8]) -> usize {
    let mut is_escaped = true;
    let end = json.iter().position(|byte| {
        let is_end = *byte == b'"' && !is_escaped;
        is_escaped = *byte == b'\\' && !is_escaped;
        is_end
    });
    end.map_or(json.len(), |end| end + 1)
}

fn break_line(depth: usize, out: &mut Vec<u8>) {
    out.push(b'\n');
    out.resize(out.len() + 2 * depth, b' ');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stay_what_they_are() {
        let json = b"{\"a\\\"\\\\\":\"\\\\\",\"b\":[1.50,{},[ ],true],\"\xe9\":{\"c\":\"{[,:\"}}";
        let expected = b"{
  \"a\\\"\\\\\": \"\\\\\",
  \"b\": [
    1.50,
    {},
    [],
    true
  ],
  \"\xe9\": {
    \"c\": \"{[,:\"
  }
}
";
        let printed = pretty(json, Look::default());
        let text = String::from_utf8_lossy;
        assert_eq!(text(&printed), text(expected));
        assert_eq!(printed, expected);
        assert_eq!(pretty(&printed, Look::default()), expected);
    }
}
