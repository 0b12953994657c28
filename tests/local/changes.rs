//! The list of what gateways change, as the docs have it.

use liftgate::local::Change;

#[test]
fn the_docs_have_the_list_as_it_is() {
    let docs = include_str!("../../src/local/changes.md");
    assert!(
        docs == Change::table(),
        "write it anew: cargo run -p liftgate-cli -- gateways > src/local/changes.md"
    );
}
