//! SQL of the tables `reminders`, `skipped_reminders` and `reminder_skips`, and of whom a campaign has reached.

use super::{Result, stored, stored_option};
use app::{
    channel::Channel,
    id::{BusinessId, CampaignId, ContactId, PaymentLinkId, PersonalLinkId, UserId},
    templates::Wording,
};
use sqlx::{Any, Executor, Row, any::AnyRow};

/// The campaign that reminders belong to.
#[derive(Clone, Debug)]
pub struct Reminded {
    /// What was sent.
    pub payment_link: PaymentLinkId,
    /// The email's wording, when email was chosen.
    pub email: Option<Wording>,
    /// The SMS's wording, when SMS was chosen.
    pub sms: Option<Wording>,
    /// The campaign that it reminds of itself, and as which of its reminders.
    pub reminder_of: Option<(CampaignId, u32)>,
    /// When "Send" was pressed.
    pub created_at: i64,
    /// When it leaves or left: what days are counted from.
    pub leaves_at: i64,
    /// It waits for another user, so that time is not known yet.
    pub awaits_approval: bool,
    /// When another user said yes.
    pub approved_at: Option<i64>,
    /// Since when it is paused.
    pub paused_at: Option<i64>,
    /// It was taken back or recalled.
    pub has_ended: bool,
}

impl Reminded {
    /// By how much everything that is counted from `since` would move if what it waits for ended now.
    pub fn standstill_ms(&self, since: i64, now: i64) -> i64 {
        let still_since = if self.awaits_approval { Some(since) } else { self.paused_at };
        still_since.map_or(0, |still_since| (now - still_since).max(0))
    }
}

fn wording(row: &AnyRow, subject: &str, body: &str) -> Result<Option<Wording>> {
    let body: Option<String> = row.try_get(body)?;
    let subject = row.try_get::<Option<String>, _>(subject)?.unwrap_or_default();
    Ok(body.map(|body| Wording { subject, body }))
}

fn sms_wording(row: &AnyRow) -> Result<Option<Wording>> {
    let body: Option<String> = row.try_get("sms_body")?;
    Ok(body.map(|body| Wording { subject: String::new(), body }))
}

fn number(row: &AnyRow, column: &'static str) -> Result<u32> {
    Ok(u32::try_from(row.try_get::<i64, _>(column)?).unwrap_or_default())
}

/// The campaign, as its reminders need it.
pub async fn find_reminded(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    campaign: &CampaignId,
) -> Result<Option<Reminded>> {
    let row = sqlx::query(
        "select c.payment_link_id, c.email_subject, c.email_body, c.sms_body, c.reminder_of, c.reminder_number, \
         c.created_at, c.starts_at, c.paused_at, c.canceled_at, c.recalled_at, a.wanted_at, a.approved_at \
         from campaigns c left join approvals a on a.campaign_id = c.id where c.business_id = $1 and c.id = $2",
    )
    .bind(business.as_str())
    .bind(campaign.as_str())
    .fetch_optional(executor)
    .await?;
    row.map(|row| {
        let parent: Option<CampaignId> = stored_option(&row, "campaigns", "reminder_of")?;
        let reminder_number: Option<i64> = row.try_get("reminder_number")?;
        let reminder_number = u32::try_from(reminder_number.unwrap_or_default()).unwrap_or_default();
        let at = |column| row.try_get::<Option<i64>, _>(column);
        let (created_at, approved_at): (i64, _) = (row.try_get("created_at")?, at("approved_at")?);
        let starts_at = at("starts_at")?.unwrap_or(created_at);
        let has_ended = at("canceled_at")?.is_some() || at("recalled_at")?.is_some();
        Ok(Reminded {
            payment_link: stored(&row, "campaigns", "payment_link_id")?,
            email: wording(&row, "email_subject", "email_body")?,
            sms: sms_wording(&row)?,
            reminder_of: parent.map(|parent| (parent, reminder_number)),
            created_at,
            leaves_at: approved_at.map_or(starts_at, |approved_at| starts_at.max(approved_at)),
            awaits_approval: at("wanted_at")?.is_some() && approved_at.is_none() && !has_ended,
            approved_at,
            paused_at: at("paused_at")?,
            has_ended,
        })
    })
    .transpose()
}

/// When the last of a campaign's personal links ends; none when none is left.
pub async fn find_links_end(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    campaign: &CampaignId,
) -> Result<Option<i64>> {
    let row = sqlx::query(
        "select max(expires_at) as ends_at from personal_links \
         where business_id = $1 and campaign_id = $2 and revoked_at is null",
    )
    .bind(business.as_str())
    .bind(campaign.as_str())
    .fetch_one(executor)
    .await?;
    Ok(row.try_get("ends_at")?)
}

/// A reminder as it is stored.
#[derive(Clone, Debug)]
pub struct StoredReminder {
    /// Which of the campaign's, from 1.
    pub number: u32,
    /// So many days after the campaign.
    pub after_days: u32,
    /// Its own email, where that is not the campaign's.
    pub email: Option<Wording>,
    /// Its own SMS, where that is not the campaign's.
    pub sms: Option<Wording>,
    /// When it goes out.
    pub due_at: i64,
    /// When its time came.
    pub made_at: Option<i64>,
    /// What was made of it; none where nobody was left.
    pub created_campaign: Option<CampaignId>,
    /// When its time came and the payment link took no payments any more.
    pub link_closed_at: Option<i64>,
    /// When it was taken back.
    pub canceled_at: Option<i64>,
    /// Who planned it once the campaign was there.
    pub added_by: Option<UserId>,
    /// When it was planned.
    pub created_at: i64,
}

impl StoredReminder {
    /// Whether its time is still to come.
    pub const fn is_planned(&self) -> bool {
        self.made_at.is_none() && self.canceled_at.is_none()
    }

    /// Whether the campaign was approved without this reminder.
    pub fn is_unseen(&self, reminded: &Reminded) -> bool {
        let is_later = |approved_at| self.created_at > approved_at;
        self.added_by.is_some() && reminded.approved_at.is_none_or(is_later)
    }

    /// The email and the SMS that it says: its own words, else the campaign's, on the channels of the campaign.
    pub fn wording_after<'a>(&'a self, reminded: &'a Reminded) -> (Option<&'a Wording>, Option<&'a Wording>) {
        let own = |own: &'a Option<Wording>, first: &'a Option<Wording>| {
            first.as_ref().map(|first| own.as_ref().unwrap_or(first))
        };
        (own(&self.email, &reminded.email), own(&self.sms, &reminded.sms))
    }
}

/// Plans a reminder.
pub async fn insert(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    campaign: &CampaignId,
    reminder: &StoredReminder,
) -> Result<()> {
    sqlx::query(
        "insert into reminders (campaign_id, number, business_id, after_days, email_subject, email_body, sms_body, due_at, \
         added_by, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(campaign.as_str())
    .bind(i64::from(reminder.number))
    .bind(business.as_str())
    .bind(i64::from(reminder.after_days))
    .bind(reminder.email.as_ref().map(|wording| wording.subject.as_str()))
    .bind(reminder.email.as_ref().map(|wording| wording.body.as_str()))
    .bind(reminder.sms.as_ref().map(|wording| wording.body.as_str()))
    .bind(reminder.due_at)
    .bind(reminder.added_by.as_ref().map(UserId::as_str))
    .bind(reminder.created_at)
    .execute(executor)
    .await?;
    Ok(())
}

/// The reminders of a campaign, in their order.
pub async fn list(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    campaign: &CampaignId,
) -> Result<Vec<StoredReminder>> {
    let rows = sqlx::query(
        "select number, after_days, email_subject, email_body, sms_body, due_at, made_at, created_campaign_id, \
         link_closed_at, canceled_at, added_by, created_at \
         from reminders where business_id = $1 and campaign_id = $2 order by number",
    )
    .bind(business.as_str())
    .bind(campaign.as_str())
    .fetch_all(executor)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(StoredReminder {
                number: number(row, "number")?,
                after_days: number(row, "after_days")?,
                email: wording(row, "email_subject", "email_body")?,
                sms: sms_wording(row)?,
                due_at: row.try_get("due_at")?,
                made_at: row.try_get("made_at")?,
                created_campaign: stored_option(row, "reminders", "created_campaign_id")?,
                link_closed_at: row.try_get("link_closed_at")?,
                canceled_at: row.try_get("canceled_at")?,
                added_by: stored_option(row, "reminders", "added_by")?,
                created_at: row.try_get("created_at")?,
            })
        })
        .collect()
}

/// A reminder whose time has come, of any business.
#[derive(Clone, Debug)]
pub struct Due {
    /// Whose.
    pub business: BusinessId,
    /// Of which campaign.
    pub campaign: CampaignId,
    /// Which of its reminders.
    pub number: u32,
}

/// The reminders whose time has come: for the dispatcher only.
pub async fn list_due(executor: impl Executor<'_, Database = Any>, now: i64) -> Result<Vec<Due>> {
    let rows = sqlx::query(
        "select r.business_id, r.campaign_id, r.number from reminders r join campaigns c on c.id = r.campaign_id \
         left join approvals a on a.campaign_id = c.id \
         where r.made_at is null and r.canceled_at is null and r.due_at <= $1 and c.paused_at is null \
         and (a.campaign_id is null or a.approved_at is not null) \
         and r.business_id not in (select id from businesses where sending_stopped_at is not null) \
         order by r.due_at, r.campaign_id, r.number limit 50",
    )
    .bind(now)
    .fetch_all(executor)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Due {
                business: stored(row, "reminders", "business_id")?,
                campaign: stored(row, "reminders", "campaign_id")?,
                number: number(row, "number")?,
            })
        })
        .collect()
}

/// Takes a reminder whose time has come; false when another server did, or somebody took it back.
pub async fn update_made(executor: impl Executor<'_, Database = Any>, due: &Due, now: i64) -> Result<bool> {
    let taken = sqlx::query(
        "update reminders set made_at = $4 where business_id = $1 and campaign_id = $2 and number = $3 \
         and made_at is null and canceled_at is null",
    )
    .bind(due.business.as_str())
    .bind(due.campaign.as_str())
    .bind(i64::from(due.number))
    .bind(now)
    .execute(executor)
    .await?;
    Ok(taken.rows_affected() == 1)
}

/// Whether the time of a later reminder has come, too: nobody is reminded twice at once.
pub async fn is_overtaken(executor: impl Executor<'_, Database = Any>, due: &Due, now: i64) -> Result<bool> {
    let row = sqlx::query(
        "select count(*) as later from reminders where business_id = $1 and campaign_id = $2 and number > $3 \
         and made_at is null and canceled_at is null and due_at <= $4",
    )
    .bind(due.business.as_str())
    .bind(due.campaign.as_str())
    .bind(i64::from(due.number))
    .bind(now)
    .fetch_one(executor)
    .await?;
    Ok(row.try_get::<i64, _>("later")? > 0)
}

/// Whether a reminder was made after the one that this campaign is, of the same campaign.
pub async fn has_later(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    campaign: &CampaignId,
) -> Result<bool> {
    let row = sqlx::query(
        "select count(*) as later from campaigns c join reminders r on r.business_id = c.business_id \
         and r.campaign_id = c.reminder_of and r.number > c.reminder_number \
         where c.business_id = $1 and c.id = $2 and r.created_campaign_id is not null",
    )
    .bind(business.as_str())
    .bind(campaign.as_str())
    .fetch_one(executor)
    .await?;
    Ok(row.try_get::<i64, _>("later")? > 0)
}

/// Writes the campaign that a reminder becomes: the same link, by the user who planned it, in the words that were frozen.
pub async fn insert_campaign(
    executor: impl Executor<'_, Database = Any>,
    due: &Due,
    id: &CampaignId,
    now: i64,
) -> Result<()> {
    sqlx::query(
        "insert into campaigns (id, business_id, payment_link_id, user_id, idempotency_key, request_hash, email_subject, \
         email_body, sms_body, reminder_of, reminder_number, created_at) \
         select cast($4 as text), c.business_id, c.payment_link_id, coalesce(r.added_by, c.user_id), cast($4 as text), '', \
         case when r.email_body is null then c.email_subject else r.email_subject end, \
         coalesce(r.email_body, c.email_body), coalesce(r.sms_body, c.sms_body), c.id, r.number, cast($5 as bigint) \
         from reminders r join campaigns c on c.id = r.campaign_id \
         where r.business_id = $1 and r.campaign_id = $2 and r.number = $3",
    )
    .bind(due.business.as_str())
    .bind(due.campaign.as_str())
    .bind(i64::from(due.number))
    .bind(id.as_str())
    .bind(now)
    .execute(executor)
    .await?;
    Ok(())
}

/// Notes what a reminder became.
pub async fn update_created(
    executor: impl Executor<'_, Database = Any>,
    due: &Due,
    created: &CampaignId,
) -> Result<()> {
    sqlx::query(
        "update reminders set created_campaign_id = $4 where business_id = $1 and campaign_id = $2 and number = $3",
    )
    .bind(due.business.as_str())
    .bind(due.campaign.as_str())
    .bind(i64::from(due.number))
    .bind(created.as_str())
    .execute(executor)
    .await?;
    Ok(())
}

/// Notes that nobody could have paid any more when a reminder's time came.
pub async fn update_link_closed(executor: impl Executor<'_, Database = Any>, due: &Due, now: i64) -> Result<()> {
    sqlx::query("update reminders set link_closed_at = $4 where business_id = $1 and campaign_id = $2 and number = $3")
        .bind(due.business.as_str())
        .bind(due.campaign.as_str())
        .bind(i64::from(due.number))
        .bind(now)
        .execute(executor)
        .await?;
    Ok(())
}

/// Takes a reminder back; false when its time has come, or there is none.
pub async fn update_canceled(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    campaign: &CampaignId,
    reminder: u32,
    now: i64,
) -> Result<bool> {
    let taken_back = sqlx::query(
        "update reminders set canceled_at = coalesce(canceled_at, $4) \
         where business_id = $1 and campaign_id = $2 and number = $3 and made_at is null",
    )
    .bind(business.as_str())
    .bind(campaign.as_str())
    .bind(i64::from(reminder))
    .bind(now)
    .execute(executor)
    .await?;
    Ok(taken_back.rows_affected() == 1)
}

/// Moves every reminder of a campaign whose time has not come.
pub async fn update_later(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    campaign: &CampaignId,
    later_ms: i64,
) -> Result<()> {
    sqlx::query(
        "update reminders set due_at = due_at + $3 \
         where business_id = $1 and campaign_id = $2 and made_at is null and canceled_at is null",
    )
    .bind(business.as_str())
    .bind(campaign.as_str())
    .bind(later_ms)
    .execute(executor)
    .await?;
    Ok(())
}

/// Takes back every reminder of a campaign whose time has not come.
pub async fn cancel_planned(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    campaign: &CampaignId,
    now: i64,
) -> Result<()> {
    sqlx::query(
        "update reminders set canceled_at = $3 \
         where business_id = $1 and campaign_id = $2 and made_at is null and canceled_at is null",
    )
    .bind(business.as_str())
    .bind(campaign.as_str())
    .bind(now)
    .execute(executor)
    .await?;
    Ok(())
}

/// One message of the campaign that has reached its receiver.
#[derive(Clone, Debug)]
pub struct Reached {
    /// Who.
    pub contact: ContactId,
    /// By which link.
    pub personal_link: PersonalLinkId,
    /// The contact's place in the selection.
    pub place: i64,
    /// Email or SMS.
    pub channel: Channel,
}

/// Whom a campaign has reached, in the order of the selection, by the channels that worked and still do.
pub async fn list_reached(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    campaign: &CampaignId,
) -> Result<Vec<Reached>> {
    let rows = sqlx::query(
        "select d.contact_id, d.personal_link_id, d.place, d.channel from deliveries d \
         where d.business_id = $1 and d.campaign_id = $2 and d.status in ('sent', 'delivered') \
         and not exists (select 1 from deliveries e join campaigns r on r.id = e.campaign_id where r.reminder_of = d.campaign_id \
           and e.contact_id = d.contact_id and e.channel = d.channel and e.status in ('failed', 'undelivered')) \
         order by d.place, d.channel",
    )
    .bind(business.as_str())
    .bind(campaign.as_str())
    .fetch_all(executor)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Reached {
                contact: stored(row, "deliveries", "contact_id")?,
                personal_link: stored(row, "deliveries", "personal_link_id")?,
                place: row.try_get("place")?,
                channel: stored(row, "deliveries", "channel")?,
            })
        })
        .collect()
}

/// Leaves a person out of one reminder of a campaign; false when they were.
pub async fn insert_skip(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    (campaign, reminder): (&CampaignId, u32),
    contact: &ContactId,
    now: i64,
) -> Result<bool> {
    let written = sqlx::query(
        "insert into skipped_reminders (campaign_id, number, contact_id, business_id, created_at) \
         values ($1, $2, $3, $4, $5) on conflict do nothing",
    )
    .bind(campaign.as_str())
    .bind(i64::from(reminder))
    .bind(contact.as_str())
    .bind(business.as_str())
    .bind(now)
    .execute(executor)
    .await?;
    Ok(written.rows_affected() == 1)
}

/// Lets a person in again who was left out; false when the person was not.
pub async fn delete_skip(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    (campaign, reminder): (&CampaignId, u32),
    contact: &ContactId,
) -> Result<bool> {
    let deleted = sqlx::query(
        "delete from skipped_reminders where business_id = $1 and campaign_id = $2 and number = $3 and contact_id = $4",
    )
    .bind(business.as_str())
    .bind(campaign.as_str())
    .bind(i64::from(reminder))
    .bind(contact.as_str())
    .execute(executor)
    .await?;
    Ok(deleted.rows_affected() == 1)
}

/// Leaves a person who was taken out of a campaign out of all its reminders; false when they were.
pub async fn insert_taken_out(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    campaign: &CampaignId,
    contact: &ContactId,
    now: i64,
) -> Result<bool> {
    let written = sqlx::query(
        "insert into reminder_skips (campaign_id, contact_id, business_id, created_at) values ($1, $2, $3, $4) \
         on conflict do nothing",
    )
    .bind(campaign.as_str())
    .bind(contact.as_str())
    .bind(business.as_str())
    .bind(now)
    .execute(executor)
    .await?;
    Ok(written.rows_affected() == 1)
}
