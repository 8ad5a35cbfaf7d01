//! SQL of the table `campaign_events`: who did what to a campaign, append-only.

use super::{Result, new_id};
use crate::facts::CampaignEvent;
use app::id::{BusinessId, CampaignEventId, CampaignId, UserId};
use sqlx::{Any, AnyConnection, Executor, Row as _};

/// An event that is not written yet.
pub(super) struct NewEvent {
    pub business: BusinessId,
    pub campaign: CampaignId,
    /// None for what happened by itself.
    pub user: Option<UserId>,
    pub what: CampaignEvent,
    pub words: String,
    pub at: i64,
}

/// Adds an event.
pub(super) async fn insert(connection: &mut AnyConnection, event: &NewEvent) -> Result<()> {
    let id: CampaignEventId = new_id(event.at);
    sqlx::query(
        "insert into campaign_events (id, business_id, campaign_id, user_id, kind, words, created_at) \
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(id.as_str())
    .bind(event.business.as_str())
    .bind(event.campaign.as_str())
    .bind(event.user.as_ref().map(UserId::as_str))
    .bind(event.what.as_str())
    .bind(event.words.as_str())
    .bind(event.at)
    .execute(connection)
    .await?;
    Ok(())
}

/// An event as the history shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredEvent {
    /// When.
    pub created_at: i64,
    /// Whose doing; none for what happened by itself.
    pub user_email: Option<String>,
    /// What kind of thing was done.
    pub kind: String,
    /// What was done, in one sentence.
    pub words: String,
}

/// The events of a campaign, newest first.
pub async fn list(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    campaign: &CampaignId,
) -> Result<Vec<StoredEvent>> {
    let rows = sqlx::query(
        "select e.created_at, u.email, e.kind, e.words from campaign_events e left join users u on u.id = e.user_id \
         where e.business_id = $1 and e.campaign_id = $2 order by e.created_at desc, e.id desc",
    )
    .bind(business.as_str())
    .bind(campaign.as_str())
    .fetch_all(executor)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(StoredEvent {
                created_at: row.try_get("created_at")?,
                user_email: row.try_get("email")?,
                kind: row.try_get("kind")?,
                words: row.try_get("words")?,
            })
        })
        .collect()
}

/// How many events there are.
pub async fn count(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    campaign: &CampaignId,
) -> Result<i64> {
    let row = sqlx::query("select count(*) as events from campaign_events where business_id = $1 and campaign_id = $2")
        .bind(business.as_str())
        .bind(campaign.as_str())
        .fetch_one(executor)
        .await?;
    Ok(row.try_get("events")?)
}
