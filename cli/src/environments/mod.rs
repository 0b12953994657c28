//! Environments as Lambda has them: copies of a program, each with a Runtime API of its own.
//!
//! [`Pool`] is what stands behind a gateway. An invocation goes to an environment that is free, or
//! else to a new one as long as there may be more, or else it is throttled ([source][scaling]).
//! An environment is free once its last invocation has ended, whether or not somebody still waited
//! for it.
//!
//! [scaling]: https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html

mod child;
mod environment;
mod logs;
mod pool;
mod program;
mod report;
mod signal;
mod state;

pub use pool::{Limits, Pool};
pub use program::{Program, ProgramArgs};
pub use report::{End, Observe, Report, Stream};
