//! An adapter asks for memory three times at the most, for a small request.

use bench_adapters::Allocations;

#[test]
fn adapters_need_little_memory() {
    let counted = Allocations::counted(env!("CARGO_BIN_EXE_adapter-allocations"));
    assert!(!counted.is_empty());
    for (adapter, allocations) in counted {
        assert!(allocations.added() <= 3, "{adapter}: {allocations:?}");
        assert!(allocations.bare > 0, "{adapter}: {allocations:?}");
    }
}
