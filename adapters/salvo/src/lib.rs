#![doc = include_str!("../README.md")]

mod error;
mod future;
mod request;
mod service;
#[cfg(test)]
mod tests;

pub use error::Aborted;
pub use future::ResponseFuture;
pub use service::{SalvoService, service};
