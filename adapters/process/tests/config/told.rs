//! What is said of an environment: warnings and errors.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;

use liftgate_process::Config;

use super::{config, read, refusal};

#[test]
fn deprecated_names_count_with_a_warning() {
    let config = read(&[
        ("READINESS_CHECK_PORT", "81"),
        ("READINESS_CHECK_PATH", "/up"),
        ("READINESS_CHECK_PROTOCOL", "http"),
        ("REMOVE_BASE_PATH", "/v1"),
        ("ASYNC_INIT", "on"),
        ("AWS_LWA_READINESS_CHECK_MIN_UNHEALTHY_STATUS", "400"),
    ])
    .unwrap();
    let readiness = config.readiness;
    assert_eq!(readiness.address.to_string(), "127.0.0.1:81, [::1]:81");
    assert_eq!(readiness.path.unwrap(), "/up");
    assert_eq!(readiness.healthy.to_string(), "100-399");
    assert_eq!(config.base_path.as_deref(), Some("/v1"));
    assert!(config.async_init);
    assert_eq!(
        config.warnings,
        [
            "READINESS_CHECK_PORT is deprecated: use AWS_LWA_READINESS_CHECK_PORT",
            "READINESS_CHECK_PROTOCOL is deprecated: use AWS_LWA_READINESS_CHECK_PROTOCOL",
            "READINESS_CHECK_PATH is deprecated: use AWS_LWA_READINESS_CHECK_PATH",
            "AWS_LWA_READINESS_CHECK_MIN_UNHEALTHY_STATUS is deprecated: use \
             AWS_LWA_READINESS_CHECK_HEALTHY_STATUS",
            "ASYNC_INIT is deprecated: use AWS_LWA_ASYNC_INIT",
            "REMOVE_BASE_PATH is deprecated: use AWS_LWA_REMOVE_BASE_PATH",
        ]
    );
    let port = refusal("READINESS_CHECK_PORT", "x");
    assert_eq!(port, "a port is 1 to 65535");
    let first = refusal("AWS_LWA_READINESS_CHECK_MIN_UNHEALTHY_STATUS", "100");
    assert_eq!(first, "the first unhealthy status is 101 to 1000");
}

#[test]
fn what_has_no_effect_is_told() {
    for (vars, warning) in [
        (
            &[("AWS_LWA_ASYNC_INIT", "0"), ("ASYNC_INIT", "oops")][..],
            "ASYNC_INIT is ignored beside AWS_LWA_ASYNC_INIT",
        ),
        (
            &[("HOST", "x86_64-pc-linux-gnu")],
            "HOST is ignored: it is no IP address; AWS_LWA_HOST takes names",
        ),
        (
            &[
                ("LIFTGATE_SOCKET", "/s"),
                ("AWS_LWA_PORT", "80"),
                ("HOST", "::1"),
            ],
            "AWS_LWA_PORT is ignored: LIFTGATE_SOCKET is set",
        ),
        (
            &[
                ("AWS_LWA_READINESS_CHECK_PROTOCOL", "tcp"),
                ("AWS_LWA_READINESS_CHECK_PATH", "/up"),
            ],
            "AWS_LWA_READINESS_CHECK_PATH is ignored: AWS_LWA_READINESS_CHECK_PROTOCOL is `tcp`, so \
             a connection is enough",
        ),
        (
            &[("LIFTGATE_COMPRESSION", "br")],
            "LIFTGATE_COMPRESSION is ignored: AWS_LWA_ENABLE_COMPRESSION is not `true`",
        ),
        (
            &[("LIFTGATE_ON_EXIT", "End"), ("LIFTGATE_RESTART_LIMIT", "2")],
            "LIFTGATE_RESTART_LIMIT is ignored: LIFTGATE_ON_EXIT is `end`",
        ),
        (
            &[("AWS_LWA_PASS_THROUGH_PATH", "/.")],
            "events go to the root of the app, which no client can then ask for",
        ),
        (
            &[("LIFTGATE_EVENT_PATHS", "sqs=/")],
            "events go to the root of the app, which no client can then ask for",
        ),
        (
            &[("LIFTGATE_SOCKET", "/s"), ("AWS_LWA_HOST", "::1")],
            "AWS_LWA_HOST is ignored: LIFTGATE_SOCKET is set",
        ),
        (
            &[("AWS_LWA_PROT", "80")],
            "AWS_LWA_PROT is unknown; do you mean AWS_LWA_PORT?",
        ),
    ] {
        assert_eq!(read(vars).unwrap().warnings, [warning]);
    }
    // What runs containers sets these for any program.
    config(&[
        ("LIFTGATE_SOCKET", "/s"),
        ("PORT", "80"),
        ("HOST", "0.0.0.0"),
    ]);
    config(&[
        ("LIFTGATE_ADDR", "127.0.0.1:0"),
        ("LIFTGATE_GATEWAY", "alb"),
    ]);
}

#[cfg(not(feature = "compression"))]
#[test]
fn a_build_without_compression_says_so() {
    let config = read(&[("AWS_LWA_ENABLE_COMPRESSION", "true")]).unwrap();
    assert_eq!(config.compression, None);
    assert_eq!(
        config.warnings,
        ["AWS_LWA_ENABLE_COMPRESSION is ignored: this program was built without compression"]
    );
}

#[test]
fn all_errors_are_told_together() {
    let error = read(&[
        ("AWS_LWA_PORT", "80a"),
        ("AWS_LWA_READINESS_CHECK_PROTOCOL", "htttp"),
        ("AWS_LWA_ENABLE_COMPRESSION", "gzip"),
        ("AWS_LWA_INVOKE_MODE", "stream"),
        ("LIFTGATE_COMPRESSION", "gzip,brotli"),
        ("LIFTGATE_EVENT_PATHS", "sqz=/jobs"),
        ("AWS_LWA_ERROR_STATUS_CODES", "500,5xx"),
        ("AWS_LWA_POOL_IDLE_TIMEOUT_SECONDS", "-4"),
        ("AWS_LWA_SNAPSTART_AFTER_RESTORE_PATH", "/"),
        ("LIFTGATE_ON_EXIT", "retsart"),
    ]);
    let error = error.unwrap_err().to_string();
    let lines: Vec<_> = error.lines().collect();
    assert_eq!(lines[0], "AWS_LWA_PORT is `80a`: a port is 1 to 65535");
    assert_eq!(
        lines[1],
        "AWS_LWA_READINESS_CHECK_PROTOCOL is `htttp`: `http` or `tcp`"
    );
    assert_eq!(
        lines[2],
        "AWS_LWA_INVOKE_MODE is `stream`: `buffered` or `response_stream`"
    );
    assert!(lines[3].starts_with("AWS_LWA_ENABLE_COMPRESSION is `gzip`: `true`"));
    assert_eq!(
        lines[4],
        "LIFTGATE_COMPRESSION is `gzip,brotli`: `brotli` is none of gzip, br, zstd"
    );
    assert!(lines[5].starts_with("LIFTGATE_EVENT_PATHS is `sqz=/jobs`: `sqz` is none of alarm"));
    assert!(lines[6].starts_with("AWS_LWA_ERROR_STATUS_CODES is `500,5xx`: `5xx` is none; "));
    assert!(lines[7].starts_with("AWS_LWA_POOL_IDLE_TIMEOUT_SECONDS is `-4`: a number"));
    assert!(lines[8].starts_with("AWS_LWA_SNAPSTART_AFTER_RESTORE_PATH is `/`: it is the root"));
    assert_eq!(
        lines[9],
        "LIFTGATE_ON_EXIT is `retsart`: `restart` or `end`"
    );
    assert_eq!(lines.len(), 10);
}

#[test]
fn whatever_is_wrong_is_refused() {
    for (name, value) in [
        ("PORT", "0"),
        ("AWS_LWA_READINESS_CHECK_PATH", "http://127.0.0.1/up"),
        ("AWS_LWA_READINESS_CHECK_HEALTHY_STATUS", "ok"),
        ("AWS_LWA_READINESS_CHECK_TIMEOUT_SECONDS", "soon"),
        ("AWS_LWA_REMOVE_BASE_PATH", "/v1?x"),
        ("AWS_LWA_PASS_THROUGH_PATH", "https://h/events"),
        ("AWS_LWA_PASS_THROUGH_PATH", "/events%25"),
        ("AWS_LWA_AUTHORIZATION_SOURCE", "X Auth"),
        ("AWS_LWA_LAMBDA_RUNTIME_API_PROXY", "https://127.0.0.1:9002"),
        ("AWS_LWA_POOL_IDLE_TIMEOUT_SECONDS", "4s"),
        ("AWS_LWA_SNAPSTART_BEFORE_CHECKPOINT_PATH", "/before%2525"),
        ("LIFTGATE_EVENT_PATHS", "/jobs"),
        ("LIFTGATE_EVENT_PATHS", "sqs="),
        ("LIFTGATE_EVENT_PATHS", "sqs=/a,sqs=/b"),
        ("LIFTGATE_CONTEXT_HEADERS", "none,trace-id"),
        ("LIFTGATE_CONTEXT_HEADER_MAX_BYTES", "0"),
        ("LIFTGATE_DEADLINE_MARGIN_MS", "-1"),
        ("LIFTGATE_RESTART_LIMIT", "many"),
        ("LIFTGATE_SHUTDOWN_TIMEOUT_MS", "1.5"),
    ] {
        refusal(name, value);
    }
}

#[test]
fn a_value_that_is_not_utf_8_is_an_error() {
    let value = OsString::from_vec(b"80\xff".to_vec());
    let error = Config::from_all([("AWS_LWA_PORT".into(), value)]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "AWS_LWA_PORT is `80\u{fffd}`: it is not UTF-8"
    );
}

#[test]
fn secrets_are_never_shown() {
    let vars = &[(
        "AWS_LWA_LAMBDA_RUNTIME_API_PROXY",
        "http://me:s3cret@127.0.0.1:9002",
    )];
    let error = read(vars).unwrap_err();
    assert!(!format!("{error}\n{error:?}").contains("s3cret"));
    assert!(
        error.to_string().contains("no user and password"),
        "{error}"
    );
}
