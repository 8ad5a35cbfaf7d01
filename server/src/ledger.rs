//! The ledger: an append-only record of what was sent to whom and why, in one chain of hashes for each business.
//!
//! An entry's hash is SHA-256 over a canonical byte string of everything else in its row, and the next entry holds it as
//! `previous_hash`: what was changed, taken out or moved no longer fits. The byte string is a sequence of fields, each
//! written as its length in bytes (eight bytes, big-endian) and then its bytes: the words `handbill ledger 1`,
//! `business_id`, `seq` and `at` in decimal digits, `kind`, `body` as it is stored, `previous_hash`. Hashes are 64 lowercase
//! hexadecimal digits, the first entry's `previous_hash` is 64 zeros, and `seq` counts from 1 without a gap. The head of a
//! chain keeps how many entries there are and the last hash, so that an end that was cut off is noticed as well.
//!
//! A person who can write to the database could cut the end off and set the head back, or write all entries anew from some point
//! on. So each head is signed with a key that is not there ([`seal`]), and a transaction that finds a head or an end other
//! than the one that was signed puts that on record first. What is left is an older end together with its own signature:
//! that takes a head that was kept elsewhere to be found.
//!
//! A body holds personal data: the address that was written to, the exact text and the consent at that moment. It has to,
//! because these are what the record is to prove when somebody asks. Nothing but the check reads it, and it is never logged.

mod comparison;
pub mod seal;

use crate::{
    db::{
        self, Db, Tx,
        deliveries::{Claimed, NewDelivery, StoredDelivery},
        ledger,
        ledger::Entry,
    },
    providers::Message,
    service::Service,
};
use app::{
    account::Access,
    backend::Ledger,
    channel::Channel,
    contacts::{Contact, Dnd},
    eligibility::{Reason, Verdict},
    error::Result,
    id::{BusinessId, CampaignId, ContactId, DeliveryId, InviteId, PaymentId, PaymentLinkId, UserId},
    ledger::{BrokenEntry, Fault, LedgerCheck},
    preflight::Warning,
    templates::Wording,
};
use async_trait::async_trait;
use comparison::Comparison;
use seal::Seal;
use serde::Serialize;
use sha2::{Digest, Sha256};
use sqlx::AnyConnection;
use std::cmp::Ordering;

/// What stands before the first entry.
pub const BEGINNING: &str = "0000000000000000000000000000000000000000000000000000000000000000";
/// The first field of every hash: another way to write entries would have another name.
const FORMAT: &str = "handbill ledger 1";
/// Entries read at once by a check.
const PAGE: i64 = 500;

/// What an entry records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// "Send" was pressed: [`Pressed`].
    Campaign,
    /// The time of a reminder had come: [`Reminder`].
    Reminder,
    /// A message was handed to its provider: [`Attempted`].
    Attempt,
    /// A message was stopped at the moment it would have left: [`Stopped`].
    Stopped,
    /// Somebody paused, recalled, retried …: [`Controlled`].
    Control,
    /// A provider said where a message that it had taken ended: [`Ended`].
    Report,
    /// Do-not-disturb was switched: [`Switched`], or [`Wish`] where nobody has the address.
    Consent,
    /// A user sent a test to themselves: [`Tested`].
    Test,
    /// A payment came to its end: [`Settled`].
    Payment,
    /// Who may log in was changed: [`TeamChange`].
    Team,
    /// A campaign that waited was decided on: [`Decided`].
    Approval,
    /// When campaigns wait for approval was changed: [`ApprovalRuleSet`].
    ApprovalRule,
    /// A user changed something else that decides about messages: [`Changed`].
    Change,
    /// The chain was found tampered with: [`Tampered`].
    Tampered,
}

impl Kind {
    /// The word in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Campaign => "campaign",
            Self::Reminder => "reminder",
            Self::Attempt => "attempt",
            Self::Stopped => "stopped",
            Self::Control => "control",
            Self::Report => "report",
            Self::Consent => "consent",
            Self::Test => "test",
            Self::Payment => "payment",
            Self::Team => "team",
            Self::Approval => "approval",
            Self::ApprovalRule => "approval_rule",
            Self::Change => "change",
            Self::Tampered => "tampered",
        }
    }
}

/// An entry that has no place in its chain yet.
#[derive(Clone)]
pub struct NewEntry {
    /// Whose chain.
    pub business: BusinessId,
    /// What it records.
    pub kind: Kind,
    /// JSON.
    pub body: String,
    /// When it happened, epoch milliseconds.
    pub at: i64,
}

/// A campaign at the moment "Send" was pressed.
#[derive(Serialize)]
pub struct Pressed<'a> {
    /// The campaign.
    pub campaign: &'a CampaignId,
    /// Who pressed.
    pub user: &'a UserId,
    /// What is sent.
    pub payment_link: &'a PaymentLinkId,
    /// What it is called.
    pub payment_link_name: &'a str,
    /// What it costs, as people read it.
    pub amount: String,
    /// The email's wording, when that channel was chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<FrozenWording<'a>>,
    /// The SMS's wording, when that channel was chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sms: Option<FrozenWording<'a>>,
    /// The warnings that were waived, whomever they were about.
    #[serde(skip_serializing_if = "<[Warning]>::is_empty")]
    pub send_anyway: &'a [Warning],
    /// Everyone who was chosen, in the order of the selection.
    pub people: Vec<Chosen<'a>>,
}

/// Wording with its merge fields, before it is filled for anyone.
#[derive(Serialize)]
pub struct FrozenWording<'a> {
    subject: &'a str,
    body: &'a str,
    sha256: String,
}

/// The wording and the hash that two equal ones share.
impl<'a> From<&'a Wording> for FrozenWording<'a> {
    fn from(wording: &'a Wording) -> Self {
        let Wording { subject, body } = wording;
        Self { subject, body, sha256: digest([subject.as_str(), body]) }
    }
}

/// One chosen contact: what is allowed, what is not and why.
#[derive(Serialize)]
pub struct Chosen<'a> {
    /// Who.
    pub contact: &'a ContactId,
    /// Their email as it stood then, valid or not.
    pub email: String,
    /// Their phone as it stood then, valid or not.
    pub phone: String,
    /// The channels that a message is sent on; none when the contact is suppressed.
    pub allowed: &'a [Channel],
    /// Every reason that applies.
    pub reasons: &'a [Reason],
    /// The warnings that speak against it and were waived.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub waived: Vec<Warning>,
    /// The consent at that moment: what is switched to do-not-disturb.
    pub do_not_disturb: Vec<&'static str>,
}

impl<'a> Chosen<'a> {
    /// Someone whom "Send" was pressed for, in spite of these warnings.
    pub fn new(contact: &'a Contact, verdict: &'a Verdict, waived: Vec<Warning>) -> Self {
        Self {
            contact: &contact.id,
            email: contact.email.to_string(),
            phone: contact.phone.to_string(),
            allowed: &verdict.channels,
            reasons: &verdict.reasons,
            waived,
            do_not_disturb: switched_on(contact.dnd),
        }
    }
}

/// A reminder at the moment its time had come: whom it goes to, in which words, and why not to the others.
#[derive(Serialize)]
pub struct Reminder<'a> {
    /// The campaign that it reminds of.
    pub reminder_of: &'a CampaignId,
    /// Which of its reminders.
    pub number: u32,
    /// The campaign that it became; none where nobody was left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub campaign: Option<&'a CampaignId>,
    /// Why it waits for another user's approval.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub awaited: Option<&'a str>,
    /// What is sent.
    pub payment_link: &'a PaymentLinkId,
    /// What it is called.
    pub payment_link_name: &'a str,
    /// Whether it still takes payments: where not, nobody is looked at.
    pub takes_payments: bool,
    /// What it costs, as people read it.
    pub amount: String,
    /// The email's wording, where the campaign has that channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<FrozenWording<'a>>,
    /// The SMS's wording, where the campaign has that channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sms: Option<FrozenWording<'a>>,
    /// Everyone whom the campaign has reached, in the order of the selection.
    pub people: Vec<Reminded<'a>>,
}

/// Someone whom a campaign has reached, at the moment of a reminder.
#[derive(Serialize)]
pub struct Reminded<'a> {
    /// Who.
    pub contact: &'a ContactId,
    /// Their email as it stood then, valid or not.
    pub email: String,
    /// Their phone as it stood then, valid or not.
    pub phone: String,
    /// The channels that it goes out on; none when it does not go to them.
    pub allowed: &'a [Channel],
    /// Every reason that applies.
    pub reasons: &'a [Reason],
    /// A user left them out of this reminder.
    pub skipped: bool,
    /// The consent at that moment: what is switched to do-not-disturb.
    pub do_not_disturb: Vec<&'static str>,
}

/// The exact text that a provider was given.
#[derive(Serialize)]
pub struct Handed {
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    text: String,
    /// The HTML part says the same in a layout: its hash is enough to prove it.
    #[serde(skip_serializing_if = "Option::is_none")]
    html_sha256: Option<String>,
}

impl Handed {
    /// What of a message is put on record.
    pub fn of(message: &Message) -> Self {
        match message {
            Message::Email(email) => Self {
                subject: Some(email.subject.clone()),
                text: email.text.clone(),
                html_sha256: Some(hex::encode(Sha256::digest(&email.html))),
            },
            Message::Sms(sms) => Self { subject: None, text: sms.body.clone(), html_sha256: None },
        }
    }
}

/// A message that was handed to its provider, and what the provider said.
#[derive(Serialize)]
pub struct Attempted<'a> {
    /// To whom, on which channel, with which consent.
    #[serde(flatten)]
    pub receiver: Receiver<'a>,
    /// Which attempt, from 1.
    pub attempt: i64,
    /// What came of it, in one word.
    pub outcome: &'a str,
    /// Who was to send it.
    pub provider: &'a str,
    /// The provider's id of the message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider_id: Option<&'a str>,
    /// The exact text.
    #[serde(flatten)]
    pub handed: &'a Handed,
    /// What the outcome means, in one sentence.
    pub words: &'a str,
    /// The provider's code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<&'a str>,
}

/// A message that never left, or is not sent again although nobody knows whether it arrived, and why.
#[derive(Serialize)]
pub struct Stopped<'a> {
    /// To whom, on which channel, with which consent.
    #[serde(flatten)]
    pub receiver: Receiver<'a>,
    /// `suppressed`, `canceled` or `failed`; `unknown` where it may have arrived.
    pub outcome: &'a str,
    /// Why it was suppressed.
    pub reasons: &'a [Reason],
    /// Why, in one sentence.
    pub words: &'a str,
}

/// Where a message ended, as its provider said some time after it took it.
#[derive(Serialize)]
pub struct Ended<'a> {
    /// Which message.
    pub delivery: &'a DeliveryId,
    /// To whom.
    pub contact: &'a ContactId,
    /// Email or SMS.
    pub channel: Channel,
    /// Where it went.
    pub address: &'a str,
    /// `delivered` or `undelivered`.
    pub outcome: &'a str,
    /// Who says so.
    pub provider: &'a str,
    /// In its own word.
    pub status: &'a str,
    /// What that means, in one sentence.
    pub words: &'a str,
    /// The provider's code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<&'a str>,
}

/// Whom a message is for.
#[derive(Serialize)]
pub struct Receiver<'a> {
    campaign: &'a CampaignId,
    delivery: &'a DeliveryId,
    contact: &'a ContactId,
    channel: Channel,
    address: &'a str,
    do_not_disturb: Vec<&'static str>,
}

impl<'a> From<&'a Claimed> for Receiver<'a> {
    fn from(claimed: &'a Claimed) -> Self {
        Self {
            campaign: &claimed.campaign,
            delivery: &claimed.id,
            contact: &claimed.contact,
            channel: claimed.channel,
            address: &claimed.address,
            do_not_disturb: switched_on(claimed.dnd),
        }
    }
}

impl<'a> Receiver<'a> {
    /// Whom a message is for that waits, with this consent.
    pub fn of_waiting(campaign: &'a CampaignId, delivery: &'a StoredDelivery, dnd: Dnd) -> Self {
        Self {
            campaign,
            delivery: &delivery.id,
            contact: &delivery.contact,
            channel: delivery.channel,
            address: &delivery.address,
            do_not_disturb: switched_on(dnd),
        }
    }

    /// Whom a delivery is for, with this consent.
    pub fn of(campaign: &'a CampaignId, delivery: &'a NewDelivery, dnd: Dnd) -> Self {
        Self {
            campaign,
            delivery: &delivery.id,
            contact: &delivery.contact,
            channel: delivery.channel,
            address: &delivery.address,
            do_not_disturb: switched_on(dnd),
        }
    }
}

/// What was done to a campaign on its way.
#[derive(Serialize)]
pub struct Controlled<'a> {
    /// Which campaign.
    pub campaign: &'a CampaignId,
    /// The user; none for what happened by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<&'a UserId>,
    /// What, in one word.
    pub what: &'a str,
    /// The same in one sentence.
    pub words: &'a str,
}

/// One switch of do-not-disturb.
#[derive(Serialize)]
pub struct Switched<'a> {
    /// Whose.
    pub contact: &'a ContactId,
    /// `all`, `email` or `sms`.
    pub channel: &'a str,
    /// On is an opt-out, off lifts one.
    pub do_not_disturb: bool,
    /// Who or what switched it.
    pub source: &'a str,
    /// The user, where it was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<&'a UserId>,
    /// Why it was lifted although the person had asked for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'a str>,
    /// How the person said it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<&'a str>,
}

/// What the owner of an address asked for that no contact has.
#[derive(Clone, Copy, Serialize)]
pub struct Wish<'a> {
    /// Email or SMS.
    pub channel: Channel,
    /// Which address.
    pub address: &'a str,
    /// On is an opt-out, off lifts one.
    pub do_not_disturb: bool,
    /// By which way.
    pub source: &'a str,
    /// How the person said it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<&'a str>,
}

/// A test that a user sends to themselves, before it leaves.
#[derive(Serialize)]
pub struct Tested<'a> {
    /// Who sends it.
    pub user: &'a UserId,
    /// Email or SMS.
    pub channel: Channel,
    /// To whom.
    pub address: &'a str,
    /// The subject of an email.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub subject: &'a str,
    /// The exact text.
    pub text: &'a str,
}

/// One change of who may log in.
#[derive(Serialize)]
pub struct TeamChange<'a> {
    /// `set_up`, `created` (from the command line), `invited`, `invited_again`, `withdrawn`, `joined`, `removed`, `made_owner` or
    /// `made_member`.
    pub change: &'a str,
    /// Who did it.
    pub by: &'a UserId,
    /// Whose place it is about.
    pub email: &'a str,
    /// The user, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<&'a UserId>,
    /// The invitation, where it came by one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invite: Option<&'a InviteId>,
}

/// What was decided on a campaign that waited for approval.
#[derive(Serialize)]
pub struct Decided<'a> {
    /// The campaign.
    pub campaign: &'a CampaignId,
    /// Who decided.
    pub user: &'a UserId,
    /// `approved` or `declined` by another user than the sender, or `released` by an owner.
    pub decision: &'a str,
    /// Why, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'a str>,
    /// What each person is asked for, as people read it, where it may leave.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<String>,
    /// How many people get something, where it may leave.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub people: Option<u32>,
}

/// Above what campaigns wait for approval from now on; a limit that is not there is none.
#[derive(Serialize)]
pub struct ApprovalRuleSet<'a> {
    /// The owner.
    pub user: &'a UserId,
    /// More people than this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub people: Option<i64>,
    /// More than this in total, as people read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<String>,
}

/// What a user changed, and how they left it.
#[derive(Serialize)]
pub struct Changed<'a, S: Serialize> {
    /// Who; none for the command line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<&'a UserId>,
    /// `business`, `sending`, `sending_halt`, `care`, `opt_out_words`, `password`, `payment_link`, `template`, `contact` or
    /// `import`.
    pub what: &'a str,
    /// Which one; none where there is only one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<&'a str>,
    /// How it stands from now on.
    pub left: S,
}

impl<S: Serialize> Changed<'_, S> {
    /// Puts it on record with the change itself.
    pub fn note(&self, tx: &mut Tx, business: &BusinessId, at: i64) -> db::Result<()> {
        tx.note(business, Kind::Change, self, at)
    }
}

/// The gateway's final word on a payment.
#[derive(Serialize)]
pub struct Settled<'a> {
    /// The payment.
    pub payment: &'a PaymentId,
    /// What was paid for.
    pub payment_link: &'a PaymentLinkId,
    /// By whose personal link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<&'a ContactId>,
    /// The campaign that sent it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub campaign: Option<&'a CampaignId>,
    /// How it ended.
    pub status: &'a str,
    /// Minor units.
    pub amount_minor: i64,
    /// ISO 4217.
    pub currency: &'a str,
    /// Who moved the money.
    pub gateway: &'a str,
}

/// The end of the chain was not the one that was signed, when this entry came to follow it.
#[derive(Serialize)]
pub struct Tampered<'a> {
    /// Entries, by the head.
    pub counted: i64,
    /// The last hash, by the head.
    pub counted_hash: &'a str,
    /// Entries that were there.
    pub found: i64,
    /// The hash of the last of them.
    pub found_hash: &'a str,
    /// Whether the head was as it was signed.
    pub is_signed: bool,
}

/// The channels that do-not-disturb is on for.
pub fn switched_on(dnd: Dnd) -> Vec<&'static str> {
    [(dnd.all, "all"), (dnd.email, "email"), (dnd.sms, "sms")]
        .into_iter()
        .filter_map(|(is_on, channel)| is_on.then_some(channel))
        .collect()
}

/// The hash of an entry: see the head of this file.
pub fn hash(entry: &Entry) -> String {
    let (seq, at) = (entry.seq.to_string(), entry.at.to_string());
    digest([FORMAT, &entry.business, &seq, &at, &entry.kind, &entry.body, &entry.previous_hash])
}

/// SHA-256 over texts, each with its length before it, so that no two lists of texts are the same bytes.
fn digest<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let mut hasher = Sha256::new();
    fields(texts, |bytes| hasher.update(bytes));
    hex::encode(hasher.finalize())
}

/// Hands over texts, each with its length before it.
fn fields<'a>(texts: impl IntoIterator<Item = &'a str>, mut take: impl FnMut(&[u8])) {
    for text in texts {
        take(&(text.len() as u64).to_be_bytes());
        take(text.as_bytes());
    }
}

#[async_trait]
impl Ledger for Service {
    async fn check_ledger(&self, access: &Access) -> Result<LedgerCheck> {
        Ok(verify(&self.db, access.business()).await?)
    }
}

/// Walks one business's chain from its first entry, a page at a time, while others append to it, and compares the tables with
/// what it says.
pub async fn verify(db: &Db, business: &BusinessId) -> db::Result<LedgerCheck> {
    let mut connection = db.read().await?;
    let comparison = Comparison::read(&mut connection, business).await?;
    let mut walk = Walk { business, seal: db.seal(), count: 0, last_hash: BEGINNING.to_owned(), comparison };
    let broken = walk.find_broken(&mut connection).await?;
    // A record that is not whole is nothing to compare with.
    let differences = if broken.is_none() { walk.comparison.differences() } else { Vec::new() };
    Ok(LedgerCheck { entries: walk.count, broken, differences })
}

/// How far a check has come.
struct Walk<'a> {
    business: &'a BusinessId,
    /// What signs heads; none where there are no keys, and heads are taken as they are.
    seal: Option<&'a Seal>,
    /// Entries that are whole.
    count: i64,
    /// The hash of the last of them.
    last_hash: String,
    /// What they say, beside what the tables say.
    comparison: Comparison,
}

impl Walk<'_> {
    async fn find_broken(&mut self, connection: &mut AnyConnection) -> db::Result<Option<BrokenEntry>> {
        loop {
            // Before the page: what the head counts is there to be read, unless it was taken out.
            let head = ledger::find_head(connection, self.business).await;
            // What stands before the first entry was put there.
            let after = if self.count == 0 { i64::MIN } else { self.count };
            let page = ledger::list_after(connection, self.business, after, PAGE).await;
            let entries = match page {
                Err(error) if error.is_unreadable() => {
                    // One at a time up to the one that is not what was written.
                    match ledger::list_after(connection, self.business, after, 1).await {
                        Err(error) if error.is_unreadable() => return Ok(Some(self.fault(Fault::Changed))),
                        entries => entries?,
                    }
                }
                page => page?,
            };
            if entries.is_empty() {
                return self.compare(head);
            }
            for entry in &entries {
                if let Some(fault) = self.check(connection, entry).await? {
                    return Ok(Some(self.fault(fault)));
                }
                self.count += 1;
                self.last_hash.clone_from(&entry.hash);
            }
            self.comparison.take(connection, self.business, &entries).await?;
        }
    }

    /// The next entry is at fault.
    fn fault(&self, fault: Fault) -> BrokenEntry {
        BrokenEntry { seq: self.count + 1, fault }
    }

    async fn check(&self, connection: &mut AnyConnection, entry: &Entry) -> db::Result<Option<Fault>> {
        match entry.seq.cmp(&(self.count + 1)) {
            Ordering::Greater => return Ok(Some(Fault::Missing)),
            Ordering::Less => return Ok(Some(Fault::OutOfOrder)),
            Ordering::Equal => {}
        }
        let follows = entry.previous_hash == self.last_hash;
        let is_whole = hash(entry) == entry.hash;
        Ok(match (follows, is_whole) {
            // We wrote it ourselves, to keep it from being forgotten.
            (true, true) if entry.kind == Kind::Tampered.as_str() => Some(Fault::Rebuilt),
            (true, true) => None,
            (true, false) => Some(Fault::Changed),
            (false, true) => Some(Fault::OutOfOrder),
            // Moved from elsewhere in the chain, or altered right there.
            (false, false) if ledger::has_hash(connection, self.business, &entry.previous_hash).await? => {
                Some(Fault::OutOfOrder)
            }
            (false, false) => Some(Fault::Changed),
        })
    }

    /// Whether the chain ends where its head says.
    fn compare(&self, head: db::Result<Option<ledger::Head>>) -> db::Result<Option<BrokenEntry>> {
        let head = match head {
            Err(error) if error.is_unreadable() => return Ok(Some(self.fault(Fault::Missing))),
            head => head?.unwrap_or_default(),
        };
        Ok(if head.entries > self.count {
            Some(self.fault(Fault::Missing))
        } else if head.entries < self.count {
            Some(BrokenEntry { seq: head.entries.max(0) + 1, fault: Fault::Added })
        } else if head.last_hash != self.last_hash {
            Some(BrokenEntry { seq: self.count, fault: Fault::Changed })
        } else if self.seal.is_some_and(|seal| !seal.covers(self.business.as_str(), &head)) {
            Some(BrokenEntry { seq: self.count, fault: Fault::Unsigned })
        } else {
            None
        })
    }
}
