//! Ids as AWS makes them: plausible, different from each other, and worth no secret.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher as _, Hasher as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;

/// A random UUID's form.
pub(super) fn uuid() -> String {
    let (high, low) = (number(), number());
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        high >> 32,
        high >> 16 & 0xffff,
        high & 0xfff,
        low >> 48 & 0x3fff | 0x8000,
        low & 0xffff_ffff_ffff,
    )
}

/// The form of the ids that API Gateway gives to requests, connections and messages.
pub(super) fn extended() -> String {
    let mut bytes = [0; 11];
    bytes[..8].copy_from_slice(&number().to_be_bytes());
    bytes[8..].copy_from_slice(&number().to_be_bytes()[..3]);
    URL_SAFE.encode(bytes)
}

/// `Root=1-<time>-<number>`, in hexadecimal ([source][trace]).
///
/// [trace]: https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
pub(super) fn trace_id(time: Duration) -> String {
    let (seconds, high, low) = (time.as_secs(), number() & 0xffff_ffff, number());
    format!("Root=1-{seconds:08x}-{high:08x}{low:016x}")
}

/// A number that has not come before, as far as 64 bits tell.
pub(super) fn number() -> u64 {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    // Its keys are random in each thread, and differ from one state to the next.
    let mut hasher = RandomState::new().build_hasher();
    hasher.write_u64(COUNT.fetch_add(1, Ordering::Relaxed));
    hasher.finish()
}
