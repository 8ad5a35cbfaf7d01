//! The second pair of eyes: when a campaign waits for another user, and what that user is told.

pub mod calls;

use serde::{Deserialize, Serialize};

/// Above what a campaign waits, as the form's fields hold it; empty is never.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalRule {
    /// People that are sent to.
    pub people: String,
    /// Asked for in total, in the business's currency.
    pub amount: String,
}

/// The form "Approval" of the settings.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ApprovalForm {
    /// More people than this.
    #[serde(default)]
    pub people: String,
    /// More than this in total, as typed.
    #[serde(default)]
    pub amount: String,
}

/// What a campaign that waits for approval says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Awaited {
    /// The address of who pressed "Send".
    pub sender: String,
    /// The asker is the sender, and cannot approve.
    pub is_yours: bool,
    /// How many people get something.
    pub people: u32,
    /// What each of them is asked for now, as people read it: what is approved.
    pub each: String,
    /// The same for all of them.
    pub total: String,
    /// What each was to be asked for when it began to wait, if that was something else.
    pub asked_before: Option<String>,
    /// There is no other user who could approve.
    pub is_nobody_else: bool,
    /// The asker may let it leave, because the settings ask for no approval of it any more.
    pub can_release: bool,
}

impl Awaited {
    /// "4 people are asked for $90.00 each, $360.00 in total."
    pub fn sum(&self) -> String {
        let Self { people, each, total, .. } = self;
        match people {
            1 => format!("1 person is asked for {each}."),
            _ => format!("{people} people are asked for {each} each, {total} in total."),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_reads_as_a_sentence() {
        let awaited =
            |people| Awaited { people, each: "$90.00".to_owned(), total: "$360.00".to_owned(), ..Awaited::default() };
        assert_eq!(awaited(4).sum(), "4 people are asked for $90.00 each, $360.00 in total.");
        assert_eq!(awaited(1).sum(), "1 person is asked for $90.00.");
    }
}
