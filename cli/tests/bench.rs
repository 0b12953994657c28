//! `liftgate bench`, as it is run.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

const ALB: &str = include_str!("../events/get_alb.json");
const SQS: &str = r#"{"Records":[{"eventSource":"aws:sqs","body":"hello"}]}"#;

fn liftgate(arguments: &[&str], directory: &Path) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_liftgate"));
    program.args(arguments).current_dir(directory);
    program.output().unwrap()
}

/// `liftgate bench`, as fast as it gets.
fn bench(arguments: &[&str], directory: &Path) -> Output {
    liftgate(&[&["bench", "--time", "1"], arguments].concat(), directory)
}

fn files(files: &[(&str, &str)]) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(directory.path().join(name), text).unwrap();
    }
    directory
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

fn names(output: &Output) -> Vec<String> {
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let rows = report["rows"].as_array().unwrap().iter();
    rows.map(|row| row["name"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn json_has_a_row_for_each_event_with_the_filter_in_its_name() {
    let output = bench(&["--json", "--filter", "get_alb"], files(&[]).path());
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(text(&output.stderr), "");
    assert_eq!(names(&output), ["get_alb", "get_alb_multi"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(report["cpu"].is_string());
    assert!(report["rustc"].as_str().unwrap().starts_with("rustc 1."));
    let row = report["rows"][0].as_object().unwrap();
    assert_eq!(row["source"], "alb");
    assert_eq!(row["size"], ALB.len());
    assert!(row["base64_ns"].is_null());
    let ours = [
        "liftgate",
        "liftgate_decode",
        "liftgate_encode",
        "scan",
        "http",
        "memcpy",
    ];
    let theirs = ["lambda_http", "lambda_http_decode", "lambda_http_encode"];
    assert_eq!(row.len(), 3 + ours.len() + theirs.len() + 1);
    let is_time = |name: &str| {
        row[&format!("{name}_ns")]
            .as_f64()
            .is_some_and(|time| time > 0.0)
    };
    for name in ours {
        assert!(is_time(name), "{name}");
    }
    for name in theirs {
        assert_eq!(is_time(name), cfg!(feature = "lambda-http"), "{name}");
    }
}

#[test]
fn what_lambda_http_cannot_convert_is_null_in_json_and_a_dash_in_the_table() {
    let directory = files(&[]);
    let output = bench(&["--json", "--filter", "lattice_v1"], directory.path());
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(report["rows"][0]["lambda_http_ns"].is_null());
    let output = bench(&["--filter", "get_lattice"], directory.path());
    let table = text(&output.stdout);
    let line = table.lines().find(|line| line.contains("get_lattice_v1"));
    let has_dash = line.unwrap().split_whitespace().any(|cell| cell == "-");
    assert_eq!(has_dash, cfg!(feature = "lambda-http"), "{table}");
    assert!(
        table.contains("small events (2), geometric mean"),
        "{table}"
    );
    assert!(!table.contains('\u{1b}'), "{table}");
}

#[test]
fn a_users_events_are_measured_and_a_directory_is_its_json_files() {
    let directory = files(&[("b.json", ALB), ("a.json", ALB), ("notes.txt", "none")]);
    let output = bench(&["--json", "."], directory.path());
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(names(&output), ["./a.json", "./b.json"]);
    let output = bench(
        &["--json", "a.json", "b.json", "--filter", "b."],
        directory.path(),
    );
    assert_eq!(names(&output), ["b.json"]);
}

#[test]
fn a_request_with_head_has_no_body_in_its_reply() {
    let head = ALB.replace(r#""httpMethod":"GET""#, r#""httpMethod":"HEAD""#);
    let directory = files(&[("head.json", &head)]);
    let output = bench(&["--json", "head.json"], directory.path());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
}

#[test]
fn files_that_cannot_be_measured_are_named_with_the_reason_and_the_others_go_on() {
    let headers = ALB.replace(r#""headers":{"#, r#""headers":{"x":7,"#);
    let directory = files(&[
        ("broken.json", r#"{"version":"#),
        ("good.json", ALB),
        ("headers.json", &headers),
        ("sqs.json", SQS),
    ]);
    fs::create_dir(directory.path().join("empty")).unwrap();
    let output = bench(&["--json", "gone.json", ".", "empty"], directory.path());
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(names(&output), ["./good.json"]);
    let errors: Vec<&str> = text(&output.stderr).lines().collect();
    let expected = [
        "error: gone.json: cannot be read: ",
        "error: ./broken.json: not JSON: ",
        "error: ./headers.json: invalid event: headers.x: ",
        "error: ./sqs.json: unknown event: this is an SQS event",
        "error: empty: has no *.json files",
    ];
    assert_eq!(errors.len(), expected.len(), "{errors:#?}");
    for (error, expected) in errors.iter().zip(expected) {
        assert!(error.starts_with(expected), "{error}");
    }
}

#[test]
fn nothing_to_measure_and_wrong_arguments_are_2() {
    let directory = files(&[("sqs.json", SQS), ("good.json", ALB)]);
    for arguments in [
        &["sqs.json"][..],
        &["gone.json"],
        &["good.json", "--filter", "other"],
        &["--filter", "no such event"],
        &["--report", "report.pdf"],
        &["--time", "long"],
        &["--unknown"],
    ] {
        let output = bench(arguments, directory.path());
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert_eq!(text(&output.stdout), "", "{arguments:?}");
        assert!(!output.stderr.is_empty(), "{arguments:?}");
    }
}

#[test]
fn an_svg_report_is_a_chart_with_a_bar_for_each_event() {
    let directory = files(&[("one & <two>.json", ALB), ("three.json", ALB)]);
    let output = bench(&[".", "--report", "chart.svg"], directory.path());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let svg = fs::read_to_string(directory.path().join("chart.svg")).unwrap();
    let chart = roxmltree::Document::parse(&svg).unwrap();
    assert_eq!(chart.root_element().tag_name().name(), "svg");
    let texts: Vec<&str> = chart.descendants().filter_map(|node| node.text()).collect();
    for name in ["./one & <two>.json", "./three.json"] {
        assert!(texts.iter().any(|text| text.starts_with(name)), "{texts:?}");
    }
}

#[test]
fn an_html_report_has_the_charts_and_the_table() {
    let directory = files(&[("<good>.json", ALB)]);
    let output = bench(
        &["<good>.json", "--report", "report.html"],
        directory.path(),
    );
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let html = fs::read_to_string(directory.path().join("report.html")).unwrap();
    assert!(
        html.contains("<td>&lt;good&gt;.json</td><td>1.3 KiB</td>"),
        "{html}"
    );
    let charts = 1 + usize::from(cfg!(feature = "lambda-http"));
    assert_eq!(html.matches("<svg").count(), charts);
    assert_eq!(html.matches("<tr>").count(), 2);
}

#[test]
fn a_report_that_cannot_be_written_is_an_error_after_the_table() {
    let directory = files(&[("good.json", ALB)]);
    let output = bench(
        &["good.json", "--report", "none/report.svg"],
        directory.path(),
    );
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).contains("good.json"));
    let expected = "error: none/report.svg: cannot be written: ";
    assert!(text(&output.stderr).starts_with(expected));
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let directory = files(&[("good.json", ALB)]);
    let mut program = Command::new(env!("CARGO_BIN_EXE_liftgate"))
        .args(["bench", "--time", "1", "good.json"])
        .current_dir(directory.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(program.stdout.take());
    let output = program.wait_with_output().unwrap();
    assert_eq!(text(&output.stderr), "");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn help_tells_of_the_commands_and_their_options() {
    let directory = files(&[]);
    let output = liftgate(&["--help"], directory.path());
    assert_eq!(output.status.code(), Some(0));
    assert!(text(&output.stdout).contains("bench"));
    let output = liftgate(&["bench", "--help"], directory.path());
    let help = text(&output.stdout);
    for option in ["[FILES]...", "--filter", "--time", "--json", "--report"] {
        assert!(help.contains(option), "{help}");
    }
    assert_eq!(liftgate(&[], directory.path()).status.code(), Some(2));
}
