//! The parts of the program `liftgate`, for the project's own benchmarks.
//!
//! Each command is a module: [`dev`] runs a program behind a gateway, [`invoke`] sends it an event,
//! [`replay`] those that were recorded, [`convert`] shows conversions, [`mod@bench`] measures them,
//! and [`gateways`] tells what gateways change.
//!
//! # Features
//!
//! - `lambda-http` (default): `bench` measures lambda_http too.

pub mod bench;
mod capture;
pub mod convert;
pub mod dev;
pub mod environments;
pub mod gateway;
pub mod gateways;
pub mod invoke;
mod output;
mod recording;
pub mod replay;
mod session;
