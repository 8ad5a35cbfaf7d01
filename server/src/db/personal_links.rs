//! The table `personal_links`: a payment link's address for one contact.

use app::id::{BusinessId, CampaignId, ContactId, PaymentLinkId, PersonalLinkId};
use sqlx::{AnyConnection, Row as _, any::AnyRow};

use super::{Result, stored, stored_option};

/// A personal link as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonalLink {
    /// The personal link.
    pub id: PersonalLinkId,
    /// The tenant.
    pub business: BusinessId,
    /// What it leads to.
    pub payment_link: PaymentLinkId,
    /// Whose it is.
    pub contact: ContactId,
    /// The campaign that it was made for; none for copying.
    pub campaign: Option<CampaignId>,
    /// The public part of its address.
    pub code: String,
    /// Rises when it is revoked: tokens of an older version are refused.
    pub version: i64,
    /// Epoch milliseconds.
    pub expires_at: i64,
    /// Epoch milliseconds, once it was revoked.
    pub revoked_at: Option<i64>,
}

/// The personal link by which something was opened or paid, and what that ties it to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The personal link.
    pub personal_link: PersonalLinkId,
    /// Whose it is.
    pub contact: ContactId,
    /// The campaign that it was made for; none for copying.
    pub campaign: Option<CampaignId>,
}

impl PersonalLink {
    /// What is opened or paid by it comes from here.
    pub fn origin(&self) -> Origin {
        Origin { personal_link: self.id.clone(), contact: self.contact.clone(), campaign: self.campaign.clone() }
    }

    /// Whether it may still be opened.
    pub const fn is_live(&self, now: i64) -> bool {
        is_live(self.revoked_at, self.expires_at, now)
    }
}

/// Whether a personal link may still be opened: it was not revoked and has not ended.
pub const fn is_live(revoked_at: Option<i64>, expires_at: i64, now: i64) -> bool {
    revoked_at.is_none() && now < expires_at
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select id, business_id, payment_link_id, contact_id, campaign_id, code, token_version, expires_at, revoked_at \
             from personal_links ",
            $rest
        )
    };
}

fn personal_link(row: &AnyRow) -> Result<PersonalLink> {
    Ok(PersonalLink {
        id: stored(row, "personal_links", "id")?,
        business: stored(row, "personal_links", "business_id")?,
        payment_link: stored(row, "personal_links", "payment_link_id")?,
        contact: stored(row, "personal_links", "contact_id")?,
        campaign: stored_option(row, "personal_links", "campaign_id")?,
        code: row.try_get("code")?,
        version: row.try_get("token_version")?,
        expires_at: row.try_get("expires_at")?,
        revoked_at: row.try_get("revoked_at")?,
    })
}

/// Makes a personal link, unless the contact has one for this payment link and campaign; that one then stays as it is.
pub async fn insert(executor: &mut AnyConnection, link: &PersonalLink, now: i64) -> Result<()> {
    sqlx::query(
        "insert into personal_links \
         (id, business_id, payment_link_id, contact_id, campaign_id, code, token_version, created_at, expires_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing",
    )
    .bind(link.id.as_str())
    .bind(link.business.as_str())
    .bind(link.payment_link.as_str())
    .bind(link.contact.as_str())
    .bind(link.campaign.as_ref().map(CampaignId::as_str))
    .bind(link.code.as_str())
    .bind(link.version)
    .bind(now)
    .bind(link.expires_at)
    .execute(executor)
    .await?;
    Ok(())
}

/// The contact's own link for copying.
pub async fn find_for_copying(
    executor: &mut AnyConnection,
    business: &BusinessId,
    payment_link: &PaymentLinkId,
    contact: &ContactId,
) -> Result<Option<PersonalLink>> {
    sqlx::query(select!(
        "where business_id = $1 and payment_link_id = $2 and contact_id = $3 and campaign_id is null \
         and revoked_at is null"
    ))
    .bind(business.as_str())
    .bind(payment_link.as_str())
    .bind(contact.as_str())
    .fetch_optional(executor)
    .await?
    .as_ref()
    .map(personal_link)
    .transpose()
}

/// The personal link that a public code names, without a business: the code is the secret.
pub async fn find_by_code(executor: &mut AnyConnection, code: &str) -> Result<Option<PersonalLink>> {
    sqlx::query(select!("where code = $1"))
        .bind(code)
        .fetch_optional(executor)
        .await?
        .as_ref()
        .map(personal_link)
        .transpose()
}

/// The personal link that a token names, if it leads to this payment link of this business.
pub async fn find(
    executor: &mut AnyConnection,
    business: &BusinessId,
    payment_link: &PaymentLinkId,
    personal_link_id: &PersonalLinkId,
) -> Result<Option<PersonalLink>> {
    sqlx::query(select!("where id = $1 and payment_link_id = $2 and business_id = $3"))
        .bind(personal_link_id.as_str())
        .bind(payment_link.as_str())
        .bind(business.as_str())
        .fetch_optional(executor)
        .await?
        .as_ref()
        .map(personal_link)
        .transpose()
}

/// Moves the end of the personal links of a campaign.
pub async fn update_later(
    executor: &mut AnyConnection,
    business: &BusinessId,
    campaign: &CampaignId,
    later_ms: i64,
) -> Result<()> {
    sqlx::query("update personal_links set expires_at = expires_at + $3 where business_id = $1 and campaign_id = $2")
        .bind(business.as_str())
        .bind(campaign.as_str())
        .bind(later_ms)
        .execute(executor)
        .await?;
    Ok(())
}

/// Ends the personal links of a campaign and every token made from them; how many that were.
pub async fn update_revoked_of_campaign(
    executor: &mut AnyConnection,
    business: &BusinessId,
    campaign: &CampaignId,
    now: i64,
) -> Result<u64> {
    let ended = sqlx::query(
        "update personal_links set revoked_at = $3, token_version = token_version + 1 \
         where business_id = $2 and revoked_at is null and id in \
         (select personal_link_id from deliveries where business_id = $2 and campaign_id = $1)",
    )
    .bind(campaign.as_str())
    .bind(business.as_str())
    .bind(now)
    .execute(executor)
    .await?;
    Ok(ended.rows_affected())
}

/// What people read on a link whose campaign, or a reminder of it, was recalled: the business's name and words, empty when none were set. Nothing
/// for a link that was not recalled.
pub async fn find_recall(
    executor: &mut AnyConnection,
    business: &BusinessId,
    personal_link_id: &PersonalLinkId,
) -> Result<Option<(String, String)>> {
    let row = sqlx::query(
        "select b.name, b.recall_text from personal_links l join businesses b on b.id = l.business_id \
         where l.id = $1 and l.business_id = $2 and exists (select 1 from campaigns c where c.recalled_at is not null \
         and (c.id = l.campaign_id or c.reminder_of = l.campaign_id))",
    )
    .bind(personal_link_id.as_str())
    .bind(business.as_str())
    .fetch_optional(executor)
    .await?;
    Ok(row.map(|row| Ok::<_, sqlx::Error>((row.try_get("name")?, row.try_get("recall_text")?))).transpose()?)
}

/// Ends a personal link and every token made from it.
pub async fn update_revoked(
    executor: &mut AnyConnection,
    business: &BusinessId,
    personal_link_id: &PersonalLinkId,
    now: i64,
) -> Result<bool> {
    let ended = sqlx::query(
        "update personal_links set revoked_at = $3, token_version = token_version + 1 \
         where id = $1 and business_id = $2 and revoked_at is null",
    )
    .bind(personal_link_id.as_str())
    .bind(business.as_str())
    .bind(now)
    .execute(executor)
    .await?;
    Ok(ended.rows_affected() == 1)
}
