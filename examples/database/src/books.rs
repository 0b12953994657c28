use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use sqlx::any::AnyRow;
use sqlx::{FromRow, Row as _};

use crate::Database;
use crate::error::Error;

/// How many books a page has.
const PAGE: i64 = 100;

/// The app.
///
/// # Examples
///
/// ```
/// let app = example_database::app(example_database::Database::new("sqlite::memory:"));
/// let lambda = liftgate::Lambda::new(app);
/// ```
pub fn app(database: Database) -> Router {
    Router::new()
        .route("/books", get(list).post(create))
        .route("/books/{isbn}", get(read).put(update).delete(delete))
        .with_state(database)
}

#[derive(Deserialize, Serialize)]
struct Book {
    isbn: String,
    title: String,
    pages: i64,
}

impl FromRow<'_, AnyRow> for Book {
    fn from_row(row: &AnyRow) -> sqlx::Result<Self> {
        Ok(Book {
            isbn: row.try_get("isbn")?,
            title: row.try_get("title")?,
            pages: row.try_get("pages")?,
        })
    }
}

/// What of a book can change.
#[derive(Deserialize)]
struct Details {
    title: String,
    pages: i64,
}

#[derive(Deserialize)]
struct Page {
    /// The last book of the page before.
    #[serde(default)]
    after: String,
}

async fn list(
    State(database): State<Database>,
    Query(page): Query<Page>,
) -> Result<Json<Vec<Book>>, Error> {
    let sql = "SELECT isbn, title, pages FROM books WHERE isbn > $1 ORDER BY isbn LIMIT $2";
    let books = sqlx::query_as(sql).bind(page.after).bind(PAGE);
    Ok(Json(books.fetch_all(&database.pool()?).await?))
}

async fn create(
    State(database): State<Database>,
    Json(book): Json<Book>,
) -> Result<(StatusCode, Json<Book>), Error> {
    let sql =
        "INSERT INTO books (isbn, title, pages) VALUES ($1, $2, $3) RETURNING isbn, title, pages";
    let book = sqlx::query_as(sql)
        .bind(book.isbn)
        .bind(book.title)
        .bind(book.pages);
    let book = book.fetch_one(&database.pool()?).await?;
    Ok((StatusCode::CREATED, Json(book)))
}

async fn read(
    State(database): State<Database>,
    Path(isbn): Path<String>,
) -> Result<Json<Book>, Error> {
    let sql = "SELECT isbn, title, pages FROM books WHERE isbn = $1";
    let book = sqlx::query_as(sql).bind(isbn);
    Ok(Json(book.fetch_one(&database.pool()?).await?))
}

async fn update(
    State(database): State<Database>,
    Path(isbn): Path<String>,
    Json(details): Json<Details>,
) -> Result<Json<Book>, Error> {
    let sql =
        "UPDATE books SET title = $2, pages = $3 WHERE isbn = $1 RETURNING isbn, title, pages";
    let book = sqlx::query_as(sql)
        .bind(isbn)
        .bind(details.title)
        .bind(details.pages);
    Ok(Json(book.fetch_one(&database.pool()?).await?))
}

async fn delete(
    State(database): State<Database>,
    Path(isbn): Path<String>,
) -> Result<StatusCode, Error> {
    let sql = "DELETE FROM books WHERE isbn = $1 RETURNING isbn";
    let isbn = sqlx::query(sql).bind(isbn);
    isbn.fetch_one(&database.pool()?).await?;
    Ok(StatusCode::NO_CONTENT)
}
