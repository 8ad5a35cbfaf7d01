//! What became of a sending: for each person, step by step, and in figures.

pub(crate) mod timeline;
pub(crate) mod totals;

use crate::{channel::Channel, deliveries::DeliveryState, id::ContactId, money::Money};
use serde::{Deserialize, Serialize};

/// What was paid by a personal link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paid {
    /// How much.
    pub amount: Money,
    /// When, epoch milliseconds.
    pub at: i64,
}

/// One person of a campaign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipient {
    /// Who.
    pub contact: ContactId,
    /// The name when "Send" was pressed.
    pub name: String,
    /// The email, when that channel was chosen.
    pub email: Option<DeliveryState>,
    /// The SMS, when that channel was chosen.
    pub sms: Option<DeliveryState>,
    /// When a human first opened the link, epoch milliseconds.
    pub opened_at: Option<i64>,
    /// The payment.
    pub paid: Option<Paid>,
}

/// What became of a sending, in figures. Each person counts once in each figure that applies.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Everyone who was chosen or has a link.
    pub people: u32,
    /// A provider took at least one message.
    pub sent: u32,
    /// At least one message arrived.
    pub delivered: u32,
    /// A human opened the link.
    pub opened: u32,
    /// Began to pay.
    pub started: u32,
    /// Paid.
    pub paid: u32,
    /// What was paid, one amount for each currency.
    pub amounts: Vec<Money>,
    /// Switched to do-not-disturb since, for at least one channel.
    pub opted_out: u32,
}

/// Whether something that happened is good news.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// Neither.
    Neutral,
    /// Good news.
    Good,
    /// It may need a look.
    Warn,
    /// Bad news.
    Bad,
}

/// One thing that happened to one person of a campaign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimelineEntry {
    /// When, epoch milliseconds.
    pub at: i64,
    /// On which channel, if on one.
    pub channel: Option<Channel>,
    /// Whether it is good news.
    pub mark: Mark,
    /// What happened, in one sentence.
    pub words: String,
    /// The provider, its code and its own words.
    pub detail: Option<String>,
}
