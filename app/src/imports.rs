//! Imports: an uploaded file on its way into the contacts.

pub mod calls;
pub(crate) mod page;

use crate::{
    address::{Email, Phone, Typed},
    contacts::Dnd,
    eligibility::Reason,
    error::Error,
    id::ImportId,
    text_encoding::TextEncoding,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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
