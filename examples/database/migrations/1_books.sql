-- What both SQLite and PostgreSQL take.
CREATE TABLE books (
    isbn TEXT PRIMARY KEY CHECK (length(isbn) BETWEEN 10 AND 17),
    title TEXT NOT NULL CHECK (length(title) > 0),
    pages BIGINT NOT NULL CHECK (pages > 0)
);
