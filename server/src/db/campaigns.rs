//! SQL of the table `campaigns`.

use super::{Result, stored, stored_option};
use app::{
    channel::Channel,
    id::{BusinessId, CampaignId, PaymentLinkId, UserId},
    templates::Wording,
};
use sqlx::{Any, Executor, Row, any::AnyRow};

/// A campaign to be written: link and wording frozen.
#[derive(Clone, Copy, Debug)]
pub struct NewCampaign<'a> {
    /// Its id.
    pub id: &'a CampaignId,
    /// What is sent.
    pub payment_link: &'a PaymentLinkId,
    /// Who pressed "Send".
    pub user: &'a UserId,
    /// The dialog's key.
    pub key: &'a str,
    /// Tells a repeated key from a reused one.
    pub request_hash: &'a str,
    /// The email's subject, when email was chosen.
    pub email_subject: Option<&'a str>,
    /// The email's wording.
    pub email_body: Option<&'a str>,
    /// The SMS's wording.
    pub sms_body: Option<&'a str>,
    /// When it begins, if it was scheduled.
    pub starts_at: Option<i64>,
    /// People who have paid are sent to as well.
    pub paid_waived: bool,
}

/// Writes a new campaign.
pub async fn insert(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    campaign: NewCampaign<'_>,
    now: i64,
) -> Result<()> {
    sqlx::query(
        "insert into campaigns (id, business_id, payment_link_id, user_id, idempotency_key, request_hash, email_subject, \
         email_body, sms_body, created_at, starts_at, paid_waived_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(campaign.id.as_str())
    .bind(business.as_str())
    .bind(campaign.payment_link.as_str())
    .bind(campaign.user.as_str())
    .bind(campaign.key)
    .bind(campaign.request_hash)
    .bind(campaign.email_subject)
    .bind(campaign.email_body)
    .bind(campaign.sms_body)
    .bind(now)
    .bind(campaign.starts_at)
    .bind(campaign.paid_waived.then_some(now))
    .execute(executor)
    .await?;
    Ok(())
}

/// The campaign that a key made, with the hash of what was asked for.
pub async fn find_by_key(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    key: &str,
) -> Result<Option<(CampaignId, String)>> {
    let row = sqlx::query("select id, request_hash from campaigns where business_id = $1 and idempotency_key = $2")
        .bind(business.as_str())
        .bind(key)
        .fetch_optional(executor)
        .await?;
    row.map(|row| Ok((stored(&row, "campaigns", "id")?, row.try_get("request_hash")?))).transpose()
}

/// A campaign as reports show it.
#[derive(Clone, Debug)]
pub struct StoredCampaign {
    /// Its id.
    pub id: CampaignId,
    /// What was sent.
    pub payment_link: PaymentLinkId,
    /// The payment link's name.
    pub payment_link_name: String,
    /// The campaign that it reminds of, if it is a reminder.
    pub reminder_of: Option<CampaignId>,
    /// Which reminder of that campaign it is.
    pub reminder_number: Option<u32>,
    /// When "Send" was pressed.
    pub created_at: i64,
    /// When it begins, if it was scheduled.
    pub starts_at: Option<i64>,
    /// Since when it is paused.
    pub paused_at: Option<i64>,
    /// Why it is paused.
    pub pause_reason: Option<String>,
    /// When what had not left was taken back.
    pub canceled_at: Option<i64>,
    /// When its links were revoked.
    pub recalled_at: Option<i64>,
    /// When another user said no.
    pub declined_at: Option<i64>,
    /// It waits for another user to say yes or no.
    pub awaits_approval: bool,
    /// People who have paid are sent to as well.
    pub paid_waived: bool,
}

impl StoredCampaign {
    /// The campaign that reminders are planned on: itself, unless it is one.
    pub fn root(&self) -> &CampaignId {
        self.reminder_of.as_ref().unwrap_or(&self.id)
    }
}

/// The frozen wording of each channel that was chosen.
pub async fn list_wording(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    id: &CampaignId,
) -> Result<Vec<(Channel, Wording)>> {
    let row =
        sqlx::query("select email_subject, email_body, sms_body from campaigns where business_id = $1 and id = $2")
            .bind(business.as_str())
            .bind(id.as_str())
            .fetch_one(executor)
            .await?;
    let text = |column| row.try_get::<Option<String>, _>(column);
    let subject = text("email_subject")?.unwrap_or_default();
    let email = text("email_body")?.map(|body| (Channel::Email, Wording { subject, body }));
    let sms = text("sms_body")?.map(|body| (Channel::Sms, Wording { subject: String::new(), body }));
    Ok(email.into_iter().chain(sms).collect())
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select c.id, c.payment_link_id, p.name, c.reminder_of, c.reminder_number, c.created_at, c.starts_at, \
             c.paused_at, c.pause_reason, c.canceled_at, c.recalled_at, c.paid_waived_at, a.wanted_at, a.approved_at, \
             a.declined_at from campaigns c join payment_links p on p.id = c.payment_link_id \
             left join approvals a on a.campaign_id = c.id ",
            $rest
        )
    };
}

fn to_campaign(row: &AnyRow) -> Result<StoredCampaign> {
    let reminder_number: Option<i64> = row.try_get("reminder_number")?;
    let is_set = |column| row.try_get::<Option<i64>, _>(column).map(|at| at.is_some());
    let has_ended = is_set("canceled_at")? || is_set("recalled_at")?;
    Ok(StoredCampaign {
        id: stored(row, "campaigns", "id")?,
        payment_link: stored(row, "campaigns", "payment_link_id")?,
        payment_link_name: row.try_get("name")?,
        reminder_of: stored_option(row, "campaigns", "reminder_of")?,
        reminder_number: reminder_number.and_then(|number| u32::try_from(number).ok()),
        created_at: row.try_get("created_at")?,
        starts_at: row.try_get("starts_at")?,
        paused_at: row.try_get("paused_at")?,
        pause_reason: row.try_get("pause_reason")?,
        canceled_at: row.try_get("canceled_at")?,
        recalled_at: row.try_get("recalled_at")?,
        declined_at: row.try_get("declined_at")?,
        awaits_approval: is_set("wanted_at")? && !is_set("approved_at")? && !has_ended,
        paid_waived: is_set("paid_waived_at")?,
    })
}

/// One campaign.
pub async fn find(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    id: &CampaignId,
) -> Result<Option<StoredCampaign>> {
    let row = sqlx::query(select!("where c.business_id = $1 and c.id = $2"))
        .bind(business.as_str())
        .bind(id.as_str())
        .fetch_optional(executor)
        .await?;
    row.as_ref().map(to_campaign).transpose()
}

/// A campaign with its reminders, or a reminder with its campaign and the others: the campaign first, then by number.
pub async fn list_family(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    id: &CampaignId,
) -> Result<Vec<CampaignId>> {
    let rows = sqlx::query(
        "select f.id from campaigns f join campaigns c on coalesce(f.reminder_of, f.id) = coalesce(c.reminder_of, c.id) \
         where c.business_id = $1 and f.business_id = $1 and c.id = $2 order by coalesce(f.reminder_number, 0)",
    )
    .bind(business.as_str())
    .bind(id.as_str())
    .fetch_all(executor)
    .await?;
    rows.iter().map(|row| stored(row, "campaigns", "id")).collect()
}

/// How many campaigns there are.
pub async fn count(executor: impl Executor<'_, Database = Any>, business: &BusinessId) -> Result<i64> {
    let row = sqlx::query("select count(*) as total from campaigns where business_id = $1")
        .bind(business.as_str())
        .fetch_one(executor)
        .await?;
    Ok(row.try_get("total")?)
}

/// One page, newest first.
pub async fn list(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    limit: i64,
    offset: i64,
) -> Result<Vec<StoredCampaign>> {
    let rows =
        sqlx::query(select!("where c.business_id = $1 order by c.created_at desc, c.id desc limit $2 offset $3"))
            .bind(business.as_str())
            .bind(limit)
            .bind(offset)
            .fetch_all(executor)
            .await?;
    rows.iter().map(to_campaign).collect()
}
