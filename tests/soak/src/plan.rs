//! What is to become of an invocation, by its number.

/// What the function does with an invocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    Answers,
    Panics,
    /// Its response's body fails.
    Fails,
}

/// Where a connection is reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reset {
    BeforeEvent,
    InEvent,
    BeforeAnswer,
    AfterAnswer,
}

/// A number as good as random (SplitMix64).
pub(crate) fn random(seed: u64) -> u64 {
    let mut word = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

pub(crate) fn deed(number: u64) -> Deed {
    match random(number) % 100 {
        0 => Deed::Panics,
        1 => Deed::Fails,
        _ => Deed::Answers,
    }
}

pub(crate) fn streams(number: u64) -> bool {
    random(!number).is_multiple_of(10)
}

pub(crate) fn reset(number: u64) -> Option<Reset> {
    // For two requests of each invocation, the question and the answer.
    match random(number.rotate_left(32)) % 2000 {
        0 => Some(Reset::BeforeEvent),
        1 => Some(Reset::InEvent),
        2 => Some(Reset::BeforeAnswer),
        3 => Some(Reset::AfterAnswer),
        _ => None,
    }
}
