//! What an invocation is, and what is to become of it.

use crate::ledger::Told;

pub(crate) trait Plan: Send + Sync {
    /// The event of an invocation, which is sent right then.
    fn event(&self, number: usize) -> String;

    /// Where the function's connection to the Runtime API is reset.
    fn reset(&self, number: usize) -> Option<Reset>;

    /// What is to be told of it where it went wrong.
    fn describe(&self, number: usize) -> String;

    /// What became of an invocation; nothing, if that must not be.
    fn judge(&self, number: usize, told: &Told<'_>) -> Option<&'static str>;
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

/// The event of an HTTP API, or of a function URL, which streams.
pub(crate) fn event(number: usize, method: &str, streams: bool, body: &str) -> String {
    let domain = match streams {
        true => "id.lambda-url.eu-west-1.on.aws",
        false => "api.example.com",
    };
    format!(
        r#"{{"version":"2.0","rawPath":"/{number}","rawQueryString":"a=1","headers":{{"accept":"*/*","x-number":"{number}"}},"requestContext":{{"domainName":"{domain}","http":{{"method":"{method}","protocol":"HTTP/1.1"}}}}{body}}}"#
    )
}
