use std::error::Error as StdError;
use std::fmt;
use std::io;

use http::StatusCode;

use crate::Address;

/// Why the app gave no answer, or why there is none. `{:#}` tells what it comes from, too.
///
/// # Examples
///
/// ```
/// use liftgate_process::{Address, Config, Forward};
/// use tower_service::Service;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut config = Config::default();
/// config.address = Address::Unix("/nowhere".into());
/// let mut forward = Forward::new(&config);
/// let request = http::Request::get("/").body(liftgate::Body::empty())?;
/// let error = forward.call(request).await.unwrap_err();
/// assert!(error.to_string().starts_with("cannot connect to the app at /nowhere"));
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Error {
    message: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    #[cold]
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Error {
            message: message.into(),
            source: None,
        }
    }

    #[cold]
    fn of(message: String, source: impl StdError + Send + Sync + 'static) -> Self {
        let source: Option<Box<dyn StdError + Send + Sync>> = Some(Box::new(source));
        Error { message, source }
    }

    #[cold]
    pub(crate) fn connect(address: &Address, error: io::Error) -> Self {
        Error::of(format!("cannot connect to the app at {address}"), error)
    }

    #[cold]
    pub(crate) fn spawn(program: &str, error: io::Error) -> Self {
        Error::of(format!("cannot start `{program}`"), error)
    }

    #[cold]
    pub(crate) fn signals(error: io::Error) -> Self {
        Error::of("cannot wait for signals".to_owned(), error)
    }

    #[cold]
    pub(crate) fn no_answer(error: hyper::Error) -> Self {
        let message = match error.is_parse() {
            true => "the app's answer is no HTTP response",
            false => "the app closed the connection without an answer",
        };
        Error::of(message.to_owned(), error)
    }

    #[cold]
    pub(crate) fn broken_off(error: hyper::Error) -> Self {
        Error::of("the app's answer broke off".to_owned(), error)
    }

    #[cfg(feature = "compression")]
    #[cold]
    pub(crate) fn compressed(error: Box<dyn StdError + Send + Sync>) -> Self {
        match error.downcast() {
            Ok(error) => *error,
            Err(source) => Error {
                message: "compressing the app's answer".to_owned(),
                source: Some(source),
            },
        }
    }

    /// What went wrong since the app had died.
    #[cold]
    pub(crate) fn died(reason: &str, error: Error) -> Self {
        Error::new(format!("{reason} ({error:#})"))
    }

    #[cold]
    pub(crate) fn status(status: StatusCode, text: &[u8]) -> Self {
        let text = String::from_utf8_lossy(text);
        match text.trim() {
            "" => Error::new(status.to_string()),
            text => Error::new(format!("{status}: {text}")),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if f.alternate() {
            let mut told = self.message.clone();
            let mut source = self.source();
            while let Some(error) = source {
                let text = error.to_string();
                // Some errors tell by themselves what they come from.
                if !told.contains(&text) {
                    write!(f, ": {text}")?;
                    told.push_str(&text);
                }
                source = error.source();
            }
        }
        Ok(())
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_it_comes_from_is_told_once() {
        let inner = || Error::spawn("app", io::ErrorKind::NotFound.into());
        assert_eq!(
            format!("{:#}", inner()),
            "cannot start `app`: entity not found"
        );
        let told = Error::of(format!("the runtime ended: {:#}", inner()), inner());
        let once = "the runtime ended: cannot start `app`: entity not found";
        assert_eq!(format!("{told:#}"), once);
    }
}
