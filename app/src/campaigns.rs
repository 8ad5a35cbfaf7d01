//! Campaigns: one press of "Send", and what became of each message.

mod actions;
mod approval;
pub mod calls;
pub(crate) mod confirm;
mod controls;
pub(crate) mod list;
pub(crate) mod progress;
mod reminders;
pub(crate) mod report;
mod standing;
mod step;

use crate::{
    approval::Awaited,
    channel::Channel,
    eligibility::Warning,
    id::{CampaignId, ContactId, PaymentLinkId, TemplateId},
    page::Page,
    reminders::{NewReminder, ReminderPlan},
    results::{Recipient, TimelineEntry, Totals},
    templates::Wording,
};
use serde::{Deserialize, Serialize};

/// The most contacts one campaign may have.
pub const MAX_CONTACTS: u32 = 50;

/// What the dialog sends when "Send" is pressed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewCampaign {
    /// The key of one use of the dialog: the same key is one campaign, however often "Send" is pressed.
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
    /// When it leaves, if not now: a date and time in the business's time zone, as a date-time field gives it.
    #[serde(default)]
    pub starts_at: Option<String>,
    /// The warnings that keep nobody out this time.
    #[serde(default)]
    pub send_anyway: Vec<Warning>,
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
    /// Deliveries that wait on purpose.
    pub held: u32,
    /// Deliveries that wait for their turn, or for their next attempt.
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
    /// Deliveries that were taken back before they left.
    pub canceled: u32,
    /// Nothing leaves just now.
    pub is_paused: bool,
    /// Nothing leaves before another user says yes.
    pub awaits_approval: bool,
    /// What people did to the campaign so far: a page that follows it sees that there is something new.
    pub events: u32,
}

impl Progress {
    /// Whether everything is over.
    pub const fn is_done(&self) -> bool {
        self.people_done == self.people
    }

    /// Whether all that has not ended waits for its time.
    pub const fn is_waiting(&self) -> bool {
        self.held > 0 && self.queued == 0 && self.unknown == 0
    }
}

/// What keeps a campaign from going its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CampaignState {
    /// It waits for another user.
    AwaitsApproval,
    /// Another user said no.
    Declined,
    /// It waits for its date and time.
    Scheduled,
    /// Nothing leaves just now.
    Paused,
    /// What had not left was taken back.
    Canceled,
    /// Its links were revoked.
    Recalled,
}

impl CampaignState {
    /// The word on the screen.
    pub const fn label(self) -> &'static str {
        match self {
            Self::AwaitsApproval => "Waits for approval",
            Self::Declined => "Declined",
            Self::Scheduled => "Scheduled",
            Self::Paused => "Paused",
            Self::Canceled => "Canceled",
            Self::Recalled => "Recalled",
        }
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
    /// What keeps it from going its way, if anything does.
    pub state: Option<CampaignState>,
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
    /// Where it stands, and what was done to it.
    pub standing: Standing,
    /// What is said on each channel, before it is filled for anyone.
    pub words: Vec<(Channel, Wording)>,
    /// Everyone who was chosen, in the order of the selection.
    pub recipients: Vec<Recipient>,
    /// What is said again to people who have not paid.
    pub reminders: ReminderPlan,
    /// The opened row: whose, and what happened.
    pub timeline: Option<(ContactId, Vec<TimelineEntry>)>,
    /// When this was put together, epoch milliseconds.
    pub now: i64,
}

/// One thing that was done to a campaign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryEntry {
    /// When, epoch milliseconds.
    pub at: i64,
    /// Whose doing; none for what happened by itself.
    pub who: Option<String>,
    /// What was done, in one sentence.
    pub words: String,
}

/// Where a campaign stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// When it begins, if it was scheduled, epoch milliseconds.
    pub starts_at: Option<i64>,
    /// The same as a date-time field takes it.
    pub starts_field: String,
    /// When the first of what is held leaves, in words of the business's time zone.
    pub leaves: Option<String>,
    /// The name of the business's time zone.
    pub time_zone: String,
    /// Since when it is paused, epoch milliseconds.
    pub paused_at: Option<i64>,
    /// Why it is paused; empty where a user pressed Pause.
    pub pause_reason: String,
    /// When what had not left was taken back, epoch milliseconds.
    pub canceled_at: Option<i64>,
    /// When another user said no, epoch milliseconds.
    pub declined_at: Option<i64>,
    /// When its links were revoked, epoch milliseconds.
    pub recalled_at: Option<i64>,
    /// It is a reminder of another campaign.
    pub is_reminder: bool,
    /// Who sent it, while it waits for another user's approval.
    pub awaited: Option<Awaited>,
    /// Deliveries that are held and in nobody's hands.
    pub held: u32,
    /// Of these, the ones that nothing but quiet hours keeps.
    pub quiet: u32,
    /// Deliveries that can still be kept from leaving, held ones included, or from leaving once more.
    pub waiting: u32,
    /// Deliveries that failed or came back.
    pub failed: u32,
    /// Deliveries that left, or may have.
    pub left: u32,
    /// What was done to it, newest first.
    pub history: Vec<HistoryEntry>,
}
