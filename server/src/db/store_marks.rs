//! SQL of the table `store_marks`: what tells this store from an older copy of itself.

use super::{Engine, Result};
use sqlx::{Any, AnyConnection, Executor, Row as _};

/// The mark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Random, made at the first start.
    pub id: String,
    /// Grows with every start and before anything leaves.
    pub epoch: i64,
    /// Where the engine kept this table when the mark was made; empty on `SQLite`.
    pub place: String,
}

/// The mark, where there is one.
pub async fn find(executor: impl Executor<'_, Database = Any>) -> Result<Option<Mark>> {
    let row = sqlx::query("select id, epoch, place from store_marks").fetch_optional(executor).await?;
    row.map(|row| Ok(Mark { id: row.try_get("id")?, epoch: row.try_get("epoch")?, place: row.try_get("place")? }))
        .transpose()
}

/// Where the engine keeps this table now.
pub async fn place(connection: &mut AnyConnection, engine: Engine) -> Result<String> {
    Ok(sqlx::query_scalar(engine.place_of_mark()).fetch_one(connection).await?)
}

/// Writes the mark, in place of another one.
pub async fn put(executor: impl Executor<'_, Database = Any>, mark: &Mark) -> Result<()> {
    sqlx::query(
        "insert into store_marks (one, id, epoch, place) values (1, $1, $2, $3) \
         on conflict (one) do update set id = excluded.id, epoch = excluded.epoch, place = excluded.place",
    )
    .bind(mark.id.as_str())
    .bind(mark.epoch)
    .bind(mark.place.as_str())
    .execute(executor)
    .await?;
    Ok(())
}

/// Moves on; none where there is no mark.
pub async fn advance(executor: impl Executor<'_, Database = Any>) -> Result<Option<i64>> {
    let row = sqlx::query("update store_marks set epoch = epoch + 1 returning epoch").fetch_optional(executor).await?;
    Ok(row.map(|row| row.try_get("epoch")).transpose()?)
}
