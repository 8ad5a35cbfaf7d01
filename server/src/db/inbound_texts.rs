//! The table `inbound_texts`, and what an answer to a text is matched with. An answer names a number and no business, so
//! these queries look across all of them.

use app::id::{BusinessId, ContactId};
use sqlx::{AnyConnection, Row as _};

use super::{Result, stored};

/// Remembers an answer by the provider's id; false when it was seen before.
pub async fn insert(conn: &mut AnyConnection, provider_id: &str, meaning: &str, now: i64) -> Result<bool> {
    let done = sqlx::query(
        "insert into inbound_texts (provider_id, meaning, created_at) values ($1, $2, $3) on conflict do nothing",
    )
    .bind(provider_id)
    .bind(meaning)
    .bind(now)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Every contact with this number, or with a text on its way to it, and whether the business has texted the number.
pub async fn list_contacts(conn: &mut AnyConnection, phone: &str) -> Result<Vec<(BusinessId, ContactId, bool)>> {
    let rows = sqlx::query(
        "select c.business_id, c.id, (select count(*) from deliveries d where d.address = $1 and d.channel = 'sms' \
         and d.business_id = c.business_id and (d.sent_at is not null or d.unknown_at is not null or d.handed_at is not null)) as texts \
         from contacts c where c.id in (select id from contacts where phone = $1 union \
         select contact_id from deliveries where address = $1 and channel = 'sms' and due_at is not null) \
         order by c.business_id, c.id",
    )
    .bind(phone)
    .fetch_all(conn)
    .await?;
    rows.iter()
        .map(|row| {
            let texts: i64 = row.try_get("texts")?;
            Ok((stored(row, "contacts", "business_id")?, stored(row, "contacts", "id")?, texts > 0))
        })
        .collect()
}

/// Every business that has texted this number, also under an earlier owner.
pub async fn list_senders(conn: &mut AnyConnection, phone: &str) -> Result<Vec<BusinessId>> {
    let rows = sqlx::query(
        "select distinct business_id from deliveries where address = $1 and channel = 'sms' \
         and (sent_at is not null or unknown_at is not null or handed_at is not null) order by business_id",
    )
    .bind(phone)
    .fetch_all(conn)
    .await?;
    rows.iter().map(|row| stored(row, "deliveries", "business_id")).collect()
}

/// The business that texted this number last, and its name.
pub async fn last_sender(conn: &mut AnyConnection, phone: &str) -> Result<Option<(BusinessId, String)>> {
    let row = sqlx::query(
        "select b.id, b.name from deliveries d join businesses b on b.id = d.business_id \
         where d.address = $1 and d.channel = 'sms' \
         and (d.sent_at is not null or d.unknown_at is not null or d.handed_at is not null) \
         order by coalesce(d.sent_at, d.unknown_at, d.handed_at) desc limit 1",
    )
    .bind(phone)
    .fetch_optional(conn)
    .await?;
    row.map(|row| Ok((stored(&row, "businesses", "id")?, row.try_get("name")?))).transpose()
}

/// Forgets some of what came before; how many that were.
pub async fn delete_before(conn: &mut AnyConnection, before: i64, limit: i64) -> Result<u64> {
    let deleted = sqlx::query(
        "delete from inbound_texts where provider_id in \
         (select provider_id from inbound_texts where created_at < $1 limit $2)",
    )
    .bind(before)
    .bind(limit)
    .execute(conn)
    .await?;
    Ok(deleted.rows_affected())
}
