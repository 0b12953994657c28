//! What the app has read.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

use super::plan::Plan;
use crate::ledger::Ledger;
use crate::plan::Plan as _;

/// A file that outlives the app: what was written to it is the kernel's.
pub(super) struct Journal(File);

impl Journal {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().append(true).create(true).open(path)?;
        Ok(Journal(file))
    }

    pub(super) fn note(&self, number: u64) -> io::Result<()> {
        // At once, or else two of them might mingle.
        (&self.0).write_all(&number.to_le_bytes())
    }
}

/// What the app has read too often, or not at all though there was an answer.
pub(super) fn compare(path: &Path, ledger: &Ledger, plan: &Plan) -> Vec<String> {
    let bytes = fs::read(path).unwrap_or_default();
    let mut times = vec![0u8; ledger.len()];
    for number in bytes.chunks_exact(8) {
        let number = u64::from_le_bytes(number.try_into().unwrap());
        times[number as usize] = times[number as usize].saturating_add(1);
    }
    let mut problems = Vec::new();
    let (mut gets, mut posts, mut unread) = (0, 0, 0);
    for (number, times) in times.iter().enumerate() {
        let is_post = plan.is_post(number as u64);
        match (times, is_post) {
            (0, _) => unread += 1,
            (2, false) => gets += 1,
            (1, _) => {}
            (times, _) => {
                posts += usize::from(is_post);
                let planned = plan.describe(number);
                problems.push(format!(
                    "the app has read {number} {times} times: {planned}"
                ));
            }
        }
    }
    // Enough to tell.
    problems.truncate(20);
    println!("the app has read {gets} GETs twice, {posts} POSTs, and {unread} never");
    problems
}
