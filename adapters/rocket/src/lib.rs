#![doc = include_str!("../README.md")]

mod body;
mod extension;
mod handover;
mod request;
mod response;
mod run;
mod service;
mod sizes;

pub use body::Body;
pub use extension::{Extension, Missing, extensions};
pub use run::{run, run_on};
pub use service::{ResponseFuture, RocketService, service};
