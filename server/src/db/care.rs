//! SQL of how a business takes care of its contacts: its columns of `businesses`, and how often a contact was asked.

use super::{Error, Result, deliveries::json};
use app::{
    care::{Care, QuietHours},
    eligibility::Reason,
    id::{BusinessId, DeliveryId},
};
use sqlx::{Any, Executor, Row, any::AnyRow};

/// What a business has set, and the country whose clock is its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredCare {
    /// Two-letter country.
    pub country: String,
    /// The time zone that was chosen; empty for the country's.
    pub time_zone: String,
    /// What it has set.
    pub care: Care,
}

/// What a row says that has `country`, `time_zone`, `quiet_from_minute`, `quiet_until_minute` and `weekly_cap` of `businesses`.
pub(super) fn to_care(row: &AnyRow) -> Result<StoredCare> {
    let number = |column| {
        let number: Option<i64> = row.try_get(column)?;
        number
            .map(|number| u32::try_from(number).map_err(|_| Error::Stored { table: "businesses", column }))
            .transpose()
    };
    let (from, until) = (number("quiet_from_minute")?, number("quiet_until_minute")?);
    let corrupt = Error::Stored { table: "businesses", column: "quiet_from_minute" };
    let quiet = from.zip(until).map(|(from, until)| QuietHours::new(from, until).ok_or(corrupt)).transpose()?;
    Ok(StoredCare {
        country: row.try_get("country")?,
        time_zone: row.try_get("time_zone")?,
        care: Care { quiet, weekly_cap: number("weekly_cap")? },
    })
}

/// What a business has set.
pub async fn find(executor: impl Executor<'_, Database = Any>, business: &BusinessId) -> Result<Option<StoredCare>> {
    let row = sqlx::query(
        "select country, time_zone, quiet_from_minute, quiet_until_minute, weekly_cap from businesses where id = $1",
    )
    .bind(business.as_str())
    .fetch_optional(executor)
    .await?;
    row.as_ref().map(to_care).transpose()
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

/// Leaves a message out that waits; false when a worker has it, or it does not wait any more.
pub async fn suppress_waiting(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    delivery: &DeliveryId,
    reasons: &[Reason],
    now: i64,
) -> Result<bool> {
    let done = sqlx::query(
        "update deliveries set status = 'suppressed', reasons = $3, due_at = null, words = null, updated_at = $4 \
         where business_id = $1 and id = $2 and status in ('held', 'queued') and worker is null",
    )
    .bind(business.as_str())
    .bind(delivery.as_str())
    .bind(json(reasons, "reasons")?)
    .bind(now)
    .execute(executor)
    .await?;
    Ok(done.rows_affected() == 1)
}
