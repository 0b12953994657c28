use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use sqlx::error::ErrorKind;

/// Why the database did not do what it was asked to.
pub(crate) struct Error(sqlx::Error);

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        Error(error)
    }
}

#[derive(Serialize)]
struct Told {
    error: &'static str,
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let (status, error) = self.meaning();
        if status.is_server_error() {
            // For the log, and not for the client.
            eprintln!("{status}: {}", self.0);
        }
        (status, Json(Told { error })).into_response()
    }
}

impl Error {
    fn meaning(&self) -> (StatusCode, &'static str) {
        match &self.0 {
            sqlx::Error::RowNotFound => (StatusCode::NOT_FOUND, "there is no such book"),
            sqlx::Error::Database(error) => match error.kind() {
                ErrorKind::UniqueViolation => (StatusCode::CONFLICT, "there is such a book"),
                ErrorKind::CheckViolation | ErrorKind::NotNullViolation => {
                    (StatusCode::UNPROCESSABLE_ENTITY, "this is no book")
                }
                // Text that PostgreSQL does not take, as with a NUL in it.
                _ if error.code().is_some_and(|code| is_of(&code, &["22"])) => {
                    (StatusCode::UNPROCESSABLE_ENTITY, "this is no book")
                }
                _ if error.code().is_some_and(|code| is_of(&code, &PASSING)) => AWAY,
                _ => FAULT,
            },
            sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed => AWAY,
            _ => FAULT,
        }
    }
}

const AWAY: (StatusCode, &str) = (
    StatusCode::SERVICE_UNAVAILABLE,
    "the database is away; try again",
);

const FAULT: (StatusCode, &str) = (StatusCode::INTERNAL_SERVER_ERROR, "something is wrong here");

/// The classes of errors of connections, of resources, and by operators, who stop and start the server.
const PASSING: [&str; 3] = ["08", "53", "57"];

/// Whether a [code of PostgreSQL's][codes] is of one of these classes. SQLite's are numbers of another
/// length.
///
/// [codes]: https://www.postgresql.org/docs/current/errcodes-appendix.html
fn is_of(code: &str, classes: &[&str]) -> bool {
    code.len() == 5 && classes.iter().any(|class| code.starts_with(class))
}
