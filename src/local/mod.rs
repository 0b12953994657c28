//! Local gateways: what [`run`](crate::run) is behind where there is no Lambda.
//!
//! A request goes the whole way that it goes on AWS: HTTP, the gateway's event, the Runtime API (on
//! loopback), the same worker, the reply, and HTTP. So the app sees what it will see there, and the
//! client gets what the gateway makes of the reply, refusals and limits included.
//!
//! | variable | of `run` | default |
//! |---|---|---|
//! | `LIFTGATE_GATEWAY` | the gateway, by its [name](Kind) | that in [`Options::local_gateway`], or an HTTP API; a function URL for a program that streams |
//! | `LIFTGATE_ADDR` | where it listens, `host:port` | that in [`Options::local_address`], or `127.0.0.1:9000` |
//!
//! A gateway that is named is the one in [`Options::local_gateway`] if that is of the same kind, and
//! otherwise one with nothing set up, which streams if the program does.
//!
//! What is more, for any Lambda program in any language, several environments of it, and a line for
//! each request, is in the program [`liftgate dev`][cli], on the parts of this module: a [`Server`]
//! is a [`Gateway`] that listens, in front of a [`Function`], which a [`RuntimeApi`] makes of a
//! program. Tests can drive a [`Lambda`](crate::Lambda) with a [`Gateway`] alone.
//!
//! # What a gateway changes
//!
//! Behind a gateway, an app sees and is seen as if a plain HTTP server stood there, but for the
//! following. The list is [`Change::ALL`], and tests hold each local gateway to it with thousands of
//! requests.
//!
#![doc = include_str!("changes.md")]
//!
//! # WebSocket APIs
//!
#![doc = include_str!("websocket.md")]
//!
//! [`Options::local_gateway`]: crate::Options::local_gateway
//! [`Options::local_address`]: crate::Options::local_address
//! [cli]: https://github.com/liftgate/liftgate/tree/main/cli

mod arrival;
mod changes;
mod failure;
mod function;
mod gateway;
mod ids;
mod run;
mod runtime_api;
mod server;
mod warning;
#[cfg(feature = "websocket")]
mod websocket;

pub use arrival::Arrival;
pub use changes::{Change, Side};
pub use failure::{Cause, Failure};
pub use function::{Answer, Call, Function, FunctionReply, Invoking, ReplyStream};
pub use gateway::{Gateway, Kind, UnknownKind};
pub use runtime_api::{RuntimeApi, Waiting};
pub use server::{Exchange, Server};
pub use warning::Warning;

pub(crate) use run::{Local, Settings};
