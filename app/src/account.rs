//! Businesses, users, and who is asking: set-up, log-in, settings.

pub(crate) mod approval;
pub mod calls;
pub(crate) mod current;
mod fields;
pub(crate) mod login;
pub(crate) mod settings;
pub(crate) mod setup;
mod you;

use crate::{
    approval::ApprovalRule,
    care::Care,
    channel::Channel,
    error::Error,
    id::{BusinessId, UserId},
    money::Currency,
    single_messages::SingleMessage,
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What a user may do inside the business.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// May do everything.
    Owner,
    /// May not change settings or keys.
    Member,
}

impl Role {
    /// The word in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Member => "member",
        }
    }
}

/// Who is asking: made only from a checked session (a lint keeps `checked` inside the server's session module), so a
/// query that takes its business from here cannot reach another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    business: BusinessId,
    user: UserId,
    role: Role,
    session: Option<String>,
}

impl Access {
    /// States that a session, key or command line was checked and belongs to this user of this business.
    pub const fn checked(business: BusinessId, user: UserId, role: Role) -> Self {
        Self { business, user, role, session: None }
    }

    /// The same, through the session with this digest.
    #[must_use]
    pub fn with_session(self, digest: String) -> Self {
        Self { session: Some(digest), ..self }
    }

    /// The digest of the session, where there is one: what log-out ends.
    pub fn session(&self) -> Option<&str> {
        self.session.as_deref()
    }

    /// The business that everything is scoped to.
    pub const fn business(&self) -> &BusinessId {
        &self.business
    }

    /// The user.
    pub const fn user(&self) -> &UserId {
        &self.user
    }

    /// What the user may do.
    pub const fn role(&self) -> Role {
        self.role
    }

    /// Refuses everyone but an owner: settings, keys and the team are theirs alone.
    pub fn owner(&self) -> Result<(), Error> {
        if self.role == Role::Owner { Ok(()) } else { Err(Error::NotAllowed) }
    }
}

/// What the signed-in part shows on every page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Business {
    /// The business.
    pub id: BusinessId,
    /// Its name, as customers see it.
    pub name: String,
    /// ISO 3166 two-letter country; national phone numbers are read with it.
    pub country: String,
    /// What new payment links ask in.
    pub currency: Currency,
    /// The channels that have no provider: their messages go to the Outbox.
    pub outbox_channels: Vec<Channel>,
    /// Campaigns wait so many minutes before they leave.
    pub hold_minutes: u32,
    /// The name of its IANA time zone.
    pub time_zone: String,
    /// Nothing leaves until its owner says so.
    pub sending_stopped: bool,
    /// The database file is damaged: told to owners only.
    pub has_damaged_store: bool,
}

/// The `Set-Cookie` headers that start or end a session.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionCookie(pub Vec<String>);

/// The form of `/setup`.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct SetUp {
    /// The business's name.
    pub business_name: String,
    /// ISO 3166 two-letter country.
    pub country: String,
    /// ISO 4217 currency.
    pub currency: String,
    /// The owner's email.
    pub email: String,
    /// The owner's password, exactly as typed.
    pub password: String,
}

/// The form of `/login`.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct LogIn {
    /// Email as typed.
    pub email: String,
    /// Password exactly as typed.
    pub password: String,
}

/// A password is never written anywhere.
impl fmt::Debug for SetUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SetUp").finish_non_exhaustive()
    }
}

/// The form "You" of the settings.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct PasswordForm {
    /// The password until now, exactly as typed.
    pub current: String,
    /// The one from now on, exactly as typed.
    pub password: String,
}

/// A password is never written anywhere.
impl fmt::Debug for PasswordForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PasswordForm").finish_non_exhaustive()
    }
}

/// A password is never written anywhere.
impl fmt::Debug for LogIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogIn").finish_non_exhaustive()
    }
}

/// The shortest password that is accepted.
pub const MIN_PASSWORD: u32 = 12;

/// The form "Business" of the settings.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct BusinessForm {
    /// The business's name.
    pub name: String,
    /// ISO 3166 two-letter country.
    pub country: String,
    /// ISO 4217 currency.
    pub currency: String,
}

/// The longest hold.
pub const MAX_HOLD_MINUTES: u32 = 60;
/// What people read when a link was recalled, unless the business says it in its own words.
pub const RECALL_TEXT: &str = "This request was sent by mistake and has been taken back. You do not need to do anything, and \
    nothing is owed by it. We are sorry for the trouble.";

/// The form "Sending" of the settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendingForm {
    /// Minutes, as typed.
    pub hold_minutes: String,
    /// The name of an IANA time zone.
    pub time_zone: String,
    /// What people read when a link was recalled; empty is [`RECALL_TEXT`].
    pub recall_text: String,
}

/// What the settings show: the business's own, and what the operator set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// The business.
    pub business: Business,
    /// Quiet hours, and how often one contact is asked.
    pub care: Care,
    /// The user's own email, where a test goes.
    pub user_email: String,
    /// What the user may do.
    pub role: Role,
    /// The sender of emails.
    pub mail_from: String,
    /// Host and port of the mail server, never its password; without one emails go to the Outbox.
    pub smtp_server: Option<String>,
    /// The sender of texts; without a provider they go to the Outbox.
    pub sms_from: Option<String>,
    /// Who moves the money, in words.
    pub gateway: String,
    /// How the business sends.
    pub sending: SendingForm,
    /// When a campaign waits for another user.
    pub approval: ApprovalRule,
    /// The names of the time zones to choose from.
    pub time_zones: Vec<String>,
    /// The words of the business's own that refuse, one on each line.
    #[serde(default)]
    pub opt_out_words: String,
    /// The last messages outside of any campaign, newest first; invitations only for an owner.
    #[serde(default)]
    pub single_messages: Vec<SingleMessage>,
    /// When this was read, epoch milliseconds.
    #[serde(default)]
    pub now: i64,
}

/// The most words of its own that a business may have.
pub const MAX_OPT_OUT_WORDS: usize = 50;
/// The longest of them, in characters.
pub const MAX_OPT_OUT_WORD_CHARS: usize = 40;
