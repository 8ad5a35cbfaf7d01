//! Message templates: the wording of emails and texts, with merge fields.

pub(crate) mod ask;
pub mod calls;
pub(crate) mod editor;
pub(crate) mod list;
pub(crate) mod preview;
pub(crate) mod report;
pub(crate) mod send_test;

use crate::{
    channel::Channel,
    id::{ContactId, PaymentLinkId, TemplateId},
    merge_field::MergeField,
    sms::Segments,
    way_out::has_opt_out_words,
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What is said: a subject (email only, else empty) and a body, both with merge fields.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wording {
    /// The email's subject; empty for SMS.
    pub subject: String,
    /// Plain text with merge fields.
    pub body: String,
}

/// A template that can be chosen: the built-in default has no id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageTemplate {
    /// The business's own one, or none for the built-in default.
    pub id: Option<TemplateId>,
    /// What it is for.
    pub channel: Channel,
    /// Its name in lists.
    pub name: String,
    /// What it says.
    pub wording: Wording,
    /// Rises by one with each save; 0 for the default.
    pub version: i64,
    /// Epoch milliseconds of the last save; 0 for the default.
    pub updated_at: i64,
}

impl MessageTemplate {
    /// What addresses call the built-in template of a channel.
    pub const fn default_key(channel: Channel) -> &'static str {
        match channel {
            Channel::Email => "default-email",
            Channel::Sms => "default-sms",
        }
    }

    /// A text that does not say how to get no more of them.
    pub fn lacks_way_out(&self) -> bool {
        self.channel == Channel::Sms && !has_opt_out_words(&self.wording.body)
    }

    /// Its key and its name as a list of choices has them, with what a text lacks.
    pub fn choice(&self) -> (String, String) {
        let name =
            if self.lacks_way_out() { format!("{} \u{2013} no way to opt out", self.name) } else { self.name.clone() };
        (self.key(), name)
    }

    /// What addresses call it: its id, or the built-in's name.
    pub fn key(&self) -> String {
        self.id.as_ref().map_or_else(|| Self::default_key(self.channel).to_owned(), ToString::to_string)
    }
}

/// What the editor saves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateForm {
    /// The template that is edited; none for a new one.
    pub id: Option<TemplateId>,
    /// What it is for.
    pub channel: Channel,
    /// The version that was edited.
    pub version: i64,
    /// Its name in lists.
    pub name: String,
    /// The email's subject.
    #[serde(default)]
    pub subject: String,
    /// Plain text with merge fields.
    pub body: String,
}

/// What a preview is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviewRequest {
    /// Email or SMS.
    pub channel: Channel,
    /// The wording as it stands in the editor or in the chosen template.
    pub wording: Wording,
    /// For this contact; without one, for an example.
    pub contact: Option<ContactId>,
    /// For this payment link; without one, for an example.
    pub payment_link: Option<PaymentLinkId>,
}

/// A message as its receiver would see it, with an example address in the place of the personal link.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    /// The sender: "Studio Nord <payments@example.com>", or a number; empty where no SMS provider is set.
    pub from: String,
    /// The receiver: "Zoë O'Neil <zoe@example.net>", or a number.
    pub to: String,
    /// The subject; empty for SMS.
    pub subject: String,
    /// The text part, or the SMS.
    pub text: String,
    /// The HTML part; empty for SMS.
    pub html: String,
}

/// What is looked through before it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WordingReportRequest {
    /// The link that is sent.
    pub payment_link: PaymentLinkId,
    /// The selection, at most 50.
    pub contacts: Vec<ContactId>,
    /// What is said by email; none when it is off.
    pub email: Option<Wording>,
    /// What is said by SMS; none when it is off.
    pub sms: Option<Wording>,
}

/// A contact by the name that lists show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedContact {
    /// The contact.
    pub id: ContactId,
    /// Its name, or email or phone where it has none.
    pub name: String,
}

/// What a wording becomes for those of a selection who may be sent to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WordingReport {
    /// The longest text; none where nobody gets one.
    pub longest_sms: Option<LongestSms>,
    /// The fields that are empty for somebody and have no fallback.
    pub empty_fields: Vec<EmptyField>,
}

/// The longest text of a selection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LongestSms {
    /// Its length.
    pub segments: Segments,
    /// Who gets it.
    pub contact: NamedContact,
    /// How many get a text.
    pub people: u32,
}

/// A merge field that is empty for somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmptyField {
    /// The field.
    pub field: MergeField,
    /// The line around it as the first of them reads it: "Hi ,".
    pub reads: String,
    /// For whom, in the order of the selection.
    pub contacts: Vec<NamedContact>,
}

/// A wording that the user wants to see arrive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestRequest {
    /// What is said, and with whose names; the link in it is an example.
    pub message: PreviewRequest,
    /// For SMS, the user's own phone as typed.
    pub phone: String,
}

/// Where a user's own tests go.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestReceiver {
    /// The user's email.
    pub email: String,
    /// The phone of the last test; empty before the first.
    pub phone: String,
}

/// What became of a test. Its `Display` is the sentence about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TestAnswer {
    /// The provider took it, for this address.
    Sent(String),
    /// There is no provider: it is in the Outbox.
    Kept,
}

impl fmt::Display for TestAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sent(to) => write!(f, "The test is on its way to {to}."),
            Self::Kept => f.write_str("The test is kept in the Outbox: this channel has no provider yet."),
        }
    }
}
