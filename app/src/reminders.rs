//! Reminders: what a campaign says again to those who have not paid. Each becomes a campaign of its own.

pub mod calls;

use crate::{
    channel::Channel,
    id::{CampaignId, ContactId},
    templates::Wording,
};
use serde::{Deserialize, Serialize};

/// The most reminders that a campaign may have.
pub const MAX_REMINDERS: usize = 3;

/// The longest time until a reminder.
pub const MAX_AFTER_DAYS: u32 = 30;

/// A reminder that is planned together with its campaign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewReminder {
    /// So many days after the campaign: 1 to 30.
    pub after_days: u32,
    /// The key of an email template; none says the campaign's own words again.
    pub email_template: Option<String>,
    /// The key of an SMS template; none says the campaign's own words again.
    pub sms_template: Option<String>,
}

/// The form "Add a reminder", as typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReminderForm {
    /// The campaign.
    pub campaign: CampaignId,
    /// So many days after it.
    pub after_days: String,
    /// The key of an email template; empty for the campaign's own words.
    #[serde(default)]
    pub email_template: String,
    /// The key of an SMS template; empty for the campaign's own words.
    #[serde(default)]
    pub sms_template: String,
}

/// Whether one person is left out of one reminder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReminderSkip {
    /// The campaign.
    pub campaign: CampaignId,
    /// Which of its reminders.
    pub number: u32,
    /// Who.
    pub contact: ContactId,
    /// Left out, or let in again.
    pub skipped: bool,
}

/// What has become of a reminder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReminderState {
    /// Its time is still to come.
    Planned,
    /// It became this campaign.
    Made(CampaignId),
    /// It became this campaign, which waits for another user.
    AwaitsApproval(CampaignId),
    /// It became this campaign, and another user said no.
    Declined(CampaignId),
    /// Its time came, and nobody was left to remind.
    NobodyLeft,
    /// Its time came, and the payment link took no payments any more.
    LinkClosed,
    /// It was taken back.
    Canceled,
}

/// One reminder of a campaign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reminder {
    /// Which one, from 1.
    pub number: u32,
    /// So many days after the campaign.
    pub after_days: u32,
    /// When it goes out, epoch milliseconds.
    pub due_at: i64,
    /// The same by the business's clock: "Saturday, March 7, 10:00 in Berlin".
    pub due: String,
    /// The email that it says, where the campaign has one.
    pub email: Option<Wording>,
    /// The SMS that it says, where the campaign has one.
    pub sms: Option<Wording>,
    /// What keeps it from being sent in time as things stand, while it is planned.
    pub doubt: Option<String>,
    /// What has become of it.
    pub state: ReminderState,
}

/// Someone whom the next reminder goes to as things stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReminderPerson {
    /// Who.
    pub contact: ContactId,
    /// Their name.
    pub name: String,
    /// The channels that worked.
    pub channels: Vec<Channel>,
    /// Left out of this one on purpose.
    pub skipped: bool,
}

/// What a campaign's page shows about reminders.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReminderPlan {
    /// The campaign that this one reminds of, and as which of its reminders.
    pub reminder_of: Option<(CampaignId, u32)>,
    /// The campaign waits for approval: the days are counted from when it leaves.
    pub awaits_approval: bool,
    /// Some of the campaign's messages have still to leave.
    pub is_leaving: bool,
    /// Every one, canceled ones included, in their order.
    pub reminders: Vec<Reminder>,
    /// Whom the next one goes to; empty when none is planned.
    pub people: Vec<ReminderPerson>,
    /// The first day that one more can go out on; none when no more can be added.
    pub earliest: Option<u32>,
    /// Email templates by key and name; empty where the campaign has no email.
    pub email_templates: Vec<(String, String)>,
    /// SMS templates by key and name; empty where the campaign has no SMS.
    pub sms_templates: Vec<(String, String)>,
}

/// The first choice among the wordings of a reminder.
pub const SAME_WORDS: &str = "Same as the campaign";

/// The choices for a reminder's wording.
pub fn with_same_words(templates: Vec<(String, String)>) -> Vec<(String, String)> {
    std::iter::once((String::new(), SAME_WORDS.to_owned())).chain(templates).collect()
}
