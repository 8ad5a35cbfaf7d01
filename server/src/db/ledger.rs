//! The tables `ledger_heads` and `ledger_entries`: the chains and their ends.

use super::Result;
use crate::ledger::{BEGINNING, NewEntry, hash};
use app::id::BusinessId;
use sqlx::{AnyConnection, Row as _, any::AnyRow};

/// An entry as it is stored. Its business is text, because it may have been tampered with.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    /// Whose chain.
    pub business: String,
    /// Its place, from 1.
    pub seq: i64,
    /// When it happened.
    pub at: i64,
    /// What it records.
    pub kind: String,
    /// JSON, byte for byte.
    pub body: String,
    /// The hash of the entry before it.
    pub previous_hash: String,
    /// Its own hash.
    pub hash: String,
}

/// The end of a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// How many entries it has.
    pub entries: i64,
    /// The hash of the last.
    pub last_hash: String,
}

impl Default for Head {
    /// The end of a chain that has not begun.
    fn default() -> Self {
        Self { entries: 0, last_hash: BEGINNING.to_owned() }
    }
}

/// Appends entries, each to its business's chain: the last thing that a transaction does. Moving a head locks it, so two
/// writers on one chain take turns; businesses come in order, so writers on several chains do not wait for each other in a ring.
pub(super) async fn append(connection: &mut AnyConnection, mut entries: Vec<NewEntry>) -> Result<()> {
    entries.sort_by(|a, b| a.business.cmp(&b.business));
    for chain in entries.chunk_by(|a, b| a.business == b.business) {
        let Some(first) = chain.first() else { continue };
        let added = i64::try_from(chain.len()).unwrap_or(i64::MAX);
        let head = move_head(connection, &first.business, added).await?;
        let (mut seq, mut previous_hash) = (head.entries - added, head.last_hash);
        for new in chain {
            seq += 1;
            let mut entry = Entry {
                business: new.business.to_string(),
                seq,
                at: new.at,
                kind: new.kind.as_str().to_owned(),
                body: new.body.clone(),
                previous_hash,
                hash: String::new(),
            };
            entry.hash = hash(&entry);
            insert(connection, &entry).await?;
            previous_hash = entry.hash;
        }
        sqlx::query("update ledger_heads set last_hash = $2 where business_id = $1")
            .bind(first.business.as_str())
            .bind(previous_hash)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// Counts entries that are about to be appended, and answers the new count with the hash that the first of them follows. A head
/// that was tampered with never keeps messages from being recorded: it then begins behind what is there.
async fn move_head(connection: &mut AnyConnection, business: &BusinessId, added: i64) -> Result<Head> {
    let row = sqlx::query(
        "insert into ledger_heads (business_id, entries, last_hash) values ($1, \
         $2 + (select coalesce(max(seq), 0) from ledger_entries where business_id = $1), \
         coalesce((select hash from ledger_entries where business_id = $1 order by seq desc limit 1), $3)) \
         on conflict (business_id) do update set entries = case when excluded.entries > ledger_heads.entries + $2 \
         then excluded.entries else ledger_heads.entries + $2 end \
         returning entries, last_hash",
    )
    .bind(business.as_str())
    .bind(added)
    .bind(BEGINNING)
    .fetch_one(connection)
    .await?;
    to_head(&row)
}

async fn insert(connection: &mut AnyConnection, entry: &Entry) -> Result<()> {
    sqlx::query(
        "insert into ledger_entries (business_id, seq, at, kind, body, previous_hash, hash) \
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(entry.business.as_str())
    .bind(entry.seq)
    .bind(entry.at)
    .bind(entry.kind.as_str())
    .bind(entry.body.as_str())
    .bind(entry.previous_hash.as_str())
    .bind(entry.hash.as_str())
    .execute(connection)
    .await?;
    Ok(())
}

fn to_head(row: &AnyRow) -> Result<Head> {
    Ok(Head { entries: row.try_get("entries")?, last_hash: row.try_get("last_hash")? })
}

/// The end of a business's chain; none when nothing was recorded.
pub async fn find_head(connection: &mut AnyConnection, business: &BusinessId) -> Result<Option<Head>> {
    sqlx::query("select entries, last_hash from ledger_heads where business_id = $1")
        .bind(business.as_str())
        .fetch_optional(connection)
        .await?
        .as_ref()
        .map(to_head)
        .transpose()
}

/// The entries behind this place, in order.
pub async fn list_after(
    connection: &mut AnyConnection,
    business: &BusinessId,
    after: i64,
    limit: i64,
) -> Result<Vec<Entry>> {
    let rows = sqlx::query(
        "select business_id, seq, at, kind, body, previous_hash, hash from ledger_entries \
         where business_id = $1 and seq > $2 order by seq limit $3",
    )
    .bind(business.as_str())
    .bind(after)
    .bind(limit)
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Entry {
                business: row.try_get("business_id")?,
                seq: row.try_get("seq")?,
                at: row.try_get("at")?,
                kind: row.try_get("kind")?,
                body: row.try_get("body")?,
                previous_hash: row.try_get("previous_hash")?,
                hash: row.try_get("hash")?,
            })
        })
        .collect()
}

/// Whether any entry of the chain has this hash.
pub async fn has_hash(connection: &mut AnyConnection, business: &BusinessId, hash: &str) -> Result<bool> {
    let row = sqlx::query("select count(*) as found from ledger_entries where business_id = $1 and hash = $2")
        .bind(business.as_str())
        .bind(hash)
        .fetch_one(connection)
        .await?;
    Ok(row.try_get::<i64, _>("found")? > 0)
}

/// How many entries and heads name a business that does not exist: nobody but a tamperer writes such.
pub async fn count_strays(connection: &mut AnyConnection) -> Result<i64> {
    let row = sqlx::query(
        "select (select count(*) from ledger_entries where business_id not in (select id from businesses)) + \
         (select count(*) from ledger_heads where business_id not in (select id from businesses)) as strays",
    )
    .fetch_one(connection)
    .await?;
    Ok(row.try_get("strays")?)
}
