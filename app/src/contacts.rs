//! Contacts: the people a business may ask for money.

pub mod calls;
pub(crate) mod form;
pub(crate) mod list;

use crate::{
    address::{Email, EmailProblem, Phone, PhoneProblem, Typed},
    history::{AddressEntry, ConsentEntry, HistoryItem, ReplyEntry},
    id::ContactId,
};
use serde::{Deserialize, Serialize};

/// Whether the contact may be written to, by channel. Evidence for each change is in the consent record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dnd {
    /// Nothing at all may be sent.
    pub all: bool,
    /// No email.
    pub email: bool,
    /// No SMS.
    pub sms: bool,
}

impl Dnd {
    /// What either switches on.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self { all: self.all || other.all, email: self.email || other.email, sms: self.sms || other.sms }
    }

    /// In words, when anything is switched on.
    pub const fn label(self) -> Option<&'static str> {
        match (self.all, self.email, self.sms) {
            (true, _, _) => Some("Do not disturb"),
            (false, true, true) => Some("No email, no SMS"),
            (false, true, false) => Some("No email"),
            (false, false, true) => Some("No SMS"),
            (false, false, false) => None,
        }
    }
}

/// An address that takes no messages, as a provider said, until somebody edits or confirms it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undeliverable {
    /// In one sentence.
    pub words: String,
    /// Since when, epoch milliseconds.
    pub at: i64,
}

/// A person the business may ask for money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// The contact.
    pub id: ContactId,
    /// First name, may be empty.
    pub first_name: String,
    /// Last name, may be empty.
    pub last_name: String,
    /// Email, or what was typed in its place.
    pub email: Typed<Email>,
    /// Phone, or what was typed in its place.
    pub phone: Typed<Phone>,
    /// Free labels.
    pub tags: Vec<String>,
    /// Why the email takes no messages although it is written right.
    #[serde(default)]
    pub email_undeliverable: Option<Undeliverable>,
    /// The same for the phone.
    #[serde(default)]
    pub phone_undeliverable: Option<Undeliverable>,
    /// Do-not-disturb.
    pub dnd: Dnd,
    /// No longer in use; kept for its history.
    pub archived: bool,
    /// Rises by one with each change; a save that names an older one is told.
    pub version: i64,
    /// Epoch milliseconds.
    pub created_at: i64,
}

impl Contact {
    /// The name as people read it; without one, the email or phone, so that a row is never blank.
    pub fn name(&self) -> String {
        let name = format!("{} {}", self.first_name, self.last_name).trim().to_owned();
        [name, self.email.to_string(), self.phone.to_string(), "No name".to_owned()]
            .into_iter()
            .find(|text| !text.is_empty())
            .unwrap_or_default()
    }
}

/// Which contacts are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct ContactQuery {
    /// Any part of name, email or phone.
    pub search: String,
    /// Only with this tag, when not empty.
    pub tag: String,
    /// Show archived ones instead.
    pub archived: bool,
    /// Page number from 1; 0 counts as 1.
    pub page: u32,
}

/// A contact in a list, with its phone number in groups.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactRow {
    /// The contact.
    pub contact: Contact,
    /// The phone as people read it.
    pub phone: String,
    /// How often it was asked for money in the last seven days; counted where the business has a cap.
    #[serde(default)]
    pub requests_this_week: u32,
}

/// What the contact form holds, as typed. What is not valid is saved and marked, so that it can be repaired.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ContactForm {
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Email.
    pub email: String,
    /// Phone, national or with `+`.
    pub phone: String,
    /// Tags, separated by commas.
    pub tags: String,
    /// Nothing may be sent.
    pub do_not_disturb: bool,
    /// No email.
    pub no_email: bool,
    /// No SMS.
    pub no_sms: bool,
    /// Why do-not-disturb is lifted although the contact had asked for it.
    pub reason: String,
    /// The version that was read; 0 for a new contact.
    pub version: i64,
}

/// The addresses of a contact that are repaired where they are in the way. What is left out stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AddressForm {
    /// Email.
    pub email: Option<String>,
    /// Phone, national or with `+`.
    pub phone: Option<String>,
    /// The version that was read.
    pub version: i64,
}

/// A contact with what is wrong with it and what happened with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactDetails {
    /// The contact.
    pub contact: Contact,
    /// The phone as people read it.
    pub phone: String,
    /// Why the email cannot be written to.
    pub email_problem: Option<EmailProblem>,
    /// Why the phone cannot be texted.
    pub phone_problem: Option<PhoneProblem>,
    /// When this was read, for times as people say them.
    pub now: i64,
    /// What is switched on because the contact asked for it: lifting it takes a reason.
    pub asked_for: Dnd,
    /// Each switch of do-not-disturb, newest first.
    pub consents: Vec<ConsentEntry>,
    /// When an address was found not to take messages, and when it was confirmed; newest first.
    pub address_reports: Vec<AddressEntry>,
    /// Answers from the contact's number that no rule understood, newest first.
    #[serde(default)]
    pub replies: Vec<ReplyEntry>,
    /// Links, messages and payments, newest first.
    pub history: Vec<HistoryItem>,
}
