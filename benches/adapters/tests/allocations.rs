//! An adapter asks for memory three times at the most, for a small request, if its framework lets it.

use bench_adapters::{Allocations, small};

#[test]
fn adapters_need_little_memory() {
    let counted = Allocations::counted(env!("CARGO_BIN_EXE_adapter-allocations"));
    let counted = &counted[&small().name];
    assert!(counted.len() > 4);
    for (adapter, allocations) in counted {
        assert!(allocations.bare > 0, "{adapter}: {allocations:?}");
        let most = match adapter.as_str() {
            // Three are actix's map of extensions, with the event and the context in it.
            "actix-web" => 5,
            // A response of Rocket's cannot leave the future of its request, and its client takes
            // headers one by one.
            "rocket" => 8,
            _ => 3,
        };
        assert!(allocations.added() <= most, "{adapter}: {allocations:?}");
    }
}
