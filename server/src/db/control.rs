//! SQL of what people do to a campaign on its way. A delivery that was handed over is never touched: each statement looks at
//! `handed_at` or `worker` in the row that it changes.

use super::{Error, Result, deliveries::Recipient, stored};
use app::{
    channel::Channel,
    id::{BusinessId, CampaignId, ContactId, DeliveryId, PaymentId},
};
use sqlx::{Any, Executor, Row as _};

/// What is written on a delivery that was taken back.
pub const TAKEN_BACK: &str = "Taken back before it left.";

/// Locks all waiting deliveries of a campaign at once. Two transactions that lock them one by one, each in its own order, would
/// block each other.
pub async fn touch_waiting(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    campaign: &CampaignId,
) -> Result<()> {
    sqlx::query(
        "update deliveries set updated_at = updated_at where business_id = $1 and campaign_id = $2 \
         and status in ('held', 'queued') and worker is null",
    )
    .bind(business.as_str())
    .bind(campaign.as_str())
    .execute(executor)
    .await?;
    Ok(())
}

/// Another time for a message that is held.
#[derive(Clone, Debug, Default)]
pub struct Due {
    /// When it leaves.
    pub at: i64,
    /// What it waits for, in words.
    pub words: Option<String>,
    /// The end of the quiet hours that do not hold it, where a person said so.
    pub quiet_waived_until: Option<i64>,
}

/// Gives a message that is held another time; false when it is not held any more.
pub async fn update_due(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    delivery: &DeliveryId,
    due: Due,
    now: i64,
) -> Result<bool> {
    let changed = sqlx::query(
        "update deliveries set status = case when $3 > $4 then 'held' else 'queued' end, due_at = $3, words = $5, \
         quiet_waived_until = $6, updated_at = $4 \
         where business_id = $1 and id = $2 and status = 'held' and worker is null",
    )
    .bind(business.as_str())
    .bind(delivery.as_str())
    .bind(due.at)
    .bind(now)
    .bind(due.words)
    .bind(due.quiet_waived_until)
    .execute(executor)
    .await?;
    Ok(changed.rows_affected() == 1)
}

/// Takes back what was not handed over, for one contact or for all, also out of a worker's hands; how many deliveries that were.
pub async fn cancel_waiting(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    campaign: &CampaignId,
    contact: Option<&ContactId>,
    now: i64,
) -> Result<u64> {
    let changed = sqlx::query(
        "update deliveries set status = 'canceled', due_at = null, worker = null, words = $4, canceled_at = $5, \
         updated_at = $5 where business_id = $1 and campaign_id = $2 and ($3 = '' or contact_id = $3) \
         and status in ('held', 'queued') and handed_at is null",
    )
    .bind(business.as_str())
    .bind(campaign.as_str())
    .bind(contact.map_or("", ContactId::as_str))
    .bind(TAKEN_BACK)
    .bind(now)
    .execute(executor)
    .await?;
    Ok(changed.rows_affected())
}

/// Marks what a worker holds for this contact: should it come back, it is not sent again. How many deliveries that were.
pub async fn cancel_in_hand(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    campaign: &CampaignId,
    contact: &ContactId,
    now: i64,
) -> Result<u64> {
    let changed = sqlx::query(
        "update deliveries set canceled_at = $4 where business_id = $1 and campaign_id = $2 and contact_id = $3 \
         and status in ('held', 'queued', 'unknown') and due_at is not null and canceled_at is null",
    )
    .bind(business.as_str())
    .bind(campaign.as_str())
    .bind(contact.as_str())
    .bind(now)
    .execute(executor)
    .await?;
    Ok(changed.rows_affected())
}

/// Ends a campaign: whatever a worker gives back is not sent again. False when it had ended.
pub async fn update_canceled(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    campaign: &CampaignId,
    now: i64,
) -> Result<bool> {
    let changed = sqlx::query(
        "update campaigns set canceled_at = $3, paused_at = null, pause_reason = null \
         where business_id = $1 and id = $2 and canceled_at is null",
    )
    .bind(business.as_str())
    .bind(campaign.as_str())
    .bind(now)
    .execute(executor)
    .await?;
    Ok(changed.rows_affected() == 1)
}

/// Marks a campaign as recalled; false when it was.
pub async fn update_recalled(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    campaign: &CampaignId,
    now: i64,
) -> Result<bool> {
    let changed =
        sqlx::query("update campaigns set recalled_at = $3 where business_id = $1 and id = $2 and recalled_at is null")
            .bind(business.as_str())
            .bind(campaign.as_str())
            .bind(now)
            .execute(executor)
            .await?;
    Ok(changed.rows_affected() == 1)
}

/// Gives a scheduled campaign another time.
pub async fn update_starts(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    campaign: &CampaignId,
    starts_at: i64,
) -> Result<()> {
    sqlx::query("update campaigns set starts_at = $3 where business_id = $1 and id = $2")
        .bind(business.as_str())
        .bind(campaign.as_str())
        .bind(starts_at)
        .execute(executor)
        .await?;
    Ok(())
}

/// Keeps a campaign's deliveries from being claimed; false when it was paused or has ended.
pub async fn update_paused(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    campaign: &CampaignId,
    reason: &str,
    now: i64,
) -> Result<bool> {
    let changed = sqlx::query(
        "update campaigns set paused_at = $3, pause_reason = $4 \
         where business_id = $1 and id = $2 and paused_at is null and canceled_at is null",
    )
    .bind(business.as_str())
    .bind(campaign.as_str())
    .bind(now)
    .bind(reason)
    .execute(executor)
    .await?;
    Ok(changed.rows_affected() == 1)
}

/// Lets a paused campaign go on; false when it was not paused.
pub async fn update_resumed(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    campaign: &CampaignId,
) -> Result<bool> {
    let changed = sqlx::query(
        "update campaigns set paused_at = null, pause_reason = null, email_refusals = 0, sms_refusals = 0 \
         where business_id = $1 and id = $2 and paused_at is not null",
    )
    .bind(business.as_str())
    .bind(campaign.as_str())
    .execute(executor)
    .await?;
    Ok(changed.rows_affected() == 1)
}

/// A pause is no time of trying: what waits is tried for as long as if it were new.
pub async fn forget_composed(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    campaign: &CampaignId,
) -> Result<()> {
    sqlx::query(
        "update deliveries set composed_at = null where business_id = $1 and campaign_id = $2 \
         and due_at is not null and worker is null and unknown_at is null",
    )
    .bind(business.as_str())
    .bind(campaign.as_str())
    .execute(executor)
    .await?;
    Ok(())
}

/// Counts failures in a row that are the fault of one channel's provider: `answered` begins anew, then so many more are added.
pub async fn count_refusals(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    campaign: &CampaignId,
    channel: Channel,
    answered: bool,
    more: i64,
) -> Result<()> {
    sqlx::query(
        "update campaigns set \
         email_refusals = case when $5 <> 'email' then email_refusals when $3 = 1 then $4 else email_refusals + $4 end, \
         sms_refusals = case when $5 <> 'sms' then sms_refusals when $3 = 1 then $4 else sms_refusals + $4 end \
         where business_id = $1 and id = $2",
    )
    .bind(business.as_str())
    .bind(campaign.as_str())
    .bind(i64::from(answered))
    .bind(more)
    .bind(channel.as_str())
    .execute(executor)
    .await?;
    Ok(())
}

/// Pauses a campaign that was refused so often, if anything still waits; false when it goes on.
pub async fn pause_refused(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    campaign: &CampaignId,
    limit: i64,
    reason: &str,
    now: i64,
) -> Result<bool> {
    let changed = sqlx::query(
        "update campaigns set paused_at = $3, pause_reason = $4 where business_id = $1 and id = $2 \
         and (email_refusals >= $5 or sms_refusals >= $5) \
         and paused_at is null and canceled_at is null \
         and exists (select 1 from deliveries d where d.campaign_id = $2 and d.due_at is not null)",
    )
    .bind(business.as_str())
    .bind(campaign.as_str())
    .bind(now)
    .bind(reason)
    .bind(limit)
    .execute(executor)
    .await?;
    Ok(changed.rows_affected() == 1)
}

/// Pauses a campaign of which something still waits; false when nothing does, or it was paused or has ended.
pub async fn pause_waiting(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    campaign: &CampaignId,
    reason: &str,
    now: i64,
) -> Result<bool> {
    let changed = sqlx::query(
        "update campaigns set paused_at = $3, pause_reason = $4 where business_id = $1 and id = $2 \
         and paused_at is null and canceled_at is null \
         and exists (select 1 from deliveries d where d.campaign_id = $2 and d.due_at is not null)",
    )
    .bind(business.as_str())
    .bind(campaign.as_str())
    .bind(now)
    .bind(reason)
    .execute(executor)
    .await?;
    Ok(changed.rows_affected() == 1)
}

/// An email of a campaign that a server has refused for good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredRefusal {
    /// Which.
    pub delivery: DeliveryId,
    /// To whom.
    pub contact: ContactId,
    /// Where it was to go.
    pub address: String,
    /// Our words.
    pub words: String,
    /// The server's code.
    pub code: Option<String>,
    /// The server's words.
    pub said: Option<String>,
}

/// The emails of a campaign that were refused with this code since somebody let it go on: at once, or in a report.
pub async fn list_refusals(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    campaign: &CampaignId,
    code: Option<&str>,
) -> Result<Vec<StoredRefusal>> {
    let rows = sqlx::query(
        "with resumed (at) as (select coalesce(max(created_at), 0) from campaign_events \
         where business_id = $1 and campaign_id = $2 and kind = 'resumed') \
         select d.id, d.contact_id, d.address, a.words, a.code, a.said from deliveries d \
         join delivery_attempts a on a.delivery_id = d.id and a.attempt = d.attempts and a.outcome = 'failed' \
         join resumed on a.created_at >= resumed.at \
         where d.business_id = $1 and d.campaign_id = $2 and d.channel = 'email' and d.status = 'failed' and a.code = $3 \
         union all \
         select d.id, d.contact_id, d.address, r.words, r.code, r.said from deliveries d \
         join delivery_reports r on r.delivery_id = d.id and r.outcome = 'undelivered' \
         join resumed on r.created_at >= resumed.at \
         where d.business_id = $1 and d.campaign_id = $2 and d.channel = 'email' and d.status = 'undelivered' \
         and coalesce(r.code, '') = $3",
    )
    .bind(business.as_str())
    .bind(campaign.as_str())
    .bind(code.unwrap_or_default())
    .fetch_all(executor)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(StoredRefusal {
                delivery: stored(row, "deliveries", "id")?,
                contact: stored(row, "deliveries", "contact_id")?,
                address: row.try_get("address")?,
                words: row.try_get("words")?,
                code: row.try_get("code")?,
                said: row.try_get("said")?,
            })
        })
        .collect()
}

/// Queues a delivery that has failed, to where the contact is reached now; false when it is no longer one that failed.
pub async fn update_retried(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    delivery: &DeliveryId,
    (address, recipient): (&str, &Recipient),
    now: i64,
) -> Result<bool> {
    let recipient =
        serde_json::to_string(recipient).map_err(|_| Error::Stored { table: "deliveries", column: "recipient" })?;
    let changed = sqlx::query(
        "update deliveries set status = 'queued', address = $3, recipient = $4, due_at = $5, failures = 0, asks = 0, \
         unknown_at = null, composed_at = null, provider_id = null, words = null, sent_at = null, updated_at = $5 \
         where business_id = $1 and id = $2 and status in ('failed', 'undelivered') and worker is null and canceled_at is null",
    )
    .bind(business.as_str())
    .bind(delivery.as_str())
    .bind(address)
    .bind(recipient)
    .bind(now)
    .execute(executor)
    .await?;
    Ok(changed.rows_affected() == 1)
}

/// Someone knows that a text nobody can ask about arrived; false when it is no such text any more.
pub async fn update_confirmed(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    delivery: &DeliveryId,
    now: i64,
) -> Result<bool> {
    let changed = sqlx::query(
        "update deliveries set status = 'delivered', attempts = attempts + 1, words = null, \
         sent_at = coalesce(sent_at, unknown_at), unknown_at = null, updated_at = $3 \
         where business_id = $1 and id = $2 and status = 'unknown' and due_at is null and worker is null",
    )
    .bind(business.as_str())
    .bind(delivery.as_str())
    .bind(now)
    .execute(executor)
    .await?;
    Ok(changed.rows_affected() == 1)
}

/// Queues a text nobody can ask about once more; false when it is no such text any more.
pub async fn update_sent_again(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    delivery: &DeliveryId,
    now: i64,
) -> Result<bool> {
    let changed = sqlx::query(
        "update deliveries set status = 'queued', attempts = attempts + 1, due_at = $3, failures = 0, asks = 0, \
         unknown_at = case when channel = 'email' then unknown_at end, composed_at = null, words = null, updated_at = $3 \
         where business_id = $1 and id = $2 and status = 'unknown' and due_at is null and worker is null \
         and canceled_at is null",
    )
    .bind(business.as_str())
    .bind(delivery.as_str())
    .bind(now)
    .execute(executor)
    .await?;
    Ok(changed.rows_affected() == 1)
}

/// The payments of a campaign that were begun and not decided.
pub async fn list_open_payments(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    campaign: &CampaignId,
) -> Result<Vec<PaymentId>> {
    let rows = sqlx::query(
        "select id from payments where business_id = $1 and status = 'pending' and personal_link_id in \
         (select personal_link_id from deliveries where business_id = $1 and campaign_id = $2)",
    )
    .bind(business.as_str())
    .bind(campaign.as_str())
    .fetch_all(executor)
    .await?;
    rows.iter().map(|row| stored(row, "payments", "id")).collect()
}
