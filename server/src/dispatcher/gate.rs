//! The last look before a message leaves: everything that is about to leave at that moment is looked at and marked together.

use super::{attempt::Outcome, verdict};
use crate::{
    db::{
        self,
        deliveries::{self, Claimed},
    },
    service::Service,
};
use sqlx::AnyConnection;
use std::sync::{Mutex, PoisonError};
use tokio::sync::oneshot;

/// Where the messages of one channel pass one after another, and those that wait meanwhile pass together.
pub(super) struct Gate {
    service: Service,
    /// Whether its messages reach a provider: what does is marked before it is handed over, because no answer may come.
    leaves_the_house: bool,
    waiting: Mutex<Vec<Waiting>>,
    turn: tokio::sync::Mutex<()>,
}

/// A message before the gate.
struct Waiting {
    claimed: Claimed,
    answer: oneshot::Sender<Option<Outcome>>,
}

impl Gate {
    pub(super) fn new(service: Service, leaves_the_house: bool) -> Self {
        Self { service, leaves_the_house, waiting: Mutex::default(), turn: tokio::sync::Mutex::default() }
    }

    /// Lets one message leave, or says why it may not after all. What people did while it waited for its turn is in force.
    pub(super) async fn pass(&self, claimed: &Claimed) -> Option<Outcome> {
        let (answer, answered) = oneshot::channel();
        self.change(|waiting| waiting.push(Waiting { claimed: claimed.clone(), answer }));
        {
            let _turn = self.turn.lock().await;
            // The one that had the turn before may have looked at this one as well.
            let together = self.change(std::mem::take);
            if !together.is_empty() {
                self.open(together).await;
            }
        }
        answered.await.unwrap_or(Some(Outcome::GivenBack))
    }

    fn change<T>(&self, change: impl FnOnce(&mut Vec<Waiting>) -> T) -> T {
        change(&mut self.waiting.lock().unwrap_or_else(PoisonError::into_inner))
    }

    async fn open(&self, mut together: Vec<Waiting>) {
        // Always in the same order, so that nobody waits for each other in a circle.
        together.sort_by(|one, other| one.claimed.id.as_str().cmp(other.claimed.id.as_str()));
        let looked = self.look(together.iter().map(|waiting| &waiting.claimed)).await;
        let outcomes = looked.unwrap_or_else(|error| {
            tracing::error!(%error, "deliveries could not be looked at before they leave");
            together.iter().map(|_| Some(Outcome::GivenBack)).collect()
        });
        for (waiting, outcome) in together.into_iter().zip(outcomes) {
            // Its task has ended: the mark is found when the lease is over.
            drop(waiting.answer.send(outcome));
        }
    }

    async fn look(&self, together: impl Iterator<Item = &Claimed>) -> db::Result<Vec<Option<Outcome>>> {
        let (now, mut outcomes) = (self.service.clock.now(), Vec::new());
        if !self.leaves_the_house {
            let mut connection = self.service.db.read().await?;
            for claimed in together {
                outcomes.push(obstacle(&mut connection, claimed, self.leaves_the_house, now).await?);
            }
            return Ok(outcomes);
        }
        let mut tx = self.service.db.begin().await?;
        for claimed in together {
            // The mark first: whoever takes it back at this moment was there before it, or comes too late.
            if !deliveries::mark_handed(&mut *tx, claimed, now).await? {
                outcomes.push(Some(Outcome::GivenBack));
                continue;
            }
            let outcome = obstacle(&mut tx, claimed, self.leaves_the_house, now).await?;
            if outcome.is_some() {
                deliveries::unmark_handed(&mut *tx, claimed).await?;
            }
            outcomes.push(outcome);
        }
        // A copy of the store that is older than this does not know that they left.
        let epoch =
            if outcomes.iter().any(Option::is_none) { self.service.watch.advance(&mut tx).await? } else { None };
        tx.commit().await?;
        if let Some(epoch) = epoch {
            self.service.watch.reached(epoch);
        }
        Ok(outcomes)
    }
}

/// Why a message may not leave at this moment.
async fn obstacle(
    connection: &mut AnyConnection,
    claimed: &Claimed,
    leaves_the_house: bool,
    now: i64,
) -> db::Result<Option<Outcome>> {
    let Some(claimed) = deliveries::find_claimed(connection, claimed, now).await? else {
        // It is in other hands.
        return Ok(Some(Outcome::GivenBack));
    };
    Ok(match verdict::stop(&claimed, leaves_the_house, now) {
        Some(stop) => Some(Outcome::Stopped(stop)),
        None => claimed.paused.then_some(Outcome::GivenBack),
    })
}
