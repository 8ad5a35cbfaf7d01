//! Keeps messages for the Outbox page while a channel has no provider.

use async_trait::async_trait;
use lettre::message::Mailbox;

use super::{Found, Kept, Message, Messenger, SendError, Sent, email};

/// The provider of a delivery that is kept here.
pub const NAME: &str = "Outbox";

/// Composes each message as if it left, and hands it back to be kept.
///
/// The dispatcher writes it in the transaction that records the delivery, so it is kept once and never lost.
pub struct OutboxMessenger {
    from: Mailbox,
}

impl OutboxMessenger {
    /// An outbox whose mails say they come from `mail_from`.
    pub const fn new(mail_from: Mailbox) -> Self {
        Self { from: mail_from }
    }
}

#[async_trait]
impl Messenger for OutboxMessenger {
    fn name(&self) -> &'static str {
        NAME
    }

    fn at_once(&self) -> usize {
        16
    }

    fn leaves_the_house(&self) -> bool {
        false
    }

    async fn send(&self, message: &Message) -> Result<Sent, SendError> {
        let kept = match message {
            Message::Email(email) => {
                Kept { sender: self.from.to_string(), headers: email::compose(email, &self.from)?.headers() }
            }
            Message::Sms(_) => Kept { sender: String::new(), headers: String::new() },
        };
        Ok(Sent { provider_id: None, kept: Some(kept) })
    }

    async fn find(&self, _message: &Message) -> Result<Found, SendError> {
        // Kept and recorded are one transaction: an attempt without a record kept nothing.
        Ok(Found::Absent)
    }
}
