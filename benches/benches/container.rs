//! Measures what it costs to have a server in a process of its own: liftgate-process, beside a bare loop
//! in hyper that passes requests on and converts nothing. See the library of this package.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use benches::app::App;
use benches::cases;
use benches::counters::{instructions, syscalls};
use benches::programs::{PROXIES, Program, Running};
use benches::racer::Racer;
use benches::report::{self, or_dash};
use benches::runtime_api::RuntimeApi;
use benches::stopwatch::percentile;
use serde::Serialize;

/// How many turns a program has.
const ROUNDS: usize = 40;

/// How often a program is started.
const STARTS: usize = 60;

/// The size of a request that is large, in bytes.
const LARGE: usize = 5_000_000;

/// What a program costs.
#[derive(Serialize)]
struct Row {
    name: &'static str,
    /// On disk, without symbols.
    bytes: u64,
    /// Of an invocation that gets a kilobyte: those outside the kernel.
    instructions: Option<f64>,
    /// By name.
    syscalls: Option<BTreeMap<String, f64>>,
    /// In the program and in the kernel.
    cpu_ns: Option<f64>,
    /// From the event until the program asks for another one.
    wall_ns: f64,
    /// With a request of 5 MB: the most memory above that before the first, in bytes.
    above_idle: Option<f64>,
    /// From the moment that the app listens until an invocation is asked for. The bare loop does not
    /// wait for the app.
    start_ns: Option<f64>,
}

impl Row {
    /// All system calls.
    fn calls(&self) -> Option<f64> {
        Some(self.syscalls.as_ref()?.values().sum())
    }
}

fn main() {
    let app = App::start();
    let port = app.port().to_string();
    let variables = [
        ("AWS_LWA_PORT", port.as_str()),
        // A line for each invocation would be written to nobody.
        ("AWS_LAMBDA_LOG_LEVEL", "WARN"),
    ];
    let paths: Vec<PathBuf> = PROXIES.iter().map(|it| it.build(profile(it))).collect();
    let case = cases::all("get_http_api").into_iter().next().unwrap();
    let event = String::from_utf8(case.event).unwrap();
    let mut racers: Vec<Racer> = paths
        .iter()
        .map(|path| Racer::start(path, &event, &variables))
        .collect();
    for _ in 0..ROUNDS {
        racers.iter_mut().for_each(Racer::turn);
    }
    let times: Vec<_> = racers.iter().map(Racer::times).collect();
    drop(racers);
    let rows: Vec<Row> = PROXIES
        .iter()
        .zip(&paths)
        .zip(times)
        .map(|((program, path), (wall_ns, cpu_ns))| Row {
            name: program.name,
            bytes: fs::metadata(path).unwrap().len(),
            instructions: instructions(path, &event, &variables),
            syscalls: syscalls(path, &event, &variables),
            cpu_ns,
            wall_ns,
            above_idle: above_idle(path, &variables),
            start_ns: waits(program).then(|| percentile(&starts(path), 50)),
        })
        .collect();
    if std::env::args().any(|argument| argument == "--json") {
        report::print_json(&rows);
    } else {
        print_table(&rows);
    }
}

/// As it is deployed.
fn profile(program: &Program) -> &'static str {
    if waits(program) { "process" } else { "deploy" }
}

fn waits(program: &Program) -> bool {
    program.package == "liftgate-process"
}

/// The most memory that large requests take, above that before the first of them.
fn above_idle(program: &Path, variables: &[(&str, &str)]) -> Option<f64> {
    let body = "x".repeat(LARGE);
    let event = format!(
        r#"{{"version":"2.0","routeKey":"$default","rawPath":"/","rawQueryString":"","headers":{{"host":"a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com","content-type":"text/plain","content-length":"{LARGE}"}},"requestContext":{{"http":{{"method":"POST","path":"/","protocol":"HTTP/1.1","sourceIp":"203.0.113.7"}},"stage":"$default"}},"body":"{body}","isBase64Encoded":false}}"#
    );
    let api = RuntimeApi::start(&event);
    let running = Running::start_with(&[program], &api, variables);
    api.idle();
    let idle = running.resident()?.now;
    api.invoke(20);
    Some((running.resident()?.peak - idle) as f64)
}

/// From the moment that the app listens until an invocation is asked for, in nanoseconds.
fn starts(program: &Path) -> Vec<f64> {
    let start = |round: usize| {
        // What is free now is so a moment later.
        let port = App::start().port() + 1;
        let api = RuntimeApi::start("{}");
        let port_text = port.to_string();
        let variables = [("AWS_LWA_PORT", port_text.as_str())];
        let running = Running::start_with(&[program], &api, &variables);
        // Apps take a while, and not always the same.
        sleep(Duration::from_millis(150) + Duration::from_micros(round as u64 * 1717));
        let app = App::try_at(port)?;
        let asked = api.idle();
        drop(running);
        Some((asked - app.since).as_nanos() as f64)
    };
    (0..STARTS).filter_map(start).collect()
}

fn print_table(rows: &[Row]) {
    report::print_machine();
    println!(
        "A server that answers with a kilobyte, in a process of its own. Of the program before"
    );
    println!("time (in the kernel too) and from the event until another one is asked for, of the");
    println!(
        "program before it: medians of turns. The most memory above that at the start, with a"
    );
    println!("request of 5 MB. Milliseconds from the moment that the app listens until an");
    println!("invocation is asked for. The size on disk. Then the times over the bare loop's.\n");
    let micros = |nanos: f64| format!("{:.1}", nanos / 1e3);
    let mega = |bytes: f64| format!("{:.2}", bytes / 1e6);
    let head = [
        "program",
        "instructions",
        "syscalls",
        "CPU",
        "wall",
        "5 MB, MB",
        "start, ms",
        "size, MB",
        "/floor CPU",
        "wall",
    ];
    let floor = &rows[0];
    let lines = rows.iter().map(|row| {
        let cpu = row.cpu_ns.zip(floor.cpu_ns);
        vec![
            row.name.to_owned(),
            or_dash(row.instructions.map(|count| format!("{count:.0}"))),
            or_dash(row.calls().map(|count| format!("{count:.1}"))),
            or_dash(row.cpu_ns.map(micros)),
            micros(row.wall_ns),
            or_dash(row.above_idle.map(mega)),
            or_dash(row.start_ns.map(mega)),
            mega(row.bytes as f64),
            or_dash(cpu.map(|(own, floor)| format!("{:.2}", own / floor))),
            format!("{:.2}", row.wall_ns / floor.wall_ns),
        ]
    });
    report::print_table(&head, lines);
}
