//! Who may be sent a payment link now, and every reason why not: one pure rule. Choosing in the dialog, pressing "Send", reminders,
//! "Retry failed" and the last look before a message leaves all ask it.

use crate::{
    address::{Email, Phone, Typed},
    channel::Channel,
    contacts::Contact,
    id::ContactId,
};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};

/// Why a contact, or one channel of it, is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// No email address.
    EmailMissing,
    /// Something was typed that is not an email address, or messages to it come back.
    EmailInvalid,
    /// No phone number.
    PhoneMissing,
    /// Something was typed that is not a phone number that can receive texts, or texts to it do not arrive.
    PhoneInvalid,
    /// Do-not-disturb for every channel.
    DoNotDisturb,
    /// Do-not-disturb for email only.
    EmailDoNotDisturb,
    /// Do-not-disturb for SMS only.
    SmsDoNotDisturb,
    /// The contact is archived.
    Archived,
    /// The same email or phone stands earlier in the selection.
    Duplicate,
    /// Asked as often this week as the business allows.
    WeeklyCap,
    /// Has paid this payment link.
    AlreadyPaid,
    /// Was sent this payment link a short time ago.
    SentRecently,
    /// Another campaign with this payment link is on its way.
    BeingSent,
    /// The payment link is switched off, has ended or was deleted.
    LinkClosed,
    /// The contact's own link was revoked or has ended.
    PersonalLinkClosed,
    /// A user left the contact out of this reminder.
    LeftOut,
    /// A user took the message back.
    TakenBack,
}

impl Reason {
    /// Every reason, in the order they are said.
    pub const ALL: [Self; 17] = [
        Self::EmailMissing,
        Self::EmailInvalid,
        Self::PhoneMissing,
        Self::PhoneInvalid,
        Self::DoNotDisturb,
        Self::EmailDoNotDisturb,
        Self::SmsDoNotDisturb,
        Self::Archived,
        Self::Duplicate,
        Self::WeeklyCap,
        Self::AlreadyPaid,
        Self::SentRecently,
        Self::BeingSent,
        Self::LinkClosed,
        Self::PersonalLinkClosed,
        Self::LeftOut,
        Self::TakenBack,
    ];

    /// The word in the database, in the API and in exports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EmailMissing => "email_missing",
            Self::EmailInvalid => "email_invalid",
            Self::PhoneMissing => "phone_missing",
            Self::PhoneInvalid => "phone_invalid",
            Self::DoNotDisturb => "do_not_disturb",
            Self::EmailDoNotDisturb => "email_do_not_disturb",
            Self::SmsDoNotDisturb => "sms_do_not_disturb",
            Self::Archived => "archived",
            Self::Duplicate => "duplicate",
            Self::WeeklyCap => "weekly_cap",
            Self::AlreadyPaid => "already_paid",
            Self::SentRecently => "sent_recently",
            Self::BeingSent => "being_sent",
            Self::LinkClosed => "link_closed",
            Self::PersonalLinkClosed => "personal_link_closed",
            Self::LeftOut => "left_out",
            Self::TakenBack => "taken_back",
        }
    }

    /// The reason in words.
    pub const fn label(self) -> &'static str {
        match self {
            Self::EmailMissing => "No email address",
            Self::EmailInvalid => "Email address is not valid",
            Self::PhoneMissing => "No phone number",
            Self::PhoneInvalid => "Phone number is not valid",
            Self::DoNotDisturb => "Do not disturb",
            Self::EmailDoNotDisturb => "No email: do not disturb",
            Self::SmsDoNotDisturb => "No SMS: do not disturb",
            Self::Archived => "Archived",
            Self::Duplicate => "Same email or phone as another chosen contact",
            Self::WeeklyCap => "Asked enough this week",
            Self::AlreadyPaid => "Already paid this link",
            Self::SentRecently => "Was sent this link within 24 hours",
            Self::BeingSent => "Is being sent this link already",
            Self::LinkClosed => "The payment link takes no payments any more",
            Self::PersonalLinkClosed => "The personal link is no longer valid",
            Self::LeftOut => "This person was left out of the reminder",
            Self::TakenBack => "Taken back before it left",
        }
    }

    /// The reason in words, with what a provider said of this contact's address.
    pub fn in_words(self, contact: &Contact) -> String {
        let undeliverable = match self {
            Self::EmailInvalid => contact.email_undeliverable.as_ref(),
            Self::PhoneInvalid => contact.phone_undeliverable.as_ref(),
            _ => None,
        };
        undeliverable.map_or(self.label(), |undeliverable| undeliverable.words.trim_end_matches('.')).to_owned()
    }

    /// Whether it keeps the whole contact out, or one channel only.
    pub const fn concerns(self) -> Option<Channel> {
        match self {
            Self::EmailDoNotDisturb => Some(Channel::Email),
            Self::SmsDoNotDisturb => Some(Channel::Sms),
            _ => None,
        }
    }

    /// Whether there is nothing to send any more, to any contact.
    pub const fn ends_request(self) -> bool {
        matches!(self, Self::LinkClosed | Self::PersonalLinkClosed | Self::LeftOut | Self::TakenBack)
    }
}

impl std::str::FromStr for Reason {
    type Err = crate::error::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == text).ok_or(crate::error::Error::Malformed)
    }
}

/// What keeps a contact out unless a user sends the link anyway.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Warning {
    /// Has paid this link, and it can be paid once only.
    AlreadyPaid,
    /// Was sent this link in the last 24 hours.
    SentRecently,
    /// Another campaign with this link has messages for this contact that still wait.
    BeingSent,
}

impl Warning {
    /// Every warning, in the order they are said.
    pub const ALL: [Self; 3] = [Self::AlreadyPaid, Self::SentRecently, Self::BeingSent];

    /// Why the contact is left out.
    pub const fn reason(self) -> Reason {
        match self {
            Self::AlreadyPaid => Reason::AlreadyPaid,
            Self::SentRecently => Reason::SentRecently,
            Self::BeingSent => Reason::BeingSent,
        }
    }

    /// What waives it.
    pub const fn send_anyway(self) -> &'static str {
        match self {
            Self::AlreadyPaid => "Send anyway to people who already paid this link",
            Self::SentRecently => "Send anyway to people who were sent this link within 24 hours",
            Self::BeingSent => "Send anyway to people who are already being sent this link",
        }
    }

    /// Whether a reason is a warning.
    pub fn is(reason: Reason) -> bool {
        Self::ALL.iter().any(|warning| warning.reason() == reason)
    }
}

/// The end of the quiet hours that a message waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wait {
    /// Epoch milliseconds.
    pub until: i64,
    /// The same as its receiver reads it: "08:00 in Berlin".
    pub ends: String,
}

impl Wait {
    /// What a message says while it waits.
    pub fn words(&self) -> String {
        format!("Quiet hours: leaves at {}.", self.ends)
    }

    /// What its timeline says of it.
    pub fn held(&self) -> String {
        format!("Held for quiet hours until {}.", self.ends)
    }
}

/// Everything that decides whether one contact may be sent one payment link at one moment.
#[derive(Clone, Debug)]
pub struct Facts<'a> {
    /// Who, as of now.
    pub contact: &'a Contact,
    /// The message is written for one address already: the contact's other one does not matter any more.
    pub is_written: bool,
    /// Requests in the week of this one, without it.
    pub requests: u32,
    /// At most so many; none is any number.
    pub weekly_cap: Option<u32>,
    /// What speaks against asking for the same again.
    pub warned: Vec<Warning>,
    /// What a user has waived of it.
    pub waived: &'a [Warning],
    /// The personal link that the message carries was paid: nobody can have waived that.
    pub paid_personal_link: bool,
    /// The payment link takes no payments.
    pub link_closed: bool,
    /// The personal link that the message carries cannot be opened.
    pub personal_link_closed: bool,
    /// A user left the contact out of this reminder.
    pub left_out: bool,
    /// A user took the message back.
    pub taken_back: bool,
    /// On which channels it is quiet hours for the contact, and until when.
    pub quiet: Vec<(Channel, Wait)>,
    /// The end of the quiet hours that hold nothing, because a user said so.
    pub quiet_waived_until: Option<i64>,
}

impl<'a> Facts<'a> {
    /// A contact of whom nothing else is known.
    pub const fn of(contact: &'a Contact) -> Self {
        Self {
            contact,
            is_written: false,
            requests: 0,
            weekly_cap: None,
            warned: Vec::new(),
            waived: &[],
            paid_personal_link: false,
            link_closed: false,
            personal_link_closed: false,
            left_out: false,
            taken_back: false,
            quiet: Vec::new(),
            quiet_waived_until: None,
        }
    }

    /// What is wrong with the address of a channel.
    fn fault(&self, channel: Channel, chosen: &[Channel]) -> Option<Reason> {
        let Contact { email, phone, email_undeliverable, phone_undeliverable, .. } = self.contact;
        let (typed, undeliverable, missing, invalid) = match channel {
            Channel::Email => (State::of(email), email_undeliverable, Reason::EmailMissing, Reason::EmailInvalid),
            Channel::Sms => (State::of(phone), phone_undeliverable, Reason::PhoneMissing, Reason::PhoneInvalid),
        };
        if self.is_written {
            return (undeliverable.is_some() && chosen.contains(&channel)).then_some(invalid);
        }
        match typed {
            State::Missing => Some(missing),
            State::Invalid => Some(invalid),
            State::Valid => undeliverable.is_some().then_some(invalid),
        }
    }

    fn warns_of(&self, warning: Warning) -> bool {
        self.warned.contains(&warning) && !self.waived.contains(&warning)
    }

    fn addresses(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let email = self.contact.email.valid().map(Email::as_str);
        let phone = self.contact.phone.valid().map(Phone::as_str);
        email.into_iter().chain(phone)
    }
}

/// How an address was typed.
enum State {
    Missing,
    Invalid,
    Valid,
}

impl State {
    const fn of<T>(typed: &Typed<T>) -> Self {
        match typed {
            Typed::Missing => Self::Missing,
            Typed::Invalid(_) => Self::Invalid,
            Typed::Valid(_) => Self::Valid,
        }
    }
}

/// What the rule says of one contact.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// The chosen channels that remain; empty means the contact is skipped.
    pub channels: Vec<Channel>,
    /// Every reason that applies, for the whole contact or for one channel.
    pub reasons: Vec<Reason>,
    /// The warnings that would keep the contact out and were waived.
    pub waived: Vec<Warning>,
    /// What remains and must wait.
    pub waits: Vec<(Channel, Wait)>,
}

/// What the rule says of one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ruling {
    /// It may leave.
    Send,
    /// It may leave once quiet hours are over.
    Wait(Wait),
    /// It may leave if a user sends it anyway: nothing but warnings speak against it.
    AskFirst(Vec<Reason>),
    /// It must not leave, for all these reasons.
    Skip(Vec<Reason>),
}

impl Verdict {
    /// Whether anything will be sent.
    pub fn is_sent_to(&self) -> bool {
        !self.channels.is_empty()
    }

    /// The answer for one of the chosen channels. What closes the other one alone is not its reason.
    pub fn on(&self, channel: Channel) -> Ruling {
        if self.channels.contains(&channel) {
            let wait = self.waits.iter().find(|(waits, _)| *waits == channel);
            return wait.map_or(Ruling::Send, |(_, wait)| Ruling::Wait(wait.clone()));
        }
        let is_its = |reason: &Reason| reason.concerns().is_none_or(|concerned| concerned == channel);
        let reasons: Vec<Reason> = self.reasons.iter().copied().filter(is_its).collect();
        if reasons.iter().all(|reason| Warning::is(*reason)) {
            Ruling::AskFirst(reasons)
        } else {
            Ruling::Skip(reasons)
        }
    }
}

/// How the contacts of a selection were asked for money before, as the dialog knows it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// At most so many requests for each contact; none is any number.
    pub weekly_cap: Option<u32>,
    /// The requests of each contact in that week.
    pub requests: HashMap<ContactId, u32>,
    /// What speaks against asking each contact for the same again.
    #[serde(default)]
    pub warned: HashMap<ContactId, Vec<Warning>>,
    /// What the user waives of it.
    #[serde(default)]
    pub waived: Vec<Warning>,
}

impl Asked {
    /// Whether one more would be too many.
    pub fn is_enough(&self, contact: &ContactId) -> bool {
        is_enough(self.requests.get(contact).copied().unwrap_or_default(), self.weekly_cap)
    }

    /// The facts of one contact.
    pub fn facts<'a>(&'a self, contact: &'a Contact) -> Facts<'a> {
        Facts {
            requests: self.requests.get(&contact.id).copied().unwrap_or_default(),
            weekly_cap: self.weekly_cap,
            warned: self.warned.get(&contact.id).cloned().unwrap_or_default(),
            waived: &self.waived,
            ..Facts::of(contact)
        }
    }

    /// The verdict on each contact of a selection, in its order.
    pub fn review(&self, selection: &[Contact], chosen: &[Channel]) -> Vec<Verdict> {
        let facts: Vec<_> = selection.iter().map(|contact| self.facts(contact)).collect();
        review(&facts, chosen)
    }
}

fn is_enough(requests: u32, weekly_cap: Option<u32>) -> bool {
    weekly_cap.is_some_and(|cap| requests >= cap)
}

/// Whether a contact has paid what is asked for: what can be paid again must have been paid since it was asked for.
pub fn has_paid(paid_at: Option<i64>, can_pay_again: bool, asked_at: Option<i64>) -> bool {
    paid_at.is_some_and(|paid_at| !can_pay_again || asked_at.is_some_and(|asked_at| paid_at >= asked_at))
}

/// The verdict on each contact of a selection, in its order. Until a message is written, both addresses must be valid whichever
/// channels are chosen.
pub fn review(selection: &[Facts<'_>], chosen: &[Channel]) -> Vec<Verdict> {
    let mut written_to = HashSet::new();
    let mut verdicts = Vec::with_capacity(selection.len());
    for facts in selection {
        let verdict = decide(facts, chosen, facts.addresses().any(|address| written_to.contains(address)));
        // A contact that is skipped does not keep a later one with the same address out.
        if verdict.is_sent_to() {
            written_to.extend(facts.addresses());
        }
        verdicts.push(verdict);
    }
    verdicts
}

/// The verdict on one contact alone.
pub fn judge(facts: &Facts<'_>, chosen: &[Channel]) -> Verdict {
    decide(facts, chosen, false)
}

/// The rule. A new reason is taught here.
fn decide(facts: &Facts<'_>, chosen: &[Channel], is_duplicate: bool) -> Verdict {
    let Facts { contact, .. } = facts;
    let dnd = contact.dnd;
    let others = [
        (dnd.all, Reason::DoNotDisturb),
        (dnd.email && chosen.contains(&Channel::Email), Reason::EmailDoNotDisturb),
        (dnd.sms && chosen.contains(&Channel::Sms), Reason::SmsDoNotDisturb),
        (contact.archived, Reason::Archived),
        (is_duplicate, Reason::Duplicate),
        (is_enough(facts.requests, facts.weekly_cap), Reason::WeeklyCap),
        (facts.paid_personal_link || facts.warns_of(Warning::AlreadyPaid), Reason::AlreadyPaid),
        (facts.warns_of(Warning::SentRecently), Reason::SentRecently),
        (facts.warns_of(Warning::BeingSent), Reason::BeingSent),
        (facts.link_closed, Reason::LinkClosed),
        (facts.personal_link_closed, Reason::PersonalLinkClosed),
        (facts.left_out, Reason::LeftOut),
        (facts.taken_back, Reason::TakenBack),
    ];
    let faults = Channel::ALL.into_iter().filter_map(|channel| facts.fault(channel, chosen));
    let others = others.into_iter().filter_map(|(applies, reason)| applies.then_some(reason));
    let reasons: Vec<Reason> = faults.chain(others).collect();
    let is_open = |channel: &Channel| {
        reasons.iter().all(|reason| reason.concerns().is_some_and(|concerned| concerned != *channel))
    };
    let channels: Vec<Channel> = chosen.iter().copied().filter(is_open).collect();
    let holds = |wait: &Wait| facts.quiet_waived_until.is_none_or(|until| until < wait.until);
    let waits = facts.quiet.iter().filter(|(channel, wait)| channels.contains(channel) && holds(wait));
    Verdict {
        waits: waits.cloned().collect(),
        waived: facts.warned.iter().copied().filter(|warning| facts.waived.contains(warning)).collect(),
        channels,
        reasons,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        contacts::{Dnd, Undeliverable},
        id::{ContactId, Id},
    };
    use proptest::prelude::*;

    fn contact(number: u128, email: Typed<Email>, phone: Typed<Phone>, dnd: Dnd, archived: bool) -> Contact {
        Contact {
            id: ContactId::from_bits(number),
            first_name: "Ada".into(),
            last_name: String::new(),
            email,
            phone,
            tags: Vec::new(),
            email_undeliverable: None,
            phone_undeliverable: None,
            dnd,
            archived,
            version: 1,
            created_at: 0,
        }
    }

    prop_compose! {
        fn any_contact()(
            number in any::<u128>(),
            email in 0..6_u8,
            phone in 0..6_u8,
            all in prop::bool::weighted(0.2),
            no_email in prop::bool::weighted(0.2),
            no_sms in prop::bool::weighted(0.2),
            archived in prop::bool::weighted(0.1),
        ) -> Contact {
            let email = match email {
                0 => Typed::Missing,
                1 => Typed::Invalid("ada@".into()),
                n => Typed::Valid(Email::parse(&format!("ada{n}@example.com")).expect("an email")),
            };
            let phone = match phone {
                0 => Typed::Missing,
                1 => Typed::Invalid("12".into()),
                n => Typed::Valid(Phone::from_e164(&format!("+1415555267{n}")).expect("a phone")),
            };
            contact(number, email, phone, Dnd { all, email: no_email, sms: no_sms }, archived)
        }
    }

    fn check(contact: &Contact, chosen: &[Channel]) -> Verdict {
        judge(&Facts::of(contact), chosen)
    }

    fn any_warnings() -> impl Strategy<Value = Vec<Warning>> {
        prop::sample::subsequence(Warning::ALL.to_vec(), 0..=3)
    }

    prop_compose! {
        /// Everything that is known of somebody besides the contact; most of it seldom applies.
        fn any_facts()(
            requests in 0..3_u32,
            weekly_cap in prop::option::weighted(0.3, 1..4_u32),
            warned in prop::collection::vec(any_warnings(), 0..=1),
            ended in prop::collection::vec(prop::bool::weighted(0.05), 4),
            quiet in prop::option::weighted(0.3, 1..100_i64),
            quiet_waived_until in prop::option::weighted(0.3, 1..100_i64),
            is_written in prop::bool::weighted(0.2),
        ) -> Facts<'static> {
            let wait = quiet.map(|until| Wait { until, ends: "08:00 in Berlin".into() });
            Facts {
                is_written,
                requests,
                weekly_cap,
                warned: warned.concat(),
                link_closed: ended[0],
                personal_link_closed: ended[1],
                left_out: ended[2],
                taken_back: ended[3],
                quiet: wait.into_iter().map(|wait| (Channel::Sms, wait)).collect(),
                quiet_waived_until,
                ..Facts::of(Box::leak(Box::new(contact(0, Typed::Missing, Typed::Missing, Dnd::default(), false))))
            }
        }
    }

    proptest! {
        #[test]
        fn only_reachable_contacts_who_may_be_written_to_are_sent_to(
            people in prop::collection::vec((any_contact(), any_facts()), 0..60),
            waived in any_warnings(),
            chosen in prop::sample::subsequence(Channel::ALL.to_vec(), 0..=2),
        ) {
            let selection: Vec<_> =
                people.iter().map(|(contact, facts)| Facts { contact, waived: &waived, ..facts.clone() }).collect();
            let verdicts = review(&selection, &chosen);
            prop_assert_eq!(verdicts.len(), selection.len());
            let mut written_to = HashSet::new();
            for (facts, verdict) in selection.iter().zip(&verdicts) {
                let contact = facts.contact;
                for channel in &verdict.channels {
                    prop_assert!(chosen.contains(channel));
                    prop_assert!(facts.is_written || contact.email.valid().is_some() && contact.phone.valid().is_some());
                    prop_assert!(!contact.dnd.all && !contact.archived);
                    prop_assert!(facts.weekly_cap.is_none_or(|cap| facts.requests < cap));
                    prop_assert!(facts.warned.iter().all(|warning| waived.contains(warning)));
                    prop_assert!(!facts.link_closed && !facts.personal_link_closed && !facts.left_out && !facts.taken_back);
                    let (closed, address) = match channel {
                        Channel::Email => (contact.dnd.email, contact.email.valid().map(ToString::to_string)),
                        Channel::Sms => (contact.dnd.sms, contact.phone.valid().map(ToString::to_string)),
                    };
                    prop_assert!(!closed);
                    let is_first = address.is_none_or(|address| written_to.insert(address));
                    prop_assert!(is_first, "nobody is written to twice");
                    let waits = matches!(verdict.on(*channel), Ruling::Wait(_));
                    let is_held = facts.quiet.iter().any(|(quiet, wait)| {
                        quiet == channel && facts.quiet_waived_until.is_none_or(|until| until < wait.until)
                    });
                    prop_assert_eq!(waits, is_held);
                }
                let is_explained = verdict.is_sent_to() || !verdict.reasons.is_empty() || chosen.is_empty();
                prop_assert!(is_explained, "whoever is skipped is told why");
                for channel in chosen.iter().filter(|channel| !verdict.channels.contains(channel)) {
                    let (is_asked, reasons) = match verdict.on(*channel) {
                        Ruling::AskFirst(reasons) => (true, reasons),
                        Ruling::Skip(reasons) => (false, reasons),
                        ruling => return Err(TestCaseError::fail(format!("{ruling:?} on a closed channel"))),
                    };
                    prop_assert!(!reasons.is_empty());
                    prop_assert_eq!(is_asked, reasons.iter().all(|reason| Warning::is(*reason)));
                    // Alone it shares its address with nobody.
                    let anyway = judge(&Facts { waived: &Warning::ALL, ..facts.clone() }, &chosen);
                    let is_only_warned = reasons.iter().all(|reason| Warning::is(*reason) || *reason == Reason::Duplicate);
                    prop_assert_eq!(anyway.channels.contains(channel), is_only_warned);
                }
            }
        }
    }

    #[test]
    fn what_can_be_paid_again_must_have_been_paid_since_it_was_asked_for() {
        for (paid_at, can_pay_again, asked_at, expected) in [
            (None, false, None, false),
            (Some(1), false, None, true),
            (Some(1), false, Some(2), true),
            (Some(1), true, None, false),
            (Some(1), true, Some(2), false),
            (Some(2), true, Some(2), true),
        ] {
            assert_eq!(
                has_paid(paid_at, can_pay_again, asked_at),
                expected,
                "{paid_at:?} {can_pay_again} {asked_at:?}"
            );
        }
    }

    #[test]
    fn what_is_written_leaves_although_the_other_address_takes_no_messages() {
        let email = Typed::Valid(Email::parse("ada@example.com").expect("an email"));
        let mut ada = contact(1, email, Typed::Missing, Dnd::default(), false);
        ada.email_undeliverable = Some(Undeliverable { words: "The mailbox does not exist.".into(), at: 0 });
        let facts = Facts { is_written: true, ..Facts::of(&ada) };
        assert_eq!(judge(&facts, &[Channel::Sms]).on(Channel::Sms), Ruling::Send);
        assert_eq!(judge(&facts, &[Channel::Email]).on(Channel::Email), Ruling::Skip(vec![Reason::EmailInvalid]));
    }

    #[test]
    fn whoever_was_asked_often_enough_is_left_out_and_keeps_nobody_else_out() {
        let email = || Typed::Valid(Email::parse("ada@example.com").expect("an email"));
        let phone = || Typed::Valid(Phone::from_e164("+14155552671").expect("a phone"));
        let twins =
            [contact(1, email(), phone(), Dnd::default(), false), contact(2, email(), phone(), Dnd::default(), false)];
        let mut asked =
            Asked { weekly_cap: Some(2), requests: HashMap::from([(twins[0].id.clone(), 1)]), ..Asked::default() };
        let reasons = |asked: &Asked| asked.review(&twins, &Channel::ALL).into_iter().map(|verdict| verdict.reasons);
        assert!(reasons(&asked).eq([vec![], vec![Reason::Duplicate]]), "one more is allowed");
        asked.requests.insert(twins[0].id.clone(), 2);
        assert!(reasons(&asked).eq([vec![Reason::WeeklyCap], vec![]]));
        assert!(!judge(&asked.facts(&twins[0]), &Channel::ALL).is_sent_to());
        asked.weekly_cap = None;
        assert!(reasons(&asked).eq([vec![], vec![Reason::Duplicate]]), "without a cap nobody was asked too often");
    }

    #[test]
    fn an_address_that_takes_no_messages_counts_as_invalid_and_says_why() {
        let email = Typed::Valid(Email::parse("ada@example.com").expect("an email"));
        let phone = Typed::Valid(Phone::from_e164("+14155552671").expect("a phone"));
        let mut ada = contact(1, email, phone, Dnd::default(), false);
        assert!(check(&ada, &Channel::ALL).is_sent_to());
        ada.email_undeliverable = Some(Undeliverable { words: "The mailbox does not exist.".into(), at: 0 });
        let verdict = check(&ada, &[Channel::Sms]);
        assert_eq!(verdict, Verdict { reasons: vec![Reason::EmailInvalid], ..Verdict::default() });
        assert_eq!(Reason::EmailInvalid.in_words(&ada), "The mailbox does not exist");
        ada.phone_undeliverable = Some(Undeliverable { words: "The number is not in use.".into(), at: 0 });
        assert_eq!(check(&ada, &[]).reasons, [Reason::EmailInvalid, Reason::PhoneInvalid]);
        ada.email = Typed::Missing;
        assert_eq!(check(&ada, &[]).reasons, [Reason::EmailMissing, Reason::PhoneInvalid]);
        assert_eq!(Reason::Archived.in_words(&ada), "Archived");
    }

    #[test]
    fn whoever_is_warned_about_is_left_out_with_every_reason_and_keeps_nobody_else_out() {
        let email = || Typed::Valid(Email::parse("ada@example.com").expect("an email"));
        let phone = || Typed::Valid(Phone::from_e164("+14155552671").expect("a phone"));
        let twins =
            [contact(1, email(), phone(), Dnd::default(), false), contact(2, email(), phone(), Dnd::default(), false)];
        let warned = HashMap::from([(twins[0].id.clone(), vec![Warning::AlreadyPaid, Warning::BeingSent])]);
        let mut asked = Asked { warned, ..Asked::default() };
        let verdicts = asked.review(&twins, &Channel::ALL);
        let reasons = vec![Reason::AlreadyPaid, Reason::BeingSent];
        assert_eq!(verdicts[0].on(Channel::Email), Ruling::AskFirst(reasons));
        assert!(verdicts[1].is_sent_to(), "who is left out does not keep a later one out");
        asked.waived = Warning::ALL.to_vec();
        let waived = &asked.review(&twins, &Channel::ALL)[0];
        assert_eq!((waived.on(Channel::Email), waived.waived.len()), (Ruling::Send, 2));
    }

    #[test]
    fn every_reason_that_applies_is_returned_not_only_the_first() {
        let dnd = Dnd { all: true, email: true, sms: true };
        let worst = contact(1, Typed::Missing, Typed::Invalid("12345".into()), dnd, true);
        assert_eq!(
            check(&worst, &Channel::ALL).reasons,
            [
                Reason::EmailMissing,
                Reason::PhoneInvalid,
                Reason::DoNotDisturb,
                Reason::EmailDoNotDisturb,
                Reason::SmsDoNotDisturb,
                Reason::Archived,
            ]
        );
    }

    #[test]
    fn a_contact_with_dnd_for_sms_gets_only_the_email() {
        let email = Typed::Valid(Email::parse("ada@example.com").expect("an email"));
        let phone = Typed::Valid(Phone::from_e164("+14155552671").expect("a phone"));
        let dnd = Dnd { sms: true, ..Dnd::default() };
        let verdict = check(&contact(1, email, phone, dnd, false), &Channel::ALL);
        assert_eq!(verdict.on(Channel::Email), Ruling::Send);
        assert_eq!(verdict.on(Channel::Sms), Ruling::Skip(vec![Reason::SmsDoNotDisturb]));
    }
}
