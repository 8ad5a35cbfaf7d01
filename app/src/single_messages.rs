//! Messages outside of any campaign: tests and invitations.

use crate::{channel::Channel, error::Error};
use serde::{Deserialize, Serialize};
use std::str::FromStr;

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
