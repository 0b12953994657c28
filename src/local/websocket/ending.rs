//! How connections end.

use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

/// How a connection ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Ending {
    /// What the function is told.
    pub(super) code: u16,
    pub(super) reason: String,
    /// Whether the client has yet to be told.
    pub(super) is_ours: bool,
}

impl Ending {
    /// The client has closed it.
    pub(super) fn by_client(frame: Option<CloseFrame>) -> Self {
        let (code, reason) = match frame {
            Some(frame) => (frame.code, frame.reason.as_str().to_owned()),
            None => {
                let reason = "Client-side close frame status not set";
                (CloseCode::Status, reason.to_owned())
            }
        };
        Ending {
            code: code.into(),
            reason,
            is_ours: false,
        }
    }

    /// The client went away without a word.
    pub(super) fn lost() -> Self {
        let reason = "Connection closed abnormally".to_owned();
        Ending {
            code: CloseCode::Abnormal.into(),
            reason,
            is_ours: false,
        }
    }

    /// Nothing went in or out for too long, or it was open for too long.
    pub(super) fn going_away() -> Self {
        Ending::ours(CloseCode::Away, "Going away")
    }

    /// The management API was asked to.
    pub(super) fn deleted() -> Self {
        Ending::ours(CloseCode::Normal, "Connection Closed Normally")
    }

    /// The client sent bytes that are no text, which these APIs do not take ([source][binary]).
    ///
    /// [binary]: https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-develop-binary-media-types.html
    pub(super) fn binary() -> Self {
        Ending::ours(CloseCode::Unsupported, "Unsupported Data")
    }

    /// What the client sent is no message.
    pub(super) fn of(error: &Error) -> Self {
        match error {
            Error::Capacity(_) => Ending::ours(CloseCode::Size, "Message Too Big"),
            Error::Utf8(_) => Ending::ours(CloseCode::Invalid, "Invalid frame payload data"),
            Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => Ending::lost(),
            Error::Protocol(_) => Ending::ours(CloseCode::Protocol, "Protocol error"),
            _ => Ending::lost(),
        }
    }

    fn ours(code: CloseCode, reason: &str) -> Self {
        Ending {
            code: code.into(),
            reason: reason.to_owned(),
            is_ours: true,
        }
    }

    /// What the client is told.
    pub(super) fn frame(&self) -> Option<CloseFrame> {
        self.is_ours.then(|| CloseFrame {
            code: self.code.into(),
            reason: self.reason.as_str().into(),
        })
    }
}
