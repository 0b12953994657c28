//! How what is printed looks, on a terminal and elsewhere.

use std::borrow::Cow;
use std::io::{self, IsTerminal as _};

use clap::builder::styling::{AnsiColor, Effects, Style};

use super::is_coloured;

/// Elsewhere than on a terminal, bytes are printed as they are.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Look {
    is_terminal: bool,
    is_coloured: bool,
}

/// What stands out: a method, a status, or the name of a member.
pub(crate) const STRONG: Style = Style::new().effects(Effects::BOLD);
/// The name of a header.
pub(crate) const NAME: Style = AnsiColor::Cyan.on_default();
/// A string in JSON.
pub(crate) const TEXT: Style = AnsiColor::Green.on_default();

impl Look {
    /// As standard output shows it, and the environment (`NO_COLOR`) asks for.
    pub(crate) fn of_stdout() -> Self {
        let out = io::stdout();
        Look {
            is_terminal: out.is_terminal(),
            is_coloured: is_coloured(&out),
        }
    }

    /// The same for standard error.
    pub(crate) fn of_stderr() -> Self {
        let out = io::stderr();
        Look {
            is_terminal: out.is_terminal(),
            is_coloured: is_coloured(&out),
        }
    }

    /// Whether somebody reads it right now.
    pub(crate) fn is_terminal(self) -> bool {
        self.is_terminal
    }

    /// Appends text in a style.
    pub(crate) fn paint(self, style: Style, text: &[u8], out: &mut Vec<u8>) {
        if self.is_coloured {
            out.extend_from_slice(style.render().to_string().as_bytes());
        }
        out.extend_from_slice(text);
        if self.is_coloured {
            out.extend_from_slice(style.render_reset().to_string().as_bytes());
        }
    }

    /// A header's value, which may be neither UTF-8 nor harmless to a terminal.
    pub(crate) fn value(self, value: &[u8]) -> Cow<'_, [u8]> {
        if !self.is_terminal {
            return Cow::Borrowed(value);
        }
        let text = String::from_utf8_lossy(value);
        Cow::Owned(text.replace(is_control, "\u{fffd}").into_bytes())
    }

    /// Appends a body; on a terminal, only one that is text.
    pub(crate) fn body(self, body: &[u8], out: &mut Vec<u8>) {
        if !self.is_terminal || body.is_empty() {
            out.extend_from_slice(body);
        } else if std::str::from_utf8(body).is_ok_and(|text| !text.contains(is_control)) {
            out.extend_from_slice(body);
            // The prompt comes next.
            if !body.ends_with(b"\n") {
                out.push(b'\n');
            }
        } else {
            let len = body.len();
            out.extend_from_slice(format!("({len} bytes, not text)\n").as_bytes());
        }
    }
}

/// Whether a terminal may do more than show it.
fn is_control(char: char) -> bool {
    char.is_control() && !matches!(char, '\t' | '\n' | '\r')
}

#[cfg(test)]
mod tests {
    use super::*;

    const TERMINAL: Look = Look {
        is_terminal: true,
        is_coloured: true,
    };

    fn body(look: Look, body: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        look.body(body, &mut out);
        out
    }

    #[test]
    fn a_terminal_gets_text_only() {
        assert_eq!(body(TERMINAL, b""), b"");
        assert_eq!(body(TERMINAL, b"a\r\nb"), b"a\r\nb\n");
        assert_eq!(body(TERMINAL, b"a\n"), b"a\n");
        assert_eq!(body(TERMINAL, b"\xff\xfe"), b"(2 bytes, not text)\n");
        assert_eq!(body(TERMINAL, b"\x1b[2J"), b"(4 bytes, not text)\n");
        assert_eq!(
            *TERMINAL.value(b"a\xc2\x9b2J\xff"),
            *"a\u{fffd}2J\u{fffd}".as_bytes()
        );
    }

    #[test]
    fn a_file_gets_every_byte_and_no_colours() {
        for bytes in [&b"\xff\x1b[2J"[..], b"a"] {
            assert_eq!(body(Look::default(), bytes), bytes);
            assert_eq!(*Look::default().value(bytes), *bytes);
        }
        let mut out = Vec::new();
        Look::default().paint(STRONG, b"GET", &mut out);
        TERMINAL.paint(STRONG, b"GET", &mut out);
        assert_eq!(out, b"GET\x1b[1mGET\x1b[0m");
    }
}
