//! The table of variables, as the README has it.

use std::fs;

use liftgate_process::Variable;

const README: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");

#[test]
fn the_readme_has_the_table_of_variables_as_it_is() {
    let readme = fs::read_to_string(README).unwrap();
    let (_, rest) = readme.split_once("<!-- variables -->\n").unwrap();
    let (written, _) = rest.split_once("<!-- /variables -->").unwrap();
    let table = Variable::table();
    assert!(written == table, "it is to be:\n{table}");
}
