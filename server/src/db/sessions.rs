//! SQL of the table `sessions`: digests only, never the ids that browsers hold.

use app::account::Role;
use app::id::{BusinessId, UserId};
use sqlx::{Any, Executor, Row as _};

use crate::db::Result;

/// A session and whose it is.
#[derive(Debug, Clone)]
pub struct StoredSession {
    /// The business of the user.
    pub business: BusinessId,
    /// The user.
    pub user: UserId,
    /// What they may do.
    pub role: Role,
    /// When they were last seen.
    pub seen_at: i64,
}

/// Writes a new session.
pub async fn insert(executor: impl Executor<'_, Database = Any>, digest: &str, user: &UserId, now: i64) -> Result<()> {
    sqlx::query("insert into sessions (id_hash, user_id, created_at, seen_at) values ($1, $2, $3, $3)")
        .bind(digest)
        .bind(user.as_str())
        .bind(now)
        .execute(executor)
        .await?;
    Ok(())
}

/// The session, unless its user is disabled or it began or was last used too long ago.
pub async fn find(
    executor: impl Executor<'_, Database = Any>,
    digest: &str,
    created_after: i64,
    seen_after: i64,
) -> Result<Option<StoredSession>> {
    let row = sqlx::query(
        "select u.business_id, u.id, u.role, s.seen_at from sessions s join users u on u.id = s.user_id \
         where s.id_hash = $1 and s.created_at > $2 and s.seen_at > $3 and u.disabled_at is null",
    )
    .bind(digest)
    .bind(created_after)
    .bind(seen_after)
    .fetch_optional(executor)
    .await?;
    row.map(|row| {
        Ok(StoredSession {
            business: super::stored(&row, "users", "business_id")?,
            user: super::stored(&row, "users", "id")?,
            role: super::users::role(&row)?,
            seen_at: row.try_get("seen_at")?,
        })
    })
    .transpose()
}

/// Notes that the session was used.
pub async fn update_seen(executor: impl Executor<'_, Database = Any>, digest: &str, now: i64) -> Result<()> {
    sqlx::query("update sessions set seen_at = $2 where id_hash = $1").bind(digest).bind(now).execute(executor).await?;
    Ok(())
}

/// Ends one session.
pub async fn delete(executor: impl Executor<'_, Database = Any>, digest: &str) -> Result<()> {
    sqlx::query("delete from sessions where id_hash = $1").bind(digest).execute(executor).await?;
    Ok(())
}

/// Ends the sessions of a user of the business, all but the one that is kept.
pub async fn delete_of_user(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    user: &UserId,
    kept: Option<&str>,
) -> Result<()> {
    sqlx::query(
        "delete from sessions where user_id in (select id from users where business_id = $1 and id = $2) \
         and id_hash <> $3",
    )
    .bind(business.as_str())
    .bind(user.as_str())
    .bind(kept.unwrap_or_default())
    .execute(executor)
    .await?;
    Ok(())
}

/// Forgets sessions that can no longer be used.
pub async fn delete_expired(
    executor: impl Executor<'_, Database = Any>,
    created_before: i64,
    seen_before: i64,
) -> Result<()> {
    sqlx::query("delete from sessions where created_at <= $1 or seen_at <= $2")
        .bind(created_before)
        .bind(seen_before)
        .execute(executor)
        .await?;
    Ok(())
}
