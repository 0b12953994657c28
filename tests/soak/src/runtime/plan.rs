use super::super::ledger::Told;
use super::super::plan::{self, Reset, random};

/// What the function does with an invocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Deed {
    Answers,
    Panics,
    /// Its response's body fails.
    Fails,
}

pub(super) fn deed(number: u64) -> Deed {
    match random(number) % 100 {
        0 => Deed::Panics,
        1 => Deed::Fails,
        _ => Deed::Answers,
    }
}

fn streams(number: u64) -> bool {
    random(!number).is_multiple_of(10)
}

/// By an invocation's number.
pub(super) struct Plan;

impl plan::Plan for Plan {
    fn event(&self, number: usize) -> String {
        plan::event(number, "GET", streams(number as u64), "")
    }

    fn reset(&self, number: usize) -> Option<Reset> {
        // For two requests of each invocation, the question and the answer.
        match random((number as u64).rotate_left(32)) % 2000 {
            0 => Some(Reset::BeforeEvent),
            1 => Some(Reset::InEvent),
            2 => Some(Reset::BeforeAnswer),
            3 => Some(Reset::AfterAnswer),
            _ => None,
        }
    }

    fn describe(&self, number: usize) -> String {
        format!("{:?}", self.reset(number))
    }

    fn judge(&self, number: usize, told: &Told<'_>) -> Option<&'static str> {
        let (reset, number) = (self.reset(number), number as u64);
        let (deed, streams) = (deed(number), streams(number));
        let is_answer = told.body.contains(&format!("answer {number}"));
        match (told.is_response, told.error_type) {
            (false, Some("Liftgate.RuntimeError")) if reset == Some(Reset::InEvent) => {
                Some("reported: the event broke off")
            }
            (false, Some("Liftgate.RuntimeError"))
                if reset == Some(Reset::BeforeAnswer) && streams =>
            {
                Some("reported: the stream broke off")
            }
            (false, Some("Liftgate.Panic")) if deed == Deed::Panics => Some("reported: a panic"),
            (false, Some("Liftgate.BodyError")) if deed == Deed::Fails => {
                Some("reported: a body's error")
            }
            (true, Some("Liftgate.BodyError")) if deed == Deed::Fails && streams => {
                Some("streamed, to a body's error")
            }
            (true, None) if is_answer && deed == Deed::Answers && streams => Some("streamed"),
            (true, None) if is_answer && deed == Deed::Answers => Some("answered"),
            _ => None,
        }
    }
}
