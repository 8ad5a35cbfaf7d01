//! SQL of what decides whether contacts may be sent a payment link: the same columns for those who are chosen and for what is about
//! to leave. A new fact is taught here.

use super::{Result, contacts, parameters, stored};
use app::{
    campaigns::MAX_CONTACTS,
    contacts::Contact,
    id::{BusinessId, CampaignId, ContactId, PaymentLinkId, UserId},
};
use sqlx::{AnyConnection, AssertSqlSafe, Row as _, any::AnyRow};
use std::collections::HashMap;

/// The facts of the row `k` of `contacts`: about a payment link, with a look at its payments where `$looks` says so, and about
/// one reminder of the campaign `$root`.
macro_rules! facts {
    ($link:literal, $looks:literal, $root:literal, $number:literal) => {
        concat!(
            $crate::db::contacts::columns!(),
            ", case when ",
            $looks,
            " then ",
            $crate::db::payments::last_paid_at!($link),
            " end as paid_at, (select count(*) from reminder_skips s where s.campaign_id = ",
            $root,
            " and s.contact_id = k.id) as taken_out, (select count(*) from skipped_reminders s where s.campaign_id = ",
            $root,
            " and s.number = ",
            $number,
            " and s.contact_id = k.id) as skipped"
        )
    };
}
pub(super) use facts;

type Query = sqlx::query::Query<'static, sqlx::Any, sqlx::any::AnyArguments>;

/// Fills the one gap of a statement with places for as many contacts as a campaign has. Those that are not needed name nobody, so
/// that the statement is always the same.
fn choose(sql: &'static str, chosen: &[ContactId]) -> Query {
    let places = MAX_CONTACTS as usize;
    let query = sqlx::query(AssertSqlSafe(sql.replace("{chosen}", &parameters(1, places))));
    (0..places).fold(query, |query, place| query.bind(chosen.get(place).map_or("", ContactId::as_str)))
}

/// A contact and what a payment link, and a reminder that brings it, have to do with them.
#[derive(Clone, Debug)]
pub struct Known {
    /// Who, as of now.
    pub contact: Contact,
    /// When they last paid the link, by whichever of its links.
    pub paid_at: Option<i64>,
    /// They were taken out of the campaign, so that all its reminders leave them out.
    pub taken_out: bool,
    /// A user left them out of this reminder.
    pub skipped: bool,
}

/// What the [`facts!`] of a row say.
pub(super) fn known(row: &AnyRow) -> Result<Known> {
    Ok(Known {
        contact: contacts::contact(row)?,
        paid_at: row.try_get("paid_at")?,
        taken_out: row.try_get::<i64, _>("taken_out")? > 0,
        skipped: row.try_get::<i64, _>("skipped")? > 0,
    })
}

/// What chosen contacts are to be sent.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// Whose.
    pub business: &'a BusinessId,
    /// The link.
    pub payment_link: &'a PaymentLinkId,
    /// Whose messages that wait are told apart from those of others.
    pub user: Option<&'a UserId>,
    /// The campaign whose personal links they have already.
    pub root: Option<&'a CampaignId>,
    /// As which of its reminders it is sent.
    pub reminder: Option<u32>,
}

/// One of the chosen contacts, and what has happened between them and the payment link.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The contact.
    pub known: Known,
    /// When a message with the link last left.
    pub sent_at: Option<i64>,
    /// Messages with it that still wait, the user's own included.
    pub waiting: i64,
    /// Those that another user sends.
    pub waiting_of_others: i64,
    /// When the personal link that they have already ends; none when it was revoked or there is none.
    pub personal_link_ends_at: Option<i64>,
    /// That personal link was paid.
    pub paid_personal_link: bool,
}

/// Up to 50 chosen contacts in their order; one that is not the business's own is left out.
pub async fn list(
    connection: &mut AnyConnection,
    subject: Subject<'_>,
    chosen: &[ContactId],
) -> Result<Vec<Candidate>> {
    let query = choose(
        concat!(
            "select ",
            facts!("$52", "1 = 1", "$54", "$55"),
            ", (select max(coalesce(d.sent_at, d.updated_at)) from deliveries d join campaigns c on c.id = d.campaign_id \
               where d.business_id = $51 and d.contact_id = k.id and c.payment_link_id = $52 \
               and (d.status in ('sent', 'delivered') or d.status = 'unknown' and d.due_at is null)) as sent_at, \
             (select count(*) from deliveries d join campaigns c on c.id = d.campaign_id \
               where d.business_id = $51 and d.contact_id = k.id and c.payment_link_id = $52 \
               and (d.status in ('held', 'queued') or d.status = 'unknown' and d.due_at is not null)) as waiting, \
             (select count(*) from deliveries d join campaigns c on c.id = d.campaign_id \
               where d.business_id = $51 and d.contact_id = k.id and c.payment_link_id = $52 and c.user_id <> $53 \
               and (d.status in ('held', 'queued') or d.status = 'unknown' and d.due_at is not null)) as waiting_of_others, \
             (select max(l.expires_at) from personal_links l where l.business_id = $51 and l.contact_id = k.id \
               and l.campaign_id = $54 and l.revoked_at is null) as personal_link_ends_at, \
             (select count(*) from personal_links l join payments y on y.personal_link_id = l.id \
               where l.business_id = $51 and l.contact_id = k.id and l.campaign_id = $54 and y.status = 'succeeded') \
               as paid_personal_link \
             from contacts k where k.business_id = $51 and k.id in ({chosen})"
        ),
        chosen,
    );
    let rows = query
        .bind(subject.business.as_str())
        .bind(subject.payment_link.as_str())
        .bind(subject.user.map_or("", UserId::as_str))
        .bind(subject.root.map_or("", CampaignId::as_str))
        .bind(subject.reminder.map_or(0, i64::from))
        .fetch_all(connection)
        .await?;
    let found = rows.iter().map(|row| {
        let candidate = Candidate {
            known: known(row)?,
            sent_at: row.try_get("sent_at")?,
            waiting: row.try_get("waiting")?,
            waiting_of_others: row.try_get("waiting_of_others")?,
            personal_link_ends_at: row.try_get("personal_link_ends_at")?,
            paid_personal_link: row.try_get::<i64, _>("paid_personal_link")? > 0,
        };
        Ok((candidate.known.contact.id.clone(), candidate))
    });
    let found = found.collect::<Result<HashMap<_, _>>>()?;
    Ok(chosen.iter().filter_map(|contact| found.get(contact).cloned()).collect())
}

/// When each campaign and reminder reached up to 50 contacts or is to reach them, in order, between two moments and without one
/// campaign. Both channels of one are one; what waits for approval leaves at its time or, without one, any moment now.
pub async fn list_request_times(
    connection: &mut AnyConnection,
    business: &BusinessId,
    chosen: &[ContactId],
    besides: Option<&CampaignId>,
    (after, before): (i64, i64),
    now: i64,
) -> Result<HashMap<ContactId, Vec<i64>>> {
    let query = choose(
        "select contact_id, leaves_at from (select d.contact_id, \
             min(case when d.status not in ('held', 'queued') then coalesce(d.sent_at, d.updated_at) \
             when d.due_at is not null then d.due_at when c.starts_at > $53 then c.starts_at else $53 end) as leaves_at \
             from deliveries d join campaigns c on c.id = d.campaign_id \
             where d.business_id = $51 and d.contact_id in ({chosen}) \
             and d.campaign_id <> $52 and d.status in ('held', 'queued', 'unknown', 'sent', 'delivered') \
             group by d.contact_id, d.campaign_id) requests where leaves_at > $54 and leaves_at < $55 order by leaves_at",
        chosen,
    );
    let rows = query
        .bind(business.as_str())
        .bind(besides.map_or("", CampaignId::as_str))
        .bind(now)
        .bind(after)
        .bind(before)
        .fetch_all(connection)
        .await?;
    let mut times: HashMap<ContactId, Vec<i64>> = HashMap::new();
    for row in &rows {
        times.entry(stored(row, "deliveries", "contact_id")?).or_default().push(row.try_get("leaves_at")?);
    }
    Ok(times)
}
