//! What programs that echo are sent: events as large as Lambda takes.

use std::path::Path;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use bytes::Bytes;
use serde_json::{Value, json};

use crate::cases::{self, Case};
use crate::programs::{Resident, Running};
use crate::runtime_api::RuntimeApi;

/// Lambda takes 6 MiB; a reply, whose head differs, is to fit as well.
const EVENT_BYTES: usize = 6_200_000;

const INVOCATIONS: usize = 20;

/// An event, and the body in it.
#[derive(Debug)]
pub struct Echo {
    /// The name in the table.
    pub name: String,
    /// The event.
    pub event: String,
    body: Bytes,
}

/// Events whose bodies are plain text, text with escapes, and base64.
pub fn all() -> Vec<Echo> {
    cases::all("_1mib").iter().map(Echo::new).collect()
}

impl Echo {
    fn new(case: &Case) -> Self {
        let event = std::str::from_utf8(&case.event).unwrap();
        let small = case.response.body();
        let member = member(small);
        let room = EVENT_BYTES - (event.len() - member.len());
        let len = room * small.len() / member.len();
        let body: Bytes = small.iter().copied().cycle().take(len).collect();
        let length = |body: &Bytes| format!(r#""content-length":"{}""#, body.len());
        let event = event
            .replace(&length(small), &length(&body))
            .replace(&member, &self::member(&body));
        Echo {
            name: case.name.replace("_1mib", ""),
            event,
            body,
        }
    }

    /// The memory of a program before the first of its invocations, and after the last; `None`
    /// where Linux does not tell.
    ///
    /// # Panics
    ///
    /// If it does not send the body back, byte for byte.
    pub fn resident(&self, program: &Path) -> Option<[Resident; 2]> {
        let api = RuntimeApi::start_any(&self.event);
        let running = Running::start(&[program], &api);
        api.idle();
        let before = running.resident()?;
        for _ in 0..INVOCATIONS {
            api.invoke(1);
            self.check(&api.reply(), program);
        }
        Some([before, running.resident()?])
    }

    fn check(&self, reply: &[u8], program: &Path) {
        let reply: Value = serde_json::from_slice(reply).unwrap();
        let text = reply["body"].as_str().unwrap();
        let body = match reply["isBase64Encoded"] {
            Value::Bool(true) => BASE64_STANDARD.decode(text).unwrap(),
            _ => text.into(),
        };
        // Not by assert_eq, which would print both.
        let is_same = body == self.body;
        let name = &self.name;
        assert!(is_same, "{}, {name}: not the body", program.display());
    }
}

/// The body as it is written in the event.
fn member(body: &[u8]) -> String {
    let text = match std::str::from_utf8(body) {
        Ok(text) => json!(text),
        Err(_) => json!(BASE64_STANDARD.encode(body)),
    };
    format!(r#""body":{text}"#)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_as_large_as_lambda_takes() {
        for Echo { name, event, body } in all() {
            let len = event.len();
            assert!(len > 6_190_000 && len <= 6 << 20, "{name}: {len}");
            let event: Value = serde_json::from_str(&event).unwrap();
            assert_eq!(
                event["headers"]["content-length"],
                body.len().to_string(),
                "{name}"
            );
        }
    }
}
