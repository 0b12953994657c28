//! Tells how long each adapter takes for a request, and how often it asks for memory. See the
//! library of this package.

#![allow(clippy::unwrap_used)]

use std::time::Duration;

use bench_adapters::{Allocations, Meter, Part, show, small, usual};
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
    event_len: usize,
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
        let lane = entry.race.enter(contender(self.event_len, make, run));
        entry.lanes.push((part, lane));
    }
}

fn main() {
    let mut arguments = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench");
    let filter = arguments.next().unwrap_or_default();
    let allocations = Allocations::counted(env!("CARGO_BIN_EXE_adapter-allocations"));
    for case in [small(), usual()] {
        println!(
            "What an adapter adds to the bare layer: {} by an HTTP API\n",
            case.name
        );
        let mut times = Times {
            filter: filter.clone(),
            event_len: case.event.len(),
            entries: Vec::new(),
        };
        show(&mut times, &case);
        let lines = times.entries.into_iter().map(|entry| {
            let allocations = allocations[&case.name][entry.adapter];
            line(entry, allocations)
        });
        report::print_table(&HEAD, lines);
        println!();
    }
    report::print_machine();
}

const HEAD: [&str; 9] = [
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

fn line(entry: Entry, memory: Allocations) -> Vec<String> {
    let times = entry.race.run(TIME);
    let ns = |part| {
        let lane = entry.lanes.iter().find(|(lane, _)| *lane == part);
        lane.map_or(0.0, |(_, lane)| times.of(*lane))
    };
    let [bare, adapted, alone] = [Part::Bare, Part::Adapted, Part::Framework].map(ns);
    let times = [bare, adapted, alone, adapted - bare - alone].map(|ns| format!("{ns:.0}"));
    let memory = [
        memory.bare,
        memory.adapted,
        memory.framework,
        memory.added(),
    ];
    let memory = memory.map(|count| count.to_string());
    let name = [entry.adapter.to_owned()];
    name.into_iter().chain(times).chain(memory).collect()
}
