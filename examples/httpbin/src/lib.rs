//! An app that tells what it saw, and answers in every odd way there is.
//!
//! Run it with `cargo run -p example-httpbin`, and ask the URL it prints:
//!
//! ```sh
//! curl -i 'http://127.0.0.1:9000/anything/a%20b?x=1&x=2' -H 'x-tag: one' -H 'x-tag: two'
//! curl -i 'http://127.0.0.1:9000/cookies/set?a=1&b=2'
//! ```
//!
//! On Lambda, any event that is no HTTP request goes to `/anything/event`. With
//! `LIFTGATE_STREAMING=1` it streams to function URLs and REST APIs.
//!
//! | route | answer |
//! |---|---|
//! | `/anything`, `/anything/..` and all that is not below | the request as the app saw it, in JSON |
//! | `/status/{code}` | the status, without a body |
//! | `/response-headers?k=v&k=w` | each pair of the query, or of a body like `[["k","v"]]`, as a header, and all of them in JSON |
//! | `/cookies/set?a=1&b=2` | a `Set-Cookie` for each pair |
//! | `/redirect/{n}` | 302 to `/redirect/{n-1}`, and from 0 to `/anything` |
//! | `/bad-header` | a header that is Latin-1 |
//! | `/head-with-length` | 1234 bytes, and to `HEAD` their number |
//! | `/echo` | the request's body, in its content type |
//! | `/bytes/{n}?seed=s` | bytes that follow from the seed |
//! | `/text/{n}` | printable text of that many bytes |
//! | `/latin1`, `/bom`, `/png`, `/gzip` | text in Latin-1 or with a byte order mark, an image, compressed text |
//! | `/delay/{ms}` | a line of text, after a while |
//! | `/stream/{n}?ms=k` | that many chunks, each after a while |
//! | `/sse` | five server-sent events |
//! | `/panic` | the handler panics |
//! | `/error` | the service returns an error |
//! | `/body-error` | the body fails after its first chunk |
//!
//! Every route takes every method.

mod anything;
mod app;
mod bodies;
mod headers;
#[cfg(test)]
mod tests;

pub use app::App;
