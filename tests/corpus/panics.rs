//! Whatever comes in, it is a request or an error that says what is wrong.

use std::panic::{AssertUnwindSafe, catch_unwind};

use bytes::Bytes;
use liftgate::source::{self, Source};
use liftgate::{Error, Event, Options};
use serde_json::Value;

use super::Corpus;
use crate::support::{event_of, try_request};

/// How far apart the bytes are at which an event is cut or changed.
const STEP: usize = 17;

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
    let of_one = SOURCES.map(|source| Options::new().source(source));
    let mut counts = (0, 0);
    for file in corpus.events() {
        let event = corpus.read(&file);
        feed(&event, &file, &mut counts);
        for options in &of_one {
            let fed = outcome(options, &event, &file);
            let is_clear = fed.is_none_or(|error| error.is_invalid_event());
            assert!(is_clear, "{file}, as a {options:?}");
        }
        for at in (0..event.len()).step_by(STEP) {
            let cut = event.slice(..at);
            feed(&cut, &format!("{file} cut at byte {at}"), &mut counts);
            let mut flipped = event.to_vec();
            flipped[at] ^= 1 << (at % 8);
            let name = format!("{file} changed at byte {at}");
            feed(&flipped.into(), &name, &mut counts);
        }
    }
    let (requests, errors) = counts;
    eprintln!("{requests} became requests, and {errors} errors");
}

fn feed(event: &Bytes, name: &str, (requests, errors): &mut (usize, usize)) {
    match outcome(&Options::new(), event, name) {
        None => *requests += 1,
        Some(error) => {
            let is_clear = error.is_invalid_event() || error.is_unknown_event();
            assert!(is_clear, "{name}: {error:?}");
            *errors += 1;
        }
    }
    let options = Options::new().pass_through("/events");
    if let Some(error) = outcome(&options, event, name) {
        assert!(error.is_invalid_event(), "{name}: {error:?}");
    }
}

/// The error that an event became, if it is no request.
fn outcome(options: &Options, event: &Bytes, name: &str) -> Option<Error> {
    let fed = catch_unwind(AssertUnwindSafe(|| {
        let request = try_request(options.clone(), event.clone());
        request.map(|request| look_at(event_of(&request))).err()
    }));
    fed.unwrap_or_else(|_| panic!("{name}: panicked"))
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
    let _ = event.claims::<Value>();
    let _ = event.request_context::<Value>();
}
