//! When what is held leaves once somebody gives it another time: quiet hours and the weekly cap are looked at anew.

use crate::{
    care::{self, LeftOut},
    db::{
        self,
        control::{self, Due},
        deliveries::{self, StoredDelivery},
    },
    providers::Messengers,
};
use app::{
    change::{self, QuietWait},
    deliveries::DeliveryStatus,
    eligibility::Wait,
    error::Result,
    id::{BusinessId, CampaignId, DeliveryId},
};

/// What became of everything that was held.
#[derive(Debug, Default)]
pub(super) struct Departure {
    /// Messages that leave at the time that was given.
    pub(super) leaving: usize,
    /// The quiet hours that the others wait for.
    waits: Vec<Wait>,
    /// Who gets nothing any more.
    pub(super) left_out: LeftOut,
    /// Any message has another time than before.
    pub(super) is_changed: bool,
}

impl Departure {
    /// Nothing was held.
    pub(super) fn is_of_nothing(&self) -> bool {
        self.leaving == 0 && self.waits.is_empty() && self.left_out.deliveries.is_empty()
    }

    /// What is told of it.
    pub(super) fn told(&self) -> change::Departure {
        let count = |count| u32::try_from(count).unwrap_or(u32::MAX);
        let first = self.waits.iter().min_by_key(|wait| wait.until);
        let quiet = first.map(|first| QuietWait {
            messages: count(self.waits.len()),
            ends: first.ends.clone(),
            is_one_time: self.waits.iter().all(|wait| wait.ends == first.ends),
        });
        change::Departure { leaving: count(self.leaving), quiet, left_out: self.left_out.people() }
    }
}

/// When what is held is to leave.
#[derive(Clone, Copy)]
pub(super) struct To<'a> {
    /// The moment.
    pub(super) at: i64,
    /// A person said that quiet hours hold nothing of it.
    pub(super) in_quiet_hours: bool,
    /// Who sends: what stays in the Outbox does not wait for quiet hours.
    pub(super) messengers: &'a Messengers,
}

/// Lets everything leave that is held and whose time has not come: at this moment, or after the quiet hours that it falls into.
pub(super) async fn depart(
    tx: &mut db::Tx,
    business: &BusinessId,
    campaign: &CampaignId,
    to: To<'_>,
    now: i64,
) -> Result<Departure> {
    control::touch_waiting(&mut **tx, business, campaign).await?;
    let stored = care::of_business(tx, business).await?;
    let mut departure = Departure::default();
    let mut moved: Vec<(DeliveryId, Option<Wait>)> = Vec::new();
    for delivery in deliveries::list(&mut **tx, business, campaign).await?.into_iter().filter(|held| is_held(held, now))
    {
        let mut wait = stored.wait_on(to.messengers, delivery.channel, delivery.phone().as_ref(), to.at);
        let waived = wait.take_if(|_| to.in_quiet_hours);
        let due = Due {
            at: wait.as_ref().map_or(to.at, |wait| wait.until),
            words: wait.as_ref().map(Wait::words),
            quiet_waived_until: waived.map(|wait| wait.until),
        };
        if delivery.due_at != Some(due.at) {
            if !control::update_due(&mut **tx, business, &delivery.id, due, now).await? {
                continue;
            }
            departure.is_changed = true;
            if let Some(wait) = &wait {
                let words = wait.held();
                deliveries::insert_hold(&mut **tx, business, &delivery.id, wait.until, &words, now).await?;
            }
        }
        moved.push((delivery.id, wait));
    }
    departure.left_out = care::leave_out_asked(tx, business, campaign, now).await?;
    moved.retain(|(id, _)| !departure.left_out.deliveries.contains(id));
    departure.leaving = moved.iter().filter(|(_, wait)| wait.is_none()).count();
    departure.waits = moved.into_iter().filter_map(|(_, wait)| wait).collect();
    Ok(departure)
}

fn is_held(delivery: &StoredDelivery, now: i64) -> bool {
    delivery.status == DeliveryStatus::Held && !delivery.in_hand && delivery.due_at.is_none_or(|due_at| due_at > now)
}
