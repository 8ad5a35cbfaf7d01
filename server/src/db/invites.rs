//! SQL of the table `invites`: digests only, never the codes in the links.

use app::account::Role;
use app::id::{BusinessId, InviteId, UserId};
use sqlx::any::AnyRow;
use sqlx::{Any, Executor, Row as _};

use crate::db::Result;

/// An invitation as it is stored.
#[derive(Clone)]
pub struct StoredInvite {
    /// The invitation.
    pub id: InviteId,
    /// The business to join.
    pub business: BusinessId,
    /// Who is invited, in lower case.
    pub email: String,
    /// What they will be.
    pub role: Role,
    /// Until when its link works.
    pub expires_at: i64,
}

fn invite(row: &AnyRow) -> Result<StoredInvite> {
    Ok(StoredInvite {
        id: super::stored(row, "invites", "id")?,
        business: super::stored(row, "invites", "business_id")?,
        email: row.try_get("email")?,
        role: super::users::role(row)?,
        expires_at: row.try_get("expires_at")?,
    })
}

/// Writes a new invitation; false when the address has a pending one.
pub async fn insert(
    executor: impl Executor<'_, Database = Any>,
    invite: &StoredInvite,
    code_hash: &str,
    created_by: &UserId,
    now: i64,
) -> Result<bool> {
    let written = sqlx::query(
        "insert into invites (id, business_id, email, code_hash, role, created_by, created_at, expires_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing",
    )
    .bind(invite.id.as_str())
    .bind(invite.business.as_str())
    .bind(invite.email.as_str())
    .bind(code_hash)
    .bind(invite.role.as_str())
    .bind(created_by.as_str())
    .bind(now)
    .bind(invite.expires_at)
    .execute(executor)
    .await?;
    Ok(written.rows_affected() == 1)
}

/// One invitation of a business that was neither accepted nor withdrawn.
pub async fn find(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    id: &InviteId,
) -> Result<Option<StoredInvite>> {
    let row = sqlx::query(
        "select id, business_id, email, role, expires_at from invites \
         where business_id = $1 and id = $2 and accepted_at is null and revoked_at is null",
    )
    .bind(business.as_str())
    .bind(id.as_str())
    .fetch_optional(executor)
    .await?;
    row.as_ref().map(invite).transpose()
}

/// The invitation that a code opens now, whatever its business: who holds it has nothing else to show.
pub async fn find_by_code(
    executor: impl Executor<'_, Database = Any>,
    code_hash: &str,
    now: i64,
) -> Result<Option<StoredInvite>> {
    let row = sqlx::query(
        "select id, business_id, email, role, expires_at from invites \
         where code_hash = $1 and expires_at > $2 and accepted_at is null and revoked_at is null",
    )
    .bind(code_hash)
    .bind(now)
    .fetch_optional(executor)
    .await?;
    row.as_ref().map(invite).transpose()
}

/// Every invitation of a business that was neither accepted nor withdrawn, oldest first.
pub async fn list(executor: impl Executor<'_, Database = Any>, business: &BusinessId) -> Result<Vec<StoredInvite>> {
    let rows = sqlx::query(
        "select id, business_id, email, role, expires_at from invites \
         where business_id = $1 and accepted_at is null and revoked_at is null order by created_at, id",
    )
    .bind(business.as_str())
    .fetch_all(executor)
    .await?;
    rows.iter().map(invite).collect()
}

/// Gives a pending invitation another code and more time; false when it is none.
pub async fn update_code(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    id: &InviteId,
    code_hash: &str,
    expires_at: i64,
) -> Result<bool> {
    let changed = sqlx::query(
        "update invites set code_hash = $3, expires_at = $4 \
         where business_id = $1 and id = $2 and accepted_at is null and revoked_at is null",
    )
    .bind(business.as_str())
    .bind(id.as_str())
    .bind(code_hash)
    .bind(expires_at)
    .execute(executor)
    .await?;
    Ok(changed.rows_affected() == 1)
}

/// Takes a pending invitation back; false when it is none.
pub async fn update_revoked(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    id: &InviteId,
    now: i64,
) -> Result<bool> {
    let changed = sqlx::query(
        "update invites set revoked_at = $3 \
         where business_id = $1 and id = $2 and accepted_at is null and revoked_at is null",
    )
    .bind(business.as_str())
    .bind(id.as_str())
    .bind(now)
    .execute(executor)
    .await?;
    Ok(changed.rows_affected() == 1)
}

/// Uses an invitation up; false when its code no longer opens it.
pub async fn accept(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    code_hash: &str,
    now: i64,
) -> Result<bool> {
    let changed = sqlx::query(
        "update invites set accepted_at = $3 where business_id = $1 and code_hash = $2 and expires_at > $3 \
         and accepted_at is null and revoked_at is null",
    )
    .bind(business.as_str())
    .bind(code_hash)
    .bind(now)
    .execute(executor)
    .await?;
    Ok(changed.rows_affected() == 1)
}
