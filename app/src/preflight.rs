//! Before it leaves: what speaks against sending a link to someone, and ways to find whom to send it to.

pub mod calls;

use crate::{
    channel::Channel,
    contacts::Contact,
    eligibility::Warning,
    id::{ContactId, PaymentLinkId},
};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// The most entries of a pasted list that are looked up.
pub const MAX_ENTRIES: u32 = 500;
/// The longest pasted list, in bytes.
pub const MAX_LIST_BYTES: u32 = 100_000;

/// A warning about one contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warned {
    /// Who.
    pub contact: ContactId,
    /// What speaks against it.
    pub warning: Warning,
    /// The same in words: "Was sent this link 2 hours ago".
    pub words: String,
}

/// The warnings about each contact.
pub fn by_contact(warned: &[Warned]) -> HashMap<ContactId, Vec<Warning>> {
    let mut by_contact: HashMap<ContactId, Vec<Warning>> = HashMap::new();
    for one in warned {
        by_contact.entry(one.contact.clone()).or_default().push(one.warning);
    }
    by_contact
}

/// What became of a pasted list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Matches {
    /// Each contact that was found, once, in the order of the list.
    pub found: Vec<Contact>,
    /// What names nobody, as it was pasted.
    pub not_found: Vec<String>,
    /// What names more than one contact.
    pub ambiguous: Vec<Ambiguous>,
    /// Entries after the first 500, which were not looked up.
    pub left_out: u32,
}

impl Matches {
    /// "41 found, 3 not found, 2 fit several contacts"
    pub fn in_words(&self) -> String {
        let (found, not_found) = (self.found.len(), self.not_found.len());
        let words = format!("{found} found, {not_found} not found");
        match self.ambiguous.len() {
            0 => words,
            1 => format!("{words}, 1 fits several contacts"),
            several => format!("{words}, {several} fit several contacts"),
        }
    }
}

/// An entry that names more than one contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ambiguous {
    /// As it was pasted.
    pub entry: String,
    /// Whom it may mean.
    pub contacts: Vec<Contact>,
}

/// Which contacts are chosen at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// Everyone whom a search finds; an empty one finds all.
    Shown(String),
    /// Everyone with a tag.
    Tagged(String),
    /// Everyone who was sent a link or for whom it was copied, and who has not paid it.
    NotPaid(PaymentLinkId),
}

/// Contacts to be chosen at once, for a link that is sent by these channels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToSelect {
    /// Which ones.
    pub group: Group,
    /// What they are sent.
    pub payment_link: PaymentLinkId,
    /// By which channels.
    pub channels: Vec<Channel>,
}

/// The first contacts of a group that can be sent to, at most as many as a campaign may have.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selected {
    /// They, in the order of the list.
    pub contacts: Vec<Contact>,
    /// How many the group has in all.
    pub total: u64,
}
