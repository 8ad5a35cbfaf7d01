//! SQL of the tables `deliveries` and `delivery_attempts`: the queue and its history.

use super::{
    Engine, Error, Result,
    care::{self, StoredCare},
    checkouts::takes_payments,
    eligibility::{self, Known, facts},
    personal_links::is_live,
    stored, stored_json, stored_option,
};
use crate::facts::Receiver;
use app::{
    address::Phone,
    channel::Channel,
    contacts::{Contact, Dnd},
    deliveries::DeliveryStatus,
    eligibility::Reason,
    id::{BusinessId, CampaignId, ContactId, DeliveryId, PersonalLinkId},
    payment_links::{LinkStatus, PaymentLinkDetails},
};
use serde::{Deserialize, Serialize};
use sqlx::{Any, AnyConnection, Executor, Row, any::AnyRow};

/// The contact as it was when "Send" was pressed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipient {
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Both names; may be empty.
    pub name: String,
    /// Email, or what stood in its place.
    pub email: String,
    /// Phone, or what stood in its place.
    pub phone: String,
}

impl Recipient {
    /// The contact as it is now.
    pub fn of(contact: &Contact) -> Self {
        Self {
            first_name: contact.first_name.clone(),
            last_name: contact.last_name.clone(),
            name: format!("{} {}", contact.first_name, contact.last_name).trim().to_owned(),
            email: contact.email.to_string(),
            phone: contact.phone.to_string(),
        }
    }

    /// What a report calls the person; never blank.
    pub fn shown_name(&self) -> String {
        [&self.name, &self.email, &self.phone]
            .into_iter()
            .find(|text| !text.is_empty())
            .map_or_else(|| "No name".to_owned(), Clone::clone)
    }
}

/// A delivery to be written.
#[derive(Clone, Debug)]
pub struct NewDelivery {
    /// Its id.
    pub id: DeliveryId,
    /// To whom.
    pub contact: ContactId,
    /// The link it carries; none when it is not sent.
    pub personal_link: Option<PersonalLinkId>,
    /// The contact's place in the selection.
    pub place: i64,
    /// Email or SMS.
    pub channel: Channel,
    /// Where it goes.
    pub address: String,
    /// Whom it names.
    pub recipient: Recipient,
    /// Held, queued or suppressed.
    pub status: DeliveryStatus,
    /// Why it is suppressed.
    pub reasons: Vec<Reason>,
    /// When it may leave; none when it never will.
    pub due_at: Option<i64>,
    /// Why it is held, in one sentence.
    pub words: Option<String>,
}

impl NewDelivery {
    /// Whom the message is for, with this consent, for the record.
    pub fn receiver<'a>(&'a self, campaign: &'a CampaignId, dnd: Dnd) -> Receiver<'a> {
        Receiver::new(campaign, &self.id, &self.contact, (self.channel, &self.address), dnd)
    }
}

/// Writes a delivery of a new campaign.
pub async fn insert(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    campaign: &CampaignId,
    delivery: &NewDelivery,
    now: i64,
) -> Result<()> {
    sqlx::query(
        "insert into deliveries (id, business_id, campaign_id, contact_id, personal_link_id, place, channel, address, recipient, \
         status, reasons, words, attempts, failures, asks, due_at, created_at, updated_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0, 0, 0, $13, $14, $14)",
    )
    .bind(delivery.id.as_str())
    .bind(business.as_str())
    .bind(campaign.as_str())
    .bind(delivery.contact.as_str())
    .bind(delivery.personal_link.as_ref().map(|link| link.as_str().to_owned()))
    .bind(delivery.place)
    .bind(delivery.channel.as_str())
    .bind(delivery.address.as_str())
    .bind(json(&delivery.recipient, "recipient")?)
    .bind(delivery.status.as_str())
    .bind(json(&delivery.reasons, "reasons")?)
    .bind(delivery.words.clone())
    .bind(delivery.due_at)
    .bind(now)
    .execute(executor)
    .await?;
    Ok(())
}

pub(super) fn json<T: Serialize + ?Sized>(value: &T, column: &'static str) -> Result<String> {
    serde_json::to_string(value).map_err(|_| Error::Stored { table: "deliveries", column })
}

/// When the next delivery of a channel that nothing keeps is due, if any waits.
pub async fn next_due_at(executor: impl Executor<'_, Database = Any>, channel: Channel) -> Result<Option<i64>> {
    // The index gives the first one: `min` would read them all.
    let row = sqlx::query(
        "select due_at from deliveries where channel = $1 and due_at is not null \
         and campaign_id not in (select id from campaigns where paused_at is not null) \
         and business_id not in (select id from businesses where sending_stopped_at is not null) order by due_at limit 1",
    )
    .bind(channel.as_str())
    .fetch_optional(executor)
    .await?;
    Ok(row.map(|row| row.try_get("due_at")).transpose()?)
}

/// Who claims, and for how long.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'a> {
    /// Email or SMS.
    pub channel: Channel,
    /// A name that no other claim bears.
    pub worker: &'a str,
    /// At most so many.
    pub limit: i64,
    /// How long the lease lasts.
    pub lease_ms: i64,
}

/// A delivery in the hands of a worker, with everything that its message is made of and every fact that could stop it.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// Its id.
    pub id: DeliveryId,
    /// Whose.
    pub business: BusinessId,
    /// Of which campaign.
    pub campaign: CampaignId,
    /// To whom, and what the payment link and its reminder have to do with them, as of this claim.
    pub known: Known,
    /// Email or SMS.
    pub channel: Channel,
    /// Who claimed it.
    pub worker: String,
    /// Which attempt this is, from 1: the fence.
    pub attempt: i64,
    /// Failures so far.
    pub failures: i64,
    /// How often the provider was asked about it since it is unknown.
    pub asks: i64,
    /// Since when nobody knows whether an earlier attempt left.
    pub unknown_at: Option<i64>,
    /// When a worker that has died handed it to the provider.
    pub handed_at: Option<i64>,
    /// The end of the quiet hours that do not hold it, because a person said so.
    pub quiet_waived_until: Option<i64>,
    /// When it was first put together: its `Date`.
    pub composed_at: i64,
    /// Where it goes.
    pub address: String,
    /// Whom it names.
    pub recipient: Recipient,
    /// The frozen subject.
    pub subject: String,
    /// The frozen wording.
    pub body: String,
    /// The business's name.
    pub business_name: String,
    /// The payment link's name and prices.
    pub details: PaymentLinkDetails,
    /// The personal link's code.
    pub code: String,
    /// What the words of the last attempt were.
    pub words: Option<String>,
    /// The payment link takes no payments any more.
    pub link_closed: bool,
    /// The personal link was revoked or has expired.
    pub personal_link_closed: bool,
    /// The personal link was paid.
    pub paid_personal_link: bool,
    /// Since when a payment by another link answers it.
    pub asked_at: i64,
    /// People who have paid by another link are sent to as well.
    pub paid_waived: bool,
    /// A user decided to send it again although it may have arrived.
    pub sent_again: bool,
    /// The business's quiet hours and its clock.
    pub care: StoredCare,
    /// The person was taken out, or the campaign was canceled, while a worker held it.
    pub canceled: bool,
    /// The campaign is paused, or the business's sending is stopped.
    pub paused: bool,
}

/// Everything about deliveries that a worker holds; those pressed before `$1` with a look at the payments.
macro_rules! claimed_deliveries {
    ($rest:literal) => {
        concat!(
        "select d.id, d.business_id, d.campaign_id, d.channel, d.worker, d.attempts, d.failures, d.asks, d.unknown_at, \
         d.handed_at, d.quiet_waived_until, d.composed_at, d.address, d.recipient, d.words, \
         c.email_subject, c.email_body, c.sms_body, b.name as business_name, p.details, p.status as link_status, \
         p.deleted_at as link_deleted_at, l.code, l.expires_at, l.revoked_at, \
         coalesce(c.paused_at, b.sending_stopped_at) as paused_at, \
         b.country, b.time_zone, b.quiet_from_minute, b.quiet_until_minute, b.weekly_cap, \
         coalesce(d.canceled_at, c.canceled_at) as canceled_at, c.paid_waived_at, \
         coalesce((select m.created_at from campaigns m where m.id = c.reminder_of), c.created_at) as asked_at, \
         case when d.attempts > 1 then (select count(*) from delivery_attempts a where a.delivery_id = d.id \
           and a.outcome = 'again') else 0 end as sent_again, \
         (select count(*) from payments y where y.personal_link_id = d.personal_link_id and y.status = 'succeeded') \
           as paid_personal_link, ",
        facts!("c.payment_link_id", "c.reminder_of is not null or d.created_at < $1", "c.reminder_of", "c.reminder_number"),
        " from deliveries d join campaigns c on c.id = d.campaign_id join businesses b on b.id = d.business_id \
         join payment_links p on p.id = c.payment_link_id join personal_links l on l.id = d.personal_link_id \
         join contacts k on k.id = d.contact_id ",
            $rest
        )
    };
}

/// What leaves so soon after "Send" was pressed was not paid meanwhile: most messages need no look at the payments.
const AT_ONCE_MS: i64 = 60_000;

/// Claims due deliveries in fair turns: one statement pushes `due_at` ahead and raises `attempts`. A row whose last worker died with the message
/// in the provider's hands still has its mark: see [`record_lost`].
pub async fn claim(connection: &mut AnyConnection, engine: Engine, claim: Claim<'_>, now: i64) -> Result<Vec<Claimed>> {
    let claimed = sqlx::query(engine.claim_deliveries())
        .bind(claim.worker)
        .bind(now)
        .bind(claim.lease_ms)
        .bind(claim.channel.as_str())
        .bind(claim.limit)
        .execute(&mut *connection)
        .await?;
    if claimed.rows_affected() == 0 {
        return Ok(Vec::new());
    }
    let rows = sqlx::query(claimed_deliveries!("where d.worker = $2 order by d.created_at, d.place, d.id"))
        .bind(now - AT_ONCE_MS)
        .bind(claim.worker)
        .fetch_all(&mut *connection)
        .await?;
    let mut claimed = Vec::with_capacity(rows.len());
    for row in &rows {
        match to_claimed(row, now) {
            Ok(delivery) => claimed.push(delivery),
            // A row that cannot be understood must not keep the others from leaving, nor come again for ever.
            Err(error) if error.is_unreadable() => fail_unreadable(connection, row, &error, now).await?,
            Err(error) => return Err(error),
        }
    }
    Ok(claimed)
}

/// Ends a claimed delivery whose row cannot be understood: it has failed, or nobody knows where it had been handed over before.
async fn fail_unreadable(connection: &mut AnyConnection, row: &AnyRow, cause: &Error, now: i64) -> Result<()> {
    let (id, attempt): (String, i64) = (row.try_get("id")?, row.try_get("attempts")?);
    let words = format!("This message cannot be read, so it is not sent: {cause}.");
    tracing::error!(delivery = %id, %cause, "a delivery cannot be read");
    sqlx::query(
        "update deliveries set status = case when coalesce(unknown_at, handed_at) is null then 'failed' else 'unknown' end, \
         unknown_at = coalesce(unknown_at, handed_at), handed_at = null, worker = null, due_at = null, words = $3, updated_at = $4 \
         where id = $1 and attempts = $2",
    )
    .bind(id.as_str())
    .bind(attempt)
    .bind(words.as_str())
    .bind(now)
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "insert into delivery_attempts (delivery_id, business_id, attempt, outcome, provider, words, created_at) \
         select id, business_id, attempts, status, '', $2, $3 from deliveries where id = $1",
    )
    .bind(id.as_str())
    .bind(words.as_str())
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}

/// The same delivery as of now, as long as the same worker holds it.
pub async fn find_claimed(
    executor: impl Executor<'_, Database = Any>,
    claimed: &Claimed,
    now: i64,
) -> Result<Option<Claimed>> {
    let row = sqlx::query(claimed_deliveries!(
        "where d.business_id = $2 and d.id = $3 and d.worker = $4 and d.attempts = $5"
    ))
    .bind(now - AT_ONCE_MS)
    .bind(claimed.business.as_str())
    .bind(claimed.id.as_str())
    .bind(claimed.worker.as_str())
    .bind(claimed.attempt)
    .fetch_optional(executor)
    .await?;
    row.as_ref().map(|row| to_claimed(row, now)).transpose()
}

fn to_claimed(row: &AnyRow, now: i64) -> Result<Claimed> {
    let channel: Channel = stored(row, "deliveries", "channel")?;
    let is_set = |column| row.try_get::<Option<i64>, _>(column).map(|at| at.is_some());
    let text = |column| row.try_get::<Option<String>, _>(column).map(Option::unwrap_or_default);
    let link_status: LinkStatus = stored(row, "payment_links", "link_status")?;
    let details: PaymentLinkDetails = stored_json(row, "payment_links", "details")?;
    let link_closed = !takes_payments(link_status, &details, is_set("link_deleted_at")?, now);
    Ok(Claimed {
        id: stored(row, "deliveries", "id")?,
        business: stored(row, "deliveries", "business_id")?,
        campaign: stored(row, "deliveries", "campaign_id")?,
        known: eligibility::known(row)?,
        channel,
        worker: row.try_get("worker")?,
        attempt: row.try_get("attempts")?,
        failures: row.try_get("failures")?,
        asks: row.try_get("asks")?,
        unknown_at: row.try_get("unknown_at")?,
        handed_at: row.try_get("handed_at")?,
        quiet_waived_until: row.try_get("quiet_waived_until")?,
        composed_at: row.try_get("composed_at")?,
        address: row.try_get("address")?,
        recipient: stored_json(row, "deliveries", "recipient")?,
        subject: text("email_subject")?,
        body: text(match channel {
            Channel::Email => "email_body",
            Channel::Sms => "sms_body",
        })?,
        business_name: row.try_get("business_name")?,
        details,
        code: row.try_get("code")?,
        words: row.try_get("words")?,
        link_closed,
        personal_link_closed: !is_live(row.try_get("revoked_at")?, row.try_get("expires_at")?, now),
        paid_personal_link: row.try_get::<i64, _>("paid_personal_link")? > 0,
        asked_at: row.try_get("asked_at")?,
        paid_waived: is_set("paid_waived_at")?,
        sent_again: row.try_get::<i64, _>("sent_again")? > 0,
        care: care::to_care(row)?,
        canceled: is_set("canceled_at")?,
        paused: is_set("paused_at")?,
    })
}

impl Claimed {
    /// Whom the message is for, for the record.
    pub fn receiver(&self) -> Receiver<'_> {
        let Contact { id, dnd, .. } = &self.known.contact;
        Receiver::new(&self.campaign, &self.id, id, (self.channel, &self.address), *dnd)
    }
}

/// What became of an attempt, and what happens next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The status from now on.
    pub status: DeliveryStatus,
    /// When the next attempt is due; none when nothing more will happen.
    pub due_at: Option<i64>,
    /// The place in the series.
    pub failures: i64,
    /// Asks since it is unknown.
    pub asks: i64,
    /// Since when it is unknown.
    pub unknown_at: Option<i64>,
    /// Why it is suppressed.
    pub reasons: Vec<Reason>,
    /// Who sends this channel.
    pub provider: &'static str,
    /// The provider's id of the message.
    pub provider_id: Option<String>,
    /// One sentence for the business.
    pub words: Option<String>,
    /// When the provider took it.
    pub sent_at: Option<i64>,
}

/// Writes what became of an attempt, unless a later attempt has begun: then it answers `false` and nothing is written.
pub async fn record(
    executor: impl Executor<'_, Database = Any>,
    claimed: &Claimed,
    record: &Record,
    now: i64,
) -> Result<bool> {
    let written = sqlx::query(
        "update deliveries set status = $4, due_at = $5, failures = $6, asks = $7, unknown_at = $8, reasons = $9, \
         provider = $10, provider_id = coalesce($11, provider_id), words = $12, sent_at = coalesce($13, sent_at), \
         worker = null, handed_at = null, updated_at = $14 where id = $1 and attempts = $2 and worker = $3",
    )
    .bind(claimed.id.as_str())
    .bind(claimed.attempt)
    .bind(claimed.worker.as_str())
    .bind(record.status.as_str())
    .bind(record.due_at)
    .bind(record.failures)
    .bind(record.asks)
    .bind(record.unknown_at)
    .bind(json(&record.reasons, "reasons")?)
    .bind(record.provider)
    .bind(record.provider_id.clone())
    .bind(record.words.clone())
    .bind(record.sent_at)
    .bind(now)
    .execute(executor)
    .await?;
    Ok(written.rows_affected() == 1)
}

/// Marks a message that is about to be handed to its provider, before it is. Without this mark, what its worker did not live to
/// record would be taken for something that never left. False when it is in other hands.
pub async fn mark_handed(executor: impl Executor<'_, Database = Any>, claimed: &Claimed, now: i64) -> Result<bool> {
    let marked = sqlx::query("update deliveries set handed_at = $4 where id = $1 and attempts = $2 and worker = $3")
        .bind(claimed.id.as_str())
        .bind(claimed.attempt)
        .bind(claimed.worker.as_str())
        .bind(now)
        .execute(executor)
        .await?;
    Ok(marked.rows_affected() == 1)
}

/// Takes the mark away: it may not be handed over after all.
pub async fn unmark_handed(executor: impl Executor<'_, Database = Any>, claimed: &Claimed) -> Result<()> {
    sqlx::query("update deliveries set handed_at = null where id = $1 and attempts = $2 and worker = $3")
        .bind(claimed.id.as_str())
        .bind(claimed.attempt)
        .bind(claimed.worker.as_str())
        .execute(executor)
        .await?;
    Ok(())
}

/// Turns the mark of a worker that died into what is known: the message may have left then.
pub async fn record_lost(
    executor: impl Executor<'_, Database = Any>,
    claimed: &Claimed,
    words: &str,
    now: i64,
) -> Result<()> {
    sqlx::query(
        "update deliveries set status = 'unknown', unknown_at = handed_at, handed_at = null, asks = 0, words = $4, \
         updated_at = $5 where id = $1 and attempts = $2 and worker = $3",
    )
    .bind(claimed.id.as_str())
    .bind(claimed.attempt)
    .bind(claimed.worker.as_str())
    .bind(words)
    .bind(now)
    .execute(executor)
    .await?;
    Ok(())
}

/// Gives a claimed delivery back untouched: the attempt never began.
pub async fn release(executor: impl Executor<'_, Database = Any>, claimed: &Claimed, due_at: i64) -> Result<()> {
    sqlx::query("update deliveries set worker = null, due_at = $4 where id = $1 and attempts = $2 and worker = $3")
        .bind(claimed.id.as_str())
        .bind(claimed.attempt)
        .bind(claimed.worker.as_str())
        .bind(due_at)
        .execute(executor)
        .await?;
    Ok(())
}

/// Gives a claimed delivery back to wait for its hour: no attempt was begun, none is counted, and it is tried afterwards for as
/// long as a new one.
pub async fn hold(
    executor: impl Executor<'_, Database = Any>,
    claimed: &Claimed,
    until: i64,
    words: &str,
    now: i64,
) -> Result<()> {
    sqlx::query(
        "update deliveries set status = 'held', worker = null, attempts = attempts - 1, due_at = $4, words = $5, \
         asks = 0, unknown_at = null, composed_at = null, updated_at = $6 \
         where id = $1 and attempts = $2 and worker = $3",
    )
    .bind(claimed.id.as_str())
    .bind(claimed.attempt)
    .bind(claimed.worker.as_str())
    .bind(until)
    .bind(words)
    .bind(now)
    .execute(executor)
    .await?;
    Ok(())
}

/// Puts down that a delivery is held until the end of quiet hours; once for each end of theirs.
pub async fn insert_hold(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    delivery: &DeliveryId,
    until_at: i64,
    words: &str,
    now: i64,
) -> Result<()> {
    sqlx::query(
        "insert into delivery_holds (delivery_id, business_id, until_at, words, created_at) values ($1, $2, $3, $4, $5) \
         on conflict do nothing",
    )
    .bind(delivery.as_str())
    .bind(business.as_str())
    .bind(until_at)
    .bind(words)
    .bind(now)
    .execute(executor)
    .await?;
    Ok(())
}

/// One wait for the end of quiet hours, for the timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// Since when.
    pub created_at: i64,
    /// Until when.
    pub until_at: i64,
    /// The same in one sentence.
    pub words: String,
}

/// The holds of one delivery, in order.
pub async fn list_holds(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    delivery: &DeliveryId,
) -> Result<Vec<Hold>> {
    let rows = sqlx::query(
        "select created_at, until_at, words from delivery_holds where business_id = $1 and delivery_id = $2 \
         order by created_at, until_at",
    )
    .bind(business.as_str())
    .bind(delivery.as_str())
    .fetch_all(executor)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Hold {
                created_at: row.try_get("created_at")?,
                until_at: row.try_get("until_at")?,
                words: row.try_get("words")?,
            })
        })
        .collect()
}

/// Keeps a lease from running out while its worker lives.
pub async fn renew(executor: impl Executor<'_, Database = Any>, worker: &str, lease_until: i64) -> Result<()> {
    sqlx::query("update deliveries set due_at = $2 where worker = $1 and due_at is not null")
        .bind(worker)
        .bind(lease_until)
        .execute(executor)
        .await?;
    Ok(())
}

/// One attempt, for the timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Which attempt, from 1.
    pub attempt: i64,
    /// What came of it, in one word of ours.
    pub outcome: String,
    /// Who was to send it.
    pub provider: String,
    /// One sentence.
    pub words: String,
    /// The provider's code.
    pub code: Option<String>,
    /// The provider's own words.
    pub said: Option<String>,
    /// When.
    pub created_at: i64,
}

/// Adds an attempt to the history.
pub async fn insert_attempt(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    delivery: &DeliveryId,
    attempt: &Attempt,
) -> Result<()> {
    sqlx::query(
        "insert into delivery_attempts (delivery_id, business_id, attempt, outcome, provider, words, code, said, created_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(delivery.as_str())
    .bind(business.as_str())
    .bind(attempt.attempt)
    .bind(attempt.outcome.as_str())
    .bind(attempt.provider.as_str())
    .bind(attempt.words.as_str())
    .bind(attempt.code.clone())
    .bind(attempt.said.clone())
    .bind(attempt.created_at)
    .execute(executor)
    .await?;
    Ok(())
}

/// The attempts of one delivery, in order.
pub async fn list_attempts(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    delivery: &DeliveryId,
) -> Result<Vec<Attempt>> {
    let rows = sqlx::query(
        "select attempt, outcome, provider, words, code, said, created_at from delivery_attempts \
         where business_id = $1 and delivery_id = $2 order by attempt",
    )
    .bind(business.as_str())
    .bind(delivery.as_str())
    .fetch_all(executor)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Attempt {
                attempt: row.try_get("attempt")?,
                outcome: row.try_get("outcome")?,
                provider: row.try_get("provider")?,
                words: row.try_get("words")?,
                code: row.try_get("code")?,
                said: row.try_get("said")?,
                created_at: row.try_get("created_at")?,
            })
        })
        .collect()
}

/// A delivery as reports show it.
#[derive(Clone, Debug)]
pub struct StoredDelivery {
    /// Its id.
    pub id: DeliveryId,
    /// To whom.
    pub contact: ContactId,
    /// The link it carries.
    pub personal_link: Option<PersonalLinkId>,
    /// Email or SMS.
    pub channel: Channel,
    /// Whom it names.
    pub recipient: Recipient,
    /// Where it goes.
    pub address: String,
    /// Where it stands.
    pub status: DeliveryStatus,
    /// A worker has it in hand.
    pub in_hand: bool,
    /// It was handed over, and the answer is not there yet: too late for anything.
    pub is_leaving: bool,
    /// Why it is suppressed.
    pub reasons: Vec<Reason>,
    /// Who sends this channel.
    pub provider: Option<String>,
    /// One sentence.
    pub words: Option<String>,
    /// Attempts so far.
    pub attempts: i64,
    /// When the next attempt is due.
    pub due_at: Option<i64>,
    /// When the provider took it.
    pub sent_at: Option<i64>,
    /// When "Send" was pressed.
    pub created_at: i64,
    /// When it last changed.
    pub updated_at: i64,
}

impl StoredDelivery {
    /// Whom the message is for, with this consent, for the record.
    pub fn receiver<'a>(&'a self, campaign: &'a CampaignId, dnd: Dnd) -> Receiver<'a> {
        Receiver::new(campaign, &self.id, &self.contact, (self.channel, &self.address), dnd)
    }

    /// The phone of whom it names: where that is, is whose clock counts.
    pub fn phone(&self) -> Option<Phone> {
        Phone::from_e164(&self.recipient.phone).ok()
    }
}

/// The deliveries of a campaign, in the order of the selection.
pub async fn list(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    campaign: &CampaignId,
) -> Result<Vec<StoredDelivery>> {
    let rows = sqlx::query(
        "select id, contact_id, personal_link_id, channel, address, recipient, status, worker, handed_at, reasons, provider, words, attempts, \
         due_at, sent_at, created_at, updated_at from deliveries \
         where business_id = $1 and campaign_id = $2 order by place, channel",
    )
    .bind(business.as_str())
    .bind(campaign.as_str())
    .fetch_all(executor)
    .await?;
    rows.iter().map(to_delivery).collect()
}

/// Whose each delivery of a campaign is, where it stands, and whether anything more will happen to it.
pub async fn list_statuses(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    campaign: &CampaignId,
) -> Result<Vec<(String, DeliveryStatus, bool)>> {
    let rows =
        sqlx::query("select contact_id, status, due_at from deliveries where business_id = $1 and campaign_id = $2")
            .bind(business.as_str())
            .bind(campaign.as_str())
            .fetch_all(executor)
            .await?;
    rows.iter()
        .map(|row| {
            let due_at: Option<i64> = row.try_get("due_at")?;
            Ok((row.try_get("contact_id")?, stored(row, "deliveries", "status")?, due_at.is_some()))
        })
        .collect()
}

fn to_delivery(row: &AnyRow) -> Result<StoredDelivery> {
    Ok(StoredDelivery {
        id: stored(row, "deliveries", "id")?,
        contact: stored(row, "deliveries", "contact_id")?,
        personal_link: stored_option(row, "deliveries", "personal_link_id")?,
        channel: stored(row, "deliveries", "channel")?,
        recipient: stored_json(row, "deliveries", "recipient")?,
        address: row.try_get("address")?,
        status: stored(row, "deliveries", "status")?,
        in_hand: row.try_get::<Option<String>, _>("worker")?.is_some(),
        is_leaving: row.try_get::<Option<i64>, _>("handed_at")?.is_some(),
        reasons: stored_json(row, "deliveries", "reasons")?,
        provider: row.try_get("provider")?,
        words: row.try_get("words")?,
        attempts: row.try_get("attempts")?,
        due_at: row.try_get("due_at")?,
        sent_at: row.try_get("sent_at")?,
        created_at: row.try_get("created_at")?,
        updated_at: row.try_get("updated_at")?,
    })
}

/// The addresses that messages with this personal link went to on a channel, in lower case.
pub async fn list_addresses(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    personal_link: &PersonalLinkId,
    channel: Channel,
) -> Result<Vec<String>> {
    let addresses: Vec<String> = sqlx::query_scalar(
        "select distinct address from deliveries where business_id = $1 and personal_link_id = $2 and channel = $3 \
         and (sent_at is not null or unknown_at is not null or handed_at is not null)",
    )
    .bind(business.as_str())
    .bind(personal_link.as_str())
    .bind(channel.as_str())
    .fetch_all(executor)
    .await?;
    Ok(addresses.into_iter().map(|address| address.to_lowercase()).collect())
}
