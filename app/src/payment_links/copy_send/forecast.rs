//! What would happen if "Send" were pressed now.

use crate::{
    channel::Channel,
    contacts::Contact,
    eligibility::{Asked, Reason, Verdict},
    id::ContactId,
};

/// Who gets something, who gets nothing, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Forecast {
    /// People who get something.
    pub sent_to: Vec<ContactId>,
    /// People who get nothing.
    pub skipped: usize,
    /// Why, with how many.
    pub reasons: Vec<(Reason, usize)>,
    /// One channel less than chosen, with why and how many.
    pub partly: Vec<(Reason, usize)>,
}

impl Forecast {
    /// By the rule that the server decides by, too.
    pub fn of(chosen: &[Contact], channels: &[Channel], asked: &Asked) -> Self {
        let verdicts = asked.review(chosen, channels);
        let is_sent_to = |(contact, verdict): (&Contact, &Verdict)| verdict.is_sent_to().then(|| contact.id.clone());
        let sent_to = chosen.iter().zip(&verdicts).filter_map(is_sent_to).collect();
        let (sent, skipped): (Vec<_>, Vec<_>) = verdicts.iter().partition(|verdict| verdict.is_sent_to());
        Self { sent_to, skipped: skipped.len(), reasons: counted(&skipped), partly: counted(&sent) }
    }

    /// How many get something.
    pub const fn people(&self) -> usize {
        self.sent_to.len()
    }
}

fn counted(verdicts: &[&Verdict]) -> Vec<(Reason, usize)> {
    let count = |reason| verdicts.iter().filter(|verdict| verdict.reasons.contains(&reason)).count();
    Reason::ALL.into_iter().map(|reason| (reason, count(reason))).filter(|(_, count)| *count > 0).collect()
}
