//! The parts of the program `liftgate`, for the project's own benchmarks.
//!
//! Each command is a module: [`mod@bench`] measures conversions, [`convert`] shows them, and
//! [`gateways`] tells what gateways change.
//!
//! # Features
//!
//! - `lambda-http` (default): `bench` measures lambda_http too.

pub mod bench;
mod capture;
pub mod convert;
pub mod gateway;
pub mod gateways;
