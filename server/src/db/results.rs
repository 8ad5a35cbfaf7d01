//! What became of sendings, computed from their deliveries, openings, payments and consents: figures for pages, lines for exports.

use super::{Result, deliveries::Recipient, stored, stored_json, stored_option};
use app::{
    channel::Channel,
    deliveries::DeliveryStatus,
    eligibility::Reason,
    id::{BusinessId, CampaignId, ContactId, PaymentLinkId},
    money::{Currency, Money},
};
use sqlx::{AnyConnection, Row as _, any::AnyRow};
use std::collections::HashMap;

/// What became of people: each counts once in each column that applies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Everyone who was chosen, or has a link.
    pub people: i64,
    /// A provider took at least one message.
    pub sent: i64,
    /// At least one message arrived.
    pub delivered: i64,
    /// At least one message failed.
    pub failed: i64,
    /// Nothing was sent.
    pub skipped: i64,
    /// A human opened the link.
    pub opened: i64,
    /// Began to pay.
    pub started: i64,
    /// Paid.
    pub paid: i64,
    /// Opted out since.
    pub opted_out: i64,
}

/// The figures of a sending with what was paid, one amount for each currency.
pub type Figures = (Counts, Vec<Money>);

/// Sums up people, after the keys that they are grouped by.
macro_rules! sums {
    () => {
        "count(*) as people, cast(coalesce(sum(sent), 0) as bigint) as sent, \
         cast(coalesce(sum(delivered), 0) as bigint) as delivered, cast(coalesce(sum(failed), 0) as bigint) as failed, \
         cast(coalesce(sum(skipped), 0) as bigint) as skipped, \
         cast(coalesce(sum(case when started = 1 then 1 else opened end), 0) as bigint) as opened, \
         cast(coalesce(sum(started), 0) as bigint) as started, cast(coalesce(sum(paid), 0) as bigint) as paid, \
         cast(coalesce(sum(opted_out), 0) as bigint) as opted_out"
    };
}

/// When personal links were opened by people: the page's own signal, and each try to pay, which proves that somebody saw the
/// page, also where no script could send the signal.
macro_rules! openings {
    () => {
        "(select personal_link_id, created_at, last_at from openings where kind = 'human' union all \
         select personal_link_id, created_at, coalesce(settled_at, created_at) as last_at from payments \
         where personal_link_id is not null) o"
    };
}

/// Messages of the business `$1` as `d`, with the time from which an opening or a payment counts for them. A reminder carries the
/// link of its campaign: what happened before the reminder left does not count for it.
macro_rules! messages {
    ($condition:literal) => {
        concat!(
            "(select m.campaign_id, m.contact_id, m.personal_link_id, m.status, m.created_at, \
             case when c.reminder_of is null then 0 else m.sent_at end as since \
             from deliveries m join campaigns c on c.id = m.campaign_id where m.business_id = $1 and ",
            $condition,
            ") d"
        )
    };
}

/// Picks the payments `y` of the business `$1` that the campaign `$2` brought.
macro_rules! brought {
    () => {
        concat!(
            "y.business_id = $1 and y.status = 'succeeded' and y.personal_link_id in (select l.personal_link_id \
             from deliveries l where l.business_id = $1 and l.campaign_id = $2) and exists (select 1 from ",
            messages!("m.campaign_id = $2"),
            " where d.personal_link_id = y.personal_link_id and coalesce(y.settled_at, y.created_at) >= d.since)"
        )
    };
}

/// One row for each person, with ones and noughts. `d` is a message, or a personal link as if it were one.
macro_rules! people {
    ($keys:literal, $($from:tt)+) => {
        concat!(
            "select ",
            $keys,
            ", max(case when d.status in ('sent', 'delivered', 'undelivered') then 1 else 0 end) as sent, \
             max(case when d.status = 'delivered' then 1 else 0 end) as delivered, \
             max(case when d.status in ('failed', 'undelivered') then 1 else 0 end) as failed, \
             min(case when d.status = 'suppressed' then 1 else 0 end) as skipped, \
             max(case when exists (select 1 from openings o where o.personal_link_id = d.personal_link_id \
             and o.kind = 'human' and o.last_at >= d.since) then 1 else 0 end) as opened, \
             max(case when exists (select 1 from payments y where y.personal_link_id = d.personal_link_id \
             and coalesce(y.settled_at, y.created_at) >= d.since) then 1 else 0 end) as started, \
             max(case when exists (select 1 from payments y where y.personal_link_id = d.personal_link_id \
             and coalesce(y.settled_at, y.created_at) >= d.since and y.status = 'succeeded') then 1 else 0 end) as paid, \
             max(case when exists (select 1 from consents k where k.business_id = $1 and k.contact_id = d.contact_id \
             and k.dnd = 1 and k.created_at >= d.created_at) then 1 else 0 end) as opted_out from ",
            $($from)+,
            " group by ",
            $keys
        )
    };
}

/// Everyone whom a payment link was sent to or copied for, once for each message or link; `$1` is the business, `$2` the link.
macro_rules! uses {
    () => {
        "with uses as (select d.contact_id, d.campaign_id, d.personal_link_id, d.status, d.sent_at, d.created_at, 0 as since \
         from deliveries d join campaigns c on c.id = d.campaign_id where d.business_id = $1 and c.payment_link_id = $2 \
         union all select l.contact_id, null, l.id, 'copied', null, l.created_at, 0 from personal_links l \
         where l.business_id = $1 and l.payment_link_id = $2 and l.campaign_id is null) "
    };
}

fn counts(row: &AnyRow) -> Result<Counts> {
    Ok(Counts {
        people: row.try_get("people")?,
        sent: row.try_get("sent")?,
        delivered: row.try_get("delivered")?,
        failed: row.try_get("failed")?,
        skipped: row.try_get("skipped")?,
        opened: row.try_get("opened")?,
        started: row.try_get("started")?,
        paid: row.try_get("paid")?,
        opted_out: row.try_get("opted_out")?,
    })
}

/// The amount in a row of a join with the sums by currency, where anything was paid.
fn amount(row: &AnyRow) -> Result<Option<Money>> {
    let currency: Option<Currency> = stored_option(row, "payments", "currency")?;
    let minor: Option<i64> = row.try_get("amount")?;
    Ok(currency.zip(minor).map(|(currency, minor)| Money::new(minor, currency)))
}

/// The counts of every campaign on one page of the list, by their ids.
pub async fn list_campaign_counts(
    executor: &mut AnyConnection,
    business: &BusinessId,
    limit: i64,
    offset: i64,
) -> Result<HashMap<CampaignId, Counts>> {
    let rows = sqlx::query(concat!(
        "select campaign_id, ",
        sums!(),
        " from (",
        people!(
            "d.campaign_id, d.contact_id",
            messages!(
                "m.campaign_id in (select id from campaigns where business_id = $1 \
                 order by created_at desc, id desc limit $2 offset $3)"
            )
        ),
        ") people group by campaign_id"
    ))
    .bind(business.as_str())
    .bind(limit)
    .bind(offset)
    .fetch_all(executor)
    .await?;
    rows.iter().map(|row| Ok((stored(row, "deliveries", "campaign_id")?, counts(row)?))).collect()
}

/// The figures of one campaign.
pub async fn campaign_figures(
    executor: &mut AnyConnection,
    business: &BusinessId,
    campaign: &CampaignId,
) -> Result<Figures> {
    let rows = sqlx::query(concat!(
        "select t.*, a.currency, a.amount from (select ",
        sums!(),
        " from (",
        people!("d.contact_id", messages!("m.campaign_id = $2")),
        ") people) t left join (select y.currency, cast(sum(y.amount_minor) as bigint) as amount from payments y where ",
        brought!(),
        " group by y.currency) a on 1 = 1 order by a.currency"
    ))
    .bind(business.as_str())
    .bind(campaign.as_str())
    .fetch_all(executor)
    .await?;
    figures(&rows)
}

fn figures(rows: &[AnyRow]) -> Result<Figures> {
    let people = rows.first().map(counts).transpose()?.unwrap_or_default();
    let amounts = rows.iter().filter_map(|row| amount(row).transpose()).collect::<Result<_>>()?;
    Ok((people, amounts))
}

/// What became of a payment link.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LinkFigures {
    /// People with a link of their own, and everything that was paid.
    pub figures: Figures,
    /// Human openings of the standard link.
    pub standard_opened: i64,
    /// Payments by the standard link.
    pub standard_paid: i64,
}

/// How often something was opened: at least as often as it was paid, since each payment proves an opening.
fn proved(openings: i64, payments: i64) -> i64 {
    openings.max(payments)
}

/// The figures of one payment link, across its campaigns.
pub async fn link_figures(
    executor: &mut AnyConnection,
    business: &BusinessId,
    payment_link: &PaymentLinkId,
) -> Result<LinkFigures> {
    let rows = sqlx::query(concat!(
        uses!(),
        "select t.*, a.currency, a.amount, \
         (select cast(coalesce(sum(o.times), 0) as bigint) from openings o where o.payment_link_id = $2 and o.business_id = $1 \
         and o.personal_link_id is null and o.kind = 'human') as standard_opened, \
         (select count(*) from payments y where y.payment_link_id = $2 and y.business_id = $1 \
         and y.personal_link_id is null and y.status = 'succeeded') as standard_paid from (select ",
        sums!(),
        " from (",
        people!("d.contact_id", "uses d"),
        ") people) t left join (select y.currency, cast(sum(y.amount_minor) as bigint) as amount from payments y \
         where y.business_id = $1 and y.payment_link_id = $2 and y.status = 'succeeded' group by y.currency) a on 1 = 1 \
         order by a.currency"
    ))
    .bind(business.as_str())
    .bind(payment_link.as_str())
    .fetch_all(executor)
    .await?;
    let Some(first) = rows.first() else { return Ok(LinkFigures::default()) };
    let standard_paid = first.try_get("standard_paid")?;
    Ok(LinkFigures {
        figures: figures(&rows)?,
        standard_opened: proved(first.try_get("standard_opened")?, standard_paid),
        standard_paid,
    })
}

/// What somebody paid in all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// One amount for each currency.
    pub amounts: Vec<Money>,
    /// When they first paid.
    pub first_at: i64,
}

/// Adds up payments that come in the order in which they were made.
fn received(rows: &[AnyRow]) -> Result<HashMap<ContactId, Received>> {
    let mut all: HashMap<ContactId, Option<Received>> = HashMap::new();
    for row in rows {
        add(all.entry(stored(row, "payments", "contact_id")?).or_default(), row)?;
    }
    Ok(all.into_iter().filter_map(|(contact, received)| Some((contact, received?))).collect())
}

/// Adds a payment to what came in before it.
fn add(received: &mut Option<Received>, row: &AnyRow) -> Result<()> {
    let currency: Currency = stored(row, "payments", "currency")?;
    let minor: i64 = row.try_get("amount_minor")?;
    let first_at = row.try_get("settled_at")?;
    let known = received.get_or_insert(Received { amounts: Vec::new(), first_at });
    let paid = Money::new(minor, currency);
    match known.amounts.iter_mut().find_map(|amount| amount.plus(paid).ok().map(|sum| (amount, sum))) {
        Some((amount, sum)) => *amount = sum,
        None => known.amounts.push(paid),
    }
    Ok(())
}

/// When each person of a campaign first opened its link, those who did.
pub async fn list_opened(
    executor: &mut AnyConnection,
    business: &BusinessId,
    campaign: &CampaignId,
) -> Result<HashMap<ContactId, i64>> {
    let rows = sqlx::query(concat!(
        "select d.contact_id, min(case when o.created_at >= d.since then o.created_at else o.last_at end) as opened_at from ",
        messages!("m.campaign_id = $2"),
        " join ",
        openings!(),
        " on o.personal_link_id = d.personal_link_id and o.last_at >= d.since group by d.contact_id"
    ))
    .bind(business.as_str())
    .bind(campaign.as_str())
    .fetch_all(executor)
    .await?;
    rows.iter().map(|row| Ok((stored(row, "deliveries", "contact_id")?, row.try_get("opened_at")?))).collect()
}

/// What each person of a campaign paid by its links.
pub async fn list_received(
    executor: &mut AnyConnection,
    business: &BusinessId,
    campaign: &CampaignId,
) -> Result<HashMap<ContactId, Received>> {
    let rows = sqlx::query(concat!(
        "select y.contact_id, y.amount_minor, y.currency, coalesce(y.settled_at, y.created_at) as settled_at \
         from payments y where ",
        brought!(),
        " and y.contact_id is not null order by 4"
    ))
    .bind(business.as_str())
    .bind(campaign.as_str())
    .fetch_all(executor)
    .await?;
    received(&rows)
}

/// What each of some people paid by their links for one payment link: those after `after`, up to `last`.
pub async fn list_received_for(
    executor: &mut AnyConnection,
    business: &BusinessId,
    payment_link: &PaymentLinkId,
    (after, last): (&str, &str),
) -> Result<HashMap<ContactId, Received>> {
    let rows = sqlx::query(
        "select contact_id, amount_minor, currency, coalesce(settled_at, created_at) as settled_at from payments \
         where business_id = $1 and payment_link_id = $2 and contact_id > $3 and contact_id <= $4 and status = 'succeeded' \
         order by settled_at",
    )
    .bind(business.as_str())
    .bind(payment_link.as_str())
    .bind(after)
    .bind(last)
    .fetch_all(executor)
    .await?;
    received(&rows)
}

/// One message of a campaign, as its export writes it.
#[derive(Clone, Debug)]
pub struct MessageLine {
    /// To whom.
    pub contact: ContactId,
    /// Whom it named.
    pub recipient: Recipient,
    /// Email or SMS.
    pub channel: Channel,
    /// Where it went.
    pub address: String,
    /// Where it stands.
    pub status: DeliveryStatus,
    /// Why it was suppressed.
    pub reasons: Vec<Reason>,
    /// One sentence.
    pub words: String,
    /// Attempts so far.
    pub attempts: i64,
    /// Who sent it.
    pub provider: String,
    /// The code of the provider's last answer.
    pub code: String,
    /// The provider's own words then.
    pub said: String,
    /// When the provider took it.
    pub sent_at: Option<i64>,
    /// When it arrived.
    pub delivered_at: Option<i64>,
    /// When a human first opened the link.
    pub opened_at: Option<i64>,
}

/// Every message of a campaign, in the order of the selection.
pub async fn list_messages(
    executor: &mut AnyConnection,
    business: &BusinessId,
    campaign: &CampaignId,
) -> Result<Vec<MessageLine>> {
    let rows = sqlx::query(concat!(
        "select d.contact_id, d.recipient, d.channel, d.address, d.status, d.reasons, coalesce(d.words, '') as words, \
         d.attempts, coalesce(d.provider, '') as provider, d.sent_at, \
         case when d.status = 'delivered' then coalesce((select max(r.created_at) from delivery_reports r \
         where r.delivery_id = d.id and r.outcome = 'delivered'), d.updated_at) end as delivered_at, \
         case when exists (select 1 from delivery_reports r where r.delivery_id = d.id) \
         then (select r.code from delivery_reports r where r.delivery_id = d.id order by r.created_at desc limit 1) \
         else (select a.code from delivery_attempts a where a.delivery_id = d.id order by a.attempt desc limit 1) end as code, \
         case when exists (select 1 from delivery_reports r where r.delivery_id = d.id) \
         then (select r.said from delivery_reports r where r.delivery_id = d.id order by r.created_at desc limit 1) \
         else (select a.said from delivery_attempts a where a.delivery_id = d.id order by a.attempt desc limit 1) end as said, \
         (select min(case when c.reminder_of is null or o.created_at >= d.sent_at then o.created_at else o.last_at end) from ",
        openings!(),
        " where o.personal_link_id = d.personal_link_id and (c.reminder_of is null or o.last_at >= d.sent_at)) as opened_at \
         from deliveries d join campaigns c on c.id = d.campaign_id \
         where d.business_id = $1 and d.campaign_id = $2 order by d.place, d.channel",
    ))
    .bind(business.as_str())
    .bind(campaign.as_str())
    .fetch_all(executor)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(MessageLine {
                contact: stored(row, "deliveries", "contact_id")?,
                recipient: stored_json(row, "deliveries", "recipient")?,
                channel: stored(row, "deliveries", "channel")?,
                address: row.try_get("address")?,
                status: stored(row, "deliveries", "status")?,
                reasons: stored_json(row, "deliveries", "reasons")?,
                words: row.try_get("words")?,
                attempts: row.try_get("attempts")?,
                provider: row.try_get("provider")?,
                code: row.try_get::<Option<String>, _>("code")?.unwrap_or_default(),
                said: row.try_get::<Option<String>, _>("said")?.unwrap_or_default(),
                sent_at: row.try_get("sent_at")?,
                delivered_at: row.try_get("delivered_at")?,
                opened_at: row.try_get("opened_at")?,
            })
        })
        .collect()
}

/// One person of a payment link, across its campaigns, as its export writes them.
#[derive(Clone, Debug)]
pub struct PersonLine {
    /// Who.
    pub contact: ContactId,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Email, or what stands in its place.
    pub email: String,
    /// Phone, or what stands in its place.
    pub phone: String,
    /// Campaigns they were chosen in.
    pub campaigns: i64,
    /// Messages a provider took.
    pub sent: i64,
    /// Messages that arrived.
    pub delivered: i64,
    /// Messages that failed or came back.
    pub failed: i64,
    /// Messages that were never sent.
    pub skipped: i64,
    /// When a provider first took one.
    pub sent_at: Option<i64>,
    /// When a human first opened one of their links.
    pub opened_at: Option<i64>,
    /// When they first began to pay.
    pub started_at: Option<i64>,
    /// When they opted out since.
    pub opted_out_at: Option<i64>,
    /// How often a human opened one of their links.
    pub openings: i64,
    /// How often they paid.
    pub payments: i64,
}

/// What became of the standard link, as the export writes it.
#[derive(Clone, Debug, Default)]
pub struct StandardLine {
    /// When a human first opened it.
    pub opened_at: Option<i64>,
    /// When somebody first began to pay by it.
    pub started_at: Option<i64>,
    /// How often a human opened it.
    pub openings: i64,
    /// How often somebody paid by it.
    pub payments: i64,
    /// What came in by it.
    pub received: Option<Received>,
}

/// What became of the standard link of a payment link.
pub async fn find_standard(
    executor: &mut AnyConnection,
    business: &BusinessId,
    payment_link: &PaymentLinkId,
) -> Result<StandardLine> {
    let row = sqlx::query(
        "select (select min(created_at) from payments where business_id = $1 and payment_link_id = $2 \
         and personal_link_id is null) as started_at, min(created_at) as opened_at, \
         cast(coalesce(sum(times), 0) as bigint) as openings from openings \
         where business_id = $1 and payment_link_id = $2 and personal_link_id is null and kind = 'human'",
    )
    .bind(business.as_str())
    .bind(payment_link.as_str())
    .fetch_one(&mut *executor)
    .await?;
    let paid = sqlx::query(
        "select amount_minor, currency, coalesce(settled_at, created_at) as settled_at from payments \
         where business_id = $1 and payment_link_id = $2 and personal_link_id is null and status = 'succeeded' order by 3",
    )
    .bind(business.as_str())
    .bind(payment_link.as_str())
    .fetch_all(executor)
    .await?;
    let mut received = None;
    for row in &paid {
        add(&mut received, row)?;
    }
    let (opened_at, started_at): (Option<i64>, Option<i64>) = (row.try_get("opened_at")?, row.try_get("started_at")?);
    let payments = i64::try_from(paid.len()).unwrap_or(i64::MAX);
    Ok(StandardLine {
        opened_at: [opened_at, started_at].into_iter().flatten().min(),
        started_at,
        openings: proved(row.try_get("openings")?, payments),
        payments,
        received,
    })
}

/// Some people of a payment link by their ids: those after `after`.
pub async fn list_people_after(
    executor: &mut AnyConnection,
    business: &BusinessId,
    payment_link: &PaymentLinkId,
    after: &str,
    limit: i64,
) -> Result<Vec<PersonLine>> {
    let rows = sqlx::query(concat!(
        uses!(),
        "select d.contact_id, p.first_name, p.last_name, coalesce(p.email, p.email_typed) as email, \
         coalesce(p.phone, p.phone_typed) as phone, count(distinct d.campaign_id) as campaigns, \
         cast(sum(case when d.status in ('sent', 'delivered', 'undelivered') then 1 else 0 end) as bigint) as sent, \
         cast(sum(case when d.status = 'delivered' then 1 else 0 end) as bigint) as delivered, \
         cast(sum(case when d.status in ('failed', 'undelivered') then 1 else 0 end) as bigint) as failed, \
         cast(sum(case when d.status = 'suppressed' then 1 else 0 end) as bigint) as skipped, min(d.sent_at) as sent_at, \
         min((select min(o.created_at) from ",
        openings!(),
        " where o.personal_link_id = d.personal_link_id)) as opened_at, \
         min((select min(y.created_at) from payments y where y.personal_link_id = d.personal_link_id)) as started_at, \
         min((select min(k.created_at) from consents k where k.business_id = $1 and k.contact_id = d.contact_id \
         and k.dnd = 1 and k.created_at >= d.created_at)) as opted_out_at, \
         (select cast(coalesce(sum(o.times), 0) as bigint) from openings o join personal_links l on l.id = o.personal_link_id \
         where l.business_id = $1 and l.payment_link_id = $2 and l.contact_id = d.contact_id and o.kind = 'human') as openings, \
         (select count(*) from payments y where y.business_id = $1 and y.payment_link_id = $2 \
         and y.contact_id = d.contact_id and y.status = 'succeeded') as payments \
         from uses d join contacts p on p.id = d.contact_id and p.business_id = $1 where d.contact_id > $3 \
         group by d.contact_id, p.first_name, p.last_name, p.email, p.email_typed, p.phone, p.phone_typed \
         order by d.contact_id limit $4"
    ))
    .bind(business.as_str())
    .bind(payment_link.as_str())
    .bind(after)
    .bind(limit)
    .fetch_all(executor)
    .await?;
    rows.iter()
        .map(|row| {
            let payments = row.try_get("payments")?;
            Ok(PersonLine {
                contact: stored(row, "contacts", "contact_id")?,
                first_name: row.try_get("first_name")?,
                last_name: row.try_get("last_name")?,
                email: row.try_get("email")?,
                phone: row.try_get("phone")?,
                campaigns: row.try_get("campaigns")?,
                sent: row.try_get("sent")?,
                delivered: row.try_get("delivered")?,
                failed: row.try_get("failed")?,
                skipped: row.try_get("skipped")?,
                sent_at: row.try_get("sent_at")?,
                opened_at: row.try_get("opened_at")?,
                started_at: row.try_get("started_at")?,
                opted_out_at: row.try_get("opted_out_at")?,
                openings: proved(row.try_get("openings")?, payments),
                payments,
            })
        })
        .collect()
}
