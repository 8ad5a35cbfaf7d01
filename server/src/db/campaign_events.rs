//! SQL of the table `campaign_events`: who did what to a campaign, append-only.

use super::{Result, Tx, new_id};
use crate::ledger::{self, Controlled};
use app::id::{BusinessId, CampaignEventId, CampaignId, UserId};
use sqlx::{Any, Executor, Row as _};

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It waits for the business's hold.
    Held,
    /// It waits for a date and time.
    Scheduled,
    /// It was given another date and time.
    Rescheduled,
    /// Its wait was ended.
    SentNow,
    /// What had not left was taken back.
    Canceled,
    /// One person was taken out.
    TakenOut,
    /// Nothing leaves any more.
    Paused,
    /// It goes on.
    Resumed,
    /// What had failed is sent again.
    Retried,
    /// Its links were revoked.
    Recalled,
    /// Someone knows that an unconfirmed text arrived.
    Confirmed,
    /// Someone had an unconfirmed text sent again.
    SentAgain,
    /// It waits for another user.
    ApprovalWanted,
    /// Another user let it leave.
    Approved,
    /// Another user took it back.
    Declined,
    /// One more reminder was planned.
    ReminderAdded,
    /// A reminder was taken back.
    ReminderCanceled,
    /// One person was left out of a reminder.
    ReminderSkipped,
    /// They were let in again.
    ReminderUnskipped,
    /// An owner let it leave, because it needs no approval any more.
    Released,
}

impl Kind {
    /// The word in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Scheduled => "scheduled",
            Self::Rescheduled => "rescheduled",
            Self::SentNow => "sent_now",
            Self::Canceled => "canceled",
            Self::TakenOut => "taken_out",
            Self::Paused => "paused",
            Self::Resumed => "resumed",
            Self::Retried => "retried",
            Self::Recalled => "recalled",
            Self::Confirmed => "confirmed",
            Self::SentAgain => "sent_again",
            Self::ApprovalWanted => "approval_wanted",
            Self::Approved => "approved",
            Self::Declined => "declined",
            Self::ReminderAdded => "reminder_added",
            Self::ReminderCanceled => "reminder_canceled",
            Self::ReminderSkipped => "reminder_skipped",
            Self::ReminderUnskipped => "reminder_unskipped",
            Self::Released => "released",
        }
    }
}

/// Adds an event, and puts it on record; without a user it happened by itself.
pub async fn insert(
    tx: &mut Tx,
    business: &BusinessId,
    campaign: &CampaignId,
    user: Option<&UserId>,
    kind: Kind,
    words: &str,
    now: i64,
) -> Result<()> {
    let id: CampaignEventId = new_id(now);
    sqlx::query(
        "insert into campaign_events (id, business_id, campaign_id, user_id, kind, words, created_at) \
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(id.as_str())
    .bind(business.as_str())
    .bind(campaign.as_str())
    .bind(user.map(UserId::as_str))
    .bind(kind.as_str())
    .bind(words)
    .bind(now)
    .execute(&mut **tx)
    .await?;
    let controlled = Controlled { campaign, user, what: kind.as_str(), words };
    tx.note(business, ledger::Kind::Control, &controlled, now)
}

/// An event as the history shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredEvent {
    /// When.
    pub created_at: i64,
    /// Whose doing; none for what happened by itself.
    pub user_email: Option<String>,
    /// What kind of thing was done.
    pub kind: String,
    /// What was done, in one sentence.
    pub words: String,
}

/// The events of a campaign, newest first.
pub async fn list(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    campaign: &CampaignId,
) -> Result<Vec<StoredEvent>> {
    let rows = sqlx::query(
        "select e.created_at, u.email, e.kind, e.words from campaign_events e left join users u on u.id = e.user_id \
         where e.business_id = $1 and e.campaign_id = $2 order by e.created_at desc, e.id desc",
    )
    .bind(business.as_str())
    .bind(campaign.as_str())
    .fetch_all(executor)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(StoredEvent {
                created_at: row.try_get("created_at")?,
                user_email: row.try_get("email")?,
                kind: row.try_get("kind")?,
                words: row.try_get("words")?,
            })
        })
        .collect()
}

/// How many events there are.
pub async fn count(
    executor: impl Executor<'_, Database = Any>,
    business: &BusinessId,
    campaign: &CampaignId,
) -> Result<i64> {
    let row = sqlx::query("select count(*) as events from campaign_events where business_id = $1 and campaign_id = $2")
        .bind(business.as_str())
        .bind(campaign.as_str())
        .fetch_one(executor)
        .await?;
    Ok(row.try_get("events")?)
}
