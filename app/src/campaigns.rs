//! Campaigns: one press of "Send", and what became of each message.

#[cfg(feature = "ssr")]
use crate::backend::{backend, respond, signed_in};
use crate::{
    channel::Channel,
    error::Error,
    id::{CampaignId, ContactId, PaymentLinkId, TemplateId},
};
use leptos::{prelude::*, server_fn::codec::Json};
use serde::{Deserialize, Serialize};

/// The most contacts one campaign may have.
pub const MAX_CONTACTS: u32 = 50;

/// Where a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryStatus {
    /// Waits on purpose.
    Held,
    /// Waits for its turn, or for its next attempt.
    Queued,
    /// The provider may or may not have it; it is asked before anything is sent again.
    Unknown,
    /// The provider accepted it.
    Sent,
    /// The provider says it arrived.
    Delivered,
    /// The provider says later that it did not arrive.
    Undelivered,
    /// We gave up; the reason says why.
    Failed,
    /// Never sent; the reasons say why.
    Suppressed,
    /// Taken back before it left.
    Canceled,
}

impl DeliveryStatus {
    /// Every status.
    pub const ALL: [Self; 9] = [
        Self::Held,
        Self::Queued,
        Self::Unknown,
        Self::Sent,
        Self::Delivered,
        Self::Undelivered,
        Self::Failed,
        Self::Suppressed,
        Self::Canceled,
    ];

    /// The word in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Queued => "queued",
            Self::Unknown => "unknown",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Undelivered => "undelivered",
            Self::Failed => "failed",
            Self::Suppressed => "suppressed",
            Self::Canceled => "canceled",
        }
    }

    /// Nothing more will happen by itself.
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::Held | Self::Queued | Self::Unknown)
    }
}

impl std::str::FromStr for DeliveryStatus {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::ALL.into_iter().find(|status| status.as_str() == text).ok_or(Error::Malformed)
    }
}

/// What the dialog sends when "Send" is pressed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewCampaign {
    /// The key that the dialog was given when it opened: the same key is one campaign, however often it is pressed.
    pub key: String,
    /// The saved link.
    pub payment_link: PaymentLinkId,
    /// 1 to 50 distinct contacts.
    pub contacts: Vec<ContactId>,
    /// Email, SMS or both.
    pub channels: Vec<Channel>,
    /// Own email template, or the default.
    pub email_template: Option<TemplateId>,
    /// Own SMS template, or the default.
    pub sms_template: Option<TemplateId>,
    /// The email's subject, with merge fields.
    pub subject: String,
}

/// How far a campaign is: people first, then messages by status. Computed, never stored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Contacts in the campaign.
    pub people: u32,
    /// Contacts all of whose deliveries are final.
    pub people_done: u32,
    /// Contacts to whom nothing is sent.
    pub people_skipped: u32,
    /// Deliveries that wait, held ones included.
    pub queued: u32,
    /// Deliveries the provider accepted.
    pub sent: u32,
    /// Deliveries that arrived.
    pub delivered: u32,
    /// Deliveries that failed or came back.
    pub failed: u32,
    /// Deliveries nobody can be sure of yet.
    pub unknown: u32,
    /// Deliveries that were never sent, with reasons.
    pub suppressed: u32,
}

impl Progress {
    /// Whether everything is over.
    pub const fn is_done(&self) -> bool {
        self.people_done == self.people
    }
}

/// A new key for one use of the dialog.
#[server(prefix = "/api/fn", endpoint = "new_campaign_key")]
pub async fn new_campaign_key() -> Result<String, Error> {
    signed_in()?;
    respond(backend()?.new_campaign_key().await)
}

/// Sends: writes the campaign and all its deliveries, or nothing.
#[server(prefix = "/api/fn", endpoint = "create_campaign", input = Json)]
pub async fn create_campaign(
    /// What to send to whom.
    campaign: NewCampaign,
) -> Result<CampaignId, Error> {
    respond(backend()?.create_campaign(&signed_in()?, campaign).await)
}

/// How far the campaign is.
#[server(prefix = "/api/fn", endpoint = "campaign_progress")]
pub async fn campaign_progress(
    /// Which campaign.
    id: CampaignId,
) -> Result<Progress, Error> {
    respond(backend()?.campaign_progress(&signed_in()?, id).await)
}
