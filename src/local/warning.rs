use std::fmt;

/// Something that a gateway changes or loses on the way, which nobody is told of in production.
///
/// Its [`Display`](fmt::Display) form says what, in words.
///
/// | code | what |
/// |---|---|
/// | `path-decoded` | the path is decoded, and the app cannot know what it was |
/// | `query-value-lost` | of a repeated name in the query, the last value arrives |
/// | `request-header-lost` | of a repeated header of the request, the last value arrives |
/// | `request-body-corrupted` | the body is taken for text, which it is not |
/// | `event-large` | the event is nearly, or more than, what Lambda takes |
/// | `response-header-lost` | a header of the response does not arrive, or one value of it only |
/// | `response-header-renamed` | a header of the response arrives under another name |
/// | `response-header-printed` | a header's array arrives as the text `[a, b]` |
/// | `response-base64-kept` | the client gets the base64 of the body |
/// | `response-body-lost` | the function streams to a gateway that does not, and the body is lost |
/// | `response-json-kept` | the function does not stream to a gateway that does, and its JSON is the body |
/// | `cookie-lost` | a cookie of the response does not arrive, or may not |
///
/// # Examples
///
/// ```
/// use liftgate::local::{Gateway, Kind};
///
/// let gateway = Gateway::new(Kind::HttpApi);
/// let request = http::Request::get("/files/a%2Fb").body(bytes::Bytes::new())?;
/// let event = gateway.render(&request)?;
/// let warnings = gateway.warnings(&request, &event, None);
/// assert_eq!(warnings[0].code(), "path-decoded");
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    code: &'static str,
    text: String,
}

impl Warning {
    pub(super) fn new(code: &'static str, text: impl Into<String>) -> Self {
        let text = text.into();
        Warning { code, text }
    }

    /// The function streams where it is asked for a whole reply.
    pub(super) fn body_lost() -> Self {
        let text = "the function streams and the gateway does not: the client gets the status \
                    and the headers, and no body";
        Warning::new("response-body-lost", text)
    }

    /// The function does not stream where it is asked to.
    pub(super) fn stream_wanted() -> Self {
        let text = "the gateway streams and the function does not: the client gets the reply's \
                    JSON for a body";
        Warning::new("response-json-kept", text)
    }

    /// Its name, which stays the same, as in the table.
    pub fn code(&self) -> &'static str {
        self.code
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
