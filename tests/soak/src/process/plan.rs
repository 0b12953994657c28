use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use crate::ledger::Told;
use crate::plan::{self, Reset, random};

/// What the app does with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Deed {
    Answers,
    /// After so many milliseconds.
    Slow(u64),
    /// With so many bytes.
    Large(usize),
    /// With a status that fails the invocation.
    Fails,
    /// It resets the connection where it would answer.
    ResetsBefore,
    ResetsWithin,
    ResetsAfter,
    /// It closes the connection once it has read the head.
    LeavesBody,
    /// It closes the connection so many microseconds after the answer, whatever has come.
    Closes(u64),
}

/// How long after a blow the program may not have noticed yet.
const NOTICE: Duration = Duration::from_secs(1);

/// By an invocation's number and a seed.
pub(crate) struct Plan {
    seed: u64,
    begun: Instant,
    // In microseconds.
    sent: Vec<AtomicU64>,
    deaths: Mutex<Vec<Duration>>,
    // How many more may fail, until the program knows that the app closes connections.
    surprises: AtomicUsize,
}

impl Plan {
    pub(super) fn new(seed: u64, invocations: usize, workers: usize) -> Self {
        Plan {
            seed,
            begun: Instant::now(),
            sent: (0..invocations).map(|_| AtomicU64::new(0)).collect(),
            deaths: Mutex::default(),
            surprises: AtomicUsize::new(workers),
        }
    }

    pub(super) fn draw(&self, number: u64, what: u64) -> u64 {
        random(random(self.seed ^ (what << 32)) ^ number)
    }

    pub(super) fn deed(&self, number: u64) -> Deed {
        let how = self.draw(number, 1);
        match self.draw(number, 2) % 1000 {
            0..5 => Deed::Slow(1 + how % 20),
            5..10 => Deed::Large(1 << (10 + how % 9)),
            10..20 => Deed::Fails,
            20..22 => Deed::ResetsBefore,
            22..24 => Deed::ResetsWithin,
            24..26 => Deed::ResetsAfter,
            26..28 => Deed::LeavesBody,
            28..58 => Deed::Closes(how % 600),
            _ => Deed::Answers,
        }
    }

    pub(super) fn is_post(&self, number: u64) -> bool {
        self.draw(number, 3).is_multiple_of(3)
    }

    pub(super) fn streams(&self, number: u64) -> bool {
        self.draw(number, 4).is_multiple_of(10)
    }

    /// The body of a request.
    pub(super) fn asked(&self, number: u64) -> String {
        if !self.is_post(number) {
            return String::new();
        }
        let how = self.draw(number, 5);
        let len = match how % 50 {
            0 => 1 << (8 + how / 50 % 11),
            _ => 10,
        };
        format!("body {number};{}", "y".repeat(len))
    }

    /// The body of the app's answer, of two parts.
    pub(super) fn answer(&self, number: u64, method: &str) -> (String, String) {
        let len = match self.deed(number) {
            Deed::Large(len) => len,
            _ => 10,
        };
        let begin = format!("answer {number} to {method};{}", "x".repeat(len));
        (begin, format!("end {number}"))
    }

    /// Remembers that the app dies now.
    pub(super) fn dies(&self) {
        let now = self.begun.elapsed();
        self.deaths.lock().unwrap().push(now);
    }

    /// Whether the app has died while an invocation went on.
    fn was_struck(&self, number: usize) -> bool {
        let sent = Duration::from_micros(self.sent[number].load(Relaxed));
        let deaths = self.deaths.lock().unwrap();
        deaths.iter().any(|death| *death + NOTICE > sent)
    }
}

impl plan::Plan for Plan {
    fn event(&self, index: usize) -> String {
        let number = index as u64;
        let body = match self.asked(number).as_str() {
            "" => String::new(),
            body => format!(r#","body":"{body}","isBase64Encoded":false"#),
        };
        let now = self.begun.elapsed().as_micros();
        self.sent[index].store(now as u64, Relaxed);
        plan::event(index, self.method(number), self.streams(number), &body)
    }

    fn reset(&self, _: usize) -> Option<Reset> {
        None
    }

    fn describe(&self, number: usize) -> String {
        let number = number as u64;
        let (method, deed) = (self.method(number), self.deed(number));
        let streams = self.streams(number);
        let len = self.asked(number).len();
        // The one before may have left its connection.
        let before = self.deed(number.saturating_sub(1));
        format!("{method} of {len} bytes, streams: {streams}, {deed:?} after {before:?}")
    }

    fn judge(&self, index: usize, told: &Told<'_>) -> Option<&'static str> {
        let number = index as u64;
        let (begin, end) = self.answer(number, self.method(number));
        let has_begun = told.body.contains(&begin);
        let is_answer = told.body.contains(&(begin + &end));
        let (deed, streams) = (self.deed(number), self.streams(number));
        // Where nothing says that it was not done, it is not asked for again.
        let is_dropped =
            matches!(deed, Deed::ResetsBefore | Deed::LeavesBody) && self.is_post(number);
        let is_broken = deed == Deed::ResetsWithin;
        match (told.is_response, told.error_type) {
            (true, None) if is_answer && !is_dropped && !is_broken && deed != Deed::Fails => {
                Some(if streams { "streamed" } else { "answered" })
            }
            (false, Some("Liftgate.ServiceError")) if deed == Deed::Fails && has_begun => {
                Some("reported: an error of the app's")
            }
            (false, Some("Liftgate.ServiceError")) if is_dropped => {
                Some("reported: closed without an answer")
            }
            (false, Some("Liftgate.BodyError")) if is_broken => {
                Some("reported: the answer broke off")
            }
            (true, Some("Liftgate.BodyError")) if is_broken && streams => {
                Some("streamed, until it broke off")
            }
            (false, Some("Liftgate.ServiceError" | "Liftgate.BodyError"))
                if self.was_struck(index) =>
            {
                Some("reported: the app has died")
            }
            (true, Some("Liftgate.BodyError")) if streams && self.was_struck(index) => {
                Some("streamed, until the app died")
            }
            (false, Some("Liftgate.ServiceError")) if self.is_post(number) => {
                let left = self
                    .surprises
                    .fetch_update(Relaxed, Relaxed, |left| left.checked_sub(1));
                left.ok().map(|_| "reported: closed for the first time")
            }
            _ => None,
        }
    }
}

impl Plan {
    pub(super) fn method(&self, number: u64) -> &'static str {
        match self.is_post(number) {
            true => "POST",
            false => "GET",
        }
    }
}
