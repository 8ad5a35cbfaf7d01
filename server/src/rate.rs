//! How often something may be tried.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use ipnet::Ipv6Net;

/// The block that one person can hold: a whole /64 in IPv6, one address in IPv4.
pub fn block(address: IpAddr) -> IpAddr {
    first_bits(address, 64)
}

/// The block that one customer of a provider can hold: a /48 in IPv6, one address in IPv4.
pub fn network(address: IpAddr) -> IpAddr {
    first_bits(address, 48)
}

fn first_bits(address: IpAddr, count: u8) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => Ipv6Net::new_assert(v6, count).network().into(),
        v4 @ IpAddr::V4(_) => v4,
    }
}

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

/// So many in so long for each address, and five times as many for the network around it: the owner of a network has no more
/// turns than a few people.
#[derive(Debug)]
pub struct AddressRate {
    of_block: Rate<IpAddr>,
    of_network: Rate<IpAddr>,
}

impl AddressRate {
    /// Allows an address `count` turns at once and as many again over each `period_ms`.
    pub fn new(count: i64, period_ms: i64) -> Self {
        Self { of_block: Rate::new(count, period_ms), of_network: Rate::new(count * 5, period_ms) }
    }

    /// Takes one turn.
    pub fn take(&self, address: IpAddr, now: i64) -> Result<(), RetryAfter> {
        self.of_block.take(block(address), now)?;
        self.of_network.take(network(address), now)
    }

    /// Gives a turn back that turned out to harm nobody.
    pub fn give_back(&self, address: IpAddr) {
        self.of_block.give_back(&block(address));
        self.of_network.give_back(&network(address));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_cannot_hold_two_blocks_of_one_network() {
        let of = |address: &str| block(address.parse().unwrap());
        assert_eq!(of("2001:db8::1"), of("2001:db8::ffff:1"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
    }

    #[test]
    fn a_customer_with_a_whole_network_has_the_turns_of_five_people() {
        let rate = AddressRate::new(4, 60_000);
        let taken = (0..100).filter(|n| rate.take(format!("2001:db8:7:{n:x}::1").parse().unwrap(), 0).is_ok());
        assert_eq!(taken.count(), 20);
        assert_eq!(rate.take("2001:db8:8::1".parse().unwrap(), 0), Ok(()), "the neighbour is not asked to wait");
    }

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
