//! What would have left where a channel has no provider.

use crate::{db::outbox, service::Service};
use app::{
    account::Access,
    backend::Outbox,
    channel::Channel,
    error::{Error, Result},
    id::OutboxMessageId,
    outbox::{OutboxList, OutboxMessage, OutboxSummary},
    page::{PAGE_SIZE, Page},
};
use async_trait::async_trait;

/// How much of a text the list shows.
const ABOUT_CHARS: usize = 80;

#[async_trait]
impl Outbox for Service {
    async fn list_outbox(&self, access: &Access, page: u32) -> Result<OutboxList> {
        let number = page.max(1);
        let offset = i64::from(number - 1) * i64::from(PAGE_SIZE);
        let mut connection = self.db.read().await?;
        let total = outbox::count(&mut *connection, access.business()).await?;
        let rows = outbox::list(&mut *connection, access.business(), i64::from(PAGE_SIZE), offset).await?;
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
        let message = outbox::find(&mut *connection, access.business(), &id).await?.ok_or(Error::NotFound)?;
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

fn beginning(text: &str) -> String {
    match text.char_indices().nth(ABOUT_CHARS) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text.to_owned(),
    }
}
