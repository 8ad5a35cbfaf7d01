//! The table `openings`: how often each checkout was opened, by machines and by people, minute by minute.

use app::id::{BusinessId, CampaignId, ContactId, PaymentLinkId};
use sqlx::{AnyConnection, Row as _};

use super::{Error, Result, personal_links::Origin};
use crate::checkout::opener::Sign;
use crate::clock::DAY_MS;

/// Openings are counted by the minute.
const MINUTE_MS: i64 = 60_000;

/// A quarter of an hour in milliseconds. Openings are told by days, neither engine knows where a day begins in a time zone,
/// and in every zone it begins on a quarter.
pub(super) const QUARTER_MS: i64 = 900_000;

/// One opening. The standard checkout has no origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewOpening {
    /// The tenant.
    pub business: BusinessId,
    /// What was opened.
    pub payment_link: PaymentLinkId,
    /// By whose personal link.
    pub origin: Option<Origin>,
    /// Who it was, and what told.
    pub why: Sign,
    /// Epoch milliseconds.
    pub at: i64,
}

impl NewOpening {
    /// The minute that it is counted in.
    pub const fn minute(&self) -> i64 {
        self.at.div_euclid(MINUTE_MS)
    }
}

/// Keeps openings of one minute by the same link and the same sign: this was the first of them, and so many were there until `last_at`.
pub async fn add(executor: &mut AnyConnection, opening: &NewOpening, times: i64, last_at: i64) -> Result<()> {
    let origin = opening.origin.as_ref();
    sqlx::query(
        "insert into openings (business_id, payment_link_id, personal_link_id, campaign_id, kind, why, created_at, slot, times, \
         last_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
         on conflict (payment_link_id, coalesce(personal_link_id, ''), why, slot) do update set \
         times = openings.times + excluded.times, \
         created_at = case when excluded.created_at < openings.created_at then excluded.created_at else openings.created_at end, \
         last_at = case when excluded.last_at > openings.last_at then excluded.last_at else openings.last_at end",
    )
    .bind(opening.business.as_str())
    .bind(opening.payment_link.as_str())
    .bind(origin.map(|origin| origin.personal_link.as_str()))
    .bind(origin.and_then(|origin| origin.campaign.as_ref()).map(CampaignId::as_str))
    .bind(opening.why.opened_by().as_str())
    .bind(opening.why.as_str())
    .bind(opening.at)
    .bind(opening.minute())
    .bind(times)
    .bind(last_at)
    .execute(executor)
    .await?;
    Ok(())
}

/// Makes one row for each day (UTC), link and sign of the whole days before some time, with as many openings as they were: of the
/// `limit` oldest rows that are not folded, and those of the same moment as the last of them. How many rows that were.
pub async fn fold_into_days(executor: &mut AnyConnection, before: i64, limit: i64) -> Result<u64> {
    let first_kept = before.div_euclid(DAY_MS) * DAY_MS;
    let last: Option<i64> = sqlx::query_scalar(
        "select max(created_at) from (select created_at from openings \
         where created_at < $1 and (slot is null or slot >= 0) order by created_at limit $2) oldest",
    )
    .bind(first_kept)
    .bind(limit)
    .fetch_one(&mut *executor)
    .await?;
    let Some(last) = last else { return Ok(0) };
    sqlx::query(
        "insert into openings (business_id, payment_link_id, personal_link_id, campaign_id, kind, why, created_at, slot, times, \
         last_at) select business_id, payment_link_id, personal_link_id, campaign_id, kind, why, min(created_at), \
         -(created_at / $2), cast(sum(times) as bigint), max(last_at) from openings \
         where created_at <= $1 and (slot is null or slot >= 0) \
         group by business_id, payment_link_id, personal_link_id, campaign_id, kind, why, created_at / $2 \
         on conflict (payment_link_id, coalesce(personal_link_id, ''), why, slot) do update set \
         times = openings.times + excluded.times, \
         created_at = case when excluded.created_at < openings.created_at then excluded.created_at else openings.created_at end, \
         last_at = case when excluded.last_at > openings.last_at then excluded.last_at else openings.last_at end",
    )
    .bind(last)
    .bind(DAY_MS)
    .execute(&mut *executor)
    .await?;
    let folded = sqlx::query("delete from openings where created_at <= $1 and (slot is null or slot >= 0)")
        .bind(last)
        .execute(executor)
        .await?;
    Ok(folded.rows_affected())
}

/// When the last message of this campaign or of a reminder of it to this contact left.
pub async fn find_sent_at(
    executor: &mut AnyConnection,
    business: &BusinessId,
    campaign: &CampaignId,
    contact: &ContactId,
) -> Result<Option<i64>> {
    let row = sqlx::query(
        "select max(coalesce(d.sent_at, d.unknown_at, d.handed_at)) as sent_at from deliveries d join campaigns c on c.id = d.campaign_id \
         where (c.id = $1 or c.reminder_of = $1) and d.contact_id = $2 and d.business_id = $3",
    )
    .bind(campaign.as_str())
    .bind(contact.as_str())
    .bind(business.as_str())
    .fetch_one(executor)
    .await?;
    Ok(row.try_get("sent_at")?)
}

/// The openings of one personal link on one day that were told by the same sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayOfOpenings {
    /// The day, by its number.
    pub day: i64,
    /// What told.
    pub why: Sign,
    /// The first of them.
    pub first_at: i64,
    /// The last of them.
    pub last_at: i64,
    /// How many.
    pub times: i64,
}

/// The openings of a contact's links of one campaign from some time on, by day and sign, oldest first; `day_of` numbers the day of a moment.
pub async fn list_days(
    executor: &mut AnyConnection,
    business: &BusinessId,
    campaign: &CampaignId,
    contact: &ContactId,
    since: i64,
    day_of: impl Fn(i64) -> i64 + Send,
) -> Result<Vec<DayOfOpenings>> {
    let rows = sqlx::query(
        "select o.created_at / $4 as quarter, o.why, min(o.created_at) as first_at, max(o.last_at) as last_at, \
         cast(sum(o.times) as bigint) as times from openings o join personal_links l on l.id = o.personal_link_id \
         where o.business_id = $1 and l.campaign_id = $2 and l.contact_id = $3 \
         and o.last_at >= $5 group by 1, o.why order by first_at, o.why",
    )
    .bind(business.as_str())
    .bind(campaign.as_str())
    .bind(contact.as_str())
    .bind(QUARTER_MS)
    .bind(since)
    .fetch_all(executor)
    .await?;
    let mut days: Vec<DayOfOpenings> = Vec::new();
    for row in &rows {
        let (first_at, why): (i64, String) = (row.try_get("first_at")?, row.try_get("why")?);
        let quarter = DayOfOpenings {
            day: day_of(first_at),
            why: why.parse().map_err(|()| Error::Stored { table: "openings", column: "why" })?,
            first_at,
            last_at: row.try_get("last_at")?,
            times: row.try_get("times")?,
        };
        match days.iter_mut().rfind(|day| day.why == quarter.why).filter(|day| day.day == quarter.day) {
            Some(day) => (day.last_at, day.times) = (quarter.last_at, day.times + quarter.times),
            None => days.push(quarter),
        }
    }
    Ok(days)
}
