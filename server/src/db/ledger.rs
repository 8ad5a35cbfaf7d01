//! The tables `ledger_heads` and `ledger_entries`: the chains and their ends.

use super::{Error, Result, parameters};
use crate::{
    facts::{
        Fact, Tampered, Unchecked,
        chain::{BEGINNING, Entry, NewEntry, hash},
    },
    ledger::seal::{Seal, Signature},
};
use app::id::BusinessId;
use serde::Deserialize;
use sqlx::{AnyConnection, AssertSqlSafe, Row as _, any::AnyRow};
use std::collections::{BTreeSet, HashSet};

/// The end of a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// How many entries it has.
    pub entries: i64,
    /// The hash of the last.
    pub last_hash: String,
    /// When the last was written; 0 before there is one.
    pub signed_at: i64,
    /// What proves that this is the end that we wrote; none on a chain from before, or one that has not begun.
    pub signature: Option<Signature>,
}

impl Default for Head {
    /// The end of a chain that has not begun.
    fn default() -> Self {
        Self { entries: 0, last_hash: BEGINNING.to_owned(), signed_at: 0, signature: None }
    }
}

impl Head {
    /// The same as it is put on record where the key that signed it is not there; none without a signature.
    fn unchecked(&self) -> Option<Unchecked> {
        let Signature { kid, mac: signature } = self.signature.clone()?;
        let last_hash = self.last_hash.clone();
        Some(Unchecked { entries: self.entries, last_hash, signed_at: self.signed_at, kid, signature })
    }
}

impl From<Unchecked> for Head {
    fn from(end: Unchecked) -> Self {
        let Unchecked { entries, last_hash, signed_at, kid, signature } = end;
        Self { entries, last_hash, signed_at, signature: Some(Signature { kid, mac: signature }) }
    }
}

/// Appends entries, each to its business's chain: the last thing that a transaction does. Taking a head locks it, so two
/// writers on one chain take turns; businesses come in order, so writers on several chains do not wait for each other in a ring.
/// A chain that was tampered with never keeps messages from being recorded: what was found is put on record first, and the
/// chain goes on behind what is there and what was counted.
pub(super) async fn append(
    connection: &mut AnyConnection,
    mut entries: Vec<NewEntry>,
    seal: Option<&Seal>,
) -> Result<()> {
    entries.sort_by(|a, b| a.business.cmp(&b.business));
    for chain in entries.chunk_by(|a, b| a.business == b.business) {
        let Some(first) = chain.first() else { continue };
        let head = match take_head(connection, &first.business).await {
            // Nobody can read it: it is not as we wrote it.
            Err(error) if error.is_unreadable() => Head { last_hash: String::new(), ..Head::default() },
            head => head?,
        };
        let end = find_end(connection, &first.business).await?;
        let fits = (head.entries, &head.last_hash) == (end.entries, &end.last_hash);
        let is_signed = seal.is_none_or(|seal| seal.covers(first.business.as_str(), &head));
        let is_unknown = seal.is_some_and(|seal| seal.lacks(&head).is_some());
        let found = match (fits, is_signed, is_unknown) {
            (true, true, _) => None,
            (true, false, true) => unchecked(first, &head)?,
            _ => Some(tampered(first, &head, &end, is_signed)?),
        };
        let mut next = Head { entries: head.entries.max(end.entries), last_hash: end.last_hash, ..head };
        for new in found.iter().chain(chain) {
            next.entries = next.entries.saturating_add(1);
            next.signed_at = new.at;
            let mut entry = Entry {
                business: new.business.to_string(),
                seq: next.entries,
                at: new.at,
                kind: new.kind.as_str().to_owned(),
                body: new.body.clone(),
                previous_hash: next.last_hash,
                hash: String::new(),
            };
            entry.hash = hash(&entry);
            insert(connection, &entry).await?;
            next.last_hash = entry.hash;
        }
        next.signature = seal.and_then(|seal| seal.sign(first.business.as_str(), &next));
        update_head(connection, first.business.as_str(), &next).await?;
    }
    Ok(())
}

fn tampered(first: &NewEntry, head: &Head, end: &Head, is_signed: bool) -> Result<NewEntry> {
    tracing::error!(business = %first.business, counted = head.entries, found = end.entries, "the ledger was tampered with");
    let found = Fact::Tampered(Tampered {
        counted: head.entries,
        counted_hash: &head.last_hash,
        found: end.entries,
        found_hash: &end.last_hash,
        is_signed,
    });
    before(first, &found)
}

fn unchecked(first: &NewEntry, head: &Head) -> Result<Option<NewEntry>> {
    tracing::error!(business = %first.business, "the end of the ledger was signed with a key that is not here");
    head.unchecked().map(|end| before(first, &Fact::Unchecked(end))).transpose()
}

fn before(first: &NewEntry, fact: &Fact<'_>) -> Result<NewEntry> {
    let body = serde_json::to_string(fact).map_err(|_| Error::Stored { table: "ledger_entries", column: "body" })?;
    Ok(NewEntry { business: first.business.clone(), kind: fact.kind(), body, at: first.at })
}

/// The head of a chain, which nobody else takes until this transaction has ended; one that has not begun gets its own.
async fn take_head(connection: &mut AnyConnection, business: &BusinessId) -> Result<Head> {
    let row = sqlx::query(
        "insert into ledger_heads (business_id, entries, last_hash) values ($1, 0, $2) \
         on conflict (business_id) do update set entries = ledger_heads.entries \
         returning entries, last_hash, signed_at, kid, signature",
    )
    .bind(business.as_str())
    .bind(BEGINNING)
    .fetch_one(connection)
    .await?;
    to_head(&row)
}

async fn update_head(connection: &mut AnyConnection, business: &str, head: &Head) -> Result<()> {
    let (kid, mac) = head.signature.as_ref().map(|signature| (signature.kid.as_str(), signature.mac.as_str())).unzip();
    sqlx::query(
        "update ledger_heads set entries = $2, last_hash = $3, signed_at = $4, kid = $5, signature = $6 \
         where business_id = $1",
    )
    .bind(business)
    .bind(head.entries)
    .bind(head.last_hash.as_str())
    .bind(head.signed_at)
    .bind(kid)
    .bind(mac)
    .execute(connection)
    .await?;
    Ok(())
}

/// Signs a head that stays as it is.
pub async fn update_signature(connection: &mut AnyConnection, business: &str, head: &Head) -> Result<()> {
    let (kid, mac) = head.signature.as_ref().map(|signature| (signature.kid.as_str(), signature.mac.as_str())).unzip();
    sqlx::query(
        "update ledger_heads set signed_at = $4, kid = $5, signature = $6 \
         where business_id = $1 and entries = $2 and last_hash = $3",
    )
    .bind(business)
    .bind(head.entries)
    .bind(head.last_hash.as_str())
    .bind(head.signed_at)
    .bind(kid)
    .bind(mac)
    .execute(connection)
    .await?;
    Ok(())
}

/// Where a chain ends by its entries, whatever its head says. A hash that nobody can read is none that we wrote: it is empty.
pub async fn find_end(connection: &mut AnyConnection, business: &BusinessId) -> Result<Head> {
    let last = sqlx::query("select seq, hash from ledger_entries where business_id = $1 order by seq desc limit 1")
        .bind(business.as_str())
        .fetch_optional(&mut *connection)
        .await
        .map_err(Error::from);
    let read = |row: AnyRow| {
        Ok::<_, Error>(Head { entries: row.try_get("seq")?, last_hash: row.try_get("hash")?, ..Head::default() })
    };
    match last.and_then(|row| row.map(read).transpose()) {
        Err(error) if error.is_unreadable() => {
            let row = sqlx::query("select max(seq) as seq from ledger_entries where business_id = $1")
                .bind(business.as_str())
                .fetch_one(connection)
                .await?;
            Ok(Head { entries: row.try_get("seq")?, last_hash: String::new(), ..Head::default() })
        }
        end => Ok(end?.unwrap_or_default()),
    }
}

/// The hash of one entry.
pub async fn find_hash(connection: &mut AnyConnection, business: &BusinessId, seq: i64) -> Result<Option<String>> {
    let row = sqlx::query("select hash from ledger_entries where business_id = $1 and seq = $2")
        .bind(business.as_str())
        .bind(seq)
        .fetch_optional(connection)
        .await?;
    Ok(row.map(|row| row.try_get("hash")).transpose()?)
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
    let (kid, mac): (Option<String>, Option<String>) = (row.try_get("kid")?, row.try_get("signature")?);
    Ok(Head {
        entries: row.try_get("entries")?,
        last_hash: row.try_get("last_hash")?,
        signed_at: row.try_get::<Option<i64>, _>("signed_at")?.unwrap_or_default(),
        signature: kid.zip(mac).map(|(kid, mac)| Signature { kid, mac }),
    })
}

/// The end of a business's chain; none when nothing was recorded.
pub async fn find_head(connection: &mut AnyConnection, business: &BusinessId) -> Result<Option<Head>> {
    sqlx::query("select entries, last_hash, signed_at, kid, signature from ledger_heads where business_id = $1")
        .bind(business.as_str())
        .fetch_optional(connection)
        .await?
        .as_ref()
        .map(to_head)
        .transpose()
}

/// Every head, with whose it is.
pub async fn list_heads(connection: &mut AnyConnection) -> Result<Vec<(String, Head)>> {
    let heads =
        "select business_id, entries, last_hash, signed_at, kid, signature from ledger_heads order by business_id";
    let rows = sqlx::query(heads).fetch_all(connection).await?;
    rows.iter().map(|row| Ok((row.try_get("business_id")?, to_head(row)?))).collect()
}

/// The keys that the heads were signed with.
pub async fn list_kids(connection: &mut AnyConnection) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar("select distinct kid from ledger_heads where kid is not null order by kid")
        .fetch_all(connection)
        .await?)
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

/// Every message of a business that has left, by the table; what a user knows of a message that nobody could be asked about is
/// on record as theirs.
pub async fn list_left(connection: &mut AnyConnection, business: &BusinessId) -> Result<Vec<String>> {
    let rows = sqlx::query(
        "select id from deliveries where business_id = $1 and status in ('sent', 'delivered', 'undelivered') \
         and not exists (select 1 from delivery_attempts \
         where delivery_attempts.delivery_id = deliveries.id and delivery_attempts.outcome = 'confirmed')",
    )
    .bind(business.as_str())
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| Ok(row.try_get("id")?)).collect()
}

/// Which of these deliveries there are.
pub async fn list_existing_deliveries(
    connection: &mut AnyConnection,
    business: &BusinessId,
    deliveries: &BTreeSet<String>,
) -> Result<HashSet<String>> {
    if deliveries.is_empty() {
        return Ok(HashSet::new());
    }
    let places = parameters(2, deliveries.len());
    let select = format!("select id from deliveries where business_id = $1 and id in ({places})");
    let mut query = sqlx::query(AssertSqlSafe(select)).persistent(false).bind(business.as_str());
    for delivery in deliveries {
        query = query.bind(delivery.as_str());
    }
    query.fetch_all(connection).await?.iter().map(|row| Ok(row.try_get("id")?)).collect()
}

/// How a payment ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenPayment {
    /// Its status.
    pub status: String,
    /// Minor units.
    pub amount_minor: i64,
    /// ISO 4217.
    pub currency: String,
}

/// Every payment of a business that has come to its end, by the table.
pub async fn list_payments(
    connection: &mut AnyConnection,
    business: &BusinessId,
) -> Result<Vec<(String, WrittenPayment)>> {
    let rows = sqlx::query(
        "select id, status, amount_minor, currency from payments where business_id = $1 and status <> 'pending'",
    )
    .bind(business.as_str())
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            let (status, currency) = (row.try_get("status")?, row.try_get("currency")?);
            Ok((row.try_get("id")?, WrittenPayment { status, amount_minor: row.try_get("amount_minor")?, currency }))
        })
        .collect()
}

/// A switch of do-not-disturb, as far as two that are alike need not be told apart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub struct Switch {
    /// Whose.
    pub contact: String,
    /// `all`, `email` or `sms`.
    pub channel: String,
    /// On, or lifted.
    pub do_not_disturb: bool,
    /// Who or what switched it.
    pub source: String,
}

/// Every switch of a business's contacts by the table, with how often it stands there.
pub async fn list_switches(connection: &mut AnyConnection, business: &BusinessId) -> Result<Vec<(Switch, i64)>> {
    let rows = sqlx::query(
        "select contact_id, channel, dnd, source, count(*) as times from consents where business_id = $1 \
         group by contact_id, channel, dnd, source",
    )
    .bind(business.as_str())
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            let switch = Switch {
                contact: row.try_get("contact_id")?,
                channel: row.try_get("channel")?,
                do_not_disturb: row.try_get::<i64, _>("dnd")? != 0,
                source: row.try_get("source")?,
            };
            Ok((switch, row.try_get("times")?))
        })
        .collect()
}
