//! Messages outside of any campaign: tests that users send to themselves, and invitations. Each is on record before it leaves, and
//! only so many leave in a day.

use app::{
    account::Access,
    channel::Channel,
    error::{Error, Result},
    id::SingleMessageId,
    single_messages::{SingleMessage, SinglePurpose},
};

use crate::{
    clock::DAY_MS,
    db::{
        self, Tx, businesses,
        single_messages::{self, NewSingleMessage, StoredSingleMessage},
    },
};

/// How many leave within 24 hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Limits {
    by_user: usize,
    by_business: usize,
}

const fn limits(purpose: SinglePurpose) -> Limits {
    match purpose {
        SinglePurpose::Test => Limits { by_user: 20, by_business: 60 },
        SinglePurpose::Invite => Limits { by_user: 20, by_business: 30 },
    }
}

/// Records a message that is about to leave; refused when too many left within a day.
pub(crate) async fn register(
    tx: &mut Tx,
    access: &Access,
    purpose: SinglePurpose,
    (channel, address): (Channel, &str),
    now: i64,
) -> Result<SingleMessageId> {
    let (business, user) = (access.business(), access.user());
    businesses::touch(&mut **tx, business).await?;
    let times = single_messages::list_times(tx, business, user, purpose, now - DAY_MS).await?;
    if let Some(wait_ms) = wait(&times, limits(purpose), now) {
        return Err(Error::TooMany { retry_after_s: u32::try_from((wait_ms + 999) / 1000).unwrap_or(u32::MAX) });
    }
    let id = db::new_id(now);
    single_messages::insert(tx, business, NewSingleMessage { id: &id, user, purpose, channel, address }, now).await?;
    Ok(id)
}

/// How long until one more may leave, where as many as may left within a day. Of each it is known when it left, oldest first, and
/// whether the user sent it.
fn wait(times: &[(i64, bool)], limits: Limits, now: i64) -> Option<i64> {
    let own: Vec<i64> = times.iter().filter(|(_, is_own)| *is_own).map(|(at, _)| *at).collect();
    let all: Vec<i64> = times.iter().map(|(at, _)| *at).collect();
    let free_at = |times: &[i64], most: usize| times.len().checked_sub(most).and_then(|over| times.get(over)).copied();
    let free_at = free_at(&own, limits.by_user).max(free_at(&all, limits.by_business))?;
    Some((free_at + DAY_MS - now).max(1))
}

/// A message as the settings show it.
pub(crate) fn entry(stored: StoredSingleMessage) -> SingleMessage {
    SingleMessage {
        purpose: stored.purpose,
        channel: stored.channel,
        address: stored.address,
        user: stored.user,
        outcome: stored.outcome,
        said: stored.said,
        at: stored.created_at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_of_a_day_is_each_users_and_the_businesss() {
        let limits = Limits { by_user: 2, by_business: 3 };
        let now = 10 * DAY_MS;
        let at = |hours_ago: i64, is_own: bool| (now - hours_ago * DAY_MS / 24, is_own);
        for (times, hours) in [
            (vec![], None),
            (vec![at(3, true)], None),
            (vec![at(20, false), at(3, true)], None),
            (vec![at(5, true), at(3, true)], Some(19)),
            (vec![at(20, false), at(5, false), at(3, true)], Some(4)),
            (vec![at(20, false), at(5, true), at(3, true)], Some(19)),
            (vec![at(23, true), at(20, true), at(3, true)], Some(4)),
        ] {
            assert_eq!(wait(&times, limits, now), hours.map(|hours| hours * DAY_MS / 24), "{times:?}");
        }
    }
}
