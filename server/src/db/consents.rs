//! The table `consents`: append-only evidence of who switched do-not-disturb, when and how.

use app::{
    contacts::Dnd,
    id::{BusinessId, ConsentId, ContactId, UserId},
};
use sqlx::AnyConnection;

use super::Result;

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

/// Each switch that differs, as (channel, on).
pub fn changes(before: Dnd, after: Dnd) -> impl Iterator<Item = (&'static str, bool)> {
    [("all", before.all, after.all), ("email", before.email, after.email), ("sms", before.sms, after.sms)]
        .into_iter()
        .filter(|(_, before, after)| before != after)
        .map(|(channel, _, after)| (channel, after))
}

/// Records one switch: `channel` is `all`, `email` or `sms`.
#[expect(clippy::too_many_arguments, reason = "each is a column")]
pub async fn insert(
    conn: &mut AnyConnection,
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
    .execute(conn)
    .await?;
    Ok(())
}
