//! What each adapter adds to the conversion of a request.
//!
//! An app that says hello is converted for three times: as a plain service, which is the bare layer;
//! by the framework and its adapter; and by the framework alone, which is given requests and gives
//! responses of its own types, without a layer. What the adapter adds is what is left of the second
//! when the first and the third are taken away: it makes a request of the framework's, and a response
//! of http's.
//!
//! `cargo bench -p bench-adapters`

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod actix_web;
mod axum;
mod bare;
mod event;
mod poem;
mod rocket;
mod salvo;

use std::collections::BTreeMap;
use std::future::Future;
use std::process::Command;

use benches::cases::Case;
pub use event::{small, usual};
use serde::{Deserialize, Serialize};

/// What is measured of an adapter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// From the event to the reply, by a service without a framework.
    Bare,
    /// From the event to the reply, by the framework and its adapter.
    Adapted,
    /// The framework alone.
    Framework,
}

/// How often an adapter asks for memory.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Allocations {
    pub bare: i64,
    pub adapted: i64,
    pub framework: i64,
}

impl Allocations {
    pub fn of(&mut self, part: Part) -> &mut i64 {
        match part {
            Part::Bare => &mut self.bare,
            Part::Adapted => &mut self.adapted,
            Part::Framework => &mut self.framework,
        }
    }

    /// What the adapter adds.
    pub fn added(&self) -> i64 {
        self.adapted - self.bare - self.framework
    }

    /// The counts that a program printed which counts them, by request and by adapter.
    pub fn counted(program: &str) -> BTreeMap<String, BTreeMap<String, Allocations>> {
        let output = Command::new(program).output().unwrap();
        assert!(output.status.success(), "{program} failed");
        serde_json::from_slice(&output.stdout).unwrap()
    }
}

/// Measures what it is shown.
pub trait Meter {
    /// A part of an adapter's measure. What is made is not measured.
    fn measure<I: 'static, O: 'static>(
        &mut self,
        adapter: &'static str,
        part: Part,
        make: impl FnMut() -> I + 'static,
        run: impl FnMut(I) -> O + 'static,
    );
}

/// Shows every adapter to a meter.
pub fn show(meter: &mut impl Meter, case: &Case) {
    actix_web::show(meter, case);
    axum::show(meter, case);
    poem::show(meter, case);
    rocket::show(meter, case);
    salvo::show(meter, case);
}

/// The output of a future, in a runtime where one is asked for.
pub(crate) struct Runtime(tokio::runtime::Runtime);

impl Runtime {
    pub(crate) fn new() -> Self {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        Runtime(builder.enable_all().build().unwrap())
    }

    pub(crate) fn run<F: Future>(&self, future: F) -> F::Output {
        self.0.block_on(future)
    }
}
