//! What the httpbin examples answer, in the types of no framework.
//!
//! Each framework's example has the same routes, and says which of these functions answers them:
//!
//! | route | function | answer |
//! |---|---|---|
//! | `/anything`, `/anything/..` and all that is not below | [`anything`] | the request as the app saw it, in JSON |
//! | `/status/{code}` | [`status()`] | the status, without a body |
//! | `/response-headers?k=v&k=w` | [`response_headers`] | each pair of the query, or of a body like `[["k","v"]]`, as a header, and all of them in JSON |
//! | `/cookies/set?a=1&b=2` | [`set_cookies`] | a `Set-Cookie` for each pair |
//! | `/redirect/{n}` | [`redirect`] | 302 to `/redirect/{n-1}`, and from 0 to `/anything` |
//! | `/bad-header` | [`bad_header`] | a header that is Latin-1 |
//! | `/head-with-length` | [`head_with_length`] | 1234 bytes, and to `HEAD` their number |
//! | `/echo` | [`echo`] | the request's body, in its content type |
//! | `/bytes/{n}?seed=s` | [`bytes()`] | bytes that follow from the seed |
//! | `/text/{n}` | [`text`] | printable text of that many bytes |
//! | `/latin1`, `/bom`, `/png`, `/gzip` | [`latin1`], [`bom`], [`png`], [`gzip`] | text in Latin-1 or with a byte order mark, an image, compressed text |
//! | `/delay/{ms}` | [`delay`] | a line of text, after a while |
//! | `/stream/{n}?ms=k` | [`stream()`] | that many chunks, each after a while |
//! | `/sse` | [`sse`] | five server-sent events |
//! | `/panic` | [`panics`] | the handler panics |
//! | `/body-error` | [`body_error`] | the body fails after its first chunk |
//!
//! Every route takes every method.
//!
//! # Examples
//!
//! ```
//! use example_answers::{Asked, status};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let asked = Asked { parameter: "418".to_owned(), ..Asked::default() };
//! assert_eq!(status(asked).await.status(), 418);
//! # }
//! ```

mod anything;
mod asked;
mod bodies;
mod body;
mod heads;

pub use anything::anything;
pub use asked::Asked;
pub use bodies::{
    GZIP, body_error, bom, bytes, delay, echo, gzip, latin1, panics, png, sse, stream, text,
};
pub use body::Body;
pub use heads::{bad_header, head_with_length, redirect, response_headers, set_cookies, status};

/// A response, for a framework to turn into its own.
pub type Answer = http::Response<Body>;
