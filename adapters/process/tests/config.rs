//! Whole environments.

mod meaning;
mod told;

use std::time::Duration;

use http::StatusCode;
use liftgate_process::{Address, Config, ConfigError, EventSource, OnExit};

fn read(vars: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let vars = vars.iter();
    Config::from_all(vars.map(|(name, value)| ((*name).into(), (*value).into())))
}

/// What is read without a warning.
fn config(vars: &[(&str, &str)]) -> Config {
    let config = read(vars).unwrap();
    assert_eq!(config.warnings, [] as [&str; 0], "{vars:?}");
    config
}

/// What a variable that is refused is told.
fn refusal(name: &str, value: &str) -> String {
    let error = read(&[(name, value)]).unwrap_err();
    let [problem] = error.problems() else {
        panic!("{error}");
    };
    assert_eq!(problem.variable(), name);
    problem.accepted().to_owned()
}

#[test]
fn the_documented_values_of_the_web_adapter() {
    let config = config(&[
        ("AWS_LWA_PORT", "7000"),
        ("AWS_LWA_READINESS_CHECK_PORT", "7001"),
        ("AWS_LWA_READINESS_CHECK_PATH", "/healthz"),
        ("AWS_LWA_READINESS_CHECK_PROTOCOL", "HTTP"),
        (
            "AWS_LWA_READINESS_CHECK_HEALTHY_STATUS",
            "200,201,204,301-399",
        ),
        ("AWS_LWA_READINESS_CHECK_TIMEOUT_SECONDS", "0.5"),
        ("AWS_LWA_ASYNC_INIT", "true"),
        ("AWS_LWA_REMOVE_BASE_PATH", "/api/"),
        ("AWS_LWA_ENABLE_COMPRESSION", "false"),
        ("AWS_LWA_INVOKE_MODE", "RESPONSE_STREAM"),
        ("AWS_LWA_PASS_THROUGH_PATH", "/lambda/events"),
        ("AWS_LWA_AUTHORIZATION_SOURCE", "auth-header"),
        ("AWS_LWA_ERROR_STATUS_CODES", "500,502-504,422"),
        ("AWS_LWA_LAMBDA_RUNTIME_API_PROXY", "127.0.0.1:9002"),
        ("AWS_LWA_POOL_IDLE_TIMEOUT_SECONDS", "0.25"),
        (
            "AWS_LWA_SNAPSTART_BEFORE_CHECKPOINT_PATH",
            "/snapstart/before",
        ),
        ("AWS_LWA_SNAPSTART_AFTER_RESTORE_PATH", "/snapstart/after"),
    ]);
    assert_eq!(config.address.to_string(), "127.0.0.1:7000, [::1]:7000");
    let readiness = config.readiness;
    assert_eq!(readiness.address.to_string(), "127.0.0.1:7001, [::1]:7001");
    assert_eq!(readiness.path.unwrap(), "/healthz");
    assert_eq!(readiness.healthy.to_string(), "200,201,204,301-399");
    assert_eq!(readiness.timeout, Some(Duration::from_millis(500)));
    assert!(config.async_init && config.streaming);
    assert_eq!(config.base_path.as_deref(), Some("/api"));
    assert_eq!(config.compression, None);
    assert_eq!(
        config.events.of(EventSource::Sqs).unwrap(),
        "/lambda/events"
    );
    assert!(!config.events.is_implied);
    assert_eq!(config.authorization_source.unwrap(), "auth-header");
    assert!(config.error_statuses.contains(StatusCode::GATEWAY_TIMEOUT));
    assert!(!config.error_statuses.contains(StatusCode::NOT_IMPLEMENTED));
    assert_eq!(config.runtime_api.as_deref(), Some("127.0.0.1:9002"));
    assert_eq!(config.idle_timeout, Duration::from_millis(250));
    assert_eq!(config.before_snapshot.unwrap(), "/snapstart/before");
    assert_eq!(config.after_restore.unwrap(), "/snapstart/after");
}

#[test]
fn the_environments_of_the_web_adapter_s_examples() {
    // A zip package on a managed runtime.
    let zip = config(&[
        ("AWS_LAMBDA_EXEC_WRAPPER", "/opt/bootstrap"),
        ("AWS_LWA_INVOKE_MODE", "response_stream"),
        ("PORT", "8000"),
        ("RUST_LOG", "info"),
    ]);
    assert!(zip.streaming);
    assert_eq!(zip.address.to_string(), "127.0.0.1:8000, [::1]:8000");

    let spring = config(&[
        ("AWS_LWA_READINESS_CHECK_PATH", "/actuator/health"),
        ("AWS_LWA_READINESS_CHECK_HEALTHY_STATUS", "200-399"),
        ("AWS_LWA_ASYNC_INIT", "true"),
    ]);
    assert_eq!(spring.readiness.path.unwrap(), "/actuator/health");
    assert!(!spring.readiness.healthy.contains(StatusCode::NOT_FOUND));

    let hooks = config(&[
        ("AWS_LWA_READINESS_CHECK_PROTOCOL", "tcp"),
        ("AWS_LWA_PASS_THROUGH_PATH", "events"),
    ]);
    assert_eq!(hooks.readiness.path, None);
    assert_eq!(hooks.events.default.unwrap(), "/events");
}

#[test]
fn our_own_variables() {
    let config = config(&[
        ("LIFTGATE_SOCKET", "/tmp/app.sock"),
        ("AWS_LWA_PASS_THROUGH_PATH", ""),
        ("LIFTGATE_EVENT_PATHS", "sqs=/jobs, s3=files?all=1,"),
        ("LIFTGATE_CONTEXT_HEADERS", "none"),
        ("LIFTGATE_CONTEXT_HEADER_MAX_BYTES", "4096"),
        ("LIFTGATE_DEADLINE_MARGIN_MS", "0"),
        ("LIFTGATE_RESTART_LIMIT", "0"),
        ("LIFTGATE_SHUTDOWN_TIMEOUT_MS", "400"),
    ]);
    assert_eq!(config.address, Address::Unix("/tmp/app.sock".into()));
    assert_eq!(config.readiness.address, config.address);
    let paths: Vec<_> = config.events.iter().map(ToString::to_string).collect();
    assert_eq!(paths, ["/files?all=1", "/jobs"]);
    assert_eq!(config.events.of(EventSource::Sns), None);
    let headers = config.context_headers;
    assert!(!headers.request_context && !headers.lambda_context);
    assert!(!headers.tenant_id && !headers.trace_id);
    assert_eq!(headers.max_bytes, 4096);
    assert_eq!(config.deadline_margin, None);
    assert_eq!(config.on_exit, OnExit::Restart { limit: 0 });
    assert_eq!(config.shutdown_timeout, Some(Duration::from_millis(400)));
}

#[test]
fn a_report_has_every_setting_and_where_it_comes_from() {
    let config = read(&[
        ("AWS_LWA_INVOKE_MODE", "response_stream"),
        ("HOST", "127.0.0.1"),
        ("PORT", "3000"),
        ("ASYNC_INIT", "true"),
        ("LIFTGATE_EVENT_PATHS", "sqs=/jobs"),
    ]);
    let report = config.unwrap().report().to_string();
    let has = |line: &str| {
        let words: Vec<_> = line.split(' ').collect();
        let mut lines = report
            .lines()
            .map(|line| line.split_whitespace().collect::<Vec<_>>());
        assert!(lines.any(|found| found == words), "{line}\n{report}");
    };
    has("AWS_LWA_PORT 3000 PORT");
    has("AWS_LWA_HOST 127.0.0.1 deprecated HOST");
    has("LIFTGATE_SOCKET none default");
    has("AWS_LWA_READINESS_CHECK_PORT 3000 default");
    has("AWS_LWA_INVOKE_MODE response_stream AWS_LWA_INVOKE_MODE");
    has("AWS_LWA_ASYNC_INIT true deprecated ASYNC_INIT");
    has("LIFTGATE_EVENT_PATHS sqs=/jobs LIFTGATE_EVENT_PATHS");
    has("warning: ASYNC_INIT is deprecated: use AWS_LWA_ASYNC_INIT");
    assert!(report.lines().count() < 40);
}
