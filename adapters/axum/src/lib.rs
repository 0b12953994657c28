#![doc = include_str!("../README.md")]

mod authorizer;
mod connect_info;
mod context;
mod event;
pub mod rejection;

pub use authorizer::{Authorizer, Claims};
pub use connect_info::{ConnectInfoLayer, ConnectInfoService};
pub use context::Context;
pub use event::{Event, RequestContext};
