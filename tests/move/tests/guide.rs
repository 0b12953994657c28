//! The guide's table is made of the tests: each row has one, and each test a row.

use std::collections::BTreeSet;

const GUIDE: &str = include_str!("../../../docs/MOVE-FROM-LAMBDA-HTTP.md");
const TESTS: [&str; 4] = [
    include_str!("requests.rs"),
    include_str!("responses.rs"),
    include_str!("process.rs"),
    include_str!("streams.rs"),
];

#[test]
fn each_row_is_tested() {
    let (_, changes) = GUIDE.split_once("## What changes").unwrap();
    let rows = changes.lines().filter(|line| line.starts_with("| `"));
    let rows: BTreeSet<_> = rows.map(|row| row.split('`').nth(1).unwrap()).collect();
    let tests: BTreeSet<_> = TESTS.iter().flat_map(|tests| names(tests)).collect();
    assert!(rows.len() > 25, "the table was not found");
    assert_eq!(rows, tests);
}

fn names(tests: &str) -> Vec<&str> {
    let mut lines = tests.lines();
    let mut names = Vec::new();
    while let Some(line) = lines.next() {
        if matches!(line, "#[test]" | "#[tokio::test]") {
            let function = lines.next().unwrap().split("fn ").nth(1).unwrap();
            names.push(function.split('(').next().unwrap());
        }
    }
    names
}
