//! Bodies, in the forms that events have.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A body as an event's string.
#[derive(Debug)]
pub(super) struct Written<'b> {
    pub(super) text: Cow<'b, str>,
    pub(super) is_base64: bool,
}

/// Text as it is, if it is said to be text and is; all else in base64, but for nothing at all.
pub(super) fn written(body: &[u8], is_text: bool) -> Written<'_> {
    let text = std::str::from_utf8(body).ok();
    match text.filter(|text| is_text || text.is_empty()) {
        Some(text) => Written {
            text: text.into(),
            is_base64: false,
        },
        None => Written {
            text: STANDARD.encode(body).into(),
            is_base64: true,
        },
    }
}

/// Text as a REST API makes it of a body that it does not take for binary: what is no UTF-8 is
/// lost.
pub(super) fn corrupted(body: &[u8]) -> Written<'_> {
    Written {
        text: String::from_utf8_lossy(body),
        is_base64: false,
    }
}

impl Written<'_> {
    /// The text, or `None` where there is none.
    pub(super) fn some(&self) -> Option<&str> {
        Some(&*self.text).filter(|text| !text.is_empty())
    }

    /// Whether it is base64, in JSON.
    pub(super) fn flag(&self) -> &'static str {
        if self.is_base64 { "true" } else { "false" }
    }
}
