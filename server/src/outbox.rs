//! What would have left where a channel has no provider.

use crate::{
    db::{
        self,
        outbox::{self, Purpose, StoredMessage},
        single_messages,
    },
    providers::{Kept, Message},
    service::Service,
};
use app::{
    account::Access,
    backend::Outbox,
    channel::Channel,
    error::{Error, Result},
    id::{BusinessId, OutboxMessageId, SingleMessageId},
    outbox::{OutboxList, OutboxMessage, OutboxSummary},
    page::{PAGE_SIZE, Page},
    single_messages::SingleOutcome,
};
use async_trait::async_trait;

/// How much of a text the list shows.
const ABOUT_CHARS: usize = 80;

#[async_trait]
impl Outbox for Service {
    async fn list_outbox(&self, access: &Access, page: u32) -> Result<OutboxList> {
        let number = page.max(1);
        let offset = i64::from(number - 1) * i64::from(PAGE_SIZE);
        let (business, limit) = (access.business(), i64::from(PAGE_SIZE));
        let mut connection = self.db.read().await?;
        let total = outbox::count(&mut *connection, business, sees_invites(access)).await?;
        let rows = outbox::list(&mut *connection, business, sees_invites(access), limit, offset).await?;
        let rows = rows
            .into_iter()
            .map(|message| OutboxSummary {
                about: match message.channel {
                    Channel::Email => message.subject,
                    Channel::Sms => beginning(&message.text),
                },
                id: message.id,
                channel: message.channel,
                receiver: message.receiver,
                created_at: message.created_at,
            })
            .collect();
        let page = Page { rows, total: u64::try_from(total).unwrap_or_default(), number };
        Ok(OutboxList { page, now: self.clock.now() })
    }

    async fn outbox_message(&self, access: &Access, id: OutboxMessageId) -> Result<OutboxMessage> {
        let mut connection = self.db.read().await?;
        let found = outbox::find(&mut *connection, access.business(), &id, sees_invites(access)).await?;
        let message = found.ok_or(Error::NotFound)?;
        Ok(OutboxMessage {
            channel: message.channel,
            sender: message.sender,
            receiver: message.receiver,
            subject: message.subject,
            text: message.text,
            html: message.html,
            headers: message.headers,
            created_at: message.created_at,
            now: self.clock.now(),
        })
    }
}

/// The person who opens an invitation's link becomes the user that it is for.
fn sees_invites(access: &Access) -> bool {
    access.owner().is_ok()
}

fn beginning(text: &str) -> String {
    match text.char_indices().nth(ABOUT_CHARS) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text.to_owned(),
    }
}

/// A message as the outbox keeps it.
pub(crate) fn keep(message: Message, kept: Kept, now: i64) -> StoredMessage {
    let id = db::new_id::<OutboxMessageId>(now);
    let Kept { sender, headers } = kept;
    match message {
        Message::Email(email) => StoredMessage {
            id,
            channel: Channel::Email,
            sender,
            receiver: if email.to_name.is_empty() { email.to } else { format!("{} <{}>", email.to_name, email.to) },
            subject: email.subject,
            text: email.text,
            html: email.html,
            headers,
            created_at: now,
        },
        Message::Sms(sms) => StoredMessage {
            id,
            channel: Channel::Sms,
            sender,
            receiver: sms.to,
            subject: String::new(),
            text: sms.body,
            html: String::new(),
            headers,
            created_at: now,
        },
    }
}

/// Where a message went that belongs to no campaign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Went {
    /// The provider took it.
    Out,
    /// It is kept: there is no provider.
    IntoOutbox,
}

impl Service {
    /// One attempt at one message outside of any campaign that is on record, kept where there is no provider; or why it was not
    /// sent. What came of it is recorded.
    pub(crate) async fn try_at_once(
        &self,
        business: &BusinessId,
        id: &SingleMessageId,
        purpose: Purpose<'_>,
        message: Message,
    ) -> Result<Result<Went, String>> {
        let channel = match &message {
            Message::Email(_) => Channel::Email,
            Message::Sms(_) => Channel::Sms,
        };
        let sent = match self.messengers.of(channel).send(&message).await {
            Ok(sent) => sent,
            Err(error) => {
                let why = error.why();
                let said = why.said.as_ref().map(|said| format!(" It said: {said}")).unwrap_or_default();
                let told = format!("{why}{said}");
                let mut tx = self.db.begin().await?;
                single_messages::settle(&mut tx, business, id, SingleOutcome::Failed, &told).await?;
                tx.commit().await?;
                return Ok(Err(told));
            }
        };
        let mut tx = self.db.begin().await?;
        let (went, outcome) = match sent.kept {
            Some(kept) => {
                outbox::insert(&mut *tx, business, purpose, &keep(message, kept, self.clock.now())).await?;
                (Went::IntoOutbox, SingleOutcome::Kept)
            }
            None => (Went::Out, SingleOutcome::Sent),
        };
        single_messages::settle(&mut tx, business, id, outcome, "").await?;
        tx.commit().await?;
        Ok(Ok(went))
    }
}
