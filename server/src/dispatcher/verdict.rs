//! What an attempt means for its delivery: pure rules from outcome to record.

use super::{
    attempt::{Outcome, is_in_doubt, may_have_arrived},
    panicked, series,
};
use crate::{
    db::{
        deliveries::{Attempt, Claimed, Record},
        outbox::StoredMessage,
    },
    eligibility::facts,
    outbox,
    providers::{Fault, Message, SendError, Sent, Why},
};
use app::{
    channel::Channel,
    deliveries::DeliveryStatus,
    eligibility::{Reason, Ruling, Wait, judge},
};

/// Nothing is tried for longer than this.
const GIVE_UP_MS: i64 = 24 * 3_600_000;
/// How long to wait before the provider is asked about an unanswered text.
const ASK_AFTER_MS: i64 = 30_000;

/// What is said of a message that was handed over when the program stopped.
pub(super) const LOST: &str =
    "The program stopped before the provider's answer was recorded, so the message may have arrived.";

/// What forbids a delivery at the moment it would leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// It must not leave, for all these reasons.
    Ineligible(Vec<Reason>),
    /// It has been tried for too long.
    GivenUp(String),
    /// It is quiet where the contact is.
    Quiet(Wait),
}

/// Whose answer an attempt got: what a campaign's count of failures in a row goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// The provider took it.
    Taken,
    /// The provider failed, whoever the message was to.
    ProviderFailed,
    /// It says nothing about the provider.
    Nothing,
}

/// What is written about an attempt.
#[expect(clippy::large_enum_variant, reason = "a handful live at a time, and nearly all are recorded")]
pub(super) enum Settled {
    /// It never began.
    GivenBack {
        /// When it is due again.
        due_at: i64,
    },
    /// It waits for its hour.
    Held(Wait),
    /// It came to this.
    Recorded {
        /// The delivery's new state.
        record: Record,
        /// Its line in the timeline.
        attempt: Attempt,
        /// The message, where the outbox keeps it.
        kept: Option<StoredMessage>,
        /// What it says about the provider.
        answer: Answer,
        /// Whose fault it is, where it was refused for good.
        fault: Option<Fault>,
    },
}

impl Settled {
    /// The same, and what it says about the provider.
    pub(super) fn answered(mut self, said: Answer) -> Self {
        if let Self::Recorded { answer, .. } = &mut self {
            *answer = said;
        }
        self
    }

    /// What the provider calls the message that it took.
    pub(super) fn provider_id(&self) -> Option<String> {
        match self {
            Self::GivenBack { .. } | Self::Held(_) => None,
            Self::Recorded { record, .. } => record.provider_id.clone(),
        }
    }
}

/// Whether it may leave is asked once more here, at the moment it would.
pub(super) fn stop(claimed: &Claimed, leaves_the_house: bool, now: i64) -> Option<Stop> {
    let ruling = judge(&facts(claimed, leaves_the_house, now), &[claimed.channel]).on(claimed.channel);
    // What was claimed and given back untried, as while sending is stopped, has its whole time before it.
    let was_tried = claimed.failures > 0 || claimed.unknown_at.is_some() || claimed.words.is_some();
    match ruling {
        Ruling::AskFirst(reasons) | Ruling::Skip(reasons) => Some(Stop::Ineligible(reasons)),
        _ if claimed.attempt > 1 && was_tried && now - claimed.composed_at > GIVE_UP_MS => {
            let last = claimed.words.clone().unwrap_or_default();
            Some(Stop::GivenUp(format!("{last} We stopped trying after 24 hours.").trim().to_owned()))
        }
        Ruling::Wait(wait) => Some(Stop::Quiet(wait)),
        Ruling::Send => None,
    }
}

/// What ended the request, where nothing about the person keeps the message; what was taken back is always said to be.
fn end_of_request(reasons: &[Reason]) -> Option<Reason> {
    let taken_back = reasons.iter().copied().find(|reason| *reason == Reason::TakenBack);
    let first = || reasons.first().copied().filter(|reason| reason.ends_request());
    taken_back.or_else(first)
}

/// What to write about an attempt.
pub(super) fn settle(claimed: &Claimed, provider: &'static str, outcome: Outcome, now: i64) -> Settled {
    let slip = Slip { claimed, provider, now };
    match outcome {
        Outcome::GivenBack => Settled::GivenBack { due_at: now },
        Outcome::Sent { sent, message } => slip.sent(sent, message),
        Outcome::Stopped(stop) => slip.stopped(stop),
        Outcome::NotSeen => {
            let why =
                Why::new("The provider has not seen this text so far. It is asked once more before it is sent again.");
            slip.unknown("asked", &why, claimed.asks + 1, Some(now + ASK_AFTER_MS))
        }
        Outcome::AskFailed(why) => {
            let due_at = (now - claimed.composed_at < GIVE_UP_MS).then_some(now + 2 * ASK_AFTER_MS);
            slip.unknown("asked", &why, claimed.asks, due_at)
        }
        Outcome::CannotAsk => {
            let why =
                Why::new("The provider took the text without an answer and cannot be asked. It may have arrived.");
            slip.unknown("asked", &why, claimed.asks, None)
        }
        Outcome::Panicked => slip.panicked(),
        Outcome::Refused(error) => slip.refused(error),
    }
}

fn about_person(reasons: &[Reason]) -> Vec<Reason> {
    reasons.iter().copied().filter(|reason| !reason.ends_request()).collect()
}

fn labels(reasons: &[Reason]) -> String {
    reasons.iter().map(|reason| reason.label()).collect::<Vec<_>>().join(", ")
}

fn lower_first(sentence: &str) -> String {
    let mut characters = sentence.chars();
    characters.next().map_or_else(String::new, |first| first.to_lowercase().chain(characters).collect())
}

/// Writes the record of one attempt.
#[derive(Clone, Copy)]
struct Slip<'a> {
    claimed: &'a Claimed,
    provider: &'static str,
    now: i64,
}

impl Slip<'_> {
    fn record(self, status: DeliveryStatus, words: Option<String>) -> Record {
        Record {
            status,
            due_at: None,
            failures: self.claimed.failures,
            asks: 0,
            unknown_at: None,
            reasons: Vec::new(),
            provider: self.provider,
            provider_id: None,
            words,
            sent_at: None,
        }
    }

    fn recorded(self, record: Record, outcome: &str, why: &Why) -> Settled {
        let attempt = Attempt {
            attempt: self.claimed.attempt,
            outcome: outcome.to_owned(),
            provider: self.provider.to_owned(),
            words: why.words.clone(),
            code: why.code.clone(),
            said: why.said.clone(),
            created_at: self.now,
        };
        Settled::Recorded { record, attempt, kept: None, answer: Answer::Nothing, fault: None }
    }

    fn sent(self, sent: Sent, message: Message) -> Settled {
        let mut record = self.record(DeliveryStatus::Sent, None);
        record.provider_id = sent.provider_id;
        record.sent_at = Some(self.now);
        let why = Why::new(if sent.kept.is_some() {
            "Kept in the Outbox."
        } else if may_have_arrived(self.claimed) {
            "The provider took the message. An earlier try had no answer, so it may have arrived twice, with the same Message-ID."
        } else {
            "The provider took the message."
        });
        let mut settled = self.recorded(record, "sent", &why).answered(Answer::Taken);
        if let (Settled::Recorded { kept, .. }, Some(outbox_message)) = (&mut settled, sent.kept) {
            *kept = Some(outbox::keep(message, outbox_message, self.now));
        }
        settled
    }

    /// What was sent without an answer and may not be sent again is never said to have stayed here.
    fn not_repeated(self, stop: Stop) -> Settled {
        let not_again = |why: &str| (format!("It may have arrived. It is not sent again: {}", lower_first(why)), None);
        let (words, due_at) = match stop {
            Stop::Ineligible(reasons) => match end_of_request(&reasons) {
                Some(Reason::TakenBack) => not_again("It was taken back meanwhile."),
                Some(reason) => not_again(&format!("{}.", reason.label())),
                None => not_again(&format!("{}.", labels(&about_person(&reasons)))),
            },
            Stop::GivenUp(words) => (words, None),
            Stop::Quiet(wait) => {
                let words = format!("It may have arrived. It is sent again after quiet hours, at {}.", wait.ends);
                (words, Some(wait.until))
            }
        };
        self.unknown(if due_at.is_some() { "held" } else { "unknown" }, &Why::new(words), 0, due_at)
    }

    fn stopped(self, stop: Stop) -> Settled {
        // A text that somebody sends again is not asked about, and may have arrived the first time as well.
        let is_held = matches!(stop, Stop::Quiet(_)) && !may_have_arrived(self.claimed);
        if is_in_doubt(self.claimed) && !is_held {
            return self.not_repeated(stop);
        }
        match stop {
            Stop::Ineligible(reasons) => match end_of_request(&reasons) {
                Some(reason) => {
                    let why = Why::new(format!("{}.", reason.label()));
                    let record = self.record(DeliveryStatus::Canceled, Some(why.words.clone()));
                    self.recorded(record, "canceled", &why)
                }
                None => {
                    let mut record = self.record(DeliveryStatus::Suppressed, None);
                    record.reasons = about_person(&reasons);
                    let why = Why::new(format!("Not sent: {}.", labels(&record.reasons)));
                    self.recorded(record, "suppressed", &why)
                }
            },
            Stop::GivenUp(words) => {
                let why = Why::new(words.clone());
                self.recorded(self.record(DeliveryStatus::Failed, Some(words)), "failed", &why)
            }
            Stop::Quiet(wait) => Settled::Held(wait),
        }
    }

    fn unknown(self, outcome: &str, why: &Why, asks: i64, due_at: Option<i64>) -> Settled {
        let mut record = self.record(DeliveryStatus::Unknown, Some(why.words.clone()));
        record.asks = asks;
        record.unknown_at = Some(self.claimed.unknown_at.unwrap_or(self.now));
        record.due_at = due_at;
        self.recorded(record, outcome, why)
    }

    fn retry(self, why: &Why, after: Option<std::time::Duration>) -> Settled {
        let failures = self.claimed.failures + 1;
        let wait = series::wait_ms(self.claimed.id.as_str(), failures, after);
        if may_have_arrived(self.claimed) {
            return self.doubtful(why, wait);
        }
        let status = if wait.is_some() { DeliveryStatus::Queued } else { DeliveryStatus::Failed };
        let mut record = self.record(status, Some(why.words.clone()));
        record.failures = failures;
        record.due_at = wait.map(|wait| self.now + wait);
        self.recorded(record, if wait.is_some() { "retry" } else { "failed" }, why)
    }

    /// A repeat that did not leave: the first one may have arrived all the same.
    fn doubtful(self, why: &Why, wait_ms: Option<i64>) -> Settled {
        let words = format!("An earlier try may have arrived. {}", why.words);
        let why = Why { words, ..why.clone() };
        let mut settled = self.unknown("unknown", &why, 0, wait_ms.map(|wait_ms| self.now + wait_ms));
        if let Settled::Recorded { record, .. } = &mut settled {
            record.failures = self.claimed.failures + 1;
        }
        settled
    }

    fn panicked(self) -> Settled {
        let why = panicked();
        // A text in doubt stays in doubt: without the question it would be sent twice.
        if self.claimed.channel == Channel::Sms && self.claimed.unknown_at.is_some() {
            let due_at = (self.now - self.claimed.composed_at < GIVE_UP_MS).then_some(self.now + 2 * ASK_AFTER_MS);
            return self.unknown("asked", &why, self.claimed.asks, due_at);
        }
        // A poisoned message would kill its task for ever: the second time is the last.
        if self.claimed.words.as_deref() == Some(why.words.as_str()) {
            return self.recorded(self.record(DeliveryStatus::Failed, Some(why.words.clone())), "failed", &why);
        }
        self.retry(&why, None)
    }

    fn refused(self, error: SendError) -> Settled {
        match error {
            SendError::Retry { why, after } => self.retry(&why, after).answered(Answer::ProviderFailed),
            SendError::Fail { why, fault: whose } => {
                // No message arrives where there is no mailbox, so neither did the earlier one.
                let mut settled = if may_have_arrived(self.claimed) && whose != Fault::Address {
                    self.doubtful(&why, None)
                } else {
                    self.recorded(self.record(DeliveryStatus::Failed, Some(why.words.clone())), "failed", &why)
                };
                if let Settled::Recorded { fault, answer, .. } = &mut settled {
                    *fault = Some(whose);
                    if whose == Fault::Account {
                        *answer = Answer::ProviderFailed;
                    }
                }
                settled
            }
            SendError::Ambiguous { why, after } => {
                let failures = self.claimed.failures + 1;
                let wait = match self.claimed.channel {
                    Channel::Email => series::wait_ms(self.claimed.id.as_str(), failures, after),
                    Channel::Sms => {
                        let asked = after.and_then(|after| i64::try_from(after.as_millis()).ok()).unwrap_or(0);
                        (failures <= series::RETRIES).then(|| asked.clamp(ASK_AFTER_MS, 3_600_000))
                    }
                };
                let due_at = wait.map(|wait| self.now + wait);
                let mut settled = self.unknown("unknown", &why, 0, due_at).answered(Answer::ProviderFailed);
                if let Settled::Recorded { record, .. } = &mut settled {
                    // It was sent once more: the time to wait begins anew.
                    record.unknown_at = Some(self.now);
                    record.failures = failures;
                }
                settled
            }
            // Not this message's fault: its place in the series stays.
            SendError::Channel { why } if may_have_arrived(self.claimed) => {
                let mut settled = self.doubtful(&why, Some(super::PAUSE_MS)).answered(Answer::ProviderFailed);
                if let Settled::Recorded { record, .. } = &mut settled {
                    record.failures = self.claimed.failures;
                }
                settled
            }
            SendError::Channel { why } => {
                let mut record = self.record(DeliveryStatus::Queued, Some(why.words.clone()));
                record.due_at = Some(self.now + super::PAUSE_MS);
                self.recorded(record, "channel", &why).answered(Answer::ProviderFailed)
            }
        }
    }
}
