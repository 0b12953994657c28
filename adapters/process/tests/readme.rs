//! The table of variables, as the README has it.

use std::fs;

use liftgate_process::Variable;

const README: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
const START: &str = "<!-- variables -->\n";
const END: &str = "<!-- /variables -->";

/// What stands before the table, the table, and what stands behind it.
fn parts(readme: &str) -> (&str, &str, &str) {
    let (before, rest) = readme.split_once(START).unwrap();
    let (table, after) = rest.split_once(END).unwrap();
    (before, table, after)
}

#[test]
fn the_readme_has_the_table_of_variables_as_it_is() {
    let readme = fs::read_to_string(README).unwrap();
    assert!(
        parts(&readme).1 == Variable::table(),
        "write it anew: cargo test -p liftgate-process -- --ignored write_the_table_of_variables"
    );
}

#[test]
#[ignore = "writes the README"]
fn write_the_table_of_variables() {
    let readme = fs::read_to_string(README).unwrap();
    let (before, _, after) = parts(&readme);
    let table = Variable::table();
    fs::write(README, [before, START, &table, END, after].concat()).unwrap();
}
