//! What happened with one contact, gathered from the tables of links, messages, openings and payments.

use app::{
    history::{HistoryItem, HistoryKind},
    id::{BusinessId, ContactId},
    money::{Currency, Money},
};
use sqlx::{AnyConnection, Row as _, any::AnyRow};
use std::collections::HashMap;

use super::{Result, openings::QUARTER_MS, stored};

/// The newest of each kind; older ones stand on their own pages.
const LIMIT: i64 = 50;
/// More quarters of an hour than any day has.
const QUARTERS_A_DAY: i64 = 100;

fn item(row: &AnyRow, kind: HistoryKind) -> Result<HistoryItem> {
    Ok(HistoryItem {
        kind,
        payment_link: row.try_get("name")?,
        status: row.try_get("status")?,
        at: row.try_get("created_at")?,
    })
}

/// Links, messages, openings by people and payments, newest first; `day_of` numbers the day of a moment.
pub async fn list(
    conn: &mut AnyConnection,
    business: &BusinessId,
    contact: &ContactId,
    day_of: impl Fn(i64) -> i64 + Send,
) -> Result<Vec<HistoryItem>> {
    let mut items = list_links(conn, business, contact).await?;
    items.extend(list_messages(conn, business, contact).await?);
    items.extend(list_openings(conn, business, contact, day_of).await?);
    items.extend(list_payments(conn, business, contact).await?);
    items.sort_by_key(|item| std::cmp::Reverse(item.at));
    Ok(items)
}

async fn list_links(conn: &mut AnyConnection, business: &BusinessId, contact: &ContactId) -> Result<Vec<HistoryItem>> {
    let rows = sqlx::query(
        "select p.payment_link_id, l.name, p.created_at, case when p.revoked_at is null then 'active' else 'revoked' end \
         as status from personal_links p join payment_links l on l.id = p.payment_link_id \
         where p.business_id = $1 and p.contact_id = $2 order by p.created_at desc limit $3",
    )
    .bind(business.as_str())
    .bind(contact.as_str())
    .bind(LIMIT)
    .fetch_all(conn)
    .await?;
    let link = |row| item(row, HistoryKind::Link(stored(row, "personal_links", "payment_link_id")?));
    rows.iter().map(link).collect()
}

async fn list_messages(
    conn: &mut AnyConnection,
    business: &BusinessId,
    contact: &ContactId,
) -> Result<Vec<HistoryItem>> {
    let rows = sqlx::query(
        "select d.campaign_id, d.channel, l.name, d.created_at, d.status from deliveries d \
         join campaigns c on c.id = d.campaign_id join payment_links l on l.id = c.payment_link_id \
         where d.business_id = $1 and d.contact_id = $2 order by d.created_at desc limit $3",
    )
    .bind(business.as_str())
    .bind(contact.as_str())
    .bind(LIMIT)
    .fetch_all(conn)
    .await?;
    let message = |row| {
        let (campaign, channel) = (stored(row, "deliveries", "campaign_id")?, stored(row, "deliveries", "channel")?);
        item(row, HistoryKind::Message(campaign, channel))
    };
    rows.iter().map(message).collect()
}

/// Each day's first, with how often it was that day.
async fn list_openings(
    conn: &mut AnyConnection,
    business: &BusinessId,
    contact: &ContactId,
    day_of: impl Fn(i64) -> i64 + Send,
) -> Result<Vec<HistoryItem>> {
    let rows = sqlx::query(
        "select l.id, l.payment_link_id, p.name, min(o.created_at) as created_at, cast(sum(o.times) as bigint) as times, 'opened' as status \
         from openings o join personal_links l on l.id = o.personal_link_id join payment_links p on p.id = l.payment_link_id \
         where l.business_id = $1 and l.contact_id = $2 and o.kind = 'human' \
         group by l.payment_link_id, p.name, l.id, o.created_at / $3 order by 4 desc limit $4",
    )
    .bind(business.as_str())
    .bind(contact.as_str())
    .bind(QUARTER_MS)
    .bind(LIMIT * QUARTERS_A_DAY)
    .fetch_all(conn)
    .await?;
    let mut items: Vec<HistoryItem> = Vec::new();
    // Where each day of a personal link stands among them.
    let mut days: HashMap<(String, i64), usize> = HashMap::new();
    for row in &rows {
        let times = u32::try_from(row.try_get::<i64, _>("times")?).unwrap_or(u32::MAX);
        let quarter = item(row, HistoryKind::Opening(stored(row, "personal_links", "payment_link_id")?, times))?;
        let known = days.entry((row.try_get("id")?, day_of(quarter.at))).or_insert(items.len());
        match items.get_mut(*known) {
            Some(HistoryItem { kind: HistoryKind::Opening(_, known), at, .. }) => {
                (*known, *at) = (known.saturating_add(times), quarter.at);
            }
            _ => items.push(quarter),
        }
    }
    items.truncate(usize::try_from(LIMIT).unwrap_or(usize::MAX));
    Ok(items)
}

async fn list_payments(
    conn: &mut AnyConnection,
    business: &BusinessId,
    contact: &ContactId,
) -> Result<Vec<HistoryItem>> {
    let rows = sqlx::query(
        "select p.id, p.amount_minor, p.currency, l.name, p.created_at, p.status from payments p \
         join payment_links l on l.id = p.payment_link_id \
         where p.business_id = $1 and p.contact_id = $2 order by p.created_at desc limit $3",
    )
    .bind(business.as_str())
    .bind(contact.as_str())
    .bind(LIMIT)
    .fetch_all(conn)
    .await?;
    let payment = |row: &AnyRow| {
        let currency: Currency = stored(row, "payments", "currency")?;
        let amount = Money::new(row.try_get("amount_minor")?, currency).to_string();
        item(row, HistoryKind::Payment(stored(row, "payments", "id")?, amount))
    };
    rows.iter().map(payment).collect()
}
