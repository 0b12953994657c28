//! What single variables mean.

use liftgate_process::{Config, ContextHeaders};

use super::{config, read, refusal};

fn addresses(vars: &[(&str, &str)]) -> (String, String) {
    let config = config(vars);
    (
        config.address.to_string(),
        config.readiness.address.to_string(),
    )
}

#[test]
fn the_app_s_address() {
    let both = "127.0.0.1:8080, [::1]:8080".to_owned();
    assert_eq!(addresses(&[]), (both.clone(), both.clone()));
    for host in ["localhost", "LOCALHOST"] {
        assert_eq!(addresses(&[("AWS_LWA_HOST", host)]).0, both);
    }
    for (host, address) in [
        ("127.0.0.1", "127.0.0.1:8080"),
        ("[::1]", "[::1]:8080"),
        ("::1", "[::1]:8080"),
        ("0.0.0.0", "127.0.0.1:8080"),
    ] {
        assert_eq!(addresses(&[("AWS_LWA_HOST", host)]).0, address);
        assert_eq!(addresses(&[("HOST", host)]).0, address);
    }
    let port = addresses(&[("PORT", "1"), ("AWS_LWA_PORT", "2")]);
    assert_eq!(port.0, "127.0.0.1:2, [::1]:2");
    let check = addresses(&[
        ("LIFTGATE_SOCKET", "/s"),
        ("AWS_LWA_READINESS_CHECK_PORT", "3"),
    ]);
    assert_eq!(check, ("/s".to_owned(), "127.0.0.1:3, [::1]:3".to_owned()));
}

#[test]
fn a_name_is_looked_up_at_the_start() {
    let reason = refusal("AWS_LWA_HOST", "no-such-host.invalid");
    assert!(reason.starts_with("the name "), "{reason}");
    assert!(refusal("AWS_LWA_HOST", "127.0.0.1:80").contains("without a port"));
}

#[test]
fn readiness_asks_over_http_only_if_told() {
    for (vars, path) in [
        (&[][..], None),
        (&[("AWS_LWA_READINESS_CHECK_PORT", "1")], None),
        (&[("AWS_LWA_READINESS_CHECK_PROTOCOL", "tcp")], None),
        (&[("AWS_LWA_READINESS_CHECK_PROTOCOL", "http")], Some("/")),
        (
            &[("AWS_LWA_READINESS_CHECK_HEALTHY_STATUS", "200")],
            Some("/"),
        ),
        (
            &[("AWS_LWA_READINESS_CHECK_PATH", "up?x=1")],
            Some("/up?x=1"),
        ),
    ] {
        let found = config(vars).readiness.path;
        assert_eq!(found.as_ref().map(|path| path.as_str()), path, "{vars:?}");
    }
    for forever in ["0", "-1", "-0.5"] {
        let config = config(&[("AWS_LWA_READINESS_CHECK_TIMEOUT_SECONDS", forever)]);
        assert_eq!(config.readiness.timeout, None);
    }
}

#[test]
fn booleans_take_eight_words_in_any_case() {
    for (text, is) in [
        ("true", true),
        ("True", true),
        ("1", true),
        ("YES", true),
        ("on", true),
        ("false", false),
        ("0", false),
        ("no", false),
        ("Off", false),
    ] {
        assert_eq!(config(&[("AWS_LWA_ASYNC_INIT", text)]).async_init, is);
    }
    assert!(refusal("AWS_LWA_ASYNC_INIT", "y").contains("`true`"));
}

#[test]
fn what_is_empty_is_not_set() {
    let names = [
        "AWS_LWA_PORT",
        "PORT",
        "HOST",
        "AWS_LWA_ASYNC_INIT",
        "AWS_LWA_SNAPSTART_AFTER_RESTORE_PATH",
        "LIFTGATE_EVENT_PATHS",
        "LIFTGATE_CONTEXT_HEADERS",
        "READINESS_CHECK_PATH",
        "AWS_LWA_REMOVE_BASE_PATH",
    ];
    for empty in ["", " "] {
        let vars: Vec<_> = names.iter().map(|name| (*name, empty)).collect();
        assert_eq!(
            format!("{:?}", config(&vars)),
            format!("{:?}", Config::default())
        );
    }
    let events = config(&[("AWS_LWA_PASS_THROUGH_PATH", "")]).events;
    assert_eq!(events.default, None);
    assert!(!events.is_implied);
    let port = config(&[("AWS_LWA_PORT", ""), ("PORT", " 3000 ")]);
    assert_eq!(port.address.to_string(), "127.0.0.1:3000, [::1]:3000");
}

#[cfg(feature = "compression")]
#[test]
fn compression_is_by_whatever_is_named() {
    let all = config(&[("AWS_LWA_ENABLE_COMPRESSION", "true")]);
    let all = all.compression.unwrap();
    let has = (cfg!(feature = "brotli"), cfg!(feature = "zstd"));
    assert!(all.gzip && !all.rest_api);
    assert_eq!((all.br, all.zstd), has);
    let some = read(&[
        ("AWS_LWA_ENABLE_COMPRESSION", "1"),
        ("LIFTGATE_COMPRESSION", "br, ZSTD"),
        ("LIFTGATE_REST_BINARY", "yes"),
    ]);
    let some = some.unwrap();
    let left_out = usize::from(!has.0) + usize::from(!has.1);
    assert_eq!(some.warnings.len(), left_out, "{:?}", some.warnings);
    let some = some.compression.unwrap();
    assert!(!some.gzip && some.rest_api);
    assert_eq!((some.br, some.zstd), has);
}

#[test]
fn context_headers_are_those_that_are_named() {
    let of = |list| config(&[("LIFTGATE_CONTEXT_HEADERS", list)]).context_headers;
    let flags = |list| {
        let headers = of(list);
        let ContextHeaders {
            request_context,
            lambda_context,
            tenant_id,
            trace_id,
            ..
        } = headers;
        [request_context, lambda_context, tenant_id, trace_id]
    };
    assert_eq!(flags("all"), [true; 4]);
    assert_eq!(flags("None"), [false; 4]);
    assert_eq!(
        flags("trace-id, Request-Context"),
        [true, false, false, true]
    );
}

#[test]
fn async_init_needs_someone_who_waits() {
    for (kind, is) in [
        ("on-demand", true),
        ("snap-start", false),
        ("provisioned-concurrency", false),
    ] {
        let config = read(&[
            ("AWS_LWA_ASYNC_INIT", "true"),
            ("AWS_LAMBDA_INITIALIZATION_TYPE", kind),
        ]);
        let config = config.unwrap();
        assert_eq!(config.async_init, is);
        assert_eq!(config.warnings.len(), usize::from(!is));
    }
    config(&[("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start")]);
}
