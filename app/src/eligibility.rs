//! Who may be sent to, and every reason why not: one pure rule, used by the dialog and by the server.

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
    /// Something was typed that is not an email address.
    EmailInvalid,
    /// No phone number.
    PhoneMissing,
    /// Something was typed that is not a phone number that can receive texts.
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
}

impl Reason {
    /// Every reason, in the order they are said.
    pub const ALL: [Self; 10] = [
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
        }
    }

    /// Whether it keeps the whole contact out, or one channel only.
    pub const fn concerns(self) -> Option<Channel> {
        match self {
            Self::EmailDoNotDisturb => Some(Channel::Email),
            Self::SmsDoNotDisturb => Some(Channel::Sms),
            _ => None,
        }
    }
}

impl std::str::FromStr for Reason {
    type Err = crate::error::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == text).ok_or(crate::error::Error::Malformed)
    }
}

/// What the rule says of one contact.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// The chosen channels that remain; empty means the contact is skipped.
    pub channels: Vec<Channel>,
    /// Every reason that applies, for the whole contact or for one channel.
    pub reasons: Vec<Reason>,
}

impl Verdict {
    /// Whether anything will be sent.
    pub fn is_sent_to(&self) -> bool {
        !self.channels.is_empty()
    }
}

/// How often contacts were asked for money in the last seven days, and how often that may be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// At most so many requests for each contact; none is any number.
    pub weekly_cap: Option<u32>,
    /// The requests of each contact that had any.
    pub requests: HashMap<ContactId, u32>,
}

impl Asked {
    /// Whether one more would be too many.
    pub fn is_enough(&self, contact: &ContactId) -> bool {
        let requests = self.requests.get(contact).copied().unwrap_or_default();
        self.weekly_cap.is_some_and(|cap| requests >= cap)
    }
}

/// The emails and phones of the contacts earlier in the selection that are sent to.
#[derive(Default)]
struct Earlier<'a>(HashSet<&'a str>);

impl<'a> Earlier<'a> {
    fn addresses(contact: &'a Contact) -> impl Iterator<Item = &'a str> {
        let email = contact.email.valid().map(Email::as_str);
        let phone = contact.phone.valid().map(Phone::as_str);
        email.into_iter().chain(phone)
    }

    fn shares_an_address_with(&self, contact: &'a Contact) -> bool {
        Self::addresses(contact).any(|address| self.0.contains(address))
    }

    fn take(&mut self, contact: &'a Contact) {
        self.0.extend(Self::addresses(contact));
    }
}

/// The verdict on each contact of a selection, in its order. Both addresses must be valid whichever channels are chosen.
pub fn review(selection: &[Contact], chosen: &[Channel]) -> Vec<Verdict> {
    review_with(selection, chosen, &Asked::default())
}

/// The same, where whoever was asked often enough this week is left out.
pub fn review_with(selection: &[Contact], chosen: &[Channel], asked: &Asked) -> Vec<Verdict> {
    let mut earlier = Earlier::default();
    selection
        .iter()
        .map(|contact| {
            let verdict = judge(contact, chosen, &earlier, asked);
            // A contact that is skipped does not keep a later one with the same address out.
            if verdict.is_sent_to() {
                earlier.take(contact);
            }
            verdict
        })
        .collect()
}

/// The verdict on one contact alone, as its row shows it before anything is chosen.
pub fn check(contact: &Contact, chosen: &[Channel]) -> Verdict {
    check_with(contact, chosen, &Asked::default())
}

/// The same, where whoever was asked often enough this week is left out.
pub fn check_with(contact: &Contact, chosen: &[Channel], asked: &Asked) -> Verdict {
    judge(contact, chosen, &Earlier::default(), asked)
}

fn judge<'a>(contact: &'a Contact, chosen: &[Channel], earlier: &Earlier<'a>, asked: &Asked) -> Verdict {
    let reasons: Vec<Reason> = [
        (matches!(contact.email, Typed::Missing), Reason::EmailMissing),
        (matches!(contact.email, Typed::Invalid(_)), Reason::EmailInvalid),
        (matches!(contact.phone, Typed::Missing), Reason::PhoneMissing),
        (matches!(contact.phone, Typed::Invalid(_)), Reason::PhoneInvalid),
        (contact.dnd.all, Reason::DoNotDisturb),
        (contact.dnd.email && chosen.contains(&Channel::Email), Reason::EmailDoNotDisturb),
        (contact.dnd.sms && chosen.contains(&Channel::Sms), Reason::SmsDoNotDisturb),
        (contact.archived, Reason::Archived),
        (earlier.shares_an_address_with(contact), Reason::Duplicate),
        (asked.is_enough(&contact.id), Reason::WeeklyCap),
    ]
    .into_iter()
    .filter_map(|(applies, reason)| applies.then_some(reason))
    .collect();
    let is_open = |channel: &Channel| {
        reasons.iter().all(|reason| reason.concerns().is_some_and(|concerned| concerned != *channel))
    };
    Verdict { channels: chosen.iter().copied().filter(is_open).collect(), reasons }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        contacts::Dnd,
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

    proptest! {
        #[test]
        fn only_reachable_contacts_who_may_be_written_to_are_sent_to(
            selection in prop::collection::vec(any_contact(), 0..60),
            chosen in prop::sample::subsequence(Channel::ALL.to_vec(), 0..=2),
        ) {
            let verdicts = review(&selection, &chosen);
            prop_assert_eq!(verdicts.len(), selection.len());
            let mut written_to = HashSet::new();
            for (contact, verdict) in selection.iter().zip(&verdicts) {
                for channel in &verdict.channels {
                    prop_assert!(chosen.contains(channel));
                    prop_assert!(contact.email.valid().is_some() && contact.phone.valid().is_some());
                    prop_assert!(!contact.dnd.all && !contact.archived);
                    let (closed, address) = match channel {
                        Channel::Email => (contact.dnd.email, contact.email.valid().map(ToString::to_string)),
                        Channel::Sms => (contact.dnd.sms, contact.phone.valid().map(ToString::to_string)),
                    };
                    prop_assert!(!closed);
                    prop_assert!(written_to.insert(address), "nobody is written to twice");
                }
                let is_explained = verdict.is_sent_to() || !verdict.reasons.is_empty() || chosen.is_empty();
                prop_assert!(is_explained, "whoever is skipped is told why");
            }
        }
    }

    #[test]
    fn whoever_was_asked_often_enough_is_left_out_and_keeps_nobody_else_out() {
        let email = || Typed::Valid(Email::parse("ada@example.com").expect("an email"));
        let phone = || Typed::Valid(Phone::from_e164("+14155552671").expect("a phone"));
        let twins =
            [contact(1, email(), phone(), Dnd::default(), false), contact(2, email(), phone(), Dnd::default(), false)];
        let mut asked = Asked { weekly_cap: Some(2), requests: HashMap::from([(twins[0].id.clone(), 1)]) };
        let reasons =
            |asked: &Asked| review_with(&twins, &Channel::ALL, asked).into_iter().map(|verdict| verdict.reasons);
        assert!(reasons(&asked).eq([vec![], vec![Reason::Duplicate]]), "one more is allowed");
        asked.requests.insert(twins[0].id.clone(), 2);
        assert!(reasons(&asked).eq([vec![Reason::WeeklyCap], vec![]]));
        assert!(!check_with(&twins[0], &Channel::ALL, &asked).is_sent_to());
        asked.weekly_cap = None;
        assert!(reasons(&asked).eq([vec![], vec![Reason::Duplicate]]), "without a cap nobody was asked too often");
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
        assert_eq!(verdict, Verdict { channels: vec![Channel::Email], reasons: vec![Reason::SmsDoNotDisturb] });
    }
}
