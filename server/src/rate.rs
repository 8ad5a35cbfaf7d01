//! How often something may be tried.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

/// So many in so long for each key, refilled evenly. Time is an argument, and a success can give its turn back,
/// so that only failures count.
#[derive(Debug)]
pub struct Rate<K> {
    burst: i64,
    interval_ms: i64,
    /// For each key, the moment at which nothing is owed any more.
    owed_until: Mutex<Slots<K>>,
}

#[derive(Debug)]
struct Slots<K> {
    until: HashMap<K, i64>,
    prune_at: usize,
}

/// Come back after so many whole seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryAfter(pub u32);

impl<K: Hash + Eq> Rate<K> {
    /// Allows `count` turns at once and as many again over each `period_ms`.
    pub fn new(count: i64, period_ms: i64) -> Self {
        Self {
            burst: count,
            interval_ms: (period_ms / count.max(1)).max(1),
            owed_until: Mutex::new(Slots { until: HashMap::new(), prune_at: 1024 }),
        }
    }

    /// Takes one turn.
    pub fn take(&self, key: K, now: i64) -> Result<(), RetryAfter> {
        let mut slots = self.owed_until.lock().unwrap_or_else(PoisonError::into_inner);
        if slots.until.len() >= slots.prune_at {
            slots.until.retain(|_, until| *until > now);
            slots.prune_at = (slots.until.len() * 2).max(1024);
        }
        let until = slots.until.entry(key).or_insert(now);
        let next = (*until).max(now) + self.interval_ms;
        let over_ms = next - now - self.burst * self.interval_ms;
        if over_ms > 0 {
            return Err(RetryAfter(u32::try_from((over_ms + 999) / 1000).unwrap_or(u32::MAX)));
        }
        *until = next;
        Ok(())
    }

    /// Gives a turn back that turned out to harm nobody.
    pub fn give_back(&self, key: &K) {
        let mut slots = self.owed_until.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(until) = slots.until.get_mut(key) {
            *until -= self.interval_ms;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_a_minute_means_five_and_then_one_every_twelve_seconds() {
        let rate = Rate::new(5, 60_000);
        let now = 1_000_000;
        for _ in 0..5 {
            assert_eq!(rate.take("a", now), Ok(()));
        }
        assert_eq!(rate.take("a", now), Err(RetryAfter(12)));
        assert_eq!(rate.take("b", now), Ok(()));
        assert_eq!(rate.take("a", now + 11_999), Err(RetryAfter(1)));
        assert_eq!(rate.take("a", now + 12_000), Ok(()));
        assert_eq!(rate.take("a", now + 12_000), Err(RetryAfter(12)));
        rate.give_back(&"a");
        assert_eq!(rate.take("a", now + 12_000), Ok(()));
    }

    #[test]
    fn keys_that_owe_nothing_are_forgotten() {
        let rate = Rate::new(5, 60_000);
        for key in 0..5_000_i64 {
            assert_eq!(rate.take(key, key * 60_000), Ok(()));
        }
        let held = rate.owed_until.lock().unwrap().until.len();
        assert!(held <= 1025, "{held}");
    }
}
