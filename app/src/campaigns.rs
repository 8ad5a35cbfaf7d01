//! Campaigns: one press of "Send", and what became of each message.

mod approval;
mod confirm;
mod controls;
mod list;
mod progress;
mod reminders;
mod report;
mod standing;
mod timeline;
mod totals;

pub use approval::{Awaited, forecast_approval};
pub use confirm::ConfirmCampaignPage;
pub use list::CampaignsPage;
pub use progress::LiveProgress;
pub use reminders::{
    MAX_AFTER_DAYS, MAX_REMINDERS, NewReminder, Reminder, ReminderForm, ReminderPerson, ReminderPlan, ReminderSkip,
    ReminderState, with_same_words,
};
pub use report::CampaignPage;
pub use standing::{HistoryEntry, Standing};
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
    preflight::Warning,
    templates::Wording,
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
    /// What people did to the campaign so far: whoever follows it sees that there is something new.
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
    /// When it leaves or is tried next, epoch milliseconds; none when nothing more happens by itself.
    pub due_at: Option<i64>,
    /// It waits and can still be taken back.
    pub is_waiting: bool,
}

impl DeliveryState {
    /// Nobody can be asked about it: a person decides what becomes of it.
    pub fn is_undecided(&self) -> bool {
        self.status == DeliveryStatus::Unknown && self.due_at.is_none()
    }

    /// The words on the screen, with the time that is left before it leaves.
    pub fn label_at(&self, now: i64) -> String {
        match (self.status, self.due_at) {
            (DeliveryStatus::Held, Some(due_at)) if due_at > now => match &self.words {
                Some(words) => format!("{}, {}", words.trim_end_matches('.'), countdown(due_at - now)),
                None => format!("Leaves {}", countdown(due_at - now)),
            },
            (DeliveryStatus::Held, Some(_)) => "Leaves now".to_owned(),
            _ => self.label(),
        }
    }

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
            DeliveryStatus::Canceled => format!("Canceled: {}", said("Taken back before it left.")),
        }
    }
}

/// "in 40 s", "in 12 min", "in 3 h 5 min", "in 2 days".
fn countdown(ms: i64) -> String {
    let seconds = (ms + 999) / 1000;
    let minutes = (seconds + 59) / 60;
    match minutes {
        ..=1 => format!("in {seconds} s"),
        2..=59 => format!("in {minutes} min"),
        60..=2_879 if minutes % 60 == 0 => format!("in {} h", minutes / 60),
        60..=2_879 => format!("in {} h {} min", minutes / 60, minutes % 60),
        _ => format!("in {} days", minutes / 1_440),
    }
}

/// A message that nobody can be asked about: a person decides what becomes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// Of which campaign.
    pub campaign: CampaignId,
    /// To whom.
    pub contact: ContactId,
    /// The email or the text.
    pub channel: Channel,
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
    /// Where it stands, and what was done to it.
    pub standing: Standing,
    /// What is said on each channel, before it is filled for anyone.
    pub words: Vec<(Channel, Wording)>,
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

/// Ends the wait of everything that is held.
#[server(prefix = "/api/fn", endpoint = "send_campaign_now")]
pub async fn send_campaign_now(
    /// Which campaign.
    id: CampaignId,
    /// Also what waits for the end of quiet hours.
    #[server(default)]
    in_quiet_hours: bool,
) -> Result<String, Error> {
    respond(backend()?.send_campaign_now(&signed_in()?, id, in_quiet_hours).await)
}

/// Takes back everything that has not left.
#[server(prefix = "/api/fn", endpoint = "cancel_campaign")]
pub async fn cancel_campaign(
    /// Which campaign.
    id: CampaignId,
) -> Result<String, Error> {
    respond(backend()?.cancel_campaign(&signed_in()?, id).await)
}

/// Takes one person out, as far as nothing has left.
#[server(prefix = "/api/fn", endpoint = "take_out_recipient")]
pub async fn take_out_recipient(
    /// Which campaign.
    id: CampaignId,
    /// Who.
    contact: ContactId,
) -> Result<String, Error> {
    respond(backend()?.take_out_recipient(&signed_in()?, id, contact).await)
}

/// Gives a scheduled campaign another time.
#[server(prefix = "/api/fn", endpoint = "reschedule_campaign")]
pub async fn reschedule_campaign(
    /// Which campaign.
    id: CampaignId,
    /// A date and time in the business's time zone.
    starts_at: String,
) -> Result<String, Error> {
    respond(backend()?.reschedule_campaign(&signed_in()?, id, starts_at).await)
}

/// Keeps everything that waits from leaving.
#[server(prefix = "/api/fn", endpoint = "pause_campaign")]
pub async fn pause_campaign(
    /// Which campaign.
    id: CampaignId,
) -> Result<String, Error> {
    respond(backend()?.pause_campaign(&signed_in()?, id).await)
}

/// Lets a paused campaign go on.
#[server(prefix = "/api/fn", endpoint = "resume_campaign")]
pub async fn resume_campaign(
    /// Which campaign.
    id: CampaignId,
) -> Result<String, Error> {
    respond(backend()?.resume_campaign(&signed_in()?, id).await)
}

/// Sends once more what failed, to whoever may be written to.
#[server(prefix = "/api/fn", endpoint = "retry_failed")]
pub async fn retry_failed(
    /// Which campaign.
    id: CampaignId,
) -> Result<String, Error> {
    respond(backend()?.retry_failed(&signed_in()?, id).await)
}

/// Revokes the campaign's personal links, and takes back what has not left.
#[server(prefix = "/api/fn", endpoint = "recall_campaign")]
pub async fn recall_campaign(
    /// Which campaign.
    id: CampaignId,
) -> Result<String, Error> {
    respond(backend()?.recall_campaign(&signed_in()?, id).await)
}

/// Says that a message that nobody can be asked about arrived.
#[server(prefix = "/api/fn", endpoint = "confirm_arrival")]
pub async fn confirm_arrival(
    /// Which campaign.
    id: CampaignId,
    /// To whom.
    contact: ContactId,
    /// The email or the text.
    channel: Channel,
) -> Result<String, Error> {
    respond(backend()?.confirm_arrival(&signed_in()?, Doubt { campaign: id, contact, channel }).await)
}

/// Sends a message that nobody can be asked about once more.
#[server(prefix = "/api/fn", endpoint = "send_again")]
pub async fn send_again(
    /// Which campaign.
    id: CampaignId,
    /// To whom.
    contact: ContactId,
    /// The email or the text.
    channel: Channel,
) -> Result<String, Error> {
    respond(backend()?.send_again(&signed_in()?, Doubt { campaign: id, contact, channel }).await)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_says_why_and_how_long() {
        let held = DeliveryState {
            status: DeliveryStatus::Held,
            in_outbox: false,
            attempts: 0,
            reasons: Vec::new(),
            words: Some("Quiet hours: leaves at 08:00 in Berlin.".to_owned()),
            at: 0,
            due_at: Some(32_700_000),
            is_waiting: true,
        };
        assert_eq!(held.label_at(0), "Quiet hours: leaves at 08:00 in Berlin, in 9 h 5 min");
        assert_eq!(held.label_at(32_700_000), "Leaves now");
        assert_eq!(DeliveryState { words: None, ..held }.label_at(0), "Leaves in 9 h 5 min");
    }

    #[test]
    fn a_countdown_is_said_in_the_unit_that_helps() {
        const MINUTE: i64 = 60_000;
        for (ms, words) in [
            (500, "in 1 s"),
            (MINUTE, "in 60 s"),
            (MINUTE + 1, "in 2 min"),
            (12 * MINUTE, "in 12 min"),
            (60 * MINUTE, "in 1 h"),
            (185 * MINUTE, "in 3 h 5 min"),
            (3 * 1_440 * MINUTE, "in 3 days"),
        ] {
            assert_eq!(countdown(ms), words);
        }
    }
}
