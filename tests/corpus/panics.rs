//! Whatever comes in, it is a request or an error that says what is wrong.

use std::panic::{AssertUnwindSafe, catch_unwind};

use bytes::Bytes;
use liftgate::source::{self, Source};
use liftgate::{Error, Event, Options};
use serde_json::Value;

use super::Corpus;
use crate::support::{event_of, try_request};

/// Of each event so many bytes stay between those at which it is cut or changed.
const STEP: usize = 13;

static SOURCES: [&dyn Source; 9] = [
    &source::RestApi,
    &source::HttpApiV1,
    &source::HttpApi,
    &source::FunctionUrl,
    &source::Alb,
    &source::Lattice,
    &source::LatticeV1,
    &source::WebSocket,
    &source::PassThrough,
];

#[test]
fn no_event_panics() {
    let Some(corpus) = Corpus::open() else {
        return;
    };
    let options = [Options::new(), Options::new().pass_through("/events")];
    let of_one = SOURCES.map(|source| Options::new().source(source));
    let (mut requests, mut errors) = (0, 0);
    for file in corpus.events() {
        let event = corpus.read(&file);
        for options in options.iter().chain(&of_one) {
            feed(options, event.clone(), &file);
        }
        for options in &options {
            for at in (0..event.len()).step_by(STEP) {
                let cut = event.slice(..at);
                feed(options, cut, &format!("{file} cut at byte {at}"));
                let mut flipped = event.to_vec();
                flipped[at] ^= 1 << (at % 8);
                let name = format!("{file} changed at byte {at}");
                match feed(options, flipped.into(), &name) {
                    true => requests += 1,
                    false => errors += 1,
                }
            }
        }
    }
    eprintln!("of the changed events {requests} are requests, and {errors} errors");
}

/// Whether the event became a request; else it became an error.
fn feed(options: &Options, event: Bytes, name: &str) -> bool {
    let accepts_all = format!("{options:?}").contains("pass_through: Some");
    let fed = catch_unwind(AssertUnwindSafe(|| {
        let request = try_request(options.clone(), event)?;
        look_at(event_of(&request));
        Ok::<_, Error>(request)
    }));
    match fed.unwrap_or_else(|_| panic!("{name}: panicked")) {
        Ok(_) => true,
        Err(error) => {
            let is_clear = match error.error_type() {
                "Liftgate.InvalidEvent" => true,
                "Liftgate.UnknownEvent" => !accepts_all,
                _ => false,
            };
            assert!(is_clear, "{name}: {error:?}");
            false
        }
    }
}

/// What is read only when it is asked for must not panic either.
fn look_at(event: &Event) {
    event.client_ip();
    event.client_cert();
    event.stage();
    event.connection_id();
    event.path_parameters();
    event.stage_variables();
    let _ = event.authorizer::<Value>();
    let _ = event.request_context::<Value>();
}
