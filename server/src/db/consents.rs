//! The table `consents`: append-only evidence of who switched do-not-disturb, when and how.

use app::{
    contacts::Dnd,
    id::{BusinessId, ConsentId, ContactId, UserId},
};
use sqlx::{AnyConnection, Row as _, any::AnyRow};

use super::{Error, Result, Tx, stored};
use crate::facts::{Fact, Switched};

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
    /// The person, as another contact with the same address.
    SameAddress,
}

impl Source {
    /// Every source.
    pub const ALL: [Self; 6] =
        [Self::Form, Self::Import, Self::OptOutLink, Self::SmsReply, Self::Provider, Self::SameAddress];

    /// The word in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Form => "form",
            Self::Import => "import",
            Self::OptOutLink => "opt_out_link",
            Self::SmsReply => "sms_reply",
            Self::Provider => "provider",
            Self::SameAddress => "same_address",
        }
    }

    /// Whether the person asked for it, and not the business.
    pub const fn is_the_persons(self) -> bool {
        matches!(self, Self::OptOutLink | Self::SmsReply | Self::Provider | Self::SameAddress)
    }
}

impl std::str::FromStr for Source {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let unknown = Error::Stored { table: "consents", column: "source" };
        Self::ALL.into_iter().find(|source| source.as_str() == text).ok_or(unknown)
    }
}

/// Each switch that differs, as (channel, on).
pub fn changes(before: Dnd, after: Dnd) -> impl Iterator<Item = (&'static str, bool)> {
    [("all", before.all, after.all), ("email", before.email, after.email), ("sms", before.sms, after.sms)]
        .into_iter()
        .filter(|(_, before, after)| before != after)
        .map(|(channel, _, after)| (channel, after))
}

/// One switch to be recorded.
#[derive(Clone, Copy, Debug)]
pub struct Consent<'a> {
    /// Whose.
    pub contact: &'a ContactId,
    /// `all`, `email` or `sms`.
    pub channel: &'a str,
    /// On, or lifted.
    pub dnd: bool,
    /// Who or what did it.
    pub source: Source,
    /// The user who did it.
    pub user: Option<&'a UserId>,
    /// Why it was lifted although the person had asked for it.
    pub reason: Option<&'a str>,
    /// How the person said it, or the column of a file where it stands.
    pub evidence: Option<&'a str>,
}

/// Records one switch, here and in the ledger. No two of a contact have the same time, so that it is always known which came last.
pub async fn insert(tx: &mut Tx, id: &ConsentId, business: &BusinessId, consent: Consent<'_>, now: i64) -> Result<()> {
    sqlx::query(
        "insert into consents (id, business_id, contact_id, channel, dnd, source, user_id, reason, evidence, created_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, (select case when max(created_at) >= $10 then max(created_at) + 1 \
         else $10 end from consents where business_id = $2 and contact_id = $3))",
    )
    .bind(id.as_str())
    .bind(business.as_str())
    .bind(consent.contact.as_str())
    .bind(consent.channel)
    .bind(i64::from(consent.dnd))
    .bind(consent.source.as_str())
    .bind(consent.user.map(|user| user.as_str().to_owned()))
    .bind(consent.reason.map(ToOwned::to_owned))
    .bind(consent.evidence.map(ToOwned::to_owned))
    .bind(now)
    .execute(&mut **tx)
    .await?;
    let Consent { contact, channel, dnd, source, user, reason, evidence } = consent;
    let source = source.as_str();
    let switched = Switched { contact, channel, do_not_disturb: dnd, source, user, reason, evidence };
    tx.note(business, &Fact::Consent(switched), now)
}

/// A switch as it was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredConsent {
    /// `all`, `email` or `sms`.
    pub channel: String,
    /// On, or lifted.
    pub dnd: bool,
    /// Who or what did it.
    pub source: Source,
    /// The log-in of the user who did it.
    pub user: Option<String>,
    /// Why it was lifted although the person had asked for it.
    pub reason: Option<String>,
    /// How the person said it.
    pub evidence: Option<String>,
    /// When.
    pub created_at: i64,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select c.channel, c.dnd, c.source, c.reason, c.evidence, c.created_at, u.email from consents c ",
            "left join users u on u.id = c.user_id where c.business_id = $1 and c.contact_id = $2 ",
            $rest
        )
    };
}

fn consent(row: &AnyRow) -> Result<StoredConsent> {
    Ok(StoredConsent {
        channel: row.try_get("channel")?,
        dnd: row.try_get::<i64, _>("dnd")? != 0,
        source: stored(row, "consents", "source")?,
        user: row.try_get("email")?,
        reason: row.try_get("reason")?,
        evidence: row.try_get("evidence")?,
        created_at: row.try_get("created_at")?,
    })
}

/// Every switch of a contact, newest first.
pub async fn list(conn: &mut AnyConnection, business: &BusinessId, contact: &ContactId) -> Result<Vec<StoredConsent>> {
    let rows = sqlx::query(select!("order by c.created_at desc"))
        .bind(business.as_str())
        .bind(contact.as_str())
        .fetch_all(conn)
        .await?;
    rows.iter().map(consent).collect()
}

/// A contact's switches since then, oldest first.
pub async fn list_since(
    conn: &mut AnyConnection,
    business: &BusinessId,
    contact: &ContactId,
    since: i64,
) -> Result<Vec<StoredConsent>> {
    let rows = sqlx::query(select!("and c.created_at >= $3 order by c.created_at limit $4"))
        .bind(business.as_str())
        .bind(contact.as_str())
        .bind(since)
        .bind(LIMIT)
        .fetch_all(conn)
        .await?;
    rows.iter().map(consent).collect()
}
