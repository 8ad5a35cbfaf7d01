//! SQL of the second pair of eyes: when a business wants it, and which campaigns wait for it.

use super::{Result, stored, stored_option};
use app::{
    id::{BusinessId, CampaignId, PaymentLinkId, UserId},
    money::{Currency, Money},
};
use sqlx::{Any, Executor, Row as _};

/// Above what a campaign waits; none is never.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StoredRule {
    /// People that are sent to.
    pub people: Option<i64>,
    /// Minor units of the business's currency, asked for in total.
    pub minor: Option<i64>,
}

/// The rule of a business.
pub async fn find_rule(executor: impl Executor<'_, Database = Any>, business: &BusinessId) -> Result<StoredRule> {
    let row = sqlx::query("select approval_people, approval_minor from businesses where id = $1")
        .bind(business.as_str())
        .fetch_optional(executor)
        .await?;
    let Some(row) = row else { return Ok(StoredRule::default()) };
    Ok(StoredRule { people: row.try_get("approval_people")?, minor: row.try_get("approval_minor")? })
}

/// Changes the rule of a business.
pub async fn update_rule(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    rule: StoredRule,
) -> Result<()> {
    sqlx::query("update businesses set approval_people = $2, approval_minor = $3 where id = $1")
        .bind(business.as_str())
        .bind(rule.people)
        .bind(rule.minor)
        .execute(executor)
        .await?;
    Ok(())
}

/// To how many people each campaign goes that may leave with this payment link and has not, in full.
pub async fn list_leaving(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    payment_link: &PaymentLinkId,
) -> Result<Vec<i64>> {
    let rows = sqlx::query(
        "select count(distinct d.contact_id) as people from campaigns c join deliveries d on d.campaign_id = c.id \
         where c.business_id = $1 and c.payment_link_id = $2 and c.canceled_at is null \
         and d.status in ('held', 'queued') and d.due_at is not null group by c.id",
    )
    .bind(business.as_str())
    .bind(payment_link.as_str())
    .fetch_all(executor)
    .await?;
    rows.iter().map(|row| Ok(row.try_get("people")?)).collect()
}

/// A campaign that waits or waited for approval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredApproval {
    /// Who pressed "Send".
    pub sender: UserId,
    /// Their address.
    pub sender_email: String,
    /// When it is to begin, if it was scheduled.
    pub starts_at: Option<i64>,
    /// Since when it waits.
    pub wanted_at: i64,
    /// Since when it may leave.
    pub approved_at: Option<i64>,
    /// Since when it may not.
    pub declined_at: Option<i64>,
    /// What each person was to be asked for when it began to wait, where that was kept.
    pub asked: Option<Money>,
}

/// The approval of a campaign; none for one that never needed it.
pub async fn find(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    campaign: &CampaignId,
) -> Result<Option<StoredApproval>> {
    let row = sqlx::query(
        "select c.user_id, u.email, c.starts_at, c.approval_wanted_at, c.approved_at, c.declined_at, c.asked_minor, \
         c.asked_currency \
         from campaigns c join users u on u.id = c.user_id \
         where c.business_id = $1 and c.id = $2 and c.approval_wanted_at is not null",
    )
    .bind(business.as_str())
    .bind(campaign.as_str())
    .fetch_optional(executor)
    .await?;
    row.map(|row| {
        let minor: Option<i64> = row.try_get("asked_minor")?;
        let currency: Option<Currency> = stored_option(&row, "campaigns", "asked_currency")?;
        Ok(StoredApproval {
            sender: stored(&row, "campaigns", "user_id")?,
            sender_email: row.try_get("email")?,
            starts_at: row.try_get("starts_at")?,
            wanted_at: row.try_get("approval_wanted_at")?,
            approved_at: row.try_get("approved_at")?,
            declined_at: row.try_get("declined_at")?,
            asked: minor.zip(currency).map(|(minor, currency)| Money::new(minor, currency)),
        })
    })
    .transpose()
}

/// How many people get something once a campaign that waits may leave.
pub async fn count_people(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    campaign: &CampaignId,
) -> Result<i64> {
    let row = sqlx::query(
        "select count(distinct contact_id) as people from deliveries \
         where business_id = $1 and campaign_id = $2 and status = 'held' and due_at is null and worker is null",
    )
    .bind(business.as_str())
    .bind(campaign.as_str())
    .fetch_one(executor)
    .await?;
    Ok(row.try_get("people")?)
}

/// Lets a campaign wait that asks each person for so much.
pub async fn update_wanted(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    campaign: &CampaignId,
    asked: Money,
    now: i64,
) -> Result<()> {
    sqlx::query(
        "update campaigns set approval_wanted_at = $3, asked_minor = $4, asked_currency = $5 \
         where business_id = $1 and id = $2",
    )
    .bind(business.as_str())
    .bind(campaign.as_str())
    .bind(now)
    .bind(asked.minor)
    .bind(asked.currency.code())
    .execute(executor)
    .await?;
    Ok(())
}

/// Approves a campaign that waits; false when it does not.
pub async fn update_approved(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    campaign: &CampaignId,
    by: &UserId,
    now: i64,
) -> Result<bool> {
    let changed = sqlx::query(
        "update campaigns set approved_at = $4, decided_by = $3 where business_id = $1 and id = $2 \
         and approval_wanted_at is not null and approved_at is null and declined_at is null and canceled_at is null",
    )
    .bind(business.as_str())
    .bind(campaign.as_str())
    .bind(by.as_str())
    .bind(now)
    .execute(executor)
    .await?;
    Ok(changed.rows_affected() == 1)
}

/// Declines a campaign that waits, which ends it; false when it does not.
pub async fn update_declined(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    campaign: &CampaignId,
    by: &UserId,
    now: i64,
) -> Result<bool> {
    let changed = sqlx::query(
        "update campaigns set declined_at = $4, decided_by = $3, canceled_at = $4 where business_id = $1 and id = $2 \
         and approval_wanted_at is not null and approved_at is null and declined_at is null and canceled_at is null",
    )
    .bind(business.as_str())
    .bind(campaign.as_str())
    .bind(by.as_str())
    .bind(now)
    .execute(executor)
    .await?;
    Ok(changed.rows_affected() == 1)
}
