//! Reports for machines: each is a JSON object on a line of its own, and has a `type`.

use std::path::PathBuf;
use std::time::Duration;

use base64_simd::STANDARD;
use liftgate::local::{Exchange, Gateway};
use serde_json::{Value, json};

use crate::environments::{End, Program, Report, Stream};

pub(super) fn listening(url: &str, gateway: &Gateway, program: &Program) -> Vec<u8> {
    line(json!({
        "type": "listening",
        "url": url,
        "gateway": gateway.kind().name(),
        "command": program.title(),
    }))
}

pub(super) fn exchange(exchange: &Exchange) -> Vec<u8> {
    let warnings = exchange.warnings.iter();
    let warnings = warnings.map(|that| json!({"code": that.code(), "text": that.to_string()}));
    line(json!({
        "type": "request",
        "request_id": exchange.request_id,
        "connection_id": exchange.connection_id,
        "method": exchange.method.as_str(),
        "uri": exchange.uri.to_string(),
        "status": exchange.status.as_u16(),
        "duration_ms": ms(exchange.duration),
        "init_ms": exchange.cold_start.map(ms),
        "event_bytes": exchange.event.len(),
        "reply_bytes": exchange.reply_len,
        "failure": exchange.failure.as_ref().map(ToString::to_string),
        "warnings": warnings.collect::<Value>(),
    }))
}

pub(super) fn changed(paths: &[PathBuf]) -> Vec<u8> {
    let paths: Vec<_> = paths.iter().map(|path| path.to_string_lossy()).collect();
    line(json!({"type": "changed", "paths": paths}))
}

pub(super) fn report(report: &Report<'_>) -> Vec<u8> {
    line(match report {
        Report::Log {
            environment,
            request_id,
            stream,
            line,
        } => {
            let stream = match stream {
                Stream::Stdout => "stdout",
                Stream::Stderr => "stderr",
            };
            let text = String::from_utf8_lossy(line);
            let mut log = json!({
                "type": "log",
                "environment": environment,
                "request_id": request_id,
                "stream": stream,
                "line": text,
            });
            if std::str::from_utf8(line).is_err() {
                log["base64"] = STANDARD.encode_to_string(line).into();
            }
            log
        }
        Report::Ready { environment, after } => json!({
            "type": "environment",
            "environment": environment,
            "event": "ready",
            "after_ms": ms(*after),
        }),
        Report::Ended { environment, end } => json!({
            "type": "environment",
            "environment": environment,
            "event": "ended",
            "reason": reason(end),
            "message": end.to_string(),
        }),
    })
}

fn reason(end: &End) -> &'static str {
    match end {
        End::CannotStart(_) => "cannot-start",
        End::Exited(_) => "exited",
        End::TimedOut { .. } => "timed-out",
        End::Idle => "idle",
        End::Replaced => "replaced",
        End::Stopped => "stopped",
    }
}

fn line(json: Value) -> Vec<u8> {
    let mut line = json.to_string().into_bytes();
    line.push(b'\n');
    line
}

/// To a microsecond.
fn ms(time: Duration) -> f64 {
    time.as_micros() as f64 / 1e3
}
