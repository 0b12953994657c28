#![doc = include_str!("../README.md")]
//!
//! # The way of a byte
//!
//! An [`Invocation`] goes into a [`Lambda`], which finds the [source](source) of its event,
//! makes an `http::Request<`[`Body`]`>` of it and calls the service inside; the
//! `http::Response` becomes a [`Reply`]. `run` takes invocations from Lambda's Runtime API
//! and sends the replies back; everything else works without it.
//!
//! # Features
//!
//! - `runtime` (default): `run`, the Lambda runtime.
//! - `local` (default): what `run` does where there is no Lambda, and the module `local`.
//!   Deploy without it: `default-features = false, features = ["runtime"]`.
//! - `websocket`: WebSocket APIs among the local gateways, for
//!   `LIFTGATE_GATEWAY=websocket`. Turn it on to develop, not to deploy.
//! - `tracing`: a span for each invocation, and events instead of lines on standard error.
//! - `tracing-subscriber`: `init_tracing`, which prints them as Lambda's logging configuration
//!   says.

mod body;
mod context;
mod error;
mod event;
mod exchange;
mod future;
mod invocation;
mod layer;
#[cfg(feature = "local")]
pub mod local;
mod options;
mod panic;
mod reply;
#[cfg(feature = "runtime")]
mod runtime;
mod service;
pub mod source;
mod trace;

pub use body::Body;
pub use context::Context;
pub use error::Error;
pub use event::{ClientCert, Event};
pub use future::ResponseFuture;
pub use invocation::Invocation;
pub use layer::LambdaLayer;
pub use options::{AlbCookies, BodyEncoding, Options, QueryValues, Stage};
pub use reply::Reply;
#[cfg(feature = "runtime")]
pub use runtime::{Runtime, run, run_local};
pub use service::Lambda;
#[cfg(feature = "tracing-subscriber")]
pub use trace::init_tracing;
