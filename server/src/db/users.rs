//! SQL of the table `users`.

use app::{
    account::Role,
    id::{BusinessId, UserId},
    team::TeamUser,
};
use sqlx::any::AnyRow;
use sqlx::{Any, Executor, Row as _};

use crate::db::{Error, Result};

/// A person who logs in, as stored.
#[derive(Clone)]
pub struct StoredUser {
    /// The user.
    pub id: UserId,
    /// The business that they belong to.
    pub business: BusinessId,
    /// Their address, in lower case.
    pub email: String,
    /// What the password hashed to.
    pub password_hash: String,
    /// What they may do.
    pub role: Role,
    /// When they were shut out.
    pub disabled_at: Option<i64>,
}

fn user(row: &AnyRow) -> Result<StoredUser> {
    Ok(StoredUser {
        id: super::stored(row, "users", "id")?,
        business: super::stored(row, "users", "business_id")?,
        email: row.try_get("email")?,
        password_hash: row.try_get("password_hash")?,
        role: role(row)?,
        disabled_at: row.try_get("disabled_at")?,
    })
}

/// The column `role`, understood or refused.
pub(super) fn role(row: &AnyRow) -> Result<Role> {
    match row.try_get::<&str, _>("role")? {
        "owner" => Ok(Role::Owner),
        "member" => Ok(Role::Member),
        _ => Err(Error::Stored { table: "users", column: "role" }),
    }
}

/// Writes a new user.
pub async fn insert(executor: impl Executor<'_, Database = Any>, user: &StoredUser, now: i64) -> Result<()> {
    sqlx::query(
        "insert into users (id, business_id, email, password_hash, role, created_at) values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(user.id.as_str())
    .bind(user.business.as_str())
    .bind(user.email.as_str())
    .bind(user.password_hash.as_str())
    .bind(user.role.as_str())
    .bind(now)
    .execute(executor)
    .await?;
    Ok(())
}

/// Writes a new user unless the address has one, of whatever business; false then.
pub async fn insert_if_free(executor: impl Executor<'_, Database = Any>, user: &StoredUser, now: i64) -> Result<bool> {
    let written = sqlx::query(
        "insert into users (id, business_id, email, password_hash, role, created_at) values ($1, $2, $3, $4, $5, $6) \
         on conflict (email) do nothing",
    )
    .bind(user.id.as_str())
    .bind(user.business.as_str())
    .bind(user.email.as_str())
    .bind(user.password_hash.as_str())
    .bind(user.role.as_str())
    .bind(now)
    .execute(executor)
    .await?;
    Ok(written.rows_affected() == 1)
}

/// The user with this address, whatever their business: log-in has nothing else to go by.
pub async fn find_by_email(executor: impl Executor<'_, Database = Any>, email: &str) -> Result<Option<StoredUser>> {
    let row =
        sqlx::query("select id, business_id, email, password_hash, role, disabled_at from users where email = $1")
            .bind(email)
            .fetch_optional(executor)
            .await?;
    row.as_ref().map(user).transpose()
}

/// One user of a business.
pub async fn find(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    id: &UserId,
) -> Result<Option<StoredUser>> {
    let row = sqlx::query(
        "select id, business_id, email, password_hash, role, disabled_at from users where business_id = $1 and id = $2",
    )
    .bind(business.as_str())
    .bind(id.as_str())
    .fetch_optional(executor)
    .await?;
    row.as_ref().map(user).transpose()
}

/// Everyone who logs in to a business, oldest first.
pub async fn list(executor: impl Executor<'_, Database = Any>, business: &BusinessId) -> Result<Vec<StoredUser>> {
    let rows = sqlx::query(
        "select id, business_id, email, password_hash, role, disabled_at from users where business_id = $1 \
         order by created_at, id",
    )
    .bind(business.as_str())
    .fetch_all(executor)
    .await?;
    rows.iter().map(user).collect()
}

/// Everyone who can log in to a business and since when they are there, oldest first.
pub async fn list_team(executor: impl Executor<'_, Database = Any>, business: &BusinessId) -> Result<Vec<TeamUser>> {
    let rows = sqlx::query(
        "select id, email, role, created_at from users where business_id = $1 and disabled_at is null \
         order by created_at, id",
    )
    .bind(business.as_str())
    .fetch_all(executor)
    .await?;
    let user = |row: &AnyRow| {
        Ok(TeamUser {
            id: super::stored(row, "users", "id")?,
            email: row.try_get("email")?,
            role: role(row)?,
            created_at: row.try_get("created_at")?,
        })
    };
    rows.iter().map(user).collect()
}

/// Shuts a user out.
pub async fn update_disabled(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    id: &UserId,
    now: i64,
) -> Result<()> {
    sqlx::query("update users set disabled_at = $3 where business_id = $1 and id = $2 and disabled_at is null")
        .bind(business.as_str())
        .bind(id.as_str())
        .bind(now)
        .execute(executor)
        .await?;
    Ok(())
}

/// Lets a user in again who was shut out, with what they may do from now on; false when there is none.
pub async fn update_enabled(executor: impl Executor<'_, Database = Any>, user: &StoredUser) -> Result<bool> {
    let changed = sqlx::query(
        "update users set disabled_at = null, password_hash = $3, role = $4 \
         where business_id = $1 and email = $2 and disabled_at is not null",
    )
    .bind(user.business.as_str())
    .bind(user.email.as_str())
    .bind(user.password_hash.as_str())
    .bind(user.role.as_str())
    .execute(executor)
    .await?;
    Ok(changed.rows_affected() == 1)
}

/// What a user may do from now on.
pub async fn update_role(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    id: &UserId,
    role: Role,
) -> Result<()> {
    sqlx::query("update users set role = $3 where business_id = $1 and id = $2")
        .bind(business.as_str())
        .bind(id.as_str())
        .bind(role.as_str())
        .execute(executor)
        .await?;
    Ok(())
}

/// How many people can log in at all.
pub async fn count(executor: impl Executor<'_, Database = Any>) -> Result<i64> {
    Ok(sqlx::query_scalar("select count(*) from users").fetch_one(executor).await?)
}

/// A new hash, after a password or the cost of hashing changed.
pub async fn update_password_hash(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    id: &UserId,
    password_hash: &str,
) -> Result<()> {
    sqlx::query("update users set password_hash = $3 where business_id = $1 and id = $2")
        .bind(business.as_str())
        .bind(id.as_str())
        .bind(password_hash)
        .execute(executor)
        .await?;
    Ok(())
}

/// Where the user's own test texts go, in E.164.
pub async fn phone(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    id: &UserId,
) -> Result<Option<String>> {
    let phone = sqlx::query_scalar("select phone from users where business_id = $1 and id = $2")
        .bind(business.as_str())
        .bind(id.as_str())
        .fetch_optional(executor)
        .await?;
    Ok(phone.flatten())
}

/// Remembers where the user's own test texts go.
pub async fn update_phone(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    id: &UserId,
    phone: &str,
) -> Result<()> {
    sqlx::query("update users set phone = $3 where business_id = $1 and id = $2")
        .bind(business.as_str())
        .bind(id.as_str())
        .bind(phone)
        .execute(executor)
        .await?;
    Ok(())
}
