//! What is not kept for ever: checkouts that nobody finished, the minutes of old openings, replies that a person was to read, and
//! what the settings show of tests.

use std::time::Duration;

use app::error::Result;
use tokio_util::sync::CancellationToken;

use crate::clock::DAY_MS;
use crate::db::{openings, payments, replies, single_messages};
use crate::service::Service;

/// So long after its end a checkout that nobody finished is kept, when nobody's personal link led to it.
pub const ABANDONED_MS: i64 = 30 * DAY_MS;
/// So long openings are kept by the minute; from then on by the day.
pub const MINUTES_MS: i64 = 90 * DAY_MS;
/// So long an answer to a text is kept that no rule understood.
pub const REPLIES_MS: i64 = 90 * DAY_MS;
/// So long the settings show a test or an invitation; the ledger keeps it.
const SINGLE_MESSAGES_MS: i64 = 90 * DAY_MS;
/// How often it is looked for what is old.
const EVERY: Duration = Duration::from_hours(6);
/// Payments in one transaction.
const PART: i64 = 1_000;

impl Service {
    /// Forgets what is old, at the start and then every few hours.
    pub async fn forget_what_is_old(self, stop: CancellationToken) {
        loop {
            if let Err(cause) = self.forget_now().await {
                tracing::warn!(%cause, "what is old was not forgotten");
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(EVERY) => {}
            }
        }
    }

    /// The same once.
    pub async fn forget_now(&self) -> Result<()> {
        let now = self.clock.now();
        loop {
            let mut tx = self.db.begin().await?;
            let forgotten = payments::delete_abandoned(&mut tx, now - ABANDONED_MS, PART).await?;
            tx.commit().await?;
            if forgotten > 0 {
                tracing::info!(forgotten, "checkouts that nobody finished are no longer kept");
            }
            if forgotten < PART.unsigned_abs() {
                break;
            }
        }
        let mut tx = self.db.begin().await?;
        openings::fold_into_days(&mut tx, now - MINUTES_MS).await?;
        replies::delete_before(&mut tx, now - REPLIES_MS).await?;
        single_messages::delete_before(&mut tx, now - SINGLE_MESSAGES_MS).await?;
        tx.commit().await?;
        Ok(())
    }
}
