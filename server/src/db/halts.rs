//! SQL of sending that is stopped for a whole business.

use super::{Result, stored};
use app::id::{BusinessId, CampaignId};
use sqlx::{Any, AnyConnection, Executor, Row as _};

/// Whether anybody has set up a business.
pub async fn has_businesses(executor: impl Executor<'_, Database = Any>) -> Result<bool> {
    Ok(sqlx::query("select 1 from businesses limit 1").fetch_optional(executor).await?.is_some())
}

/// How many businesses send nothing.
pub async fn count_stopped(executor: impl Executor<'_, Database = Any>) -> Result<i64> {
    Ok(sqlx::query_scalar("select count(*) from businesses where sending_stopped_at is not null")
        .fetch_one(executor)
        .await?)
}

/// Stops the sending of every business that is there; what was stopped before keeps its time.
pub async fn stop_all(executor: impl Executor<'_, Database = Any>, now: i64) -> Result<()> {
    sqlx::query("update businesses set sending_stopped_at = $1 where sending_stopped_at is null")
        .bind(now)
        .execute(executor)
        .await?;
    Ok(())
}

/// Stops the sending of one business; false when it was stopped.
pub async fn stop(executor: impl Executor<'_, Database = Any>, business: &BusinessId, now: i64) -> Result<bool> {
    let changed =
        sqlx::query("update businesses set sending_stopped_at = $2 where id = $1 and sending_stopped_at is null")
            .bind(business.as_str())
            .bind(now)
            .execute(executor)
            .await?;
    Ok(changed.rows_affected() == 1)
}

/// Starts it again; false when it was not stopped.
pub async fn start(executor: impl Executor<'_, Database = Any>, business: &BusinessId) -> Result<bool> {
    let changed =
        sqlx::query("update businesses set sending_stopped_at = null where id = $1 and sending_stopped_at is not null")
            .bind(business.as_str())
            .execute(executor)
            .await?;
    Ok(changed.rows_affected() == 1)
}

/// Since when the sending of a business is stopped, if it is.
pub async fn find(executor: impl Executor<'_, Database = Any>, business: &BusinessId) -> Result<Option<i64>> {
    let row = sqlx::query("select sending_stopped_at from businesses where id = $1")
        .bind(business.as_str())
        .fetch_optional(executor)
        .await?;
    Ok(row.map(|row| row.try_get::<Option<i64>, _>("sending_stopped_at")).transpose()?.flatten())
}

/// What would leave by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Messages.
    pub messages: i64,
    /// People whom they go to.
    pub people: i64,
    /// When "Send" was pressed for the first of them.
    pub oldest_at: Option<i64>,
    /// Planned reminders.
    pub reminders: i64,
}

/// What would leave by itself if sending were started.
pub async fn waiting(executor: impl Executor<'_, Database = Any>, business: &BusinessId) -> Result<Waiting> {
    let row = sqlx::query(
        "select count(*) as messages, count(distinct contact_id) as people, min(created_at) as oldest_at, \
         (select count(*) from reminders r where r.business_id = $1 and r.made_at is null and r.canceled_at is null) \
         as reminders from deliveries where business_id = $1 and due_at is not null",
    )
    .bind(business.as_str())
    .fetch_one(executor)
    .await?;
    Ok(Waiting {
        messages: row.try_get("messages")?,
        people: row.try_get("people")?,
        oldest_at: row.try_get("oldest_at")?,
        reminders: row.try_get("reminders")?,
    })
}

/// The campaigns of which something waits: a message or a reminder.
pub async fn list_waiting(connection: &mut AnyConnection, business: &BusinessId) -> Result<Vec<CampaignId>> {
    let rows = sqlx::query(
        "select campaign_id from deliveries where business_id = $1 and due_at is not null \
         union select campaign_id from reminders where business_id = $1 and made_at is null and canceled_at is null \
         order by 1",
    )
    .bind(business.as_str())
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| stored(row, "deliveries", "campaign_id")).collect()
}
