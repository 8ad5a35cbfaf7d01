//! The ledger: whether the record of what was sent is still as it was written.

pub mod calls;
pub(crate) mod section;

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
    /// It is the last one, and not the end that was signed.
    Unsigned,
    /// It was written when the record before it was no longer the one that was signed.
    Rebuilt,
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
            Fault::Unsigned => {
                "is not the end that was signed: entries after it were taken out, or it was written by somebody else"
            }
            Fault::Rebuilt => "was written after somebody had changed or taken out entries before it",
        };
        write!(f, "entry {} {what}", self.seq)
    }
}

/// Differences that a screen names one by one.
const SHOWN: usize = 5;

/// How a row and the record differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Differing {
    /// A message was sent by the table, and the record does not know it.
    DeliveryUnrecorded,
    /// A message is on record, and the table does not know it.
    DeliveryMissing,
    /// A payment has ended by the table, and the record does not know it.
    PaymentUnrecorded,
    /// A payment is not as it was recorded.
    PaymentChanged,
    /// A switch of do-not-disturb stands in the table, and the record does not know it.
    ConsentUnrecorded,
    /// A switch of do-not-disturb is on record, and the table does not know it.
    ConsentMissing,
}

/// One thing that the tables say otherwise than the record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// How.
    pub what: Differing,
    /// Of which message, payment or contact.
    pub id: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, id } = self;
        match what {
            Differing::DeliveryUnrecorded => write!(f, "message {id} was sent, but it is not on record"),
            Differing::DeliveryMissing => write!(f, "message {id} is on record, but it was removed"),
            Differing::PaymentUnrecorded => write!(f, "payment {id} has ended, but that is not on record"),
            Differing::PaymentChanged => write!(f, "payment {id} is not as it was recorded"),
            Differing::ConsentUnrecorded => write!(f, "a switch of do-not-disturb of contact {id} is not on record"),
            Differing::ConsentMissing => write!(f, "a switch of do-not-disturb of contact {id} was removed"),
        }
    }
}

/// What a check of one business's record found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerCheck {
    /// Entries that are whole and in order, from the first on.
    pub entries: i64,
    /// The first one that is not.
    pub broken: Option<BrokenEntry>,
    /// The next one, where the first only says that there was a fault and the check went on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub later: Option<BrokenEntry>,
    /// A key that signed the record and is not here: whether the end before its signature was cut off cannot be checked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing_key: Option<String>,
    /// What the tables say otherwise, where the record is whole; the first hundred.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<Difference>,
}

impl LedgerCheck {
    /// Nothing was found.
    pub const fn is_whole(&self) -> bool {
        self.broken.is_none() && self.differences.is_empty() && self.missing_key.is_none()
    }
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
                }?;
                self.later.map_or(Ok(()), |later| write!(f, " Later, {later}."))
            }
            (None, _) if !self.differences.is_empty() => {
                f.write_str("The record is whole, but the data beside it was changed: ")?;
                let mut differences = self.differences.iter();
                for difference in differences.by_ref().take(SHOWN) {
                    write!(f, "{difference}. ")?;
                }
                match differences.len() {
                    0 => Ok(()),
                    more => write!(f, "And {more} more."),
                }
            }
            (None, 0) => f.write_str("Nothing is on record yet."),
            (None, 1) => f.write_str("The one entry on record is whole."),
            (None, entries) => write!(f, "All {entries} entries are complete and unchanged."),
        }?;
        match &self.missing_key {
            Some(kid) => {
                write!(f, " Whether entries were cut off cannot be checked, because the signing key {kid} is not here.")
            }
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_check_found_is_said_in_words() {
        let whole = |entries| LedgerCheck { entries, ..LedgerCheck::default() };
        let broken = |seq, fault| LedgerCheck { broken: Some(BrokenEntry { seq, fault }), ..whole(seq - 1) };
        let differing = |count| LedgerCheck {
            differences: vec![Difference { what: Differing::PaymentChanged, id: "pay_1".to_owned() }; count],
            ..whole(12)
        };
        for (check, words) in [
            (LedgerCheck::default(), "Nothing is on record yet."),
            (whole(1), "The one entry on record is whole."),
            (whole(12), "All 12 entries are complete and unchanged."),
            (
                differing(1),
                "The record is whole, but the data beside it was changed: payment pay_1 is not as it was recorded. ",
            ),
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
        assert!(differing(30).to_string().ends_with("And 25 more."));
        let unchecked = LedgerCheck { missing_key: Some("old".to_owned()), ..whole(12) };
        assert!(!unchecked.is_whole());
        assert_eq!(
            unchecked.to_string(),
            "All 12 entries are complete and unchanged. Whether entries were cut off cannot be checked, because the signing key old \
             is not here."
        );
        let later = Some(BrokenEntry { seq: 9, fault: Fault::Missing });
        assert!(LedgerCheck { later, ..broken(4, Fault::Rebuilt) }.to_string().ends_with("Later, entry 9 is missing."));
    }
}
