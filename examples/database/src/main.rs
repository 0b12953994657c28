//! A JSON API on a database, by [sqlx]: SQLite, or PostgreSQL with the same queries; and how its
//! connections outlive what Lambda does to an environment, which `src/database.rs` tells.
//!
//! Run it with `cargo run -p example-database`, and ask the URL that it prints:
//!
//! ```sh
//! curl http://127.0.0.1:9000/books --json '{"isbn":"9781718503106","title":"Rust","pages":560}'
//! curl http://127.0.0.1:9000/books
//! curl http://127.0.0.1:9000/books/9781718503106 -X PUT --json '{"title":"Rust","pages":561}'
//! curl http://127.0.0.1:9000/books/9781718503106 -X DELETE
//! ```
//!
//! The database is a file in the directory for temporary ones, or what `DATABASE_URL` says:
//! `sqlite:books.db?mode=rwc`, or `postgres://user:password@host/name`.
//!
//! # Deploying
//!
//! `deploy/sam/database.yaml` has it behind an HTTP API. Or build it as the README says, with the
//! feature `tls` too, and put any gateway before it. On Lambda, a file is as
//! short-lived as the environment that wrote it and unknown to all others, so `DATABASE_URL` is that
//! of a PostgreSQL server, which the function has to reach: [by the VPC that both are in][vpc]. A
//! server of RDS asks for TLS, by a certificate of [Amazon's own][certificates]: lay the file beside
//! the program, and add `?sslmode=verify-full&sslrootcert=/var/task/global-bundle.pem`. SAM packages
//! the program alone, so there the file comes in a layer, and lies in `/opt`.
//!
//! Each environment has a connection of its own, so a server has to take as many as there are
//! environments: [limit those][limit], or put [RDS Proxy][proxy] between.
//!
//! [sqlx]: https://docs.rs/sqlx
//! [vpc]: https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
//! [certificates]: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html
//! [limit]: https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
//! [proxy]: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy.html

use std::env;

use example_database::{Database, serve};
use liftgate::Runtime;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), liftgate::Error> {
    let url = env::var("DATABASE_URL").unwrap_or_else(|_| {
        let file = env::temp_dir().join("example-database.db");
        format!("sqlite:{}?mode=rwc", file.display())
    });
    let database = Database::new(url).connections(concurrency());
    serve(Runtime::new(), database).await
}

/// How many invocations there are at a time.
fn concurrency() -> u32 {
    let value = env::var("AWS_LAMBDA_MAX_CONCURRENCY").ok();
    let value = value.and_then(|value| value.trim().parse().ok());
    // What is no number, `Runtime` refuses.
    value.unwrap_or(1)
}
