//! Tells how long each adapter takes for a small request, and how often it asks for memory. See the
//! library of this package.

#![allow(clippy::unwrap_used)]

use std::time::Duration;

use bench_adapters::{Allocations, Meter, Part, event, show};
use benches::report;
use benches::stopwatch::{Lane, Race, contender};

const TIME: Duration = Duration::from_secs(2);

/// The contenders of one adapter.
struct Entry {
    adapter: &'static str,
    race: Race<'static>,
    lanes: Vec<(Part, Lane)>,
}

struct Times {
    filter: String,
    entries: Vec<Entry>,
}

impl Meter for Times {
    fn measure<I: 'static, O: 'static>(
        &mut self,
        adapter: &'static str,
        part: Part,
        make: impl FnMut() -> I + 'static,
        run: impl FnMut(I) -> O + 'static,
    ) {
        if !adapter.contains(&self.filter) {
            return;
        }
        if self
            .entries
            .last()
            .is_none_or(|entry| entry.adapter != adapter)
        {
            let (race, lanes) = Default::default();
            self.entries.push(Entry {
                adapter,
                race,
                lanes,
            });
        }
        let entry = self.entries.last_mut().unwrap();
        let lane = entry.race.enter(contender(event().len(), make, run));
        entry.lanes.push((part, lane));
    }
}

fn main() {
    let mut arguments = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench");
    let filter = arguments.next().unwrap_or_default();
    let mut times = Times {
        filter,
        entries: Vec::new(),
    };
    show(&mut times);
    let allocations = Allocations::counted(env!("CARGO_BIN_EXE_adapter-allocations"));
    println!("What an adapter adds to the bare layer, for a browser's GET by an HTTP API.\n");
    let lines = times.entries.into_iter().map(|entry| {
        let times = entry.race.run(TIME);
        let ns = |part| {
            let lane = entry.lanes.iter().find(|(lane, _)| *lane == part);
            lane.map_or(0.0, |(_, lane)| times.of(*lane))
        };
        let [bare, adapted, alone] = [Part::Bare, Part::Adapted, Part::Framework].map(ns);
        let added = adapted - bare - alone;
        let memory = allocations[entry.adapter];
        let ns = |ns: f64| format!("{ns:.0}");
        vec![
            entry.adapter.to_owned(),
            ns(bare),
            ns(adapted),
            ns(alone),
            ns(added),
            memory.bare.to_string(),
            memory.adapted.to_string(),
            memory.framework.to_string(),
            memory.added().to_string(),
        ]
    });
    let lines: Vec<_> = lines.collect();
    let head = [
        "adapter",
        "bare ns",
        "adapted ns",
        "framework ns",
        "added ns",
        "bare allocations",
        "adapted",
        "framework",
        "added",
    ];
    report::print_table(&head, lines.into_iter());
    report::print_machine();
}
