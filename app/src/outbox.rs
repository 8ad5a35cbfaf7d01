//! The Outbox: what would have left where a channel has no provider.

mod list;
mod message;

pub use list::OutboxPage;
pub use message::OutboxMessagePage;

#[cfg(feature = "ssr")]
use crate::backend::{backend, respond, signed_in};
use crate::{channel::Channel, error::Error, id::OutboxMessageId, page::Page};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use std::str::FromStr;

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

/// What a message outside of any campaign is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SinglePurpose {
    /// A user sends it to themselves.
    Test,
    /// It invites somebody to work in the business.
    Invite,
}

impl SinglePurpose {
    /// The word in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Invite => "invite",
        }
    }
}

impl FromStr for SinglePurpose {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        [Self::Test, Self::Invite].into_iter().find(|purpose| purpose.as_str() == text).ok_or(Error::Malformed)
    }
}

/// What came of a message outside of any campaign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SingleOutcome {
    /// The provider took it.
    Sent,
    /// It is in the Outbox: there is no provider.
    Kept,
    /// The provider did not take it.
    Failed,
}

impl SingleOutcome {
    /// The word in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Kept => "kept",
            Self::Failed => "failed",
        }
    }
}

impl FromStr for SingleOutcome {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let known = [Self::Sent, Self::Kept, Self::Failed].into_iter().find(|outcome| outcome.as_str() == text);
        known.ok_or(Error::Malformed)
    }
}

/// A message outside of any campaign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SingleMessage {
    /// What for.
    pub purpose: SinglePurpose,
    /// Email or SMS.
    pub channel: Channel,
    /// To whom.
    pub address: String,
    /// The log-in of who sent it.
    pub user: String,
    /// What came of it, if that is known.
    pub outcome: Option<SingleOutcome>,
    /// Why it failed; empty otherwise.
    pub said: String,
    /// When it was handed over, epoch milliseconds.
    pub at: i64,
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

/// One page of kept messages, newest first.
#[server(prefix = "/api/fn", endpoint = "list_outbox")]
pub async fn list_outbox(
    /// Page number from 1; 0 counts as 1.
    page: u32,
) -> Result<OutboxList, Error> {
    respond(backend()?.list_outbox(&signed_in()?, page).await)
}

/// One kept message.
#[server(prefix = "/api/fn", endpoint = "outbox_message")]
pub async fn find_outbox_message(
    /// Which message, as its address says it.
    id: String,
) -> Result<OutboxMessage, Error> {
    let id = respond(id.parse())?;
    respond(backend()?.outbox_message(&signed_in()?, id).await)
}
