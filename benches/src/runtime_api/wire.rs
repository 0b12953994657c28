use std::time::{Duration, SystemTime};

/// An invocation, as it goes over the wire.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    bytes: Vec<u8>,
    /// Where the id is.
    id: usize,
}

impl Answer {
    pub(super) fn new(event: &str) -> Self {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let deadline = (now.unwrap() + Duration::from_secs(900)).as_millis();
        let id = id(0);
        let len = event.len();
        let answer = format!(
            "HTTP/1.1 200 OK\r\n\
             Content-Type: application/json\r\n\
             Lambda-Runtime-Aws-Request-Id: {id}\r\n\
             Lambda-Runtime-Deadline-Ms: {deadline}\r\n\
             Lambda-Runtime-Invoked-Function-Arn: \
             arn:aws:lambda:eu-central-1:123456789012:function:hello\r\n\
             Lambda-Runtime-Trace-Id: \
             Root=1-6874c1f2-3d0b8e5a7c1946f0a2b4d6e8;Parent=3d0b8e5a7c1946f0;Sampled=0\r\n\
             Date: Mon, 14 Jul 2025 08:38:10 GMT\r\n\
             Content-Length: {len}\r\n\r\n{event}"
        );
        Answer {
            id: answer.find(&id).unwrap(),
            bytes: answer.into_bytes(),
        }
    }

    pub(super) fn with(&mut self, number: u64) -> &[u8] {
        let id = id(number);
        self.bytes[self.id..][..id.len()].copy_from_slice(id.as_bytes());
        &self.bytes
    }
}

/// A request id with the length of Lambda's.
pub(super) fn id(number: u64) -> String {
    format!("8476a536-e9f4-11e8-9739-{number:012x}")
}
