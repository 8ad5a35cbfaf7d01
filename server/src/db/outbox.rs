//! SQL of the table `outbox_messages`.

use super::{Result, stored};
use app::{
    channel::Channel,
    id::{BusinessId, DeliveryId, InviteId, OutboxMessageId},
};
use sqlx::{Any, Executor, Row, any::AnyRow};

/// A kept message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredMessage {
    /// Its id.
    pub id: OutboxMessageId,
    /// Email or SMS.
    pub channel: Channel,
    /// Who it says it is from.
    pub sender: String,
    /// To whom.
    pub receiver: String,
    /// The subject; empty for SMS.
    pub subject: String,
    /// The text part, or the SMS.
    pub text: String,
    /// The HTML part; empty for SMS.
    pub html: String,
    /// The header block; empty for SMS.
    pub headers: String,
    /// When it was kept.
    pub created_at: i64,
}

/// What a message was for.
#[derive(Clone, Copy, Debug)]
pub enum Purpose<'a> {
    /// A delivery of a campaign.
    Delivery(&'a DeliveryId),
    /// An invitation: only owners may read it.
    Invite(&'a InviteId),
    /// A test that somebody sent to themselves.
    Test,
}

/// Keeps a message; one delivery is kept once.
pub async fn insert(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    purpose: Purpose<'_>,
    message: &StoredMessage,
) -> Result<()> {
    let (delivery, invite) = match purpose {
        Purpose::Delivery(delivery) => (Some(delivery.as_str()), None),
        Purpose::Invite(invite) => (None, Some(invite.as_str())),
        Purpose::Test => (None, None),
    };
    sqlx::query(
        "insert into outbox_messages (id, business_id, delivery_id, channel, sender, receiver, subject, body_text, body_html, \
         headers, created_at, invite_id) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(message.id.as_str())
    .bind(business.as_str())
    .bind(delivery)
    .bind(message.channel.as_str())
    .bind(message.sender.as_str())
    .bind(message.receiver.as_str())
    .bind(message.subject.as_str())
    .bind(message.text.as_str())
    .bind(message.html.as_str())
    .bind(message.headers.as_str())
    .bind(message.created_at)
    .bind(invite)
    .execute(executor)
    .await?;
    Ok(())
}

fn to_message(row: &AnyRow) -> Result<StoredMessage> {
    Ok(StoredMessage {
        id: stored(row, "outbox_messages", "id")?,
        channel: stored(row, "outbox_messages", "channel")?,
        sender: row.try_get("sender")?,
        receiver: row.try_get("receiver")?,
        subject: row.try_get("subject")?,
        text: row.try_get("body_text")?,
        html: row.try_get("body_html")?,
        headers: row.try_get("headers")?,
        created_at: row.try_get("created_at")?,
    })
}

/// How many messages are kept, with invitations or without.
pub async fn count(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    with_invites: bool,
) -> Result<i64> {
    let row = sqlx::query(
        "select count(*) as total from outbox_messages where business_id = $1 and (invite_id is null or $2 = 1)",
    )
    .bind(business.as_str())
    .bind(i64::from(with_invites))
    .fetch_one(executor)
    .await?;
    Ok(row.try_get("total")?)
}

/// One page, newest first, with invitations or without.
pub async fn list(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    with_invites: bool,
    limit: i64,
    offset: i64,
) -> Result<Vec<StoredMessage>> {
    let rows = sqlx::query(
        "select id, channel, sender, receiver, subject, body_text, '' as body_html, '' as headers, created_at \
         from outbox_messages where business_id = $1 and (invite_id is null or $4 = 1) \
         order by created_at desc, id desc limit $2 offset $3",
    )
    .bind(business.as_str())
    .bind(limit)
    .bind(offset)
    .bind(i64::from(with_invites))
    .fetch_all(executor)
    .await?;
    rows.iter().map(to_message).collect()
}

/// One message; an invitation only where those are asked for.
pub async fn find(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    id: &OutboxMessageId,
    with_invites: bool,
) -> Result<Option<StoredMessage>> {
    let row = sqlx::query(
        "select id, channel, sender, receiver, subject, body_text, body_html, headers, created_at \
         from outbox_messages where business_id = $1 and id = $2 and (invite_id is null or $3 = 1)",
    )
    .bind(business.as_str())
    .bind(id.as_str())
    .bind(i64::from(with_invites))
    .fetch_optional(executor)
    .await?;
    row.as_ref().map(to_message).transpose()
}
