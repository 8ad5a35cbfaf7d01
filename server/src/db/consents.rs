//! The table `consents`: append-only evidence of who switched do-not-disturb, when and how.

use app::{
    contacts::Dnd,
    id::{BusinessId, ConsentId, ContactId, UserId},
};
use sqlx::{AnyConnection, Row as _};

use super::{Result, Tx};
use crate::ledger::{Kind, Switched};

/// More switches of one contact than anyone reads.
const LIMIT: i64 = 50;

/// Who or what switched it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A user, in the form.
    Form,
    /// A file of contacts.
    Import,
    /// The person, by the link in an email.
    OptOutLink,
    /// The person, by answering a text.
    SmsReply,
    /// The provider refused because the person had told it so.
    Provider,
}

impl Source {
    /// The word in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Form => "form",
            Self::Import => "import",
            Self::OptOutLink => "opt_out_link",
            Self::SmsReply => "sms_reply",
            Self::Provider => "provider",
        }
    }
}

/// One switch, as timelines tell it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredConsent {
    /// `all`, `email` or `sms`.
    pub channel: String,
    /// On or off.
    pub dnd: bool,
    /// Who or what switched it, in the word of its column.
    pub source: String,
    /// When.
    pub created_at: i64,
}

/// A contact's switches since then, oldest first.
pub async fn list_since(
    conn: &mut AnyConnection,
    business: &BusinessId,
    contact: &ContactId,
    since: i64,
) -> Result<Vec<StoredConsent>> {
    let rows = sqlx::query(
        "select channel, dnd, source, created_at from consents \
         where business_id = $1 and contact_id = $2 and created_at >= $3 order by created_at limit $4",
    )
    .bind(business.as_str())
    .bind(contact.as_str())
    .bind(since)
    .bind(LIMIT)
    .fetch_all(conn)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(StoredConsent {
                channel: row.try_get("channel")?,
                dnd: row.try_get::<i64, _>("dnd")? == 1,
                source: row.try_get("source")?,
                created_at: row.try_get("created_at")?,
            })
        })
        .collect()
}

/// Each switch that differs, as (channel, on).
pub fn changes(before: Dnd, after: Dnd) -> impl Iterator<Item = (&'static str, bool)> {
    [("all", before.all, after.all), ("email", before.email, after.email), ("sms", before.sms, after.sms)]
        .into_iter()
        .filter(|(_, before, after)| before != after)
        .map(|(channel, _, after)| (channel, after))
}

/// Records one switch, here and in the ledger: `channel` is `all`, `email` or `sms`.
#[expect(clippy::too_many_arguments, reason = "each is a column")]
pub async fn insert(
    tx: &mut Tx,
    id: &ConsentId,
    business: &BusinessId,
    contact: &ContactId,
    channel: &str,
    dnd: bool,
    source: Source,
    user: Option<&UserId>,
    now: i64,
) -> Result<()> {
    sqlx::query(
        "insert into consents (id, business_id, contact_id, channel, dnd, source, user_id, created_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(id.as_str())
    .bind(business.as_str())
    .bind(contact.as_str())
    .bind(channel)
    .bind(i64::from(dnd))
    .bind(source.as_str())
    .bind(user.map(|user| user.as_str().to_owned()))
    .bind(now)
    .execute(&mut **tx)
    .await?;
    let switched = Switched { contact, channel, do_not_disturb: dnd, source: source.as_str(), user };
    tx.note(business, Kind::Consent, &switched, now)
}
