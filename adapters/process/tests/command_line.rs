//! What the program says to people.

use std::process::{Command, Output};

fn program(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_liftgate-process"))
        .args(arguments)
        .env_clear()
        .envs(variables.iter().copied())
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn it_shows_its_settings() {
    let output = program(&["--check"], &[("AWS_LWA_PORT", "7000")]);
    assert!(output.status.success());
    let port = text(&output.stdout).lines().next().unwrap();
    let port: Vec<_> = port.split_whitespace().collect();
    assert_eq!(port, ["AWS_LWA_PORT", "7000", "AWS_LWA_PORT"]);
}

#[test]
fn it_shows_all_that_is_wrong_with_them() {
    let wrong = [("AWS_LWA_PORT", "80a"), ("AWS_LWA_INVOKE_MODE", "fast")];
    for arguments in [&["--check"][..], &["--", "true"]] {
        let output = program(arguments, &wrong);
        assert_eq!(output.status.code(), Some(1));
        let told = text(&output.stderr);
        for message in [
            "AWS_LWA_PORT is `80a`: a port is 1 to 65535",
            "AWS_LWA_INVOKE_MODE is `fast`: `buffered` or `response_stream`",
        ] {
            assert_eq!(told.matches(message).count(), 1, "{arguments:?}: {told}");
        }
    }
}

#[test]
fn help_and_version_are_printed() {
    let help = program(&["-h"], &[]);
    assert!(help.status.success());
    assert!(text(&help.stdout).contains("Usage: liftgate-process"));
    let version = program(&["--version"], &[]);
    let expected = concat!("liftgate-process ", env!("CARGO_PKG_VERSION"), "\n");
    assert_eq!(text(&version.stdout), expected);
}

#[test]
fn an_option_that_nobody_knows_is_refused() {
    let output = program(&["--chek"], &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).starts_with("invalid option '--chek'"));
}

#[cfg(not(feature = "local"))]
#[test]
fn where_there_is_no_lambda_it_starts_nothing() {
    let output = program(&["--", "no-such-program"], &[]);
    assert_eq!(output.status.code(), Some(1));
    let told = text(&output.stderr);
    assert!(told.contains("this is not Lambda"), "{told}");
    assert!(!told.contains("no-such-program"), "{told}");
}
