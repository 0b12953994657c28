#![doc = include_str!("../README.md")]

mod body;
mod error;
mod names;
mod request;
mod response;
mod run;
mod service;

pub use body::Body;
pub use error::Error;
pub use run::{run, serve};
pub use service::{ActixService, ResponseFuture, service};
