//! The Outbox: what would have left where a channel has no provider.

pub mod calls;
pub(crate) mod list;
pub(crate) mod message;

use crate::{channel::Channel, id::OutboxMessageId, page::Page};
use serde::{Deserialize, Serialize};

/// One message in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboxSummary {
    /// The message.
    pub id: OutboxMessageId,
    /// Email or SMS.
    pub channel: Channel,
    /// To whom.
    pub receiver: String,
    /// The subject of an email, or how an SMS begins.
    pub about: String,
    /// When it was kept, epoch milliseconds.
    pub created_at: i64,
}

/// A page of the list and the time it was made at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboxList {
    /// The messages, newest first.
    pub page: Page<OutboxSummary>,
    /// Epoch milliseconds.
    pub now: i64,
}

/// One message exactly as it would have left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboxMessage {
    /// Email or SMS.
    pub channel: Channel,
    /// Who it says it is from; empty for SMS.
    pub sender: String,
    /// To whom.
    pub receiver: String,
    /// The subject; empty for SMS.
    pub subject: String,
    /// The text part, or the SMS.
    pub text: String,
    /// The HTML part; empty for SMS.
    pub html: String,
    /// The header block; empty for SMS.
    pub headers: String,
    /// When it was kept, epoch milliseconds.
    pub created_at: i64,
    /// When this was asked for, epoch milliseconds.
    pub now: i64,
}
