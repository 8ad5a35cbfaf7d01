//! The table `single_messages`: messages outside of any campaign.

use app::{
    channel::Channel,
    id::{BusinessId, SingleMessageId, UserId},
    single_messages::{SingleOutcome, SinglePurpose},
};
use sqlx::{AnyConnection, Row as _};

use super::{Result, stored};

/// A message that is about to leave.
#[derive(Clone, Copy, Debug)]
pub struct NewSingleMessage<'a> {
    /// Its id.
    pub id: &'a SingleMessageId,
    /// The user who sends it.
    pub user: &'a UserId,
    /// What for.
    pub purpose: SinglePurpose,
    /// Email or SMS.
    pub channel: Channel,
    /// To whom.
    pub address: &'a str,
}

/// A message as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredSingleMessage {
    /// What for.
    pub purpose: SinglePurpose,
    /// Email or SMS.
    pub channel: Channel,
    /// To whom.
    pub address: String,
    /// The log-in of who sent it.
    pub user: String,
    /// What came of it, if that is known.
    pub outcome: Option<SingleOutcome>,
    /// Why it failed; empty otherwise.
    pub said: String,
    /// When it was handed over.
    pub created_at: i64,
}

/// Records a message before it leaves.
pub async fn insert(
    conn: &mut AnyConnection,
    business: &BusinessId,
    new: NewSingleMessage<'_>,
    now: i64,
) -> Result<()> {
    sqlx::query(
        "insert into single_messages (id, business_id, user_id, purpose, channel, address, created_at) \
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(new.id.as_str())
    .bind(business.as_str())
    .bind(new.user.as_str())
    .bind(new.purpose.as_str())
    .bind(new.channel.as_str())
    .bind(new.address)
    .bind(now)
    .execute(conn)
    .await?;
    Ok(())
}

/// When the messages of a purpose left since then, oldest first: each with whether this user sent it.
pub async fn list_times(
    conn: &mut AnyConnection,
    business: &BusinessId,
    user: &UserId,
    purpose: SinglePurpose,
    since: i64,
) -> Result<Vec<(i64, bool)>> {
    let rows = sqlx::query(
        "select created_at, user_id from single_messages where business_id = $1 and purpose = $2 and created_at > $3 \
         order by created_at",
    )
    .bind(business.as_str())
    .bind(purpose.as_str())
    .bind(since)
    .fetch_all(conn)
    .await?;
    rows.iter()
        .map(|row| Ok((row.try_get("created_at")?, row.try_get::<String, _>("user_id")? == user.as_str())))
        .collect()
}

/// Records what came of a message.
pub async fn settle(
    conn: &mut AnyConnection,
    business: &BusinessId,
    id: &SingleMessageId,
    outcome: SingleOutcome,
    said: &str,
) -> Result<()> {
    sqlx::query("update single_messages set outcome = $3, said = $4 where business_id = $1 and id = $2")
        .bind(business.as_str())
        .bind(id.as_str())
        .bind(outcome.as_str())
        .bind(said)
        .execute(conn)
        .await?;
    Ok(())
}

/// The last ones, newest first, with invitations or without.
pub async fn list(
    conn: &mut AnyConnection,
    business: &BusinessId,
    with_invites: bool,
    limit: i64,
) -> Result<Vec<StoredSingleMessage>> {
    let rows = sqlx::query(
        "select m.purpose, m.channel, m.address, m.outcome, m.said, m.created_at, u.email from single_messages m \
         join users u on u.id = m.user_id where m.business_id = $1 and (m.purpose = 'test' or $2 = 1) \
         order by m.created_at desc, m.id desc limit $3",
    )
    .bind(business.as_str())
    .bind(i64::from(with_invites))
    .bind(limit)
    .fetch_all(conn)
    .await?;
    rows.iter()
        .map(|row| {
            let outcome: Option<String> = row.try_get("outcome")?;
            Ok(StoredSingleMessage {
                purpose: stored(row, "single_messages", "purpose")?,
                channel: stored(row, "single_messages", "channel")?,
                address: row.try_get("address")?,
                user: row.try_get("email")?,
                outcome: outcome.map(|_| stored(row, "single_messages", "outcome")).transpose()?,
                said: row.try_get("said")?,
                created_at: row.try_get("created_at")?,
            })
        })
        .collect()
}

/// Forgets some of what left before; how many that were.
pub async fn delete_before(conn: &mut AnyConnection, before: i64, limit: i64) -> Result<u64> {
    let deleted = sqlx::query(
        "delete from single_messages where id in (select id from single_messages where created_at < $1 limit $2)",
    )
    .bind(before)
    .bind(limit)
    .execute(conn)
    .await?;
    Ok(deleted.rows_affected())
}
