//! The table `address_reports`: append-only, when an address was found undeliverable and who said that it works after all.

use app::{
    channel::Channel,
    id::{AddressReportId, BusinessId, ContactId, UserId},
};
use sqlx::{AnyConnection, Row as _};

use super::{Result, stored};

/// Something that was said of an address.
#[derive(Clone, Copy, Debug)]
pub struct AddressReport<'a> {
    /// Whose address.
    pub contact: &'a ContactId,
    /// An email, or a phone.
    pub channel: Channel,
    /// The address.
    pub address: &'a str,
    /// It works after all, or it does not.
    pub works: bool,
    /// In one sentence; empty when somebody confirmed it.
    pub words: &'a str,
    /// Who confirmed it.
    pub user: Option<&'a UserId>,
}

/// Records it.
pub async fn insert(
    conn: &mut AnyConnection,
    id: &AddressReportId,
    business: &BusinessId,
    report: AddressReport<'_>,
    now: i64,
) -> Result<()> {
    sqlx::query(
        "insert into address_reports (id, business_id, contact_id, channel, address, works, words, user_id, created_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(id.as_str())
    .bind(business.as_str())
    .bind(report.contact.as_str())
    .bind(report.channel.as_str())
    .bind(report.address)
    .bind(i64::from(report.works))
    .bind(report.words)
    .bind(report.user.map(|user| user.as_str().to_owned()))
    .bind(now)
    .execute(conn)
    .await?;
    Ok(())
}

/// What was said of an address, in lower case, when it was last found to take no messages; none where it works, as far as is known.
pub async fn find_undeliverable(
    conn: &mut AnyConnection,
    business: &BusinessId,
    channel: Channel,
    key: &str,
) -> Result<Option<String>> {
    let row = sqlx::query(
        "select works, words from address_reports where business_id = $1 and channel = $2 and lower(address) = $3 \
         order by created_at desc, id desc limit 1",
    )
    .bind(business.as_str())
    .bind(channel.as_str())
    .bind(key)
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(if row.try_get::<i64, _>("works")? == 0 { Some(row.try_get("words")?) } else { None })
}

/// The same as it was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredAddressReport {
    /// An email, or a phone.
    pub channel: Channel,
    /// The address.
    pub address: String,
    /// It works after all, or it does not.
    pub works: bool,
    /// In one sentence.
    pub words: String,
    /// The log-in of who confirmed it.
    pub user: Option<String>,
    /// When.
    pub created_at: i64,
}

/// Everything that was said of a contact's addresses, newest first.
pub async fn list(
    conn: &mut AnyConnection,
    business: &BusinessId,
    contact: &ContactId,
) -> Result<Vec<StoredAddressReport>> {
    let rows = sqlx::query(
        "select r.channel, r.address, r.works, r.words, r.created_at, u.email from address_reports r \
         left join users u on u.id = r.user_id where r.business_id = $1 and r.contact_id = $2 \
         order by r.created_at desc, r.id desc",
    )
    .bind(business.as_str())
    .bind(contact.as_str())
    .fetch_all(conn)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(StoredAddressReport {
                channel: stored(row, "address_reports", "channel")?,
                address: row.try_get("address")?,
                works: row.try_get::<i64, _>("works")? != 0,
                words: row.try_get("words")?,
                user: row.try_get("email")?,
                created_at: row.try_get("created_at")?,
            })
        })
        .collect()
}
