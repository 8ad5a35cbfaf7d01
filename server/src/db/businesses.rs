//! SQL of the tables `businesses` and `setups`.

use app::id::BusinessId;
use app::money::Currency;
use serde::Serialize;
use sqlx::any::AnyRow;
use sqlx::{Any, Executor, Row as _};

use crate::db::Result;

/// A business as it is stored.
#[derive(Debug, Clone)]
pub struct StoredBusiness {
    /// Its id.
    pub id: BusinessId,
    /// Its name.
    pub name: String,
    /// Two-letter country.
    pub country: String,
    /// What new payment links ask in.
    pub currency: Currency,
    /// How it sends.
    pub sending: Sending,
}

/// How a business sends, as it is stored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Sending {
    /// Deliveries wait so many minutes before they leave.
    pub hold_minutes: i64,
    /// The name of an IANA time zone; empty is the country's.
    pub time_zone: String,
    /// What people read on a recalled link; empty is the built-in words.
    pub recall_text: String,
}

/// What a user may change.
#[derive(Debug, Clone, Copy)]
pub struct BusinessFields<'a> {
    /// Its name.
    pub name: &'a str,
    /// Two-letter country.
    pub country: &'a str,
    /// What new payment links ask in.
    pub currency: Currency,
}

fn business(row: &AnyRow) -> Result<StoredBusiness> {
    Ok(StoredBusiness {
        id: super::stored(row, "businesses", "id")?,
        name: row.try_get("name")?,
        country: row.try_get("country")?,
        currency: super::stored(row, "businesses", "currency")?,
        sending: Sending {
            hold_minutes: row.try_get("hold_minutes")?,
            time_zone: row.try_get("time_zone")?,
            recall_text: row.try_get("recall_text")?,
        },
    })
}

/// Writes a new business.
pub async fn insert(
    executor: impl Executor<'_, Database = Any>,
    id: &BusinessId,
    fields: BusinessFields<'_>,
    now: i64,
) -> Result<()> {
    sqlx::query("insert into businesses (id, name, country, currency, created_at) values ($1, $2, $3, $4, $5)")
        .bind(id.as_str())
        .bind(fields.name)
        .bind(fields.country)
        .bind(fields.currency.code().to_owned())
        .bind(now)
        .execute(executor)
        .await?;
    Ok(())
}

/// One business.
pub async fn find(executor: impl Executor<'_, Database = Any>, id: &BusinessId) -> Result<Option<StoredBusiness>> {
    let row = sqlx::query(
        "select id, name, country, currency, hold_minutes, time_zone, recall_text from businesses where id = $1",
    )
    .bind(id.as_str())
    .fetch_optional(executor)
    .await?;
    row.as_ref().map(business).transpose()
}

/// Every business, oldest first: for the operator's command line only.
pub async fn list(executor: impl Executor<'_, Database = Any>) -> Result<Vec<StoredBusiness>> {
    let rows = sqlx::query(
        "select id, name, country, currency, hold_minutes, time_zone, recall_text from businesses order by created_at, id",
    )
    .fetch_all(executor)
    .await?;
    rows.iter().map(business).collect()
}

/// Changes what a user may change.
pub async fn update(
    executor: impl Executor<'_, Database = Any>,
    id: &BusinessId,
    fields: BusinessFields<'_>,
) -> Result<()> {
    sqlx::query("update businesses set name = $2, country = $3, currency = $4 where id = $1")
        .bind(id.as_str())
        .bind(fields.name)
        .bind(fields.country)
        .bind(fields.currency.code().to_owned())
        .execute(executor)
        .await?;
    Ok(())
}

/// Lets only one transaction at a time go on from here with this business.
pub async fn touch(executor: impl Executor<'_, Database = Any>, id: &BusinessId) -> Result<()> {
    sqlx::query("update businesses set name = name where id = $1").bind(id.as_str()).execute(executor).await?;
    Ok(())
}

/// Changes how a business sends.
pub async fn update_sending(
    executor: impl Executor<'_, Database = Any>,
    id: &BusinessId,
    sending: &Sending,
) -> Result<()> {
    sqlx::query("update businesses set hold_minutes = $2, time_zone = $3, recall_text = $4 where id = $1")
        .bind(id.as_str())
        .bind(sending.hold_minutes)
        .bind(sending.time_zone.as_str())
        .bind(sending.recall_text.as_str())
        .execute(executor)
        .await?;
    Ok(())
}

/// The words of the business's own that refuse, one on each line.
pub async fn find_opt_out_words(executor: impl Executor<'_, Database = Any>, id: &BusinessId) -> Result<String> {
    let words = sqlx::query_scalar("select opt_out_words from businesses where id = $1")
        .bind(id.as_str())
        .fetch_optional(executor)
        .await?;
    Ok(words.unwrap_or_default())
}

/// Changes the words of the business's own that refuse.
pub async fn update_opt_out_words(
    executor: impl Executor<'_, Database = Any>,
    id: &BusinessId,
    words: &str,
) -> Result<()> {
    sqlx::query("update businesses set opt_out_words = $2 where id = $1")
        .bind(id.as_str())
        .bind(words)
        .execute(executor)
        .await?;
    Ok(())
}

/// Claims the one first set-up; false when someone else has.
pub async fn claim_setup(executor: impl Executor<'_, Database = Any>, now: i64) -> Result<bool> {
    let written = sqlx::query("insert into setups (id, created_at) values (1, $1) on conflict (id) do nothing")
        .bind(now)
        .execute(executor)
        .await?;
    Ok(written.rows_affected() == 1)
}
