//! The table `imports`: a row for each uploaded file of contacts.

use app::{
    id::{BusinessId, ImportId, UserId},
    imports::{ImportColumn, ImportReport, ImportStatus},
    text_encoding::TextEncoding,
};
use sqlx::{AnyConnection, Row as _};

use super::{Error, Result, stored, stored_json};

/// One uploaded file and how far it is.
#[derive(Clone, Debug)]
pub struct ImportRow {
    /// The import.
    pub id: ImportId,
    /// Who uploaded it.
    pub user: UserId,
    /// The file's name.
    pub file_name: String,
    /// Its columns.
    pub columns: Vec<ImportColumn>,
    /// Whether the first row names them.
    pub has_header: bool,
    /// In which encoding it is read.
    pub encoding: TextEncoding,
    /// How far it is.
    pub status: ImportStatus,
    /// What the check found.
    pub found: ImportReport,
    /// What was done.
    pub done: ImportReport,
    /// When it last said something; rises with each change.
    pub updated_at: i64,
}

fn json<T: serde::Serialize>(value: &T, column: &'static str) -> Result<String> {
    serde_json::to_string(value).map_err(|_| Error::Stored { table: "imports", column })
}

/// Adds an import.
pub async fn insert(conn: &mut AnyConnection, business: &BusinessId, row: &ImportRow, now: i64) -> Result<()> {
    sqlx::query(
        "insert into imports (id, business_id, user_id, file_name, columns, has_header, status, found, done, \
         created_at, updated_at, encoding) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(row.id.as_str())
    .bind(business.as_str())
    .bind(row.user.as_str())
    .bind(row.file_name.as_str())
    .bind(json(&row.columns, "columns")?)
    .bind(i64::from(row.has_header))
    .bind(row.status.as_str())
    .bind(json(&row.found, "found")?)
    .bind(json(&row.done, "done")?)
    .bind(now)
    .bind(row.updated_at)
    .bind(row.encoding.as_str())
    .execute(conn)
    .await?;
    Ok(())
}

/// Changes an import; with `seen`, only one that has not changed since then. False when nothing was changed.
pub async fn update(
    conn: &mut AnyConnection,
    business: &BusinessId,
    row: &ImportRow,
    seen: Option<i64>,
) -> Result<bool> {
    let done = sqlx::query(
        "update imports set columns = $3, has_header = $4, status = $5, found = $6, done = $7, updated_at = $8, \
         encoding = $10 \
         where business_id = $1 and id = $2 and ($9 = 0 or updated_at = $9)",
    )
    .bind(business.as_str())
    .bind(row.id.as_str())
    .bind(json(&row.columns, "columns")?)
    .bind(i64::from(row.has_header))
    .bind(row.status.as_str())
    .bind(json(&row.found, "found")?)
    .bind(json(&row.done, "done")?)
    .bind(row.updated_at)
    .bind(seen.unwrap_or_default())
    .bind(row.encoding.as_str())
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// One import of the business.
pub async fn find(conn: &mut AnyConnection, business: &BusinessId, id: &ImportId) -> Result<Option<ImportRow>> {
    let row = sqlx::query(
        "select id, user_id, file_name, columns, has_header, encoding, status, found, done, updated_at from imports \
         where business_id = $1 and id = $2",
    )
    .bind(business.as_str())
    .bind(id.as_str())
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(ImportRow {
        id: stored(&row, "imports", "id")?,
        user: stored(&row, "imports", "user_id")?,
        file_name: row.try_get("file_name")?,
        columns: stored_json(&row, "imports", "columns")?,
        has_header: row.try_get::<i64, _>("has_header")? == 1,
        encoding: stored(&row, "imports", "encoding")?,
        status: stored(&row, "imports", "status")?,
        found: stored_json(&row, "imports", "found")?,
        done: stored_json(&row, "imports", "done")?,
        updated_at: row.try_get("updated_at")?,
    }))
}

/// Every import that is not done, of all businesses, with when it last said something: their files share one folder, which
/// is cleaned as one.
pub async fn list_unfinished(conn: &mut AnyConnection) -> Result<Vec<(BusinessId, ImportId, i64)>> {
    let rows =
        sqlx::query("select business_id, id, updated_at from imports where status <> 'done'").fetch_all(conn).await?;
    rows.iter()
        .map(|row| {
            Ok((stored(row, "imports", "business_id")?, stored(row, "imports", "id")?, row.try_get("updated_at")?))
        })
        .collect()
}

/// Forgets an import that has said nothing since then; false when it has, or is done.
pub async fn delete_abandoned(
    conn: &mut AnyConnection,
    business: &BusinessId,
    id: &ImportId,
    since: i64,
) -> Result<bool> {
    let done =
        sqlx::query("delete from imports where business_id = $1 and id = $2 and status <> 'done' and updated_at < $3")
            .bind(business.as_str())
            .bind(id.as_str())
            .bind(since)
            .execute(conn)
            .await?;
    Ok(done.rows_affected() == 1)
}
