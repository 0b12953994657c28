use std::time::Instant;

use http::StatusCode;

/// What the log is told of one exchange with the app, when it is over.
///
/// The span of the invocation has the method, the path, the source and the request's id. No header
/// and no query is told of, at any level. Of what went wrong the runtime tells.
pub(super) struct Record {
    since: Instant,
    status: Option<StatusCode>,
    len: usize,
    has_failed: bool,
}

impl Record {
    pub(super) fn begin() -> Self {
        Record {
            since: Instant::now(),
            status: None,
            len: 0,
            has_failed: false,
        }
    }

    pub(super) fn answered(&mut self, status: StatusCode) {
        self.status = Some(status);
    }

    pub(super) fn add(&mut self, len: usize) {
        self.len += len;
    }

    pub(super) fn failed(&mut self) {
        self.has_failed = true;
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        let duration_ms = self.since.elapsed().as_micros() as f64 / 1000.0;
        let bytes = self.len;
        match (self.status, self.has_failed) {
            (status, true) => {
                let status = status.map(|status| status.as_u16());
                tracing::info!(app_status = status, bytes, duration_ms, "failed");
            }
            (Some(status), false) => {
                tracing::info!(app_status = status.as_u16(), bytes, duration_ms, "answered");
            }
            (None, false) => tracing::info!(duration_ms, "given up without an answer"),
        }
    }
}
