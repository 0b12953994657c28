//! Runs any HTTP server on AWS Lambda.
#![cfg_attr(not(test), warn(missing_docs))]

mod config;
mod events;

pub use config::{
    Address, Compression, Config, ConfigError, ContextHeaders, OnExit, ParseError, Problem,
    Readiness, Report, Statuses, Variable,
};
pub use events::{EventPaths, EventSource};
