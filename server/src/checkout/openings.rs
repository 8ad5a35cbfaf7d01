//! Openings: gathered for a moment and written together, so that opening a checkout writes nothing.

use crate::{
    checkout::opener::{OpenedBy, Why},
    db::{
        openings::{self, NewOpening},
        personal_links::Origin,
    },
    delivery_reports,
    service::Service,
};
use app::error::Result;
use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// How long openings wait for company.
const GATHER: Duration = Duration::from_millis(200);
/// How long to wait before what could not be written is tried again.
const TRY_AGAIN: Duration = Duration::from_secs(5);
/// Openings in one transaction.
const PART: usize = 500;
/// Openings that may wait: a few megabytes. More come only while the store is gone or somebody floods us, and are let go.
const MOST: usize = 20_000;

/// Openings that are not written yet.
#[derive(Debug, Default)]
pub struct Openings {
    waiting: Mutex<Waiting>,
    /// Held while a part is on its way: whoever has written everything has waited for what others had in hand.
    writing: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct Waiting {
    openings: VecDeque<NewOpening>,
    /// Somebody is about to write them.
    has_writer: bool,
    /// Openings that were let go since the last writing.
    lost: u64,
}

impl Openings {
    fn change<T>(&self, change: impl FnOnce(&mut Waiting) -> T) -> T {
        change(&mut self.waiting.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes one in; true when nobody is about to write yet: then whoever asked has to.
    fn add(&self, opening: NewOpening) -> bool {
        self.change(|waiting| {
            if waiting.openings.len() < MOST {
                waiting.openings.push_back(opening);
            } else {
                waiting.lost += 1;
            }
            !std::mem::replace(&mut waiting.has_writer, true)
        })
    }

    fn take(&self) -> Vec<NewOpening> {
        self.change(|waiting| {
            let part = waiting.openings.len().min(PART);
            waiting.openings.drain(..part).collect()
        })
    }

    fn put_back(&self, part: Vec<NewOpening>) {
        self.change(|waiting| part.into_iter().rev().for_each(|opening| waiting.openings.push_front(opening)));
    }

    /// The writer goes, unless more has come meanwhile; true when it is gone.
    fn leave(&self) -> bool {
        self.change(|waiting| {
            waiting.has_writer = !waiting.openings.is_empty();
            !waiting.has_writer
        })
    }
}

impl Service {
    pub(super) fn count_opening(&self, opening: NewOpening) {
        if !self.openings.add(opening) {
            return;
        }
        let service = self.clone();
        tokio::spawn(async move {
            let mut pause = GATHER;
            loop {
                tokio::time::sleep(pause).await;
                pause = match service.write_openings().await {
                    Ok(()) if service.openings.leave() => return,
                    Ok(()) => GATHER,
                    Err(cause) => {
                        tracing::warn!(%cause, "openings were not written yet");
                        TRY_AGAIN
                    }
                };
            }
        });
    }

    /// Writes what waits. The server does so before it stops.
    pub async fn write_openings(&self) -> Result<()> {
        let _turn = self.openings.writing.lock().await;
        loop {
            let part = self.openings.take();
            if part.is_empty() {
                break;
            }
            if let Err(cause) = self.write_part(&part).await {
                self.openings.put_back(part);
                return Err(cause);
            }
        }
        let lost = self.openings.change(|waiting| std::mem::take(&mut waiting.lost));
        if lost > 0 {
            tracing::warn!(lost, "more openings came than could be kept");
        }
        Ok(())
    }

    async fn write_part(&self, part: &[NewOpening]) -> Result<()> {
        let mut tx = self.db.begin().await?;
        for opening in part {
            let sent_at = match &opening.origin {
                Some(Origin { campaign: Some(campaign), contact, .. }) if opening.why == Why::Plain => {
                    openings::find_sent_at(&mut tx, &opening.business, campaign, contact).await?
                }
                _ => None,
            };
            let why = opening.why.after_sending(opening.at, sent_at);
            openings::insert(&mut tx, &NewOpening { why, ..opening.clone() }).await?;
            if let Some(origin) = opening.origin.as_ref().filter(|_| why.opened_by() == OpenedBy::Human) {
                delivery_reports::settle_proven(&mut tx, &opening.business, origin, opening.at).await?;
            }
        }
        tx.commit().await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::new_id;

    fn opening(at: i64) -> NewOpening {
        NewOpening { business: new_id(1), payment_link: new_id(1), origin: None, why: Why::Plain, at }
    }

    #[test]
    fn one_writer_takes_what_came_in_order_and_goes_when_there_is_no_more() {
        let openings = Openings::default();
        assert!(openings.add(opening(1)));
        assert!(!openings.add(opening(2)), "somebody is about to write");
        let part = openings.take();
        openings.add(opening(3));
        openings.put_back(part);
        assert!(!openings.leave(), "more is there");
        let times: Vec<i64> = openings.take().iter().map(|opening| opening.at).collect();
        assert_eq!(times, [1, 2, 3]);
        assert!(openings.leave());
        assert!(openings.add(opening(4)));
    }

    #[test]
    fn a_flood_is_let_go_and_counted() {
        let openings = Openings::default();
        for at in 0..25_000 {
            openings.add(opening(at));
        }
        assert_eq!(openings.change(|waiting| (waiting.openings.len(), waiting.lost)), (MOST, 5_000));
        assert_eq!(openings.take().len(), PART);
    }
}
