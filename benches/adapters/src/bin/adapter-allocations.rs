//! Counts the allocations of each adapter: a program of its own, since its allocator is the one that
//! counts. Prints a JSON object for each request.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use bench_adapters::{Allocations, Meter, Part, show, small, usual};

#[derive(Default)]
struct Counter(BTreeMap<&'static str, Allocations>);

impl Meter for Counter {
    fn measure<I: 'static, O: 'static>(
        &mut self,
        adapter: &'static str,
        part: Part,
        mut make: impl FnMut() -> I + 'static,
        mut run: impl FnMut(I) -> O + 'static,
    ) {
        // The first may set up what is kept.
        drop(run(make()));
        let input = make();
        let mut output = None;
        let counted = allocation_counter::measure(|| output = Some(run(input)));
        let adapter = self.0.entry(adapter).or_default();
        *adapter.of(part) = i64::try_from(counted.count_total).unwrap();
    }
}

fn main() {
    let counts = [small(), usual()].map(|case| {
        let mut counter = Counter::default();
        show(&mut counter, &case);
        (case.name, counter.0)
    });
    let counts = BTreeMap::from(counts);
    println!("{}", serde_json::to_string(&counts).unwrap());
}
