//! One attempt at one delivery, in a task of its own.

use super::{gate::Gate, verdict::Stop};
use crate::{
    clock::Clock,
    db::deliveries::Claimed,
    facts::Handed,
    providers::{Found, Message, Messenger, SendError, Sent, Why},
    render::{Envelope, Offer, Wording},
};
use app::channel::Channel;
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};
use tokio::sync::Semaphore;

/// An unanswered text is sent again when the provider said this often that it has never seen it …
const ASKS: i64 = 2;
/// … and this long after it may have left.
const ASKED_FOR_MS: i64 = 60_000;

/// Everything that an attempt needs.
pub(super) struct Work {
    pub(super) claimed: Claimed,
    pub(super) messenger: Arc<dyn Messenger>,
    pub(super) turns: Arc<Semaphore>,
    pub(super) refused: Arc<AtomicBool>,
    pub(super) gate: Arc<Gate>,
    /// Set once the message may have left.
    pub(super) may_have_left: Arc<AtomicBool>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) public_url: String,
}

/// What an attempt came to.
pub(super) struct Done {
    pub(super) outcome: Outcome,
    /// What the provider was given, if anything.
    pub(super) handed: Option<Handed>,
}

/// The kinds of ending.
pub(super) enum Outcome {
    /// The provider took it.
    Sent { sent: Sent, message: Message },
    /// The provider did not take it.
    Refused(SendError),
    /// Asked, and the provider has not seen it yet.
    NotSeen,
    /// The provider cannot be asked.
    CannotAsk,
    /// Asking did not work.
    AskFailed(Why),
    /// It may not be sent any more.
    Stopped(Stop),
    /// Nothing was begun.
    GivenBack,
    /// The task died.
    Panicked,
}

/// Whether the provider must be asked before anything is sent: a text may have left without an answer.
pub(super) fn must_ask(claimed: &Claimed) -> bool {
    claimed.channel == Channel::Sms && claimed.unknown_at.is_some()
}

/// Whether an email may have left without an answer. Nobody can be asked about it, so it repeats with the same `Message-ID`, and
/// where it may not be sent any more it stays unknown.
pub(super) fn may_have_arrived(claimed: &Claimed) -> bool {
    claimed.channel == Channel::Email && claimed.unknown_at.is_some()
}

/// Whether an earlier attempt may have arrived and nobody is going to find out: what is not sent any more stays unknown.
pub(super) fn is_in_doubt(claimed: &Claimed) -> bool {
    may_have_arrived(claimed) || claimed.sent_again
}

impl Work {
    pub(super) async fn run(self) -> Done {
        let mut handed = None;
        let outcome = self.attempt(&mut handed).await;
        Done { outcome, handed }
    }

    async fn attempt(&self, handed: &mut Option<Handed>) -> Outcome {
        let Ok(_turn) = self.turns.acquire().await else {
            return Outcome::GivenBack;
        };
        if self.refused.load(Ordering::Relaxed) {
            return Outcome::GivenBack;
        }
        let message = match compose(&self.claimed, &self.public_url) {
            Ok(message) => message,
            Err(error) => return Outcome::Refused(error),
        };
        if must_ask(&self.claimed) {
            match self.messenger.find(&message).await {
                Ok(Found::Sent(sent)) => {
                    *handed = Some(message.handed());
                    return Outcome::Sent { sent, message };
                }
                Ok(Found::CannotTell) => return Outcome::CannotAsk,
                Err(error @ SendError::Fail { .. }) => return Outcome::Refused(error),
                Err(error) => return Outcome::AskFailed(error.why().clone()),
                Ok(Found::Absent) if !self.is_surely_absent() => return Outcome::NotSeen,
                Ok(Found::Absent) => {}
            }
        }
        if let Some(outcome) = self.gate.pass(&self.claimed).await {
            return outcome;
        }
        self.may_have_left.store(true, Ordering::Relaxed);
        *handed = Some(message.handed());
        match self.messenger.send(&message).await {
            Ok(sent) => Outcome::Sent { sent, message },
            Err(error) => {
                if matches!(error, SendError::Channel { .. }) {
                    self.refused.store(true, Ordering::Relaxed);
                }
                Outcome::Refused(error)
            }
        }
    }

    fn is_surely_absent(&self) -> bool {
        let unknown_at = self.claimed.unknown_at.unwrap_or_default();
        self.claimed.asks + 1 >= ASKS && self.clock.now() - unknown_at >= ASKED_FOR_MS
    }
}

/// Fills the frozen wording for this person.
pub(super) fn compose(claimed: &Claimed, public_url: &str) -> Result<Message, SendError> {
    let failed = |why: String| SendError::fail(Why::new(why).code("render"));
    let offer = Offer::new(public_url, &claimed.business_name, &claimed.details, &claimed.code)
        .map_err(|problem| failed(problem.to_string()))?;
    let envelope = Envelope {
        id: &claimed.id,
        channel: claimed.channel,
        address: &claimed.address,
        recipient: &claimed.recipient,
        dated_at: claimed.composed_at,
    };
    let wording = Wording { subject: &claimed.subject, body: &claimed.body };
    offer.message(&envelope, wording).map_err(|error| failed(error.to_string()))
}
