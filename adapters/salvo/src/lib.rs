#![doc = include_str!("../README.md")]

mod body;
mod error;
mod future;
mod request;
mod service;
#[cfg(test)]
mod tests;

pub use body::Body;
pub use error::Aborted;
pub use future::ResponseFuture;
pub use service::{SalvoService, service};
