//! Whom a payment link may be sent to now: loads what the rule of the same name decides by, for up to 50 contacts in a fixed number
//! of statements, and for what is about to leave.

use crate::{
    care,
    db::{
        care::StoredCare,
        checkouts::OfferedLink,
        deliveries::Claimed,
        eligibility::{self, Candidate, Subject},
    },
    providers::Messengers,
};
use app::{
    channel::Channel,
    contacts::Contact,
    eligibility::{Facts, Warning, has_paid},
    error::{Error, Result},
    id::{CampaignId, ContactId, UserId},
};
use sqlx::AnyConnection;

/// How long ago a message counts as sent recently.
const RECENT_MS: i64 = 24 * 3_600_000;

/// A link that is to be sent, at one moment.
#[derive(Clone, Copy)]
pub(crate) struct Question<'a> {
    /// What.
    pub(crate) link: &'a OfferedLink,
    /// Quiet hours and the weekly cap of its business.
    pub(crate) care: &'a StoredCare,
    /// Who sends: what stays in the Outbox wakes nobody.
    pub(crate) messengers: &'a Messengers,
    /// Who asks, where it is a person.
    pub(crate) user: Option<&'a UserId>,
    /// When it leaves.
    pub(crate) at: i64,
    /// What the clock says.
    pub(crate) now: i64,
    /// What it repeats; none when "Send" is pressed anew.
    pub(crate) again: Option<Again<'a>>,
}

/// A campaign that says something once more, by the personal links that its contacts have.
#[derive(Clone, Copy)]
pub(crate) struct Again<'a> {
    /// The campaign, of a reminder the one that it reminds of.
    pub(crate) root: &'a CampaignId,
    /// Which reminder it is.
    pub(crate) reminder: Option<u32>,
    /// The campaign that is not counted beside itself.
    pub(crate) besides: Option<&'a CampaignId>,
    /// Since when a payment answers it.
    pub(crate) asked_at: i64,
}

/// One of the contacts whom a question is about.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) candidate: Candidate,
    /// Requests in the week of this one.
    requests: u32,
}

impl Person {
    pub(crate) const fn contact(&self) -> &Contact {
        &self.candidate.known.contact
    }
}

impl Question<'_> {
    /// Everyone who is chosen, in order; one who is not the business's own makes the whole question not found.
    pub(crate) async fn look(&self, connection: &mut AnyConnection, chosen: &[ContactId]) -> Result<Vec<Person>> {
        let subject = Subject {
            business: &self.link.business,
            payment_link: &self.link.id,
            user: self.user,
            root: self.again.map(|again| again.root),
            reminder: self.again.and_then(|again| again.reminder),
        };
        let found = eligibility::list(&mut *connection, subject, chosen).await?;
        if found.len() < chosen.len() {
            return Err(Error::NotFound);
        }
        let besides = self.again.and_then(|again| again.besides);
        let request = care::Request { campaign: besides, at: self.at, now: self.now };
        let asked = care::asked(connection, &self.link.business, self.care, chosen, request).await?;
        let person = |candidate: Candidate| Person {
            requests: asked.requests.get(&candidate.known.contact.id).copied().unwrap_or_default(),
            candidate,
        };
        Ok(found.into_iter().map(person).collect())
    }

    /// What the rule has to know of one of them, with what was waived.
    pub(crate) fn facts<'a>(&self, person: &'a Person, waived: &'a [Warning]) -> Facts<'a> {
        let Candidate { known, personal_link_ends_at, .. } = &person.candidate;
        let phone = known.contact.phone.valid();
        let quiet = |channel| Some((channel, self.care.wait_on(self.messengers, channel, phone, self.at)?));
        let is_reminder = self.again.is_some_and(|again| again.reminder.is_some());
        Facts {
            requests: person.requests,
            weekly_cap: self.care.care.weekly_cap,
            warned: Warning::ALL.into_iter().filter(|warning| self.warns_of(*warning, &person.candidate)).collect(),
            waived,
            paid_personal_link: person.candidate.paid_personal_link,
            link_closed: !self.link.is_open(self.now),
            personal_link_closed: self.again.is_some()
                && personal_link_ends_at.is_none_or(|ends_at| ends_at <= self.now),
            left_out: is_reminder && (known.taken_out || known.skipped),
            quiet: Channel::ALL.into_iter().filter_map(quiet).collect(),
            ..Facts::of(&known.contact)
        }
    }

    /// The facts of each of them.
    pub(crate) fn all_facts<'a>(&self, people: &'a [Person], waived: &'a [Warning]) -> Vec<Facts<'a>> {
        people.iter().map(|person| self.facts(person, waived)).collect()
    }

    /// What is said again was sent before, and waits.
    fn warns_of(&self, warning: Warning, candidate: &Candidate) -> bool {
        let asked_at = self.again.map(|again| again.asked_at);
        match warning {
            Warning::AlreadyPaid => has_paid(candidate.known.paid_at, self.link.details.can_pay_again, asked_at),
            Warning::SentRecently => {
                asked_at.is_none() && candidate.sent_at.is_some_and(|sent_at| sent_at > self.now - RECENT_MS)
            }
            Warning::BeingSent => asked_at.is_none() && candidate.waiting > 0,
        }
    }
}

/// What the rule has to know of a message that is about to leave.
pub(crate) fn facts(claimed: &Claimed, leaves_the_house: bool, now: i64) -> Facts<'_> {
    let Claimed { known, details, channel, .. } = claimed;
    let has_paid = has_paid(known.paid_at, details.can_pay_again, Some(claimed.asked_at));
    let quiet = claimed.care.wait(known.contact.phone.valid(), now).filter(|_| leaves_the_house);
    Facts {
        is_written: true,
        warned: if has_paid { vec![Warning::AlreadyPaid] } else { Vec::new() },
        waived: if claimed.paid_waived { &[Warning::AlreadyPaid] } else { &[] },
        paid_personal_link: claimed.paid_personal_link,
        link_closed: claimed.link_closed,
        personal_link_closed: claimed.personal_link_closed,
        left_out: known.taken_out || known.skipped,
        taken_back: claimed.canceled,
        quiet: quiet.map(|wait| (*channel, wait)).into_iter().collect(),
        quiet_waived_until: claimed.quiet_waived_until,
        ..Facts::of(&known.contact)
    }
}
