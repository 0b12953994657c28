//! The local gateway: what [`run`](crate::run) does where there is no Lambda.
//!
//! [`Gateway`] is the other half of a [source](crate::source): it makes events of requests
//! and responses of replies, as the real gateway does. Tests can drive a
//! [`Lambda`](crate::Lambda) with it.

mod arrival;
mod changes;
mod failure;
mod function;
mod gateway;
mod ids;
mod run;
mod runtime_api;
mod server;

pub use arrival::Arrival;
pub use changes::{Change, Side};
pub use failure::{Cause, Failure};
pub use function::{Answer, Call, Function, FunctionReply, Invoking, ReplyStream};
pub use gateway::{Gateway, Kind, UnknownKind};
pub use runtime_api::{RuntimeApi, Waiting};
pub use server::{Exchange, Server};

pub(crate) use run::{Local, Settings};
