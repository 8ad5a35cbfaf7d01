//! The table `views`: how often a checkout was opened, by machines and by people.

use app::id::{BusinessId, PaymentLinkId, PersonalLinkId};
use sqlx::AnyConnection;

use super::Result;

/// Who opened a checkout, as far as can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ViewKind {
    /// A request: a person, a link scanner, a preview.
    Machine,
    /// The page came alive and said so.
    Human,
}

impl ViewKind {
    /// The word in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Machine => "machine",
            Self::Human => "human",
        }
    }
}

/// Which checkout was opened: the standard one has no personal link.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Viewed {
    /// The tenant.
    pub business: BusinessId,
    /// What was opened.
    pub payment_link: PaymentLinkId,
    /// For whom.
    pub personal_link: Option<PersonalLinkId>,
    /// By whom.
    pub kind: ViewKind,
}

/// Counts openings of one checkout.
pub async fn record(executor: &mut AnyConnection, viewed: &Viewed, times: i64, now: i64) -> Result<()> {
    sqlx::query(
        "insert into views (business_id, payment_link_id, personal_link_id, kind, times, first_at, last_at) \
         values ($1, $2, $3, $4, $5, $6, $6) on conflict (payment_link_id, personal_link_id, kind) \
         do update set times = views.times + excluded.times, last_at = excluded.last_at",
    )
    .bind(viewed.business.as_str())
    .bind(viewed.payment_link.as_str())
    .bind(viewed.personal_link.as_ref().map_or("", PersonalLinkId::as_str))
    .bind(viewed.kind.as_str())
    .bind(times)
    .bind(now)
    .execute(executor)
    .await?;
    Ok(())
}
