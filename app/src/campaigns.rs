//! Campaigns: one press of "Send", and what became of each message.

mod list;
mod progress;
mod reminders;
mod report;
mod timeline;
mod totals;

pub use list::CampaignsPage;
pub use progress::LiveProgress;
pub use reminders::{
    MAX_AFTER_DAYS, MAX_REMINDERS, NewReminder, Reminder, ReminderForm, ReminderPerson, ReminderPlan, ReminderState,
    with_same_words,
};
pub use report::CampaignPage;
pub use totals::TotalsRow;

#[cfg(feature = "ssr")]
use crate::backend::{backend, respond, signed_in};
use crate::{
    channel::Channel,
    eligibility::Reason,
    error::Error,
    id::{CampaignId, ContactId, PaymentLinkId, TemplateId},
    money::Money,
    page::Page,
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
    /// Up to three, each later than the one before it.
    #[serde(default)]
    pub reminders: Vec<NewReminder>,
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

/// One campaign in the list. Each person counts once in each column that applies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CampaignSummary {
    /// The campaign.
    pub id: CampaignId,
    /// What was sent.
    pub payment_link_name: String,
    /// Which reminder of another campaign it is, if it is one.
    #[serde(default)]
    pub reminder_number: Option<u32>,
    /// When "Send" was pressed, epoch milliseconds.
    pub created_at: i64,
    /// Everyone who was chosen.
    pub people: u32,
    /// A provider took at least one message.
    pub sent: u32,
    /// At least one message arrived.
    pub delivered: u32,
    /// A human opened the link.
    pub opened: u32,
    /// Paid.
    pub paid: u32,
    /// At least one message failed.
    pub failed: u32,
    /// Nothing was sent.
    pub skipped: u32,
}

/// A page of the list and the time it was made at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CampaignList {
    /// The campaigns, newest first.
    pub page: Page<CampaignSummary>,
    /// Epoch milliseconds.
    pub now: i64,
}

/// Where one message stands, as its cell shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryState {
    /// Where it stands.
    pub status: DeliveryStatus,
    /// It went to the Outbox because the channel has no provider.
    pub in_outbox: bool,
    /// Attempts so far.
    pub attempts: u32,
    /// Why it was not sent.
    pub reasons: Vec<Reason>,
    /// What the last attempt came to, in one sentence.
    pub words: Option<String>,
    /// When it last changed, epoch milliseconds.
    pub at: i64,
}

impl DeliveryState {
    /// The words on the screen.
    pub fn label(&self) -> String {
        let words = self.words.clone().unwrap_or_default();
        let said = |word: &str| if words.is_empty() { word.to_owned() } else { words.clone() };
        match self.status {
            DeliveryStatus::Held => said("Waiting"),
            DeliveryStatus::Queued if self.attempts > 0 && !words.is_empty() => format!("Trying again: {words}"),
            DeliveryStatus::Queued => "Queued".to_owned(),
            DeliveryStatus::Unknown => format!("Not confirmed: {}", said("the provider gave no answer.")),
            DeliveryStatus::Sent if self.in_outbox => "In the Outbox".to_owned(),
            DeliveryStatus::Sent => "Sent".to_owned(),
            DeliveryStatus::Delivered => "Delivered".to_owned(),
            DeliveryStatus::Undelivered => said("Not delivered"),
            DeliveryStatus::Failed => said("Failed"),
            DeliveryStatus::Suppressed => format!("Skipped: {}", reasons_in_words(&self.reasons)),
            DeliveryStatus::Canceled => format!("Canceled: {}", said("it was no longer wanted.")),
        }
    }
}

/// Every reason in words, as one phrase.
pub fn reasons_in_words(reasons: &[Reason]) -> String {
    let labels: Vec<&str> = reasons.iter().map(|reason| reason.label()).collect();
    labels.join(", ")
}

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

/// Everything about one campaign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CampaignReport {
    /// The campaign.
    pub id: CampaignId,
    /// What was sent.
    pub payment_link: PaymentLinkId,
    /// Its name.
    pub payment_link_name: String,
    /// When "Send" was pressed, epoch milliseconds.
    pub created_at: i64,
    /// How far it is.
    pub progress: Progress,
    /// What became of it.
    pub totals: Totals,
    /// Everyone who was chosen, in the order of the selection.
    pub recipients: Vec<Recipient>,
    /// What is said again to whoever has not paid.
    pub reminders: ReminderPlan,
    /// The opened row: whose, and what happened.
    pub timeline: Option<(ContactId, Vec<TimelineEntry>)>,
    /// When this was put together, epoch milliseconds.
    pub now: i64,
}

/// One page of the business's campaigns, newest first.
#[server(prefix = "/api/fn", endpoint = "list_campaigns")]
pub async fn list_campaigns(
    /// Page number from 1; 0 counts as 1.
    page: u32,
) -> Result<CampaignList, Error> {
    respond(backend()?.list_campaigns(&signed_in()?, page).await)
}

/// Everything about one campaign, with the timeline of the person whose row is open.
#[server(prefix = "/api/fn", endpoint = "find_campaign")]
pub async fn find_campaign(
    /// Which campaign, as its address says it.
    id: String,
    /// Whose row is open.
    open: Option<ContactId>,
) -> Result<CampaignReport, Error> {
    let id = respond(id.parse())?;
    respond(backend()?.campaign_report(&signed_in()?, id, open).await)
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
