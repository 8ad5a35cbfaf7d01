//! All that can happen and is put on record, with the body of each entry as it is stored.
//!
//! The words and fields of a body are written once and verified for ever: a later version adds fields and facts, and changes none.
//! A body holds personal data: the address that was written to, the exact text and the consent at that moment. It has to, because
//! these are what the record is to prove when somebody asks. Nothing but the check reads it, and it is never logged.

pub mod chain;

use app::{
    channel::Channel,
    contacts::{Contact, Dnd},
    eligibility::{Reason, Verdict, Warning},
    id::{CampaignId, ContactId, DeliveryId, InviteId, PaymentId, PaymentLinkId, UserId},
    templates::Wording,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Something that happened. Each is written once, by `tx.note(…)`, with the change itself.
#[derive(Serialize)]
#[serde(untagged)]
pub enum Fact<'a> {
    /// "Send" was pressed.
    Campaign(Pressed<'a>),
    /// The time of a reminder had come.
    Reminder(Reminder<'a>),
    /// A message was handed to its provider.
    Attempt(Attempted<'a>),
    /// A message was stopped at the moment it would have left.
    Stopped(Stopped<'a>),
    /// Somebody paused, recalled, retried a campaign …, or it paused itself.
    Control(Controlled<'a>),
    /// A provider said where a message that it had taken ended.
    Report(Ended<'a>),
    /// Do-not-disturb was switched.
    Consent(Switched<'a>),
    /// The owner of an address that no contact has asked for something.
    Wish(Wish<'a>),
    /// A user sent a test to themselves.
    Test(Tested<'a>),
    /// A payment came to its end.
    Payment(Settled<'a>),
    /// Who may log in was changed.
    Team(TeamChange<'a>),
    /// A campaign that waited was decided on.
    Approval(Decided<'a>),
    /// When campaigns wait for approval was changed.
    ApprovalRule(ApprovalRuleSet<'a>),
    /// A user changed something else that decides about messages.
    Change(Changed<'a>),
    /// The chain was found tampered with.
    Tampered(Tampered<'a>),
    /// The end of the chain was signed with a key that was not there.
    Unchecked(Unchecked),
}

impl Fact<'_> {
    /// Under which word it is recorded.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Campaign(_) => Kind::Campaign,
            Self::Reminder(_) => Kind::Reminder,
            Self::Attempt(_) => Kind::Attempt,
            Self::Stopped(_) => Kind::Stopped,
            Self::Control(_) => Kind::Control,
            Self::Report(_) => Kind::Report,
            Self::Consent(_) | Self::Wish(_) => Kind::Consent,
            Self::Test(_) => Kind::Test,
            Self::Payment(_) => Kind::Payment,
            Self::Team(_) => Kind::Team,
            Self::Approval(_) => Kind::Approval,
            Self::ApprovalRule(_) => Kind::ApprovalRule,
            Self::Change(_) => Kind::Change,
            Self::Tampered(_) => Kind::Tampered,
            Self::Unchecked(_) => Kind::Unchecked,
        }
    }

    /// Whether messages may leave now that could not before.
    pub const fn lets_leave(&self) -> bool {
        matches!(self, Self::Campaign(_) | Self::Reminder(_) | Self::Control(_) | Self::Approval(_) | Self::Change(_))
    }
}

/// What an entry records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// "Send" was pressed.
    Campaign,
    /// The time of a reminder had come.
    Reminder,
    /// A message was handed to its provider.
    Attempt,
    /// A message was stopped at the moment it would have left.
    Stopped,
    /// Somebody paused, recalled, retried ….
    Control,
    /// A provider said where a message that it had taken ended.
    Report,
    /// Do-not-disturb was switched.
    Consent,
    /// A user sent a test to themselves.
    Test,
    /// A payment came to its end.
    Payment,
    /// Who may log in was changed.
    Team,
    /// A campaign that waited was decided on.
    Approval,
    /// When campaigns wait for approval was changed.
    ApprovalRule,
    /// A user changed something else that decides about messages.
    Change,
    /// The chain was found tampered with.
    Tampered,
    /// The end of the chain was signed with a key that was not there.
    Unchecked,
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
            Self::Unchecked => "unchecked",
        }
    }
}

/// What is done to a campaign on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CampaignEvent {
    /// It waits for the business's hold.
    Held,
    /// It waits for a date and time.
    Scheduled,
    /// It was given another date and time.
    Rescheduled,
    /// Its wait was ended.
    SentNow,
    /// What had not left was taken back.
    Canceled,
    /// One person was taken out.
    TakenOut,
    /// Nothing leaves any more.
    Paused,
    /// It goes on.
    Resumed,
    /// What had failed is sent again.
    Retried,
    /// Its links were revoked.
    Recalled,
    /// Someone knows that an unconfirmed text arrived.
    Confirmed,
    /// Someone had an unconfirmed text sent again.
    SentAgain,
    /// It waits for another user.
    ApprovalWanted,
    /// Another user let it leave.
    Approved,
    /// Another user took it back.
    Declined,
    /// One more reminder was planned.
    ReminderAdded,
    /// A reminder was taken back.
    ReminderCanceled,
    /// One person was left out of a reminder.
    ReminderSkipped,
    /// They were let in again.
    ReminderUnskipped,
    /// An owner let it leave, because it needs no approval any more.
    Released,
}

impl CampaignEvent {
    /// The word in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Scheduled => "scheduled",
            Self::Rescheduled => "rescheduled",
            Self::SentNow => "sent_now",
            Self::Canceled => "canceled",
            Self::TakenOut => "taken_out",
            Self::Paused => "paused",
            Self::Resumed => "resumed",
            Self::Retried => "retried",
            Self::Recalled => "recalled",
            Self::Confirmed => "confirmed",
            Self::SentAgain => "sent_again",
            Self::ApprovalWanted => "approval_wanted",
            Self::Approved => "approved",
            Self::Declined => "declined",
            Self::ReminderAdded => "reminder_added",
            Self::ReminderCanceled => "reminder_canceled",
            Self::ReminderSkipped => "reminder_skipped",
            Self::ReminderUnskipped => "reminder_unskipped",
            Self::Released => "released",
        }
    }
}

/// What is done to who may log in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TeamWord {
    /// The business and its owner came to be.
    SetUp,
    /// A user was made from the command line.
    Created,
    /// Somebody was invited.
    Invited,
    /// Their invitation was sent once more, with another code.
    InvitedAgain,
    /// Their invitation was taken back.
    Withdrawn,
    /// They took it.
    Joined,
    /// A user may not log in any more.
    Removed,
    /// A user may do all.
    MadeOwner,
    /// A user may do what members do.
    MadeMember,
}

/// What becomes of a campaign that waits for approval.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Another user than the sender let it leave.
    Approved,
    /// Another user than the sender took it back.
    Declined,
    /// An owner let it leave, because it needs no approval any more.
    Released,
}

/// What a user changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// The business's name, country and currency.
    Business,
    /// How it sends.
    Sending,
    /// Whether anything leaves at all.
    SendingHalt,
    /// Quiet hours and the weekly cap.
    Care,
    /// Its own words of refusal.
    OptOutWords,
    /// A user's password.
    Password,
    /// A payment link.
    PaymentLink,
    /// A template.
    Template,
    /// A contact.
    Contact,
    /// A file of contacts was brought in.
    Import,
    /// A key that signs the record.
    SigningKey,
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
    /// The warnings that were waived, about anybody.
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
        Self { subject, body, sha256: chain::digest([subject.as_str(), body]) }
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
    #[serde(skip_serializing_if = "<[Warning]>::is_empty")]
    pub waived: &'a [Warning],
    /// The consent at that moment: what is switched to do-not-disturb.
    pub do_not_disturb: Vec<&'static str>,
}

impl<'a> Chosen<'a> {
    /// Someone whom "Send" was pressed for.
    pub fn new(contact: &'a Contact, verdict: &'a Verdict) -> Self {
        Self {
            contact: &contact.id,
            email: contact.email.to_string(),
            phone: contact.phone.to_string(),
            allowed: &verdict.channels,
            reasons: &verdict.reasons,
            waived: &verdict.waived,
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
    pub reasons: Vec<Reason>,
    /// A user left them out of this reminder.
    pub skipped: bool,
    /// The consent at that moment: what is switched to do-not-disturb.
    pub do_not_disturb: Vec<&'static str>,
}

/// The exact text that a provider was given.
#[derive(Serialize)]
pub struct Handed {
    /// The subject of an email.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The text.
    pub text: String,
    /// The HTML part says the same in a layout: its hash is enough to prove it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub html_sha256: Option<String>,
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
    /// Of which campaign.
    pub campaign: &'a CampaignId,
    /// Which message.
    pub delivery: &'a DeliveryId,
    /// To whom.
    pub contact: &'a ContactId,
    /// Email or SMS.
    pub channel: Channel,
    /// Where it goes.
    pub address: &'a str,
    /// The consent at that moment: what is switched to do-not-disturb.
    pub do_not_disturb: Vec<&'static str>,
}

impl<'a> Receiver<'a> {
    /// Whom a message is for, with this consent.
    pub fn new(
        campaign: &'a CampaignId,
        delivery: &'a DeliveryId,
        contact: &'a ContactId,
        (channel, address): (Channel, &'a str),
        consent: Dnd,
    ) -> Self {
        Self { campaign, delivery, contact, channel, address, do_not_disturb: switched_on(consent) }
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
    /// What.
    pub what: CampaignEvent,
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
    /// What was changed.
    pub change: TeamWord,
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
    /// What.
    pub decision: Decision,
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
pub struct Changed<'a> {
    /// Who; none for the command line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<&'a UserId>,
    /// What.
    pub what: Subject,
    /// Which one; none where there is only one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<&'a str>,
    /// How it stands from now on.
    pub left: Value,
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

/// The end of the chain was signed with a key that was not there when this entry came to follow it. The signature is kept: it is
/// checked once the key is there again.
#[derive(Serialize, Deserialize)]
pub struct Unchecked {
    /// Entries, by the head.
    pub entries: i64,
    /// The last hash, by the head.
    pub last_hash: String,
    /// When it was signed.
    pub signed_at: i64,
    /// With which key.
    pub kid: String,
    /// 64 lowercase hexadecimal digits.
    pub signature: String,
}

/// The channels that do-not-disturb is on for.
pub fn switched_on(dnd: Dnd) -> Vec<&'static str> {
    [(dnd.all, "all"), (dnd.email, "email"), (dnd.sms, "sms")]
        .into_iter()
        .filter_map(|(is_on, channel)| is_on.then_some(channel))
        .collect()
}
