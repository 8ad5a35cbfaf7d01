//! The ledger: whether the record of what was sent is still as it was written.

mod section;

pub use section::RecordSection;

#[cfg(feature = "ssr")]
use crate::backend::{backend, respond, signed_in};
use crate::error::Error;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What is wrong with an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// It is not what was written.
    Changed,
    /// It is not there.
    Missing,
    /// It is there and does not follow the one before it.
    OutOfOrder,
    /// It stands behind the end of the record.
    Added,
}

/// The first entry that is not as it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BrokenEntry {
    /// Its number in the business's record, from 1.
    pub seq: i64,
    /// What is wrong with it.
    pub fault: Fault,
}

impl fmt::Display for BrokenEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.fault {
            Fault::Changed => "was changed after it was written",
            Fault::Missing => "is missing",
            Fault::OutOfOrder => "is out of order: it does not follow the one before it",
            Fault::Added => "stands behind the end of the record",
        };
        write!(f, "entry {} {what}", self.seq)
    }
}

/// What a check of one business's record found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerCheck {
    /// Entries that are whole and in order, from the first on.
    pub entries: i64,
    /// The first one that is not, where the check ended.
    pub broken: Option<BrokenEntry>,
}

impl fmt::Display for LedgerCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.broken, self.entries) {
            (Some(broken), _) => {
                write!(f, "The record is broken: {broken}.")?;
                match broken.seq - 1 {
                    ..=0 => Ok(()),
                    1 => f.write_str(" The one before it is whole."),
                    before => write!(f, " The {before} before it are whole."),
                }
            }
            (None, 0) => f.write_str("Nothing is on record yet."),
            (None, 1) => f.write_str("The one entry on record is whole."),
            (None, entries) => write!(f, "All {entries} entries are whole and in order."),
        }
    }
}

/// Checks the record of the business of who is asking.
#[server(prefix = "/api/fn", endpoint = "check_ledger")]
pub async fn check_ledger() -> Result<LedgerCheck, Error> {
    respond(backend()?.check_ledger(&signed_in()?).await)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_check_found_is_said_in_words() {
        let broken = |seq, fault| LedgerCheck { entries: seq - 1, broken: Some(BrokenEntry { seq, fault }) };
        for (check, words) in [
            (LedgerCheck::default(), "Nothing is on record yet."),
            (LedgerCheck { entries: 1, broken: None }, "The one entry on record is whole."),
            (LedgerCheck { entries: 12, broken: None }, "All 12 entries are whole and in order."),
            (broken(1, Fault::Missing), "The record is broken: entry 1 is missing."),
            (
                broken(2, Fault::Added),
                "The record is broken: entry 2 stands behind the end of the record. The one before it is whole.",
            ),
            (
                broken(9, Fault::Changed),
                "The record is broken: entry 9 was changed after it was written. The 8 before it are whole.",
            ),
        ] {
            assert_eq!(check.to_string(), words);
        }
    }
}
