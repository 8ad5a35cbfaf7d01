//! SQL of what happened between a payment link and contacts before it is sent to them again.

use super::{Result, payments::last_paid_at, stored};
use app::{
    campaigns::MAX_CONTACTS,
    id::{BusinessId, ContactId, PaymentLinkId, UserId},
};
use sqlx::{Any, Executor, Row};

/// What happened between a payment link and one contact.
#[derive(Clone, Debug)]
pub struct Before {
    /// Who.
    pub contact: ContactId,
    /// When the contact last paid it, by whichever of its links.
    pub paid_at: Option<i64>,
    /// When a message with it last left.
    pub sent_at: Option<i64>,
    /// Messages with it that still wait, the user's own included.
    pub waiting: i64,
    /// Those that another user sends.
    pub waiting_of_others: i64,
}

/// What happened between a payment link and up to 50 contacts; one that is not the business's own is left out.
pub async fn list_before(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    payment_link: &PaymentLinkId,
    user: &UserId,
    contacts: &[ContactId],
) -> Result<Vec<Before>> {
    let mut query = sqlx::query(concat!(
        "select k.id, ",
        last_paid_at!("$2"),
        " as paid_at, \
         (select max(coalesce(d.sent_at, d.updated_at)) from deliveries d join campaigns c on c.id = d.campaign_id \
           where d.business_id = $1 and d.contact_id = k.id and c.payment_link_id = $2 \
           and (d.status in ('sent', 'delivered') or d.status = 'unknown' and d.due_at is null)) as sent_at, \
         (select count(*) from deliveries d join campaigns c on c.id = d.campaign_id \
           where d.business_id = $1 and d.contact_id = k.id and c.payment_link_id = $2 \
           and (d.status in ('held', 'queued') or d.status = 'unknown' and d.due_at is not null)) as waiting, \
         (select count(*) from deliveries d join campaigns c on c.id = d.campaign_id \
           where d.business_id = $1 and d.contact_id = k.id and c.payment_link_id = $2 and c.user_id <> $3 \
           and (d.status in ('held', 'queued') or d.status = 'unknown' and d.due_at is not null)) as waiting_of_others \
         from contacts k where k.business_id = $1 and k.id in (\
           $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, \
           $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, \
           $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, \
           $34, $35, $36, $37, $38, $39, $40, $41, $42, $43, \
           $44, $45, $46, $47, $48, $49, $50, $51, $52, $53)"
    ))
    .bind(business.as_str())
    .bind(payment_link.as_str())
    .bind(user.as_str());
    // Places that are not needed name nobody.
    for place in 0..MAX_CONTACTS as usize {
        query = query.bind(contacts.get(place).map_or("", ContactId::as_str));
    }
    let rows = query.fetch_all(executor).await?;
    rows.iter()
        .map(|row| {
            Ok(Before {
                contact: stored(row, "contacts", "id")?,
                paid_at: row.try_get("paid_at")?,
                sent_at: row.try_get("sent_at")?,
                waiting: row.try_get("waiting")?,
                waiting_of_others: row.try_get("waiting_of_others")?,
            })
        })
        .collect()
}

/// Lets only one transaction at a time send this link: two colleagues who press "Send" at the same moment see each other.
pub async fn take_turn(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    payment_link: &PaymentLinkId,
) -> Result<()> {
    sqlx::query("update payment_links set name = name where business_id = $1 and id = $2")
        .bind(business.as_str())
        .bind(payment_link.as_str())
        .execute(executor)
        .await?;
    Ok(())
}
