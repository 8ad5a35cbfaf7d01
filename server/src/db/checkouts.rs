//! What a checkout reads: a payment link with its business, and a personal link with its contact.

use app::{
    id::{BusinessId, PaymentLinkId, PersonalLinkId},
    payment_links::{LinkStatus, PaymentLinkDetails},
};
use sqlx::{AnyConnection, Row as _, any::AnyRow};

use super::{Result, personal_links::PersonalLink, stored, stored_json};

/// A payment link as its customers meet it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfferedLink {
    /// The payment link.
    pub id: PaymentLinkId,
    /// The tenant.
    pub business: BusinessId,
    /// The business's name.
    pub business_name: String,
    /// National phone numbers are read with it.
    pub country: String,
    /// The public part of its address.
    pub slug: String,
    /// Whether it takes payments.
    pub status: LinkStatus,
    /// What is sold and how.
    pub details: PaymentLinkDetails,
    /// Rises with each save.
    pub version: i64,
    /// It was deleted: what it sold before is still known.
    pub is_deleted: bool,
}

impl OfferedLink {
    /// Whether it takes payments.
    pub fn is_open(&self, now: i64) -> bool {
        takes_payments(self.status, &self.details, self.is_deleted, now)
    }
}

/// Whether a payment link takes payments: it is active, has not ended and was not deleted.
pub fn takes_payments(status: LinkStatus, details: &PaymentLinkDetails, is_deleted: bool, now: i64) -> bool {
    status == LinkStatus::Active && !details.has_ended(now) && !is_deleted
}

/// The person behind a personal link. Of somebody whom the business has archived, nothing is told.
#[derive(Clone, PartialEq, Eq)]
pub struct LinkHolder {
    /// The link.
    pub link: PersonalLink,
    /// First and last name.
    pub name: String,
    /// The email, or what was typed in its place.
    pub email: String,
    /// The phone, or what was typed in its place.
    pub phone: String,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select payment_links.id, payment_links.business_id, payment_links.slug, payment_links.status, \
             payment_links.details, payment_links.version, payment_links.deleted_at, businesses.name as business_name, businesses.country \
             from payment_links join businesses on businesses.id = payment_links.business_id ",
            $rest
        )
    };
}

fn offered_link(row: &AnyRow) -> Result<OfferedLink> {
    Ok(OfferedLink {
        id: stored(row, "payment_links", "id")?,
        business: stored(row, "payment_links", "business_id")?,
        business_name: row.try_get("business_name")?,
        country: row.try_get("country")?,
        slug: row.try_get("slug")?,
        status: stored(row, "payment_links", "status")?,
        details: stored_json(row, "payment_links", "details")?,
        version: row.try_get("version")?,
        is_deleted: row.try_get::<Option<i64>, _>("deleted_at")?.is_some(),
    })
}

/// The payment link that a public address names; a deleted one is not found.
pub async fn find_by_slug(executor: &mut AnyConnection, slug: &str) -> Result<Option<OfferedLink>> {
    sqlx::query(select!("where payment_links.slug = $1 and payment_links.deleted_at is null"))
        .bind(slug)
        .fetch_optional(executor)
        .await?
        .as_ref()
        .map(offered_link)
        .transpose()
}

/// The payment link that a payment or personal link belongs to, deleted or not.
pub async fn find_by_id(
    executor: &mut AnyConnection,
    business: &BusinessId,
    payment_link: &PaymentLinkId,
) -> Result<Option<OfferedLink>> {
    sqlx::query(select!("where payment_links.id = $1 and payment_links.business_id = $2"))
        .bind(payment_link.as_str())
        .bind(business.as_str())
        .fetch_optional(executor)
        .await?
        .as_ref()
        .map(offered_link)
        .transpose()
}

/// The person whose personal link leads to this payment link of this business.
pub async fn find_person(
    executor: &mut AnyConnection,
    business: &BusinessId,
    payment_link: &PaymentLinkId,
    personal_link: &PersonalLinkId,
) -> Result<Option<LinkHolder>> {
    let Some(link) = super::personal_links::find(executor, business, payment_link, personal_link).await? else {
        return Ok(None);
    };
    let row = sqlx::query(
        "select first_name, last_name, coalesce(email, email_typed) as email, coalesce(phone, phone_typed) as phone, archived_at \
         from contacts where id = $1 and business_id = $2",
    )
    .bind(link.contact.as_str())
    .bind(business.as_str())
    .fetch_optional(executor)
    .await?;
    let Some(row) = row else { return Ok(None) };
    if row.try_get::<Option<i64>, _>("archived_at")?.is_some() {
        return Ok(Some(LinkHolder { link, name: String::new(), email: String::new(), phone: String::new() }));
    }
    let (first, last): (String, String) = (row.try_get("first_name")?, row.try_get("last_name")?);
    let name = [first.trim(), last.trim()].join(" ").trim().to_owned();
    Ok(Some(LinkHolder { link, name, email: row.try_get("email")?, phone: row.try_get("phone")? }))
}
