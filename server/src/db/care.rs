//! SQL of how a business takes care of its contacts: its columns of `businesses`, and how often a contact was asked.

use super::{Error, Result};
use app::{
    care::{Care, QuietHours},
    id::{BusinessId, ContactId},
};
use sqlx::{Any, Executor, Row, any::AnyRow};

/// What a business has set, and the country whose clock is its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredCare {
    /// Two-letter country.
    pub country: String,
    /// What it has set.
    pub care: Care,
}

/// The quiet hours that a row of `businesses` names.
pub(super) fn quiet(row: &AnyRow) -> Result<Option<QuietHours>> {
    let corrupt = || Error::Stored { table: "businesses", column: "quiet_from_minute" };
    let minute = |column| {
        let minute: Option<i64> = row.try_get(column)?;
        minute.map(|minute| u32::try_from(minute).map_err(|_| corrupt())).transpose()
    };
    let (from, until) = (minute("quiet_from_minute")?, minute("quiet_until_minute")?);
    from.zip(until).map(|(from, until)| QuietHours::new(from, until).ok_or_else(corrupt)).transpose()
}

/// What a business has set.
pub async fn find(executor: impl Executor<'_, Database = Any>, business: &BusinessId) -> Result<Option<StoredCare>> {
    let row =
        sqlx::query("select country, quiet_from_minute, quiet_until_minute, weekly_cap from businesses where id = $1")
            .bind(business.as_str())
            .fetch_optional(executor)
            .await?;
    row.map(|row| {
        let weekly_cap: Option<i64> = row.try_get("weekly_cap")?;
        let corrupt = |_| Error::Stored { table: "businesses", column: "weekly_cap" };
        let weekly_cap = weekly_cap.map(u32::try_from).transpose().map_err(corrupt)?;
        Ok(StoredCare { country: row.try_get("country")?, care: Care { quiet: quiet(&row)?, weekly_cap } })
    })
    .transpose()
}

/// Changes what a business has set.
pub async fn update(executor: impl Executor<'_, Database = Any>, business: &BusinessId, care: Care) -> Result<()> {
    sqlx::query("update businesses set quiet_from_minute = $2, quiet_until_minute = $3, weekly_cap = $4 where id = $1")
        .bind(business.as_str())
        .bind(care.quiet.map(|quiet| i64::from(quiet.from_minute())))
        .bind(care.quiet.map(|quiet| i64::from(quiet.until_minute())))
        .bind(care.weekly_cap.map(i64::from))
        .execute(executor)
        .await?;
    Ok(())
}

/// How many campaigns and reminders have reached a contact since a time, or may still reach it. Both channels of one are one.
pub async fn count_requests(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    contact: &ContactId,
    since: i64,
) -> Result<u32> {
    let row = sqlx::query(
        "select count(distinct campaign_id) as requests from deliveries where business_id = $1 and contact_id = $2 \
         and (status in ('held', 'queued') and due_at is not null \
           or status in ('unknown', 'sent', 'delivered') and coalesce(sent_at, updated_at) > $3)",
    )
    .bind(business.as_str())
    .bind(contact.as_str())
    .bind(since)
    .fetch_one(executor)
    .await?;
    Ok(u32::try_from(row.try_get::<i64, _>("requests")?).unwrap_or(u32::MAX))
}
