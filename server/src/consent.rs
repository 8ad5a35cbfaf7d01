//! What people say about being written to: each switch of do-not-disturb with the evidence beside it.

use app::{
    channel::Channel,
    contacts::Dnd,
    history::ConsentEntry,
    id::{BusinessId, ContactId, UserId},
};

use crate::contacts::rows;
use crate::db::{
    self, Tx,
    consents::{self, Consent, Source, StoredConsent},
    contacts::{self, Person},
    opt_outs,
};
use crate::facts::{Fact, Wish};
use crate::names;

/// More columns of one file that say the same than anyone reads.
const MAX_COLUMNS: usize = 5;

/// Who switches do-not-disturb, and why.
#[derive(Clone, Copy, Debug)]
pub struct By<'a> {
    /// By which way.
    pub source: Source,
    /// The user, where it was one.
    pub user: Option<&'a UserId>,
    /// Why it is lifted although the person had asked for it.
    pub reason: Option<&'a str>,
    /// Where it stands, when it stands in a file.
    pub columns: Option<&'a SwitchingColumns>,
}

/// The columns of a file that ask for each switch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SwitchingColumns {
    all: Vec<String>,
    email: Vec<String>,
    sms: Vec<String>,
}

impl SwitchingColumns {
    /// Adds a column by what it switches on.
    pub fn add(&mut self, dnd: Dnd, column: &str) {
        let switches = [(dnd.all, &mut self.all), (dnd.email, &mut self.email), (dnd.sms, &mut self.sms)];
        for (_, columns) in switches.into_iter().filter(|(is_on, _)| *is_on) {
            columns.push(names::clean(column));
        }
    }

    /// The names of those that switch `all`, `email` or `sms`.
    pub fn names(&self, channel: &str) -> Option<String> {
        let columns = match channel {
            "all" => &self.all,
            "email" => &self.email,
            _ => &self.sms,
        };
        (!columns.is_empty())
            .then(|| columns.iter().take(MAX_COLUMNS).map(String::as_str).collect::<Vec<_>>().join(", "))
    }
}

/// How it is known that a person asked for no more messages.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// By which way.
    pub source: Source,
    /// How the person said it.
    pub evidence: Option<&'a str>,
    /// The user who read it so, where no rule did.
    pub read_by: Option<&'a UserId>,
}

impl Asked<'_> {
    /// By this way, and nothing more is known.
    pub const fn by(source: Source) -> Self {
        Self { source, evidence: None, read_by: None }
    }
}

/// Switches do-not-disturb from what it was to what it is to be, with a record of each switch.
pub async fn switch(
    tx: &mut Tx,
    business: &BusinessId,
    contact: &ContactId,
    (before, after): (Dnd, Dnd),
    by: By<'_>,
    now: i64,
) -> db::Result<()> {
    if before == after {
        return Ok(());
    }
    contacts::update_dnd(tx, business, contact, after, now).await?;
    for (channel, dnd) in consents::changes(before, after) {
        let reason = by.reason.filter(|_| !dnd);
        let columns = by.columns.filter(|_| dnd).and_then(|columns| columns.names(channel));
        let evidence = columns.as_deref();
        let consent = Consent { contact, channel, dnd, source: by.source, user: by.user, reason, evidence };
        consents::insert(tx, &db::new_id(now), business, consent, now).await?;
    }
    Ok(())
}

/// The person asks for no more messages on a channel: in force at once. False when they had asked before; a switch of the
/// business alone is no wish of theirs, so theirs is recorded beside it.
pub async fn opt_out(
    tx: &mut Tx,
    business: &BusinessId,
    contact: &ContactId,
    channel: Channel,
    asked: Asked<'_>,
    now: i64,
) -> db::Result<bool> {
    let Some(known) = contacts::find(tx, business, contact).await? else {
        return Ok(false);
    };
    let address = rows::person_of(&known).key(channel);
    if !address.is_empty() {
        opt_outs::insert(tx, business, channel, &address, now).await?;
    }
    let before = asked_for(&consents::list(tx, business, contact).await?, known.dnd);
    let is_asked = match channel {
        Channel::Email => before.email,
        Channel::Sms => before.sms,
    };
    if is_asked {
        return Ok(false);
    }
    contacts::switch_dnd_on(tx, business, contact, channel, now).await?;
    let Asked { source, evidence, read_by: user } = asked;
    let consent = Consent { contact, channel: channel.as_str(), dnd: true, source, user, reason: None, evidence };
    consents::insert(tx, &db::new_id(now), business, consent, now).await?;
    Ok(true)
}

/// The evidence of a report to the person's own mail provider that an email was unwanted.
pub const COMPLAINT: &str = "complaint";

/// Stops a channel to a person and to these addresses, in lower case, under whatever names they stand now or later.
pub async fn opt_out_of(
    tx: &mut Tx,
    (business, contact): (&BusinessId, &ContactId),
    channel: Channel,
    addresses: &[String],
    asked: Asked<'_>,
    now: i64,
) -> db::Result<()> {
    opt_out(tx, business, contact, channel, asked, now).await?;
    let Asked { source, evidence, .. } = asked;
    for address in addresses {
        let wish = Wish { channel, address, do_not_disturb: true, source: source.as_str(), evidence };
        remember(tx, business, wish, now).await?;
        for twin in contacts::list_ids_by_address(tx, business, channel, address).await? {
            opt_out(tx, business, &twin, channel, Asked::by(Source::SameAddress), now).await?;
        }
    }
    Ok(())
}

/// Keeps the wish of an address's owner for contacts that have it later; false when it was known. Where a contact has the address
/// the switch is on record, where none has it the wish is.
pub async fn remember(tx: &mut Tx, business: &BusinessId, wish: Wish<'_>, now: i64) -> db::Result<bool> {
    if !opt_outs::insert(tx, business, wish.channel, wish.address, now).await? {
        return Ok(false);
    }
    note_if_nobodys(tx, business, wish, now).await?;
    Ok(true)
}

/// Forgets the wish of a phone's owner, for every business: an answer to a text names none.
pub async fn forget_phone(tx: &mut Tx, phone: &str, now: i64) -> db::Result<()> {
    let source = Source::SmsReply.as_str();
    let wish = Wish { channel: Channel::Sms, address: phone, do_not_disturb: false, source, evidence: None };
    for business in opt_outs::delete_phone(tx, phone).await? {
        note_if_nobodys(tx, &business, wish, now).await?;
    }
    Ok(())
}

async fn note_if_nobodys(tx: &mut Tx, business: &BusinessId, wish: Wish<'_>, now: i64) -> db::Result<()> {
    if contacts::list_ids_by_address(tx, business, wish.channel, wish.address).await?.is_empty() {
        tx.note(business, &Fact::Wish(wish), now)?;
    }
    Ok(())
}

/// A wish is about an address, whatever name stands beside it: a contact who comes with an email or a phone that asked for no
/// more messages gets none either.
pub async fn carry_over(
    tx: &mut Tx,
    business: &BusinessId,
    contact: &ContactId,
    person: &Person,
    now: i64,
) -> db::Result<()> {
    for channel in Channel::ALL {
        if opt_outs::exists(tx, business, channel, &person.key(channel)).await? {
            opt_out(tx, business, contact, channel, Asked::by(Source::SameAddress), now).await?;
        }
    }
    Ok(())
}

/// The person asks for texts again: lifts what they had set themselves, and nothing that the business did.
pub async fn opt_in_by_text(tx: &mut Tx, business: &BusinessId, contact: &ContactId, now: i64) -> db::Result<bool> {
    let records = consents::list(tx, business, contact).await?;
    let mut standing = standing(&records, "sms").peekable();
    let is_theirs = standing.peek().is_some() && standing.all(|record| record.source.is_the_persons());
    if !is_theirs {
        return Ok(false);
    }
    contacts::lift_sms_dnd(tx, business, contact, now).await?;
    let consent = Consent {
        contact,
        channel: Channel::Sms.as_str(),
        dnd: false,
        source: Source::SmsReply,
        user: None,
        reason: None,
        evidence: None,
    };
    consents::insert(tx, &db::new_id(now), business, consent, now).await?;
    Ok(true)
}

/// The switches that stand on one channel, newest first: everything since it was last lifted.
fn standing<'a>(newest_first: &'a [StoredConsent], channel: &'a str) -> impl Iterator<Item = &'a StoredConsent> {
    newest_first.iter().filter(move |record| record.channel == channel).take_while(|record| record.dnd)
}

/// What stands because the person asked for it.
pub fn asked_for(newest_first: &[StoredConsent], dnd: Dnd) -> Dnd {
    let asked = |channel| standing(newest_first, channel).any(|record| record.source.is_the_persons());
    Dnd { all: dnd.all && asked("all"), email: dnd.email && asked("email"), sms: dnd.sms && asked("sms") }
}

/// A switch as the contact's page shows it.
pub fn entry(record: StoredConsent) -> ConsentEntry {
    let how = match (record.source, record.dnd, record.evidence.as_deref()) {
        (Source::OptOutLink, ..) if record.channel == Channel::Sms.as_str() => "By the opt-out page",
        (Source::Form, ..) => "In the contact's form",
        (Source::Import, ..) => "By an imported file",
        (Source::OptOutLink, ..) => "By the link in an email",
        (Source::SmsReply, false, _) => "By answering START to a text",
        (Source::SmsReply, true, Some("sentence")) => "By answering a text in their own words",
        (Source::SmsReply, true, Some("own_word")) => "By answering a text with a word from your settings",
        (Source::SmsReply, true, Some("read")) => "By answering a text, as somebody of your team read it",
        (Source::SmsReply, true, _) => "By answering STOP to a text",
        (Source::Provider, _, Some(COMPLAINT)) => "They reported an email as spam to their mail provider",
        (Source::Provider, ..) => "The SMS provider says that they answered STOP",
        (Source::SameAddress, ..) => "Another contact with this address asked for it",
    };
    let columns = record.evidence.filter(|_| record.source == Source::Import);
    let column = columns.map(|columns| format!(", column \u{201c}{columns}\u{201d}")).unwrap_or_default();
    let is_theirs = record.source.is_the_persons() && record.user.is_none();
    let who = if is_theirs { Some("The contact".to_owned()) } else { record.user };
    ConsentEntry {
        channel: record.channel.parse().ok(),
        is_on: record.dnd,
        how: format!("{how}{column}"),
        who: who.unwrap_or_default(),
        reason: record.reason.unwrap_or_default(),
        at: record.created_at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(channel: &str, dnd: bool, source: Source) -> StoredConsent {
        StoredConsent {
            channel: channel.to_owned(),
            dnd,
            source,
            user: None,
            reason: None,
            evidence: None,
            created_at: 0,
        }
    }

    #[test]
    fn what_was_lifted_since_does_not_stand_any_more() {
        let all = Dnd { all: true, email: true, sms: true };
        let mut newest_first = vec![record("sms", true, Source::SmsReply), record("all", true, Source::Form)];
        assert_eq!(asked_for(&newest_first, all), Dnd { sms: true, ..Dnd::default() });
        assert_eq!(asked_for(&newest_first, Dnd::default()), Dnd::default());
        newest_first.insert(0, record("sms", false, Source::Form));
        assert_eq!(asked_for(&newest_first, all), Dnd::default());
        newest_first.insert(0, record("sms", true, Source::Form));
        newest_first.insert(0, record("email", true, Source::OptOutLink));
        assert_eq!(asked_for(&newest_first, all), Dnd { email: true, ..Dnd::default() });
    }
}
