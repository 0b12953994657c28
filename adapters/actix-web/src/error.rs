use std::error::Error as StdError;
use std::fmt;

/// What an app cannot do, or did not finish: it was not made, is not ready, has a header that is
/// none, or its body failed.
///
/// An error that a handler returns is no such error: actix makes a response of it.
///
/// # Examples
///
/// ```
/// use actix_web::App;
/// use liftgate_actix_web::{ActixService, Error};
///
/// # #[actix_web::main]
/// # async fn main() {
/// let app = App::new().data_factory(async || Err::<u8, _>("no database"));
/// let error: Error = liftgate_actix_web::service(app).await.unwrap_err();
/// assert_eq!(error.to_string(), "the app cannot be made: ()");
/// # }
/// ```
#[derive(Debug)]
pub struct Error {
    message: String,
}

impl Error {
    #[cold]
    pub(crate) fn new(message: impl Into<String>) -> Self {
        let message = message.into();
        Error { message }
    }

    /// actix's errors stay on their thread, and what is told of them may not.
    #[cold]
    pub(crate) fn of(error: Box<dyn StdError>) -> Self {
        Error::new(error.to_string())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl StdError for Error {}
