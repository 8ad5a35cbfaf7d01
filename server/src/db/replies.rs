//! The table `replies`: answers to texts that no rule understood, by the number that they came from.

use app::{
    history::ReplyDecision,
    id::{BusinessId, ReplyId, UserId},
};
use sqlx::{AnyConnection, Row as _};

use super::{Result, stored};

/// More answers of one number than anyone reads; the older ones go.
const KEPT: i64 = 50;

/// An answer as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredReply {
    /// What somebody wrote.
    pub body: String,
    /// When it came.
    pub created_at: i64,
    /// What was decided, if anything.
    pub decision: Option<ReplyDecision>,
    /// The log-in of who decided.
    pub user: Option<String>,
}

/// Keeps an answer.
pub async fn insert(
    conn: &mut AnyConnection,
    business: &BusinessId,
    id: &ReplyId,
    phone: &str,
    body: &str,
    now: i64,
) -> Result<()> {
    sqlx::query("insert into replies (id, business_id, phone, body, created_at) values ($1, $2, $3, $4, $5)")
        .bind(id.as_str())
        .bind(business.as_str())
        .bind(phone)
        .bind(body)
        .bind(now)
        .execute(&mut *conn)
        .await?;
    sqlx::query(
        "delete from replies where business_id = $1 and phone = $2 and id not in \
         (select id from replies where business_id = $1 and phone = $2 order by created_at desc, id desc limit $3)",
    )
    .bind(business.as_str())
    .bind(phone)
    .bind(KEPT)
    .execute(conn)
    .await?;
    Ok(())
}

/// What came from this number since then, newest first.
pub async fn list(
    conn: &mut AnyConnection,
    business: &BusinessId,
    phone: &str,
    since: i64,
) -> Result<Vec<StoredReply>> {
    let rows = sqlx::query(
        "select r.body, r.created_at, r.decision, u.email from replies r left join users u on u.id = r.decided_by \
         where r.business_id = $1 and r.phone = $2 and r.created_at >= $3 order by r.created_at desc, r.id desc",
    )
    .bind(business.as_str())
    .bind(phone)
    .bind(since)
    .fetch_all(conn)
    .await?;
    rows.iter()
        .map(|row| {
            let decision: Option<String> = row.try_get("decision")?;
            Ok(StoredReply {
                body: row.try_get("body")?,
                created_at: row.try_get("created_at")?,
                decision: decision.map(|_| stored(row, "replies", "decision")).transpose()?,
                user: row.try_get("email")?,
            })
        })
        .collect()
}

/// Records what a user decided on what came until then and is not decided; how many answers that were.
pub async fn decide(
    conn: &mut AnyConnection,
    business: &BusinessId,
    phone: &str,
    until: i64,
    (decision, user): (ReplyDecision, &UserId),
    now: i64,
) -> Result<u64> {
    let done = sqlx::query(
        "update replies set decision = $4, decided_by = $5, decided_at = $6 \
         where business_id = $1 and phone = $2 and created_at <= $3 and decision is null",
    )
    .bind(business.as_str())
    .bind(phone)
    .bind(until)
    .bind(decision.as_str())
    .bind(user.as_str())
    .bind(now)
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}

/// Forgets some of what came before; how many that were.
pub async fn delete_before(conn: &mut AnyConnection, before: i64, limit: i64) -> Result<u64> {
    let deleted =
        sqlx::query("delete from replies where id in (select id from replies where created_at < $1 limit $2)")
            .bind(before)
            .bind(limit)
            .execute(conn)
            .await?;
    Ok(deleted.rows_affected())
}
