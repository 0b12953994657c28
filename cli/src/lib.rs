//! The parts of the program `liftgate`, for the project's own benchmarks.
//!
//! Each command is a module: [`mod@bench`] measures conversions, and [`convert`] shows them.
//!
//! # Features
//!
//! - `lambda-http` (default): `bench` measures lambda_http too.

pub mod bench;
mod capture;
pub mod convert;
pub mod gateway;
