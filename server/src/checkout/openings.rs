//! Openings: gathered for a moment and written together, so that opening a checkout writes nothing.

use crate::{
    checkout::opener::{OpenedBy, Sign},
    db::{
        openings::{self, NewOpening},
        personal_links::Origin,
    },
    delivery_reports,
    service::Service,
};
use app::{
    error::Result,
    id::{CampaignId, ContactId},
};
use std::{
    collections::{HashMap, VecDeque},
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
    /// Held while a part is on its way: a caller that has written everything has waited for what others had in hand.
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

    /// Takes one in; true when nobody is about to write yet: then the caller has to.
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
        let mut sent: HashMap<(&CampaignId, &ContactId), Option<i64>> = HashMap::new();
        let mut minutes: Vec<Minute> = Vec::new();
        for opening in part {
            let sent_at = match &opening.origin {
                Some(Origin { campaign: Some(campaign), contact, .. }) if opening.why == Sign::Plain => {
                    match sent.get(&(campaign, contact)) {
                        Some(known) => *known,
                        None => {
                            let found = openings::find_sent_at(&mut tx, &opening.business, campaign, contact).await?;
                            *sent.entry((campaign, contact)).or_insert(found)
                        }
                    }
                }
                _ => None,
            };
            let why = opening.why.after_sending(opening.at, sent_at);
            fold(&mut minutes, NewOpening { why, ..opening.clone() });
        }
        for Minute { first, times, last_at } in &minutes {
            openings::add(&mut tx, first, *times, *last_at).await?;
            if let Some(origin) = first.origin.as_ref().filter(|_| first.why.opened_by() == OpenedBy::Human) {
                delivery_reports::settle_proven(&mut tx, &first.business, origin, *last_at).await?;
            }
        }
        tx.commit().await?;
        Ok(())
    }
}

/// The openings of one minute by the same link and the same sign.
#[derive(Debug, PartialEq, Eq)]
struct Minute {
    first: NewOpening,
    times: i64,
    last_at: i64,
}

/// Adds an opening to those of its minute.
fn fold(minutes: &mut Vec<Minute>, opening: NewOpening) {
    let same = |known: &NewOpening| {
        known.why == opening.why
            && known.minute() == opening.minute()
            && known.payment_link == opening.payment_link
            && known.origin == opening.origin
    };
    match minutes.iter_mut().rfind(|minute| same(&minute.first)) {
        Some(minute) => (minute.times, minute.last_at) = (minute.times + 1, minute.last_at.max(opening.at)),
        None => minutes.push(Minute { last_at: opening.at, first: opening, times: 1 }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::new_id;

    fn opening(at: i64) -> NewOpening {
        NewOpening { business: new_id(1), payment_link: new_id(1), origin: None, why: Sign::Plain, at }
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
    fn openings_of_one_minute_by_the_same_sign_are_one_row() {
        let one = opening(1);
        let at = |at, why| NewOpening { why, at, ..one.clone() };
        let mut minutes = Vec::new();
        for opening in [
            at(1, Sign::Plain),
            at(59_999, Sign::Plain),
            at(60_000, Sign::Plain),
            at(2, Sign::Signal),
            at(3, Sign::Plain),
            NewOpening { payment_link: new_id(2), ..one.clone() },
        ] {
            fold(&mut minutes, opening);
        }
        let rows: Vec<_> = minutes.iter().map(|minute| (minute.first.at, minute.times, minute.last_at)).collect();
        assert_eq!(rows, [(1, 3, 59_999), (60_000, 1, 60_000), (2, 1, 2), (1, 1, 1)]);
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
