#![doc = include_str!("../README.md")]

mod app;
mod config;
mod error;
mod events;
mod forward;
mod mode;
mod run;
mod shutdown;

pub use app::{App, Supervisor};
pub use config::{
    Address, Compression, Config, ConfigError, ContextHeaders, OnExit, ParseError, Problem,
    Readiness, Report, Statuses, Variable,
};
pub use error::Error;
pub use events::{EventPaths, EventSource};
pub use forward::{Body, Forward};
pub use mode::Mode;
pub use run::run;
