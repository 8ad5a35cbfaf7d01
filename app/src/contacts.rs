//! Contacts: the people a business may ask for money.

#[cfg(feature = "ssr")]
use crate::backend::{backend, respond, signed_in};
use crate::{
    address::{Email, EmailProblem, Phone, PhoneProblem, Typed},
    channel::Channel,
    eligibility::Reason,
    error::Error,
    id::{CampaignId, ContactId, ImportId, PaymentId, PaymentLinkId},
    page::Page,
    text_encoding::TextEncoding,
};
use leptos::{prelude::*, server_fn::codec::Json};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

mod form;
mod import;
mod list;

pub use form::{ContactPage, NewContactPage};
pub use import::ImportPage;
pub use list::ContactsPage;

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

/// One switch of do-not-disturb.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentEntry {
    /// For one channel; none is for all.
    pub channel: Option<Channel>,
    /// Switched on, or lifted.
    pub is_on: bool,
    /// By which way, in words.
    pub how: String,
    /// The contact, or the log-in of a user; may be empty.
    pub who: String,
    /// Why it was lifted although the contact had asked for it; may be empty.
    pub reason: String,
    /// Epoch milliseconds.
    pub at: i64,
}

/// What a user decided on an answer that no rule understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplyDecision {
    /// It was a refusal: no more texts.
    Stop,
    /// Nothing follows from it.
    Leave,
}

impl ReplyDecision {
    /// The word in forms and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::Leave => "leave",
        }
    }
}

impl std::str::FromStr for ReplyDecision {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        [Self::Stop, Self::Leave].into_iter().find(|decision| decision.as_str() == text).ok_or(Error::Malformed)
    }
}

/// An answer to a text that no rule understood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplyEntry {
    /// What somebody wrote from the contact's number.
    pub words: String,
    /// What was decided, if anything.
    pub decision: Option<ReplyDecision>,
    /// The log-in of who decided; may be empty.
    pub who: String,
    /// Epoch milliseconds.
    pub at: i64,
}

/// Something that was found out about an address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressEntry {
    /// The address.
    pub address: String,
    /// It was confirmed, or it takes no messages.
    pub works: bool,
    /// Why it takes none; empty when it was confirmed.
    pub words: String,
    /// The log-in of who confirmed it; may be empty.
    pub who: String,
    /// Epoch milliseconds.
    pub at: i64,
}

/// Something that happened with a contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryItem {
    /// What it was.
    pub kind: HistoryKind,
    /// The payment link's name.
    pub payment_link: String,
    /// The row's status, in a word.
    pub status: String,
    /// Epoch milliseconds.
    pub at: i64,
}

/// What happened with a contact, and the page that tells more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HistoryKind {
    /// A personal link was made.
    Link(PaymentLinkId),
    /// A message was to be sent.
    Message(CampaignId, Channel),
    /// A payment was begun, of so much as people read it.
    Payment(PaymentId, String),
    /// A human opened a personal link: so often on one day.
    Opening(PaymentLinkId, u32),
}

/// What a column of a file can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportField {
    /// First name.
    FirstName,
    /// Last name.
    LastName,
    /// First and last name in one; the last word is the last name.
    FullName,
    /// Email.
    Email,
    /// Phone.
    Phone,
    /// Tags, separated by commas or semicolons.
    Tags,
    /// Yes or no; it can switch on, never off.
    DoNotDisturb,
    /// Yes or no.
    NoEmail,
    /// Yes or no.
    NoSms,
    /// Yes or no: a no switches do-not-disturb on.
    AcceptsMessages,
    /// Yes or no: a no means no email.
    AcceptsEmail,
    /// Yes or no: a no means no SMS.
    AcceptsSms,
}

impl ImportField {
    /// Every field, in the order of the choice.
    pub const ALL: [Self; 12] = [
        Self::FirstName,
        Self::LastName,
        Self::FullName,
        Self::Email,
        Self::Phone,
        Self::Tags,
        Self::DoNotDisturb,
        Self::NoEmail,
        Self::NoSms,
        Self::AcceptsMessages,
        Self::AcceptsEmail,
        Self::AcceptsSms,
    ];

    /// The word in forms and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FirstName => "first_name",
            Self::LastName => "last_name",
            Self::FullName => "full_name",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Tags => "tags",
            Self::DoNotDisturb => "do_not_disturb",
            Self::NoEmail => "no_email",
            Self::NoSms => "no_sms",
            Self::AcceptsMessages => "accepts_messages",
            Self::AcceptsEmail => "accepts_email",
            Self::AcceptsSms => "accepts_sms",
        }
    }

    /// The words on the screen, and the header of an export.
    pub const fn label(self) -> &'static str {
        match self {
            Self::FirstName => "First name",
            Self::LastName => "Last name",
            Self::FullName => "Full name",
            Self::Email => "Email",
            Self::Phone => "Phone",
            Self::Tags => "Tags",
            Self::DoNotDisturb => "Do not disturb",
            Self::NoEmail => "No email",
            Self::NoSms => "No SMS",
            Self::AcceptsMessages => "Accepts messages",
            Self::AcceptsEmail => "Accepts email",
            Self::AcceptsSms => "Accepts SMS",
        }
    }

    /// Whether several columns can hold it: labels add up, one yes is enough, and of addresses the first that can be
    /// written to counts. A part of a name is one column.
    pub const fn repeats(self) -> bool {
        !matches!(self, Self::FirstName | Self::LastName | Self::FullName)
    }

    /// The field that this word names; anything else leaves the column out.
    pub fn find(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.as_str() == word)
    }
}

/// One column of an uploaded file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ImportColumn {
    /// Its name in the file, or its number.
    pub name: String,
    /// The first cells below, to recognise it by.
    pub examples: Vec<String>,
    /// What it holds; none leaves it out.
    pub field: Option<ImportField>,
    /// Whether its name speaks of consent, so that leaving it out can mean writing to somebody who asked not to be.
    pub speaks_of_consent: bool,
}

/// The columns that are left out, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Those whose names speak of consent.
    pub speaking_of_consent: Vec<String>,
    /// The others.
    pub others: Vec<String>,
}

impl LeftOut {
    /// Those among a file's columns.
    pub fn of(columns: &[ImportColumn]) -> Self {
        let mut left_out = Self::default();
        for column in columns.iter().filter(|column| column.field.is_none()) {
            let names = if column.speaks_of_consent { &mut left_out.speaking_of_consent } else { &mut left_out.others };
            names.push(column.name.clone());
        }
        left_out
    }

    /// Names in quotes, to be read as one list.
    pub fn quoted(names: &[String]) -> String {
        names.iter().map(|name| format!("\u{201c}{name}\u{201d}")).collect::<Vec<_>>().join(", ")
    }
}

impl ImportField {
    /// Whether it is an address to write to.
    pub const fn is_address(self) -> bool {
        matches!(self, Self::Email | Self::Phone)
    }
}

/// How far an import has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportStatus {
    /// The dry run is on its way.
    Checking,
    /// The report is there; nothing was changed yet.
    Checked,
    /// Contacts are being written.
    Importing,
    /// All are written.
    Done,
    /// It stopped half-way, with the server or a fault; going on loses nothing.
    Stopped,
}

impl ImportStatus {
    /// Every status.
    pub const ALL: [Self; 5] = [Self::Checking, Self::Checked, Self::Importing, Self::Done, Self::Stopped];

    /// The word in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Checking => "checking",
            Self::Checked => "checked",
            Self::Importing => "importing",
            Self::Done => "done",
            Self::Stopped => "stopped",
        }
    }

    /// Whether waiting will show something new.
    pub const fn is_moving(self) -> bool {
        matches!(self, Self::Checking | Self::Importing)
    }
}

impl std::str::FromStr for ImportStatus {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::ALL.into_iter().find(|status| status.as_str() == text).ok_or(Error::Malformed)
    }
}

/// What an import found, or did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ImportReport {
    /// Whether the whole file was gone through.
    pub complete: bool,
    /// Rows read so far.
    pub rows: u64,
    /// Contacts that were not there.
    pub new: u64,
    /// Contacts that change.
    pub updated: u64,
    /// Contacts that are there already.
    pub unchanged: u64,
    /// Rows for a contact that stands earlier in the file; left out.
    pub repeated: u64,
    /// Rows without a name, an email or a phone; left out.
    pub blank: u64,
    /// Rows that cannot be read; left out.
    pub unreadable: u64,
    /// Emails that are kept as typed, and marked.
    pub invalid_email: u64,
    /// Phones that are kept as typed, and marked.
    pub invalid_phone: u64,
    /// Rows whose do-not-disturb is neither yes nor no; these contacts are not written to.
    pub unclear_consent: u64,
    /// The first of them, by line.
    pub problems: Vec<ImportProblem>,
    /// Contacts that no campaign can be sent to.
    pub unreachable: u64,
    /// How many of them for each reason; one contact can have several.
    pub why_unreachable: BTreeMap<Reason, u64>,
    /// Three contacts as they will be, one with foreign letters among them where the file has such.
    pub samples: Vec<ImportSample>,
}

impl ImportReport {
    /// How many contacts can be sent nothing, and why, as a sentence; none when all can.
    pub fn unreachable_in_words(&self) -> Option<String> {
        let contacts = self.new + self.updated + self.unchanged;
        let why = |(reason, count): (&Reason, &u64)| {
            let why = match reason {
                Reason::EmailMissing => "without an email",
                Reason::EmailInvalid => "with an email that is not valid",
                Reason::PhoneMissing => "without a phone",
                Reason::PhoneInvalid => "with a phone that is not valid",
                _ => "on do not disturb",
            };
            format!("{count} {why}")
        };
        let why = self.why_unreachable.iter().map(why).collect::<Vec<_>>().join(", ");
        (self.unreachable > 0)
            .then(|| format!("{} of {contacts} contacts cannot be sent a payment link: {why}.", self.unreachable))
    }

    /// Whether no row of the file names anybody.
    pub const fn has_nobody(&self) -> bool {
        self.rows > 0 && self.new + self.updated + self.unchanged + self.repeated == 0
    }
}

/// A contact of the file as it will be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportSample {
    /// The line it stands on.
    pub line: u64,
    /// Their first name.
    pub first_name: String,
    /// Their last name.
    pub last_name: String,
    /// Their email, or what stands in its place.
    pub email: Typed<Email>,
    /// Their phone, or what stands in its place.
    pub phone: Typed<Phone>,
    /// What may not be sent to them.
    pub dnd: Dnd,
}

/// Something to look at in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportProblem {
    /// The line, as an editor counts it.
    pub line: u64,
    /// A sentence.
    pub message: String,
}

/// One uploaded file on its way into the contacts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Import {
    /// The import.
    pub id: ImportId,
    /// The file's name.
    pub file_name: String,
    /// Its columns.
    pub columns: Vec<ImportColumn>,
    /// Whether the first row names them.
    pub has_header: bool,
    /// In which encoding it is read.
    pub encoding: TextEncoding,
    /// How far it is.
    pub status: ImportStatus,
    /// What was found by the dry run.
    pub found: ImportReport,
    /// What was done.
    pub done: ImportReport,
}

impl Import {
    /// Whether any column holds an email or a phone; without one, nobody in the file can be told apart or written to.
    pub fn has_address(&self) -> bool {
        self.columns.iter().any(|column| column.field.is_some_and(ImportField::is_address))
    }
}

/// One page of the business's contacts, by name.
#[server(prefix = "/api/fn", endpoint = "list_contacts")]
pub async fn list_contacts(
    /// Which contacts.
    query: ContactQuery,
) -> Result<Page<Contact>, Error> {
    respond(backend()?.list_contacts(&signed_in()?, query).await)
}

/// The same as the page of contacts shows them.
#[server(prefix = "/api/fn", endpoint = "list_contact_rows")]
pub async fn list_contact_rows(
    /// Which contacts.
    query: ContactQuery,
) -> Result<Page<ContactRow>, Error> {
    respond(backend()?.list_contact_rows(&signed_in()?, query).await)
}

/// Every tag that a contact in use has.
#[server(prefix = "/api/fn", endpoint = "list_contact_tags")]
pub async fn list_contact_tags() -> Result<Vec<String>, Error> {
    respond(backend()?.list_contact_tags(&signed_in()?).await)
}

/// One contact with its history.
#[server(prefix = "/api/fn", endpoint = "read_contact")]
pub async fn read_contact(
    /// Which one, as its address says it.
    id: String,
) -> Result<ContactDetails, Error> {
    let id = respond(id.parse())?;
    respond(backend()?.read_contact(&signed_in()?, id).await)
}

/// Makes a contact and shows it.
#[server(prefix = "/api/fn", endpoint = "create_contact")]
pub async fn create_contact(
    /// As typed.
    form: ContactForm,
) -> Result<(), Error> {
    let id = respond(backend()?.create_contact(&signed_in()?, form).await)?;
    leptos_axum::redirect(&format!("/contacts/{id}"));
    Ok(())
}

/// Saves a contact, valid or not.
#[server(prefix = "/api/fn", endpoint = "update_contact")]
pub async fn update_contact(
    /// Which one.
    id: ContactId,
    /// As typed.
    form: ContactForm,
) -> Result<(), Error> {
    respond(backend()?.update_contact(&signed_in()?, id, form).await)
}

/// Repairs a contact's email, its phone or both; what is not valid is refused.
#[server(prefix = "/api/fn", endpoint = "fix_addresses", input = Json)]
pub async fn fix_addresses(
    /// Which one.
    id: ContactId,
    /// As typed.
    form: AddressForm,
) -> Result<ContactRow, Error> {
    respond(backend()?.fix_addresses(&signed_in()?, id, form).await)
}

/// Takes a contact out of use, or back into it.
#[server(prefix = "/api/fn", endpoint = "archive_contact")]
pub async fn archive_contact(
    /// Which one.
    id: ContactId,
    /// Out of use, or back.
    archived: bool,
) -> Result<(), Error> {
    respond(backend()?.archive_contact(&signed_in()?, id, archived).await)
}

/// Says that an address works although a message came back.
#[server(prefix = "/api/fn", endpoint = "confirm_address")]
pub async fn confirm_address(
    /// Whose.
    id: ContactId,
    /// The email, or the phone.
    channel: Channel,
) -> Result<(), Error> {
    respond(backend()?.confirm_address(&signed_in()?, id, channel).await)
}

/// Decides on the answers from a contact's number that no rule understood.
#[server(prefix = "/api/fn", endpoint = "decide_replies")]
pub async fn decide_replies(
    /// Whose.
    id: ContactId,
    /// When the newest one came that the user has seen, epoch milliseconds.
    until: i64,
    /// What follows from them.
    decision: ReplyDecision,
) -> Result<(), Error> {
    respond(backend()?.decide_replies(&signed_in()?, id, until, decision).await)
}

/// How far an import is.
#[server(prefix = "/api/fn", endpoint = "read_import")]
pub async fn read_import(
    /// Which one, as its address says it.
    id: String,
) -> Result<Import, Error> {
    let id = respond(id.parse())?;
    respond(backend()?.read_import(&signed_in()?, id).await)
}

/// Says what each column holds and how the file is encoded, and runs the check again.
#[server(prefix = "/api/fn", endpoint = "map_import")]
pub async fn map_import(
    /// Which one.
    id: ImportId,
    /// A field's word for each column; another word leaves the column out.
    #[server(default)]
    columns: Vec<String>,
    /// Whether the first row names the columns.
    #[server(default)]
    has_header: bool,
    /// The word of the encoding to read it in; empty leaves it as it is.
    #[server(default)]
    encoding: String,
) -> Result<(), Error> {
    let encoding = if encoding.is_empty() { None } else { Some(respond(encoding.parse())?) };
    respond(backend()?.map_import(&signed_in()?, id, columns, has_header, encoding).await)
}

/// Writes the contacts of a checked import.
#[server(prefix = "/api/fn", endpoint = "start_import")]
pub async fn start_import(
    /// Which one.
    id: ImportId,
) -> Result<(), Error> {
    respond(backend()?.start_import(&signed_in()?, id).await)
}
