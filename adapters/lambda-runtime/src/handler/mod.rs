//! The plain form: a service of events, whose replies AWS's runtime sends.

mod after;
mod convert;
mod future;
mod service;
mod stream;

pub use future::HandlerFuture;
pub use service::Handler;
pub use stream::ReplyStream;
