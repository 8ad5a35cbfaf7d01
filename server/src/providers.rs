//! What sends a message, and everything that it may answer.

pub mod bounce;
pub mod email;
pub mod gateway;
pub mod mail_verdict;
pub mod outbox;
pub mod smtp;
pub mod test_gateway;
pub mod twilio;

use std::{fmt, sync::Arc, time::Duration};

use app::{channel::Channel, deliveries::DeliveryStatus};
use async_trait::async_trait;
use sha2::{Digest as _, Sha256};

use crate::{config::Config, facts::Handed};

/// A rendered message, ready to hand over.
#[derive(Clone, PartialEq, Eq)]
pub enum Message {
    /// An email with a text and an HTML part.
    Email(EmailMessage),
    /// A text message.
    Sms(SmsMessage),
}

impl Message {
    /// What of it is put on record.
    pub fn handed(&self) -> Handed {
        match self {
            Self::Email(email) => Handed {
                subject: Some(email.subject.clone()),
                text: email.text.clone(),
                html_sha256: Some(hex::encode(Sha256::digest(&email.html))),
            },
            Self::Sms(sms) => Handed { subject: None, text: sms.body.clone(), html_sha256: None },
        }
    }
}

/// An email before it becomes bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct EmailMessage {
    /// The delivery's id: the local part of the `Message-ID`.
    pub id: String,
    /// The receiver's name as people write it; may be empty.
    pub to_name: String,
    /// The receiver's address.
    pub to: String,
    /// The subject.
    pub subject: String,
    /// The plain text part.
    pub text: String,
    /// The HTML part.
    pub html: String,
    /// Where one click opts out, for `List-Unsubscribe`.
    pub unsubscribe_url: Option<String>,
    /// The `Date` header in epoch milliseconds, stored so that a repeat is byte-identical.
    pub dated_at: i64,
}

/// A text message before it leaves.
#[derive(Clone, PartialEq, Eq)]
pub struct SmsMessage {
    /// The delivery's id.
    pub id: String,
    /// The receiver's number in E.164.
    pub to: String,
    /// What it says.
    pub body: String,
    /// The personal link's code inside the body: what tells this message from every other one.
    pub link_code: String,
    /// When it was put together, epoch milliseconds: what the provider has from before that was another message.
    pub dated_at: i64,
}

impl Message {
    /// The delivery's id.
    pub fn id(&self) -> &str {
        match self {
            Self::Email(email) => &email.id,
            Self::Sms(sms) => &sms.id,
        }
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let channel = match self {
            Self::Email(_) => "Email",
            Self::Sms(_) => "Sms",
        };
        f.debug_tuple(channel).field(&self.id()).finish()
    }
}

/// The provider took the message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// The provider's own id of it, by which callbacks name it.
    pub provider_id: Option<String>,
    /// What to keep for the outbox page, when the message goes no further than that.
    pub kept: Option<Kept>,
}

/// What the outbox shows beside the message itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Who it says it is from; empty for a text message.
    pub sender: String,
    /// The header block exactly as it would have left; empty for a text message.
    pub headers: String,
}

/// What the provider knows of a message whose first attempt has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// It has it.
    Sent(Sent),
    /// It has never seen it.
    Absent,
    /// It has no way to be asked.
    CannotTell,
}

/// Why a message was not taken, in our words and the provider's.
#[derive(Clone, PartialEq, Eq)]
pub struct Why {
    /// One plain sentence for the business.
    pub words: String,
    /// The provider's code, such as `550 5.1.1` or `21610`.
    pub code: Option<String>,
    /// The provider's own words. They may name a person: they are shown to the business and never logged.
    pub said: Option<String>,
}

impl Why {
    /// A reason that is ours alone.
    pub fn new(words: impl Into<String>) -> Self {
        Self { words: words.into(), code: None, said: None }
    }

    /// Adds the provider's code.
    #[must_use]
    pub fn code(mut self, code: impl Into<String>) -> Self {
        self.code = Some(code.into());
        self
    }

    /// Adds the provider's own words, on one line and at most 300 characters.
    #[must_use]
    pub fn said(mut self, said: &str) -> Self {
        let said = email::one_line(said, 300);
        self.said = (!said.is_empty()).then_some(said);
        self
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words)?;
        match &self.code {
            Some(code) => write!(f, " ({code})"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Why").field("words", &self.words).field("code", &self.code).finish_non_exhaustive()
    }
}

/// Whose fault it is that a message can never arrive, and so what it says about the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nobody's beyond this message.
    Message,
    /// The address takes no messages at all: writing to it again is of no use until somebody repairs it.
    Address,
    /// The receiver has opted out at the provider.
    OptOut,
    /// Our account's or our sender's: others meet the same refusal.
    Account,
}

/// Why an attempt did not send, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// Not taken this time: try again by the series, or when the provider asked for it.
    #[error("{why}")]
    Retry {
        /// The reason.
        why: Why,
        /// How long the provider asked us to wait.
        after: Option<Duration>,
    },
    /// Not taken, and never will be.
    #[error("{why}")]
    Fail {
        /// The reason.
        why: Why,
        /// Whose fault it is.
        fault: Fault,
    },
    /// Nobody knows whether it left: ask before it is sent again.
    #[error("{why}")]
    Ambiguous {
        /// The reason.
        why: Why,
        /// How long the provider asked us to wait.
        after: Option<Duration>,
    },
    /// Our account or settings are refused: nothing on this channel can leave until they are mended.
    #[error("{why}")]
    Channel {
        /// The reason.
        why: Why,
    },
}

impl SendError {
    pub(crate) fn retry(why: Why) -> Self {
        Self::Retry { why, after: None }
    }

    pub(crate) fn fail(why: Why) -> Self {
        Self::Fail { why, fault: Fault::Message }
    }

    pub(crate) fn undeliverable(why: Why) -> Self {
        Self::Fail { why, fault: Fault::Address }
    }

    pub(crate) fn account(why: Why) -> Self {
        Self::Fail { why, fault: Fault::Account }
    }

    pub(crate) fn channel(why: Why) -> Self {
        Self::Channel { why }
    }

    /// The reason.
    pub fn why(&self) -> &Why {
        match self {
            Self::Retry { why, .. } | Self::Fail { why, .. } | Self::Ambiguous { why, .. } | Self::Channel { why } => {
                why
            }
        }
    }
}

/// What a provider says of a message some time after it took it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Where the message ended: delivered, or undelivered.
    pub outcome: DeliveryStatus,
    /// The provider's brand.
    pub provider: &'static str,
    /// The provider's own word.
    pub status: String,
    /// In one sentence, with the provider's code and its own sentence.
    pub why: Why,
    /// What it says of the address and of its owner.
    pub fault: Fault,
}

/// Sends messages on one channel.
///
/// One attempt, bounded in time, with no retries inside: the dispatcher owns time.
#[async_trait]
pub trait Messenger: Send + Sync {
    /// The provider's brand, shown beside what it did.
    fn name(&self) -> &'static str;

    /// How many attempts may run at the same time.
    fn at_once(&self) -> usize;

    /// Whether what it is handed goes to somebody. What does not is never in doubt and disturbs nobody.
    fn leaves_the_house(&self) -> bool {
        true
    }

    /// Hands one message over.
    async fn send(&self, message: &Message) -> Result<Sent, SendError>;

    /// Asks whether an earlier attempt without an answer left after all.
    async fn find(&self, message: &Message) -> Result<Found, SendError>;
}

/// Who sends what.
#[derive(Clone)]
pub struct Messengers {
    email: Arc<dyn Messenger>,
    sms: Arc<dyn Messenger>,
}

impl Messengers {
    /// A provider for each channel that has one, and the outbox for the rest.
    pub fn new(config: &Config) -> Result<Self, SendError> {
        let outbox: Arc<dyn Messenger> = Arc::new(outbox::OutboxMessenger::new(config.mail_from.clone()));
        Ok(Self {
            email: match &config.smtp {
                Some(server) => Arc::new(smtp::SmtpMessenger::new(server.clone(), config.mail_from.clone())),
                None => Arc::clone(&outbox),
            },
            sms: match &config.twilio {
                Some(account) => {
                    let callback = twilio::status_callback(account, &config.http.public_url);
                    Arc::new(twilio::TwilioMessenger::new(account)?.status_callback(callback))
                }
                None => outbox,
            },
        })
    }

    /// Whether messages on this channel reach anybody: without a provider they stay in the Outbox.
    pub fn reach_people(&self, channel: Channel) -> bool {
        self.of(channel).leaves_the_house()
    }

    /// Who sends this channel.
    pub fn of(&self, channel: Channel) -> Arc<dyn Messenger> {
        Arc::clone(match channel {
            Channel::Email => &self.email,
            Channel::Sms => &self.sms,
        })
    }
}
