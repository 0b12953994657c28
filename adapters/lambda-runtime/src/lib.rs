#![doc = include_str!("../README.md")]

mod adapter;
mod answer;
mod future;
mod handler;
mod log;
mod run;
mod with_context;

pub use adapter::Adapter;
pub use future::ResponseFuture;
pub use handler::{Handler, HandlerFuture, ReplyStream};
pub use run::run;
