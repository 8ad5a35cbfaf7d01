//! The table `payments`: one row for each attempt to pay.

use app::{
    checkout::{CheckoutValues, PostalAddress},
    id::{BusinessId, CampaignId, ContactId, PaymentId, PaymentLinkId, PersonalLinkId},
    money::{Currency, Money},
    order::Line,
    transactions::{PaymentStatus, Transaction, TransactionQuery},
};
use sqlx::{AnyConnection, Row as _, any::AnyRow};

use super::{Result, Tx, personal_links::Origin, stored, stored_json, stored_option};
use crate::facts::{Fact, Settled};

/// An attempt to pay.
#[derive(Clone, PartialEq, Eq)]
pub struct Payment {
    /// The payment.
    pub id: PaymentId,
    /// The tenant.
    pub business: BusinessId,
    /// What is paid.
    pub payment_link: PaymentLinkId,
    /// Whose personal link it came from.
    pub origin: Option<Origin>,
    /// The form that it was submitted with.
    pub attempt: String,
    /// Where it stands.
    pub status: PaymentStatus,
    /// How much, as the server computed it.
    pub amount: Money,
    /// What was bought, as it was priced then.
    pub items: Vec<Line>,
    /// What the customer typed.
    pub customer: CheckoutValues,
    /// Who moves the money.
    pub gateway: String,
    /// The secret in the address of its receipt.
    pub key: String,
    /// Why it failed, in words; empty otherwise.
    pub reason: String,
    /// Epoch milliseconds.
    pub created_at: i64,
    /// Until when it can be finished, epoch milliseconds.
    pub expires_at: i64,
    /// When it came to its end, epoch milliseconds.
    pub settled_at: Option<i64>,
}

impl Payment {
    /// Where it stands at `now`: what nobody finished in time has expired, though no one wrote it down.
    pub const fn status_at(&self, now: i64) -> PaymentStatus {
        match self.status {
            PaymentStatus::Pending if self.expires_at <= now => PaymentStatus::Expired,
            status => status,
        }
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select id, business_id, payment_link_id, personal_link_id, contact_id, campaign_id, attempt_key, status, \
             amount_minor, currency, items, payer_name, payer_email, payer_phone, payer_address, gateway, access_key, failure, \
             created_at, expires_at, settled_at from payments ",
            $rest
        )
    };
}

fn payment(row: &AnyRow) -> Result<Payment> {
    let personal_link: Option<PersonalLinkId> = stored_option(row, "payments", "personal_link_id")?;
    let contact: Option<ContactId> = stored_option(row, "payments", "contact_id")?;
    let campaign: Option<CampaignId> = stored_option(row, "payments", "campaign_id")?;
    let origin = personal_link.zip(contact).map(|(personal_link, contact)| Origin { personal_link, contact, campaign });
    let address: PostalAddress = stored_json(row, "payments", "payer_address")?;
    Ok(Payment {
        id: stored(row, "payments", "id")?,
        business: stored(row, "payments", "business_id")?,
        payment_link: stored(row, "payments", "payment_link_id")?,
        origin,
        attempt: row.try_get("attempt_key")?,
        status: stored(row, "payments", "status")?,
        amount: Money::new(row.try_get("amount_minor")?, stored::<Currency>(row, "payments", "currency")?),
        items: stored_json(row, "payments", "items")?,
        customer: CheckoutValues {
            name: row.try_get("payer_name")?,
            email: row.try_get("payer_email")?,
            phone: row.try_get("payer_phone")?,
            address,
        },
        gateway: row.try_get("gateway")?,
        key: row.try_get("access_key")?,
        reason: row.try_get::<Option<String>, _>("failure")?.unwrap_or_default(),
        created_at: row.try_get("created_at")?,
        expires_at: row.try_get("expires_at")?,
        settled_at: row.try_get("settled_at")?,
    })
}

/// Writes a pending payment, unless its form or its personal link already has one; false then. `search` is what a search
/// looks through, folded.
pub async fn insert(executor: &mut AnyConnection, payment: &Payment, search: &str) -> Result<bool> {
    let origin = payment.origin.as_ref();
    let written = sqlx::query(
        "insert into payments (id, business_id, payment_link_id, personal_link_id, contact_id, campaign_id, \
         attempt_key, open_for, status, amount_minor, currency, items, payer_name, payer_email, payer_phone, payer_address, \
         gateway, access_key, search, created_at, expires_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $4, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20) \
         on conflict do nothing",
    )
    .bind(payment.id.as_str())
    .bind(payment.business.as_str())
    .bind(payment.payment_link.as_str())
    .bind(origin.map(|origin| origin.personal_link.as_str()))
    .bind(origin.map(|origin| origin.contact.as_str()))
    .bind(origin.and_then(|origin| origin.campaign.as_ref()).map(CampaignId::as_str))
    .bind(payment.attempt.as_str())
    .bind(payment.status.as_str())
    .bind(payment.amount.minor)
    .bind(payment.amount.currency.code())
    .bind(serde_json::json!(payment.items).to_string())
    .bind(payment.customer.name.as_str())
    .bind(payment.customer.email.as_str())
    .bind(payment.customer.phone.as_str())
    .bind(serde_json::json!(payment.customer.address).to_string())
    .bind(payment.gateway.as_str())
    .bind(payment.key.as_str())
    .bind(search)
    .bind(payment.created_at)
    .bind(payment.expires_at)
    .execute(executor)
    .await?;
    Ok(written.rows_affected() == 1)
}

/// A payment by its id alone, without a business: its key, which the caller compares, is the secret.
pub async fn find(executor: &mut AnyConnection, payment_id: &PaymentId) -> Result<Option<Payment>> {
    sqlx::query(select!("where id = $1"))
        .bind(payment_id.as_str())
        .fetch_optional(executor)
        .await?
        .as_ref()
        .map(payment)
        .transpose()
}

/// The payment that this form already made.
pub async fn find_by_attempt(
    executor: &mut AnyConnection,
    payment_link: &PaymentLinkId,
    attempt: &str,
) -> Result<Option<Payment>> {
    sqlx::query(select!("where payment_link_id = $1 and attempt_key = $2"))
        .bind(payment_link.as_str())
        .bind(attempt)
        .fetch_optional(executor)
        .await?
        .as_ref()
        .map(payment)
        .transpose()
}

/// The one payment that is open for a personal link.
pub async fn find_open(executor: &mut AnyConnection, personal_link: &PersonalLinkId) -> Result<Option<Payment>> {
    sqlx::query(select!("where open_for = $1"))
        .bind(personal_link.as_str())
        .fetch_optional(executor)
        .await?
        .as_ref()
        .map(payment)
        .transpose()
}

/// The last payment that went through for a personal link.
pub async fn find_succeeded(executor: &mut AnyConnection, personal_link: &PersonalLinkId) -> Result<Option<Payment>> {
    sqlx::query(select!("where personal_link_id = $1 and status = 'succeeded' order by settled_at desc limit 1"))
        .bind(personal_link.as_str())
        .fetch_optional(executor)
        .await?
        .as_ref()
        .map(payment)
        .transpose()
}

/// The payments `y` with which the person of a row of `contacts` paid a payment link, by whichever of its links. Who paid by
/// the standard link is known by email or phone, and who got the money back has paid.
macro_rules! paid_by {
    ($person:literal, $link:literal) => {
        concat!(
            "payments y where y.payment_link_id = ",
            $link,
            " and y.business_id = ",
            $person,
            ".business_id and y.status in ('succeeded', 'refunded') and (y.contact_id = ",
            $person,
            ".id or lower(y.payer_email) = lower(",
            $person,
            ".email) or y.payer_phone = ",
            $person,
            ".phone)"
        )
    };
}
pub(super) use paid_by;

/// When the person of the row `k` of `contacts` last paid a payment link, by whichever of its links.
macro_rules! last_paid_at {
    ($link:literal) => {
        concat!(
            "(select max(coalesce(y.settled_at, y.created_at)) from ",
            $crate::db::payments::paid_by!("k", $link),
            ")"
        )
    };
}
pub(super) use last_paid_at;

/// What a contact began or ended paying by the links of a campaign from some time on, oldest first; the first hundred.
pub async fn list_of_campaign(
    executor: &mut AnyConnection,
    business: &BusinessId,
    campaign: &CampaignId,
    contact: &ContactId,
    since: i64,
) -> Result<Vec<Payment>> {
    sqlx::query(select!(
        "where business_id = $1 and campaign_id = $2 and contact_id = $3 and coalesce(settled_at, created_at) >= $4 \
         order by created_at, id limit 100"
    ))
    .bind(business.as_str())
    .bind(campaign.as_str())
    .bind(contact.as_str())
    .bind(since)
    .fetch_all(executor)
    .await?
    .iter()
    .map(payment)
    .collect()
}

/// Puts newer details of the customer on a payment that is still open.
pub async fn update_customer(
    executor: &mut AnyConnection,
    payment_id: &PaymentId,
    customer: &CheckoutValues,
    search: &str,
    expires_at: i64,
) -> Result<()> {
    sqlx::query(
        "update payments set payer_name = $2, payer_email = $3, payer_phone = $4, payer_address = $5, search = $6, \
         expires_at = $7 \
         where id = $1 and status = 'pending'",
    )
    .bind(payment_id.as_str())
    .bind(customer.name.as_str())
    .bind(customer.email.as_str())
    .bind(customer.phone.as_str())
    .bind(serde_json::json!(customer.address).to_string())
    .bind(search)
    .bind(expires_at)
    .execute(executor)
    .await?;
    Ok(())
}

/// Records the gateway's final word, here and in the ledger. Only a payment that waits takes one: the same word again changes
/// nothing, and a payment never moves backwards. True when something changed.
pub async fn settle(
    tx: &mut Tx,
    payment_id: &PaymentId,
    status: PaymentStatus,
    reason: &str,
    now: i64,
) -> Result<bool> {
    let changed = sqlx::query(
        "update payments set status = $2, failure = $3, settled_at = $4, open_for = null where id = $1 and status = 'pending'",
    )
        .bind(payment_id.as_str())
        .bind(status.as_str())
        .bind((!reason.is_empty()).then_some(reason))
        .bind(now)
        .execute(&mut **tx)
        .await?;
    if changed.rows_affected() == 0 {
        return Ok(false);
    }
    if let Some(payment) = find(tx, payment_id).await? {
        let origin = payment.origin.as_ref();
        let settled = Settled {
            payment: &payment.id,
            payment_link: &payment.payment_link,
            contact: origin.map(|origin| &origin.contact),
            campaign: origin.and_then(|origin| origin.campaign.as_ref()),
            status: status.as_str(),
            amount_minor: payment.amount.minor,
            currency: payment.amount.currency.code(),
            gateway: &payment.gateway,
        };
        tx.note(&payment.business, &Fact::Payment(settled), now)?;
    }
    Ok(true)
}

/// Forgets some payments that nobody finished before `ended_before` and that came by no personal link; how many they were. No
/// money moved, and the record never spoke of them.
pub async fn delete_abandoned(executor: &mut AnyConnection, ended_before: i64, limit: i64) -> Result<u64> {
    let deleted = sqlx::query(
        "delete from payments where id in (select id from payments where status = 'pending' and expires_at < $1 \
         and personal_link_id is null limit $2)",
    )
    .bind(ended_before)
    .bind(limit)
    .execute(executor)
    .await?;
    Ok(deleted.rows_affected())
}

macro_rules! matching {
    ($select:literal, $rest:literal) => {
        concat!(
            $select,
            " from payments join payment_links on payment_links.id = payments.payment_link_id \
              where payments.business_id = $1 and ($2 = '' or case when payments.status = 'pending' and \
              payments.expires_at <= $3 then 'expired' else payments.status end = $2) \
              and ($4 = '' or payments.search like $4 escape '\\')",
            $rest
        )
    };
}

fn transaction(row: &AnyRow, now: i64) -> Result<Transaction> {
    let status: PaymentStatus = stored(row, "payments", "status")?;
    let expires_at: i64 = row.try_get("expires_at")?;
    Ok(Transaction {
        id: stored(row, "payments", "id")?,
        status: if status == PaymentStatus::Pending && expires_at <= now { PaymentStatus::Expired } else { status },
        amount: Money::new(row.try_get("amount_minor")?, stored::<Currency>(row, "payments", "currency")?),
        payment_link: stored(row, "payments", "payment_link_id")?,
        payment_link_name: row.try_get("payment_link_name")?,
        contact: stored_option(row, "payments", "contact_id")?,
        campaign: stored_option(row, "payments", "campaign_id")?,
        customer_name: row.try_get("payer_name")?,
        customer_email: row.try_get("payer_email")?,
        customer_phone: row.try_get("payer_phone")?,
        reason: row.try_get::<Option<String>, _>("failure")?.unwrap_or_default(),
        created_at: row.try_get("created_at")?,
        settled_at: row.try_get("settled_at")?,
    })
}

/// Where a part of a list begins that is read newest first.
#[derive(Clone, Debug)]
pub enum Place {
    /// At the newest.
    Newest,
    /// After so many.
    Offset(i64),
    /// Behind this one: what comes or goes meanwhile doubles nothing and leaves nothing out.
    Behind {
        /// When it was made.
        at: i64,
        /// Which.
        id: PaymentId,
    },
}

/// Some of a business's payments, newest first.
pub async fn list(
    executor: &mut AnyConnection,
    business: &BusinessId,
    query: &TransactionQuery,
    (place, limit): (&Place, i64),
    now: i64,
) -> Result<Vec<Transaction>> {
    let (offset, at, id) = match place {
        Place::Newest => (0, i64::MAX, ""),
        Place::Offset(offset) => (*offset, i64::MAX, ""),
        Place::Behind { at, id } => (0, *at, id.as_str()),
    };
    let rows = sqlx::query(matching!(
        "select payments.id, payments.status, payments.amount_minor, payments.currency, payments.payment_link_id, \
         payment_links.name as payment_link_name, payments.contact_id, payments.campaign_id, payments.payer_name, \
         payments.payer_email, payments.payer_phone, payments.failure, payments.created_at, payments.expires_at, \
         payments.settled_at",
        " and (payments.created_at < $7 or payments.created_at = $7 and payments.id < $8) \
         order by payments.created_at desc, payments.id desc limit $5 offset $6"
    ))
    .bind(business.as_str())
    .bind(query.status.map_or("", PaymentStatus::as_str))
    .bind(now)
    .bind(pattern(&query.search))
    .bind(limit)
    .bind(offset)
    .bind(at)
    .bind(id)
    .fetch_all(executor)
    .await?;
    rows.iter().map(|row| transaction(row, now)).collect()
}

/// How many payments match.
pub async fn count(
    executor: &mut AnyConnection,
    business: &BusinessId,
    query: &TransactionQuery,
    now: i64,
) -> Result<u64> {
    let row = sqlx::query(matching!("select count(*) as matching", ""))
        .bind(business.as_str())
        .bind(query.status.map_or("", PaymentStatus::as_str))
        .bind(now)
        .bind(pattern(&query.search))
        .fetch_one(executor)
        .await?;
    Ok(row.try_get::<i64, _>("matching")?.unsigned_abs())
}

/// What is searched for, with the signs that `like` would read escaped.
fn pattern(search: &str) -> String {
    if search.is_empty() {
        return String::new();
    }
    let escaped: String =
        search.chars().flat_map(|c| matches!(c, '%' | '_' | '\\').then_some('\\').into_iter().chain([c])).collect();
    ["%", &escaped, "%"].concat()
}
