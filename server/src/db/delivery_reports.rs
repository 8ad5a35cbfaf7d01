//! SQL of the tables `delivery_reports` and `early_reports`: what providers say of a message after they took it.

use app::{
    channel::Channel,
    deliveries::DeliveryStatus,
    id::{BusinessId, CampaignId, ContactId, DeliveryId, PersonalLinkId},
};
use sqlx::{Any, AnyConnection, Executor, Row as _, any::AnyRow};

use super::{Result, stored};

/// A delivery that a report is about.
#[derive(Clone, Debug)]
pub struct Reported {
    /// Its id.
    pub id: DeliveryId,
    /// Whose.
    pub business: BusinessId,
    /// Of which campaign.
    pub campaign: CampaignId,
    /// To whom.
    pub contact: ContactId,
    /// Email or SMS.
    pub channel: Channel,
    /// Where it went.
    pub address: String,
    /// Where it stands.
    pub status: DeliveryStatus,
}

macro_rules! select {
    ($rest:literal) => {
        concat!("select id, business_id, campaign_id, contact_id, channel, address, status from deliveries ", $rest)
    };
}

fn reported(row: &AnyRow) -> Result<Reported> {
    Ok(Reported {
        id: stored(row, "deliveries", "id")?,
        business: stored(row, "deliveries", "business_id")?,
        campaign: stored(row, "deliveries", "campaign_id")?,
        contact: stored(row, "deliveries", "contact_id")?,
        channel: stored(row, "deliveries", "channel")?,
        address: row.try_get("address")?,
        status: stored(row, "deliveries", "status")?,
    })
}

/// The text that the provider calls so, whatever its business: a callback names nothing else.
pub async fn find_by_provider_id(
    executor: impl Executor<'_, Database = Any>,
    provider_id: &str,
) -> Result<Option<Reported>> {
    let row = sqlx::query(select!("where provider_id = $1 and channel = 'sms'"))
        .bind(provider_id)
        .fetch_optional(executor)
        .await?;
    row.as_ref().map(reported).transpose()
}

/// The last email that carried a personal link.
pub async fn find_email_with_link(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    contact: &ContactId,
    link: &PersonalLinkId,
) -> Result<Option<Reported>> {
    let row = sqlx::query(select!(
        "where business_id = $1 and contact_id = $2 and personal_link_id = $3 and channel = 'email' \
         order by created_at desc, id desc limit 1"
    ))
    .bind(business.as_str())
    .bind(contact.as_str())
    .bind(link.as_str())
    .fetch_optional(executor)
    .await?;
    row.as_ref().map(reported).transpose()
}

/// The last email to this address, in lower case, that a provider took since then; none where several businesses have written to it:
/// nothing tells whose it is.
pub async fn find_email_to(
    executor: impl Executor<'_, Database = Any>,
    address: &str,
    since: i64,
) -> Result<Option<Reported>> {
    let rows = sqlx::query(select!(
        "where lower(address) = $1 and channel = 'email' and sent_at is not null and sent_at >= $2 order by sent_at desc, id desc"
    ))
    .bind(address)
    .bind(since)
    .fetch_all(executor)
    .await?;
    let Some(last) = rows.first().map(reported).transpose()? else { return Ok(None) };
    for row in &rows {
        if stored::<BusinessId>(row, "deliveries", "business_id")? != last.business {
            return Ok(None);
        }
    }
    Ok(Some(last))
}

/// The email with this id, whatever its business: a bounce names nothing else.
pub async fn find_email(executor: impl Executor<'_, Database = Any>, id: &DeliveryId) -> Result<Option<Reported>> {
    let row =
        sqlx::query(select!("where id = $1 and channel = 'email'")).bind(id.as_str()).fetch_optional(executor).await?;
    row.as_ref().map(reported).transpose()
}

/// The messages with a personal link that nobody knows the end of and that its opening proves to have arrived: the link was in no
/// other message that may have reached the person.
pub async fn list_proven(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    contact: &ContactId,
    personal_link: &PersonalLinkId,
    opened_at: i64,
) -> Result<Vec<Reported>> {
    let rows = sqlx::query(select!(
        "d where business_id = $1 and contact_id = $2 and personal_link_id = $3 and status = 'unknown' and unknown_at <= $4 \
         and not exists (select 1 from deliveries o where o.business_id = $1 and o.contact_id = $2 \
         and o.personal_link_id = $3 and o.id <> d.id \
         and (o.sent_at is not null or o.unknown_at is not null or o.handed_at is not null))"
    ))
    .bind(business.as_str())
    .bind(contact.as_str())
    .bind(personal_link.as_str())
    .bind(opened_at)
    .fetch_all(executor)
    .await?;
    rows.iter().map(reported).collect()
}

/// When a person last opened the personal link that a message carries.
pub async fn find_opened_at(
    executor: impl Executor<'_, Database = Any>,
    delivery: &DeliveryId,
) -> Result<Option<(PersonalLinkId, i64)>> {
    let row = sqlx::query(
        "select o.personal_link_id, max(o.last_at) as opened_at from deliveries d \
         join openings o on o.personal_link_id = d.personal_link_id where d.id = $1 and o.kind = 'human' \
         group by o.personal_link_id",
    )
    .bind(delivery.as_str())
    .fetch_optional(executor)
    .await?;
    row.map(|row| Ok((stored(&row, "openings", "personal_link_id")?, row.try_get("opened_at")?))).transpose()
}

/// Moves a delivery that was sent, or may have been, to where it ended; false when it stands elsewhere, and nothing is written.
/// What a worker holds to send it again is out of its hands then: a late answer is left out.
pub async fn settle(
    executor: impl Executor<'_, Database = Any>,
    delivery: &Reported,
    status: DeliveryStatus,
    words: Option<&str>,
    now: i64,
) -> Result<bool> {
    let done = sqlx::query(
        "update deliveries set status = $3, words = $4, sent_at = coalesce(sent_at, unknown_at), unknown_at = null, \
         attempts = case when status = 'unknown' then attempts + 1 else attempts end, due_at = null, worker = null, \
         handed_at = null, updated_at = $5 where business_id = $1 and id = $2 and status in ('sent', 'unknown')",
    )
    .bind(delivery.business.as_str())
    .bind(delivery.id.as_str())
    .bind(status.as_str())
    .bind(words.map(ToOwned::to_owned))
    .bind(now)
    .execute(executor)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// One report, for the timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredReport {
    /// Where the message ended.
    pub outcome: DeliveryStatus,
    /// Who says so.
    pub provider: String,
    /// In its own word.
    pub status: String,
    /// One sentence.
    pub words: String,
    /// The provider's code.
    pub code: Option<String>,
    /// The provider's own sentence.
    pub said: Option<String>,
    /// When.
    pub created_at: i64,
}

/// Adds a report to the history of a delivery.
pub async fn insert(
    executor: impl Executor<'_, Database = Any>,
    delivery: &Reported,
    report: &StoredReport,
) -> Result<()> {
    sqlx::query(
        "insert into delivery_reports (delivery_id, business_id, outcome, provider, status, words, code, said, created_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(delivery.id.as_str())
    .bind(delivery.business.as_str())
    .bind(report.outcome.as_str())
    .bind(report.provider.as_str())
    .bind(report.status.as_str())
    .bind(report.words.as_str())
    .bind(report.code.clone())
    .bind(report.said.clone())
    .bind(report.created_at)
    .execute(executor)
    .await?;
    Ok(())
}

/// The reports on one delivery, in order.
pub async fn list(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    delivery: &DeliveryId,
) -> Result<Vec<StoredReport>> {
    let rows = sqlx::query(
        "select outcome, provider, status, words, code, said, created_at from delivery_reports \
         where business_id = $1 and delivery_id = $2 order by created_at",
    )
    .bind(business.as_str())
    .bind(delivery.as_str())
    .fetch_all(executor)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(StoredReport {
                outcome: stored(row, "delivery_reports", "outcome")?,
                provider: row.try_get("provider")?,
                status: row.try_get("status")?,
                words: row.try_get("words")?,
                code: row.try_get("code")?,
                said: row.try_get("said")?,
                created_at: row.try_get("created_at")?,
            })
        })
        .collect()
}

/// Keeps a report on a text that we know nothing of yet; the first one stays.
pub async fn insert_early(
    executor: impl Executor<'_, Database = Any>,
    provider_id: &str,
    status: &str,
    code: Option<&str>,
    now: i64,
) -> Result<()> {
    sqlx::query(
        "insert into early_reports (provider_id, status, code, created_at) values ($1, $2, $3, $4) on conflict do nothing",
    )
    .bind(provider_id)
    .bind(status)
    .bind(code.map(ToOwned::to_owned))
    .bind(now)
    .execute(executor)
    .await?;
    Ok(())
}

/// Whether a report came before our record.
pub async fn has_early(conn: &mut AnyConnection, provider_id: &str) -> Result<bool> {
    let count: i64 = sqlx::query_scalar("select count(*) from early_reports where provider_id = $1")
        .bind(provider_id)
        .fetch_one(conn)
        .await?;
    Ok(count > 0)
}

/// Takes the report that came before our record: the provider's word and code.
pub async fn take_early(conn: &mut AnyConnection, provider_id: &str) -> Result<Option<(String, Option<String>)>> {
    let row = sqlx::query("delete from early_reports where provider_id = $1 returning status, code")
        .bind(provider_id)
        .fetch_optional(conn)
        .await?;
    row.map(|row| Ok((row.try_get("status")?, row.try_get("code")?))).transpose()
}

/// Forgets reports on texts that were never ours.
pub async fn delete_early_before(executor: impl Executor<'_, Database = Any>, before: i64) -> Result<()> {
    sqlx::query("delete from early_reports where created_at < $1").bind(before).execute(executor).await?;
    Ok(())
}
