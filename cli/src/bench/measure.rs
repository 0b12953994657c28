//! Measures one case.

use std::time::Duration;

use liftgate::Lambda;
use serde::Serialize;

use super::cases::Case;
use super::check;
use super::contenders::{self, App, Error, Input};
use super::stopwatch::{Lane, Race, contender};

/// Events up to this size are small: those of requests without a large body.
const SMALL: usize = 16 << 10;

/// What was measured of one case: medians, in nanoseconds.
#[derive(Debug, Serialize)]
pub struct Row {
    /// The case.
    pub name: String,
    /// The gateway.
    pub source: &'static str,
    /// The event's bytes.
    pub size: usize,
    /// liftgate, from the event to the reply.
    pub liftgate_ns: f64,
    /// lambda_http, from the event to the reply. `None`, like all of lambda_http's times, where it
    /// cannot convert the event, or was not compiled in.
    pub lambda_http_ns: Option<f64>,
    /// serde_json skipping over the event.
    pub scan_ns: f64,
    /// The `http` crate putting the same request together out of ready parts, and dropping it.
    pub http_ns: f64,
    /// A copy of the event.
    pub memcpy_ns: f64,
    /// The body out of base64 and into it again, where it goes as base64.
    pub base64_ns: Option<f64>,
    /// liftgate, from the event until the app has dropped the request.
    pub liftgate_decode_ns: f64,
    /// liftgate, from the response to the reply.
    pub liftgate_encode_ns: f64,
    /// lambda_http, from the event until the app has dropped the request.
    pub lambda_http_decode_ns: Option<f64>,
    /// lambda_http, from the response to the reply.
    pub lambda_http_encode_ns: Option<f64>,
}

impl Row {
    /// lambda_http's time over liftgate's.
    pub fn speedup(&self) -> Option<f64> {
        self.lambda_http_ns.map(|theirs| theirs / self.liftgate_ns)
    }

    /// liftgate's time over the scan's.
    pub fn over_scan(&self) -> f64 {
        self.liftgate_ns / self.scan_ns
    }

    /// Whether the event is one without a large body.
    pub fn is_small(&self) -> bool {
        self.size <= SMALL
    }
}

/// Measures a case, for about as long as that.
///
/// # Errors
///
/// If liftgate cannot convert the event, or its reply is not the case's response.
pub fn measure(case: &Case, time: Duration) -> Result<Row, Error> {
    check::liftgate(case)?;
    let len = case.event.len();
    let event = || contenders::received(&case.event);
    let mut race = Race::default();
    let ours = enter_liftgate(&mut race, case);
    let theirs = enter_lambda_http(&mut race, case);
    let scan = race.enter(contender(len, event, contenders::scan));
    let request = contenders::request(case)?;
    let build = move |()| contenders::build(&request);
    let http = race.enter(contender(len, || (), build));
    let mut copy = Vec::with_capacity(len);
    let copies = move |()| contenders::memcpy(&case.event, &mut copy);
    let memcpy = race.enter(contender(len, || (), copies));
    let base64 = case.base64.as_ref().map(|text| {
        let run = move |()| drop(contenders::base64(text));
        race.enter(contender(len, || (), run))
    });
    let times = race.run(time);
    let of = |lane: Lane| times.of(lane);
    Ok(Row {
        name: case.name.clone(),
        source: case.source,
        size: len,
        liftgate_ns: of(ours.both),
        lambda_http_ns: theirs.map(|lanes| of(lanes.both)),
        scan_ns: of(scan),
        http_ns: of(http),
        memcpy_ns: of(memcpy),
        base64_ns: base64.map(of),
        liftgate_decode_ns: of(ours.decode),
        liftgate_encode_ns: of(ours.encode),
        lambda_http_decode_ns: theirs.map(|lanes| of(lanes.decode)),
        lambda_http_encode_ns: theirs.map(|lanes| of(lanes.encode)),
    })
}

#[derive(Clone, Copy)]
struct Lanes {
    both: Lane,
    decode: Lane,
    encode: Lane,
}

/// The request is dropped by the app, so while time is taken; and so is the reply, which the
/// runtime would send before it drops it.
fn enter_liftgate<'c>(race: &mut Race<'c>, case: &'c Case) -> Lanes {
    let len = case.event.len();
    let lambda = || Lambda::new(App::default());
    let (mut both, mut decode, mut decoded) = (lambda(), lambda(), lambda());
    let input = || Input::new(case);
    Lanes {
        both: race.enter(contender(len, input, move |input| {
            drop(contenders::liftgate(&mut both, input));
        })),
        decode: race.enter(contender(len, input, move |input| {
            contenders::decode(&mut decode, input)
        })),
        encode: race.enter(contender(
            len,
            move || contenders::decode(&mut decoded, input()),
            |decoded| drop(contenders::encode(decoded)),
        )),
    }
}

/// As for liftgate; `None` if lambda_http cannot convert the event.
#[cfg(feature = "lambda-http")]
fn enter_lambda_http<'c>(race: &mut Race<'c>, case: &'c Case) -> Option<Lanes> {
    check::lambda_http(case).ok()?;
    let len = case.event.len();
    let input = || Input::new(case);
    Some(Lanes {
        both: race.enter(contender(len, input, |input| {
            drop(contenders::lambda_http(input));
        })),
        decode: race.enter(contender(len, input, contenders::lambda_http_decode)),
        encode: race.enter(contender(
            len,
            move || contenders::lambda_http_decode(input()),
            |decoded| drop(contenders::lambda_http_encode(decoded)),
        )),
    })
}

#[cfg(not(feature = "lambda-http"))]
fn enter_lambda_http(_: &mut Race<'_>, _: &Case) -> Option<Lanes> {
    None
}
