//! What happened with a contact: its wishes, its addresses, its answers, and what it was sent.

use crate::{
    channel::Channel,
    error::Error,
    id::{CampaignId, PaymentId, PaymentLinkId},
};
use serde::{Deserialize, Serialize};

/// One switch of do-not-disturb.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentEntry {
    /// For one channel; none is for all.
    pub channel: Option<Channel>,
    /// Switched on, or lifted.
    pub is_on: bool,
    /// By which way, in words.
    pub how: String,
    /// The contact, or the log-in of a user; may be empty.
    pub who: String,
    /// Why it was lifted although the contact had asked for it; may be empty.
    pub reason: String,
    /// Epoch milliseconds.
    pub at: i64,
}

/// What a user decided on an answer that no rule understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplyDecision {
    /// It was a refusal: no more texts.
    Stop,
    /// Nothing follows from it.
    Leave,
}

impl ReplyDecision {
    /// The word in forms and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::Leave => "leave",
        }
    }
}

impl std::str::FromStr for ReplyDecision {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        [Self::Stop, Self::Leave].into_iter().find(|decision| decision.as_str() == text).ok_or(Error::Malformed)
    }
}

/// An answer to a text that no rule understood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplyEntry {
    /// What somebody wrote from the contact's number.
    pub words: String,
    /// What was decided, if anything.
    pub decision: Option<ReplyDecision>,
    /// The log-in of who decided; may be empty.
    pub who: String,
    /// Epoch milliseconds.
    pub at: i64,
}

/// Something that was found out about an address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressEntry {
    /// The address.
    pub address: String,
    /// It was confirmed, or it takes no messages.
    pub works: bool,
    /// Why it takes none; empty when it was confirmed.
    pub words: String,
    /// The log-in of who confirmed it; may be empty.
    pub who: String,
    /// Epoch milliseconds.
    pub at: i64,
}

/// Something that happened with a contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryItem {
    /// What it was.
    pub kind: HistoryKind,
    /// The payment link's name.
    pub payment_link: String,
    /// The row's status, in a word.
    pub status: String,
    /// Epoch milliseconds.
    pub at: i64,
}

/// What happened with a contact, and the page that tells more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HistoryKind {
    /// A personal link was made.
    Link(PaymentLinkId),
    /// A message was to be sent.
    Message(CampaignId, Channel),
    /// A payment was begun, of so much as people read it.
    Payment(PaymentId, String),
    /// A human opened a personal link: so often on one day.
    Opening(PaymentLinkId, u32),
}
