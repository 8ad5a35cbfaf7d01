//! The table `payment_links`: what is sold and how, as JSON beside what lists need.

use app::{
    id::{BusinessId, PaymentLinkId},
    payment_links::{LinkStatus, PaymentLinkDetails},
};
use sqlx::{Any, Executor, Row as _, any::AnyRow};

use super::{Error, Result, stored, stored_json};
use crate::names;

/// A payment link as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredLink {
    /// The link.
    pub id: PaymentLinkId,
    /// The public part of its address.
    pub slug: String,
    /// Whether it takes payments.
    pub status: LinkStatus,
    /// What is sold and how.
    pub details: PaymentLinkDetails,
    /// Rises with each save.
    pub version: i64,
    /// Epoch milliseconds.
    pub created_at: i64,
}

/// Which links of a business are meant, in the form that SQL takes.
pub struct Filter {
    search: String,
    status: &'static str,
}

impl Filter {
    /// Any part of the name; any status when there is none.
    pub fn new(search: &str, status: Option<LinkStatus>) -> Self {
        let mut pattern = String::from("%");
        for c in names::fold(search.trim()).chars() {
            if matches!(c, '%' | '_' | '\\') {
                pattern.push('\\');
            }
            pattern.push(c);
        }
        pattern.push('%');
        Self { search: pattern, status: status.map_or("", LinkStatus::as_str) }
    }
}

fn payment_link(row: &AnyRow) -> Result<StoredLink> {
    Ok(StoredLink {
        id: stored(row, "payment_links", "id")?,
        slug: row.try_get("slug")?,
        status: stored(row, "payment_links", "status")?,
        details: stored_json(row, "payment_links", "details")?,
        version: row.try_get("version")?,
        created_at: row.try_get("created_at")?,
    })
}

fn json(details: &PaymentLinkDetails) -> Result<String> {
    serde_json::to_string(details).map_err(|_| Error::Stored { table: "payment_links", column: "details" })
}

/// Adds a link.
pub async fn insert(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    link: &StoredLink,
    now: i64,
) -> Result<()> {
    sqlx::query(
        "insert into payment_links (id, business_id, slug, status, name, search, details, expires_at, version, \
         created_at, updated_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)",
    )
    .bind(link.id.as_str())
    .bind(business.as_str())
    .bind(link.slug.as_str())
    .bind(link.status.as_str())
    .bind(link.details.name.as_str())
    .bind(names::fold(&link.details.name))
    .bind(json(&link.details)?)
    .bind(link.details.expires_at)
    .bind(link.version)
    .bind(now)
    .execute(executor)
    .await?;
    Ok(())
}

/// One link that was not deleted.
pub async fn find(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    id: &PaymentLinkId,
) -> Result<Option<StoredLink>> {
    let row = sqlx::query(
        "select id, slug, status, details, version, created_at from payment_links \
         where business_id = $1 and id = $2 and deleted_at is null",
    )
    .bind(business.as_str())
    .bind(id.as_str())
    .fetch_optional(executor)
    .await?;
    row.as_ref().map(payment_link).transpose()
}

/// Some of the links, newest first.
pub async fn list(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    filter: &Filter,
    limit: u32,
    offset: u64,
) -> Result<Vec<StoredLink>> {
    let rows = sqlx::query(
        r"select id, slug, status, details, version, created_at from payment_links
          where business_id = $1 and deleted_at is null and search like $2 escape '\' and ($3 = '' or status = $3)
          order by created_at desc, id desc limit $4 offset $5",
    )
    .bind(business.as_str())
    .bind(filter.search.as_str())
    .bind(filter.status)
    .bind(i64::from(limit))
    .bind(i64::try_from(offset).unwrap_or(i64::MAX))
    .fetch_all(executor)
    .await?;
    rows.iter().map(payment_link).collect()
}

/// How many there are.
pub async fn count(executor: impl Executor<'_, Database = Any>, business: &BusinessId, filter: &Filter) -> Result<u64> {
    let count: i64 = sqlx::query_scalar(
        r"select count(*) from payment_links
          where business_id = $1 and deleted_at is null and search like $2 escape '\' and ($3 = '' or status = $3)",
    )
    .bind(business.as_str())
    .bind(filter.search.as_str())
    .bind(filter.status)
    .fetch_one(executor)
    .await?;
    Ok(u64::try_from(count).unwrap_or_default())
}

/// Saves what is sold and how over the version that was read; false when it is no longer that version.
pub async fn update_details(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    id: &PaymentLinkId,
    read_version: i64,
    details: &PaymentLinkDetails,
    now: i64,
) -> Result<bool> {
    let done = sqlx::query(
        "update payment_links set name = $4, search = $5, details = $6, expires_at = $7, version = version + 1, \
         updated_at = $8 where business_id = $1 and id = $2 and version = $3 and deleted_at is null",
    )
    .bind(business.as_str())
    .bind(id.as_str())
    .bind(read_version)
    .bind(details.name.as_str())
    .bind(names::fold(&details.name))
    .bind(json(details)?)
    .bind(details.expires_at)
    .bind(now)
    .execute(executor)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Lets a link take payments, or stops it; false when there is none.
pub async fn update_status(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    id: &PaymentLinkId,
    status: LinkStatus,
    now: i64,
) -> Result<bool> {
    let done = sqlx::query(
        "update payment_links set status = $3, updated_at = $4 \
         where business_id = $1 and id = $2 and deleted_at is null",
    )
    .bind(business.as_str())
    .bind(id.as_str())
    .bind(status.as_str())
    .bind(now)
    .execute(executor)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Marks a link as deleted, so that its payments keep what they were for; false when there is none.
pub async fn delete(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    id: &PaymentLinkId,
    now: i64,
) -> Result<bool> {
    let done = sqlx::query(
        "update payment_links set deleted_at = $3, updated_at = $3 \
         where business_id = $1 and id = $2 and deleted_at is null",
    )
    .bind(business.as_str())
    .bind(id.as_str())
    .bind(now)
    .execute(executor)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Lets others who change or send this link wait for the end of the transaction: two colleagues who press "Send" at the same
/// moment see each other.
pub async fn take_turn(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    payment_link: &PaymentLinkId,
) -> Result<()> {
    sqlx::query("update payment_links set name = name where business_id = $1 and id = $2")
        .bind(business.as_str())
        .bind(payment_link.as_str())
        .execute(executor)
        .await?;
    Ok(())
}
