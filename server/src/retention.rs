//! What is not kept for ever: checkouts that nobody finished, the minutes of old openings, replies that a person was to read, the ids
//! of texts that came in, and what the settings show of tests.

use std::time::Duration;

use app::error::Result;
use tokio_util::sync::CancellationToken;

use crate::clock::DAY_MS;
use crate::db::{self, Tx, inbound_texts, openings, payments, replies, single_messages};
use crate::service::Service;

/// So long after its end a checkout that nobody finished is kept, when nobody's personal link led to it.
pub const ABANDONED_MS: i64 = 30 * DAY_MS;
/// So long openings are kept by the minute; from then on by the day.
pub const MINUTES_MS: i64 = 90 * DAY_MS;
/// So long an answer to a text is kept that no rule understood.
pub const REPLIES_MS: i64 = 90 * DAY_MS;
/// So long the settings show a test or an invitation; the ledger keeps it.
const SINGLE_MESSAGES_MS: i64 = 90 * DAY_MS;
/// So long a text that came in is known again by its provider's id; a consent that came of it holds its own evidence.
const INBOUND_TEXTS_MS: i64 = 90 * DAY_MS;
/// How often it is looked for what is old.
const EVERY: Duration = Duration::from_hours(6);
/// Rows in one transaction: nobody else waits long, and what was done stays done where the next part fails.
const PART: i64 = 1_000;

/// What is not kept for ever.
#[derive(Clone, Copy, Debug)]
enum Old {
    Checkouts,
    Openings,
    Replies,
    InboundTexts,
    SingleMessages,
}

impl Old {
    const ALL: [Self; 5] = [Self::Checkouts, Self::Openings, Self::Replies, Self::InboundTexts, Self::SingleMessages];

    /// Forgets one part of it; how many rows that were.
    async fn forget_part(self, tx: &mut Tx, now: i64) -> db::Result<u64> {
        match self {
            Self::Checkouts => payments::delete_abandoned(tx, now - ABANDONED_MS, PART).await,
            Self::Openings => openings::fold_into_days(tx, now - MINUTES_MS, PART).await,
            Self::Replies => replies::delete_before(tx, now - REPLIES_MS, PART).await,
            Self::InboundTexts => inbound_texts::delete_before(tx, now - INBOUND_TEXTS_MS, PART).await,
            Self::SingleMessages => single_messages::delete_before(tx, now - SINGLE_MESSAGES_MS, PART).await,
        }
    }
}

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

    /// The same once. What of one kind cannot be forgotten keeps nothing of another kind.
    pub async fn forget_now(&self) -> Result<()> {
        let mut done = Ok(());
        for old in Old::ALL {
            done = done.and(self.forget(old).await);
        }
        Ok(done?)
    }

    async fn forget(&self, old: Old) -> db::Result<()> {
        let now = self.clock.now();
        let mut forgotten = 0;
        loop {
            let mut tx = self.db.begin().await?;
            let part = old.forget_part(&mut tx, now).await?;
            tx.commit().await?;
            forgotten += part;
            if part < PART.unsigned_abs() {
                break;
            }
        }
        if forgotten > 0 {
            tracing::info!(?old, forgotten, "what is old is no longer kept");
        }
        Ok(())
    }
}
