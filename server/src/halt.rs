//! Sending that is stopped for a whole business, until its owner starts it again or takes back what waits.

use crate::{
    db::{self, campaigns, control, halts, reminders},
    facts::{CampaignEvent, Changed, Controlled, Fact, Subject},
    service::Service,
};
use app::{
    account::Access,
    backend,
    error::{Error, Result},
    halt::Halt,
    id::{BusinessId, UserId},
};
use async_trait::async_trait;
use serde_json::json;

const NOT_STOPPED: &str = "Sending was not stopped.";

#[async_trait]
impl backend::Halts for Service {
    async fn find_halt(&self, access: &Access) -> Result<Option<Halt>> {
        let mut connection = self.db.read().await?;
        let Some(since) = halts::find(&mut *connection, access.business()).await? else { return Ok(None) };
        let waiting = halts::waiting(&mut *connection, access.business()).await?;
        let count = |count: i64| u32::try_from(count).unwrap_or_default();
        Ok(Some(Halt {
            since,
            messages: count(waiting.messages),
            people: count(waiting.people),
            oldest_at: waiting.oldest_at,
            reminders: count(waiting.reminders),
            may_decide: access.owner().is_ok(),
            now: self.clock.now(),
        }))
    }

    async fn start_sending(&self, access: &Access) -> Result<String> {
        access.owner()?;
        self.end_halt(access.business(), Some(access.user()), After::Send).await
    }

    async fn cancel_stopped(&self, access: &Access) -> Result<String> {
        access.owner()?;
        self.end_halt(access.business(), Some(access.user()), After::Cancel).await
    }
}

/// What becomes of what waits once sending goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum After {
    /// It leaves.
    Send,
    /// It is taken back.
    Cancel,
}

impl Service {
    /// Stops all sending of a business; what was stopped already stays so.
    pub async fn begin_halt(&self, business: &BusinessId) -> Result<()> {
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        if halts::stop(&mut *tx, business, now).await? {
            tx.note(business, &changed(None, "stopped"), now)?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Lets a business send again, and says what became of what waited.
    pub async fn end_halt(&self, business: &BusinessId, user: Option<&UserId>, after: After) -> Result<String> {
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        if !halts::start(&mut *tx, business).await? {
            return Err(Error::Conflict(NOT_STOPPED.to_owned()));
        }
        let said = match after {
            After::Send => {
                // The time in which nothing could leave counts for none of them.
                for id in halts::list_waiting(&mut tx, business).await? {
                    control::forget_composed(&mut *tx, business, &id).await?;
                }
                tx.note(business, &changed(user, "started"), now)?;
                "Sending goes on.".to_owned()
            }
            After::Cancel => {
                let count = cancel_all(&mut tx, business, user, now).await?;
                tx.note(business, &changed(user, "started, what waited is canceled"), now)?;
                match count {
                    1 => "Canceled: 1 message was taken back. Sending goes on.".to_owned(),
                    count => format!("Canceled: {count} messages were taken back. Sending goes on."),
                }
            }
        };
        tx.commit().await?;
        Ok(said)
    }
}

fn changed<'a>(user: Option<&'a UserId>, left: &str) -> Fact<'a> {
    Fact::Change(Changed { user, what: Subject::SendingHalt, id: None, left: json!(left) })
}

/// Takes back everything that waits, campaign by campaign, with its planned reminders; how many messages that were.
async fn cancel_all(tx: &mut db::Tx, business: &BusinessId, user: Option<&UserId>, now: i64) -> Result<u64> {
    let mut total = 0;
    for id in halts::list_waiting(tx, business).await? {
        let Some(campaign) = campaigns::find(&mut **tx, business, &id).await? else { continue };
        let count = control::cancel_waiting(&mut **tx, business, &id, None, now).await?;
        reminders::cancel_planned(&mut **tx, business, &id, now).await?;
        control::update_canceled(&mut **tx, business, &campaign.id, now).await?;
        let words = "Canceled with everything that waited when sending was stopped.";
        let what = CampaignEvent::Canceled;
        tx.note(business, &Fact::Control(Controlled { campaign: &id, user, what, words }), now)?;
        total += count;
    }
    Ok(total)
}
