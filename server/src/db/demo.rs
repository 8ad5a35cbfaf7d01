//! What only the demo writes: a past that a delivery did not live through.

use super::{Result, deliveries::NewDelivery};
use app::{deliveries::DeliveryStatus, id::BusinessId};
use sqlx::AnyConnection;

/// What became of a delivery, as the dispatcher would have recorded it.
pub struct Past<'a> {
    /// Who sent it.
    pub provider: &'a str,
    /// The provider's id of the message.
    pub provider_id: Option<&'a str>,
    /// One sentence for the business.
    pub words: &'a str,
    /// When it was tried.
    pub at: i64,
}

/// Puts a past behind a delivery.
pub async fn update_past(
    connection: &mut AnyConnection,
    business: &BusinessId,
    delivery: &NewDelivery,
    past: &Past<'_>,
) -> Result<()> {
    let is_tried = !matches!(delivery.status, DeliveryStatus::Held | DeliveryStatus::Canceled);
    let is_taken =
        matches!(delivery.status, DeliveryStatus::Sent | DeliveryStatus::Delivered | DeliveryStatus::Undelivered);
    let tried_at = is_tried.then_some(past.at);
    sqlx::query(
        "update deliveries set attempts = $3, failures = $4, provider = $5, provider_id = $6, words = $7, composed_at = $8,
         sent_at = $9, unknown_at = $10, updated_at = $11 where business_id = $1 and id = $2",
    )
    .bind(business.as_str())
    .bind(delivery.id.as_str())
    .bind(i64::from(is_tried))
    .bind(i64::from(delivery.status == DeliveryStatus::Failed))
    .bind(past.provider)
    .bind(past.provider_id.filter(|_| is_taken))
    .bind(past.words)
    .bind(tried_at)
    .bind(tried_at.filter(|_| is_taken))
    .bind(tried_at.filter(|_| delivery.status == DeliveryStatus::Unknown))
    .bind(past.at)
    .execute(connection)
    .await?;
    Ok(())
}
