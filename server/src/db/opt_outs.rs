//! The table `opt_outs`: addresses whose owners asked for no more messages, as [`contacts::Person::key`] writes them.
//!
//! [`contacts::Person::key`]: super::contacts::Person::key

use app::{channel::Channel, id::BusinessId};
use sqlx::AnyConnection;

use super::{Result, stored};

/// Remembers an address; false when it was known.
pub async fn insert(
    conn: &mut AnyConnection,
    business: &BusinessId,
    channel: Channel,
    address: &str,
    now: i64,
) -> Result<bool> {
    let done = sqlx::query(
        "insert into opt_outs (business_id, channel, address, created_at) values ($1, $2, $3, $4) on conflict do nothing",
    )
    .bind(business.as_str())
    .bind(channel.as_str())
    .bind(address)
    .bind(now)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Whether the owner of an address asked for no more messages.
pub async fn exists(conn: &mut AnyConnection, business: &BusinessId, channel: Channel, address: &str) -> Result<bool> {
    let count: i64 =
        sqlx::query_scalar("select count(*) from opt_outs where business_id = $1 and channel = $2 and address = $3")
            .bind(business.as_str())
            .bind(channel.as_str())
            .bind(address)
            .fetch_one(conn)
            .await?;
    Ok(count > 0)
}

/// Forgets an address whose owner may be written to again.
pub async fn delete(conn: &mut AnyConnection, business: &BusinessId, channel: Channel, address: &str) -> Result<()> {
    sqlx::query("delete from opt_outs where business_id = $1 and channel = $2 and address = $3")
        .bind(business.as_str())
        .bind(channel.as_str())
        .bind(address)
        .execute(conn)
        .await?;
    Ok(())
}

/// Forgets a phone for every business; which ones knew it.
pub async fn delete_phone(conn: &mut AnyConnection, phone: &str) -> Result<Vec<BusinessId>> {
    let rows = sqlx::query("delete from opt_outs where channel = 'sms' and address = $1 returning business_id")
        .bind(phone)
        .fetch_all(conn)
        .await?;
    rows.iter().map(|row| stored(row, "opt_outs", "business_id")).collect()
}
