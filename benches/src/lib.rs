//! What liftgate's conversions cost, beside lambda_http's and a bare scan of the event.
//!
//! `cargo bench -p benches --bench conversion -- [--json] [part of a case's name]`

#![allow(clippy::unwrap_used, clippy::expect_used)]

pub mod cases;
pub mod check;
pub mod contenders;
pub mod report;
pub mod stopwatch;

#[cfg(test)]
mod tests {
    use crate::{cases, check};

    #[test]
    fn both_convert_every_case_to_the_same_reply() {
        for case in cases::all("") {
            check::replies(&case);
        }
    }
}
