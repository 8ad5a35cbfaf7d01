//! SQL of the second pair of eyes: when a business wants it, and which campaigns wait for it.

use super::{Result, stored};
use app::{
    id::{BusinessId, CampaignId, PaymentLinkId, UserId},
    money::Money,
};
use sqlx::{Any, AnyConnection, Executor, Row as _};

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
    /// What each person was to be asked for when it began to wait.
    pub asked: Money,
}

/// The approval of a campaign; none for one that never needed it.
pub async fn find(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    campaign: &CampaignId,
) -> Result<Option<StoredApproval>> {
    let row = sqlx::query(
        "select c.user_id, u.email, c.starts_at, a.wanted_at, a.approved_at, a.declined_at, a.amount_minor, a.currency \
         from approvals a join campaigns c on c.id = a.campaign_id join users u on u.id = c.user_id \
         where a.business_id = $1 and a.campaign_id = $2",
    )
    .bind(business.as_str())
    .bind(campaign.as_str())
    .fetch_optional(executor)
    .await?;
    row.map(|row| {
        Ok(StoredApproval {
            sender: stored(&row, "campaigns", "user_id")?,
            sender_email: row.try_get("email")?,
            starts_at: row.try_get("starts_at")?,
            wanted_at: row.try_get("wanted_at")?,
            approved_at: row.try_get("approved_at")?,
            declined_at: row.try_get("declined_at")?,
            asked: Money::new(row.try_get("amount_minor")?, stored(&row, "approvals", "currency")?),
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
pub async fn insert(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    campaign: &CampaignId,
    asked: Money,
    now: i64,
) -> Result<()> {
    sqlx::query(
        "insert into approvals (campaign_id, business_id, amount_minor, currency, wanted_at) values ($1, $2, $3, $4, $5)",
    )
    .bind(campaign.as_str())
    .bind(business.as_str())
    .bind(asked.minor)
    .bind(asked.currency.code())
    .bind(now)
    .execute(executor)
    .await?;
    Ok(())
}

/// Approves a campaign that waits; false when it does not.
pub async fn update_approved(
    connection: &mut AnyConnection,
    business: &BusinessId,
    campaign: &CampaignId,
    by: &UserId,
    now: i64,
) -> Result<bool> {
    let changed = sqlx::query(
        "update approvals set approved_at = $4, decided_by = $3 where business_id = $1 and campaign_id = $2 \
         and approved_at is null and declined_at is null \
         and exists (select 1 from campaigns c where c.id = $2 and c.canceled_at is null)",
    )
    .bind(business.as_str())
    .bind(campaign.as_str())
    .bind(by.as_str())
    .bind(now)
    .execute(connection)
    .await?;
    Ok(changed.rows_affected() == 1)
}

/// Declines a campaign that waits, which ends it; false when it does not.
pub async fn update_declined(
    connection: &mut AnyConnection,
    business: &BusinessId,
    campaign: &CampaignId,
    by: &UserId,
    now: i64,
) -> Result<bool> {
    let ended =
        sqlx::query("update campaigns set canceled_at = $3 where business_id = $1 and id = $2 and canceled_at is null")
            .bind(business.as_str())
            .bind(campaign.as_str())
            .bind(now)
            .execute(&mut *connection)
            .await?;
    let declined = sqlx::query(
        "update approvals set declined_at = $4, decided_by = $3 where business_id = $1 and campaign_id = $2 \
         and approved_at is null and declined_at is null",
    )
    .bind(business.as_str())
    .bind(campaign.as_str())
    .bind(by.as_str())
    .bind(now)
    .execute(connection)
    .await?;
    Ok(ended.rows_affected() == 1 && declined.rows_affected() == 1)
}
