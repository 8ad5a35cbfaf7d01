//! Deliveries: one message of a campaign to one person, and where it stands.

use crate::{
    channel::Channel,
    eligibility::Reason,
    error::Error,
    id::{CampaignId, ContactId},
};
use serde::{Deserialize, Serialize};

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
