//! How often a log-in may be tried: by address, by account, and by devices that have been let in before. A person who tries the
//! passwords of somebody else's account makes its log-in slow, never impossible.

use std::collections::HashSet;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use app::id::UserId;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

use crate::rate::{AddressRate, Rate, RetryAfter, block, network};
use crate::tokens::{self, SigningKeys};

/// Tries a minute from one address, at whatever account.
const OF_ADDRESS: i64 = 20;
/// Misses a minute at one account from one address before they are answered slowly.
const OF_ACCOUNT_AND_ADDRESS: i64 = 5;
/// The same from everywhere.
const OF_ACCOUNT: i64 = 20;
/// Misses a minute from a device that the account knows; nobody else's count for it.
const OF_DEVICE: i64 = 10;
/// Misses a minute of somebody who is logged in and says their password again.
const OF_USER: i64 = 5;
/// How long an answer takes that has to be slow.
const SLOWLY: Duration = Duration::from_secs(2);
/// Slow answers that are waited for at once: one for each account and address, so that nobody takes the owner's place, and at most
/// so many at one account, so that one account's trouble is not everybody's, and so many in all.
const SLOW_OF_ACCOUNT: usize = 32;
const SLOW_IN_ALL: usize = 64;
/// Keys of this purpose sign nothing else.
const DEVICE_PURPOSE: &str = "device/v1";
const ID_BYTES: usize = 16;

/// An account that somebody says is theirs, whether it exists or not, in a form that is short and names nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Account([u8; 32]);

impl Account {
    /// The account of an email as it is stored.
    pub fn of(email: &str) -> Self {
        Self(Sha256::digest(email).into())
    }
}

/// A device that was let in to an account before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Device([u8; ID_BYTES]);

/// One try: at which account, from where, and from which device when the account knows it.
#[derive(Clone, Copy, Debug)]
pub struct Attempt {
    /// The account.
    pub account: Account,
    /// The address that it comes from.
    pub address: IpAddr,
    /// The device.
    pub device: Option<Device>,
}

/// How soon a try is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pace {
    AtOnce,
    Slowly,
}

/// Counts tries at log-in, and knows devices again.
pub struct LogIns {
    /// By address, also for what else somebody who is not logged in may try.
    pub of_address: AddressRate,
    of_account_and_address: Rate<(Account, IpAddr)>,
    of_account: Rate<Account>,
    of_device: Rate<(Account, Device)>,
    of_user: Rate<UserId>,
    slow: Mutex<HashSet<(Account, IpAddr)>>,
    device_keys: Vec<[u8; 32]>,
}

/// A try that is answered slowly, until it is.
struct Waiting<'a> {
    slow: &'a Mutex<HashSet<(Account, IpAddr)>>,
    place: (Account, IpAddr),
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.slow.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.place);
    }
}

impl LogIns {
    /// Nothing counted; devices are known by the keys that sign personal links.
    pub fn new(keys: &SigningKeys) -> Result<Self, tokens::Error> {
        Ok(Self {
            of_address: AddressRate::new(OF_ADDRESS, 60_000),
            of_account_and_address: Rate::new(OF_ACCOUNT_AND_ADDRESS, 60_000),
            of_account: Rate::new(OF_ACCOUNT, 60_000),
            of_device: Rate::new(OF_DEVICE, 60_000),
            of_user: Rate::new(OF_USER, 60_000),
            slow: Mutex::default(),
            device_keys: keys.derive(DEVICE_PURPOSE)?,
        })
    }

    /// Counts a try, before it is known whether the account exists, and waits where it has to be answered slowly.
    pub async fn take(&self, attempt: &Attempt, now: i64) -> Result<(), RetryAfter> {
        if self.pace(attempt, now)? == Pace::Slowly {
            let _waiting = self.wait_at(attempt.account, attempt.address)?;
            tokio::time::sleep(SLOWLY).await;
        }
        Ok(())
    }

    fn pace(&self, attempt: &Attempt, now: i64) -> Result<Pace, RetryAfter> {
        let Attempt { account, address, device } = *attempt;
        if let Some(device) = device {
            return self.of_device.take((account, device), now).map(|()| Pace::AtOnce);
        }
        self.of_address.take(address, now)?;
        let missed_here = self.of_account_and_address.take((account, block(address)), now).is_err();
        let missed_anywhere = self.of_account.take(account, now).is_err();
        Ok(if missed_here || missed_anywhere { Pace::Slowly } else { Pace::AtOnce })
    }

    fn wait_at(&self, account: Account, address: IpAddr) -> Result<Waiting<'_>, RetryAfter> {
        let mut slow = self.slow.lock().unwrap_or_else(PoisonError::into_inner);
        let place = (account, network(address));
        let here = slow.iter().filter(|(waiting, _)| *waiting == account).count();
        if here >= SLOW_OF_ACCOUNT || slow.len() >= SLOW_IN_ALL || !slow.insert(place) {
            return Err(RetryAfter(u32::try_from(SLOWLY.as_secs()).unwrap_or(u32::MAX)));
        }
        Ok(Waiting { slow: &self.slow, place })
    }

    /// The try was right: only misses count, so that nobody is slowed down by working.
    pub fn was_right(&self, attempt: &Attempt) {
        let Attempt { account, address, device } = *attempt;
        if let Some(device) = device {
            return self.of_device.give_back(&(account, device));
        }
        self.of_address.give_back(address);
        self.of_account_and_address.give_back(&(account, block(address)));
        self.of_account.give_back(&account);
    }

    /// Counts a try of somebody who is logged in at their own password.
    pub fn take_own(&self, user: &UserId, now: i64) -> Result<(), RetryAfter> {
        self.of_user.take(user.clone(), now)
    }

    /// It was right.
    pub fn own_was_right(&self, user: &UserId) {
        self.of_user.give_back(user);
    }

    /// What a device keeps that was let in to the account: nothing but that the account knows it.
    pub fn remember(&self, account: Account, device: Device) -> Option<String> {
        let mac = keyed(self.device_keys.first()?, account, device)?.finalize().into_bytes();
        Some([URL_SAFE_NO_PAD.encode(device.0), URL_SAFE_NO_PAD.encode(mac)].join("."))
    }

    /// The device that kept this, when it was this account that let it in.
    pub fn recognise(&self, account: Account, kept: &str) -> Option<Device> {
        let (id, mac) = kept.split_once('.')?;
        let device = Device(URL_SAFE_NO_PAD.decode(id).ok()?.try_into().ok()?);
        let mac = URL_SAFE_NO_PAD.decode(mac).ok()?;
        let is_ours = |key| keyed(key, account, device).is_some_and(|ours| ours.verify_slice(&mac).is_ok());
        self.device_keys.iter().any(is_ours).then_some(device)
    }
}

impl Device {
    /// One that was never here.
    pub fn random() -> Self {
        Self(tokens::random_bytes())
    }
}

fn keyed(key: &[u8; 32], account: Account, device: Device) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    mac.update(&account.0);
    mac.update(&device.0);
    Some(mac)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "test0001:dGhpcyBrZXkgaXMgZm9yIHRlc3RzIG9ubHkgMDEyMzQ1Njc=";
    const OTHER_KEY: &str = "test0002:dGhpcyBrZXkgaXMgZm9yIHRlc3RzIG9ubHkgOTg3NjU0MzI=";

    fn log_ins(keys: &str) -> LogIns {
        LogIns::new(&SigningKeys::parse(keys).unwrap()).unwrap()
    }

    fn attempt(email: &str, address: &str, device: Option<Device>) -> Attempt {
        Attempt { account: Account::of(email), address: address.parse().unwrap(), device }
    }

    #[test]
    fn one_wrong_password_every_six_seconds_slows_its_own_address_down_and_nobody_elses() {
        let log_ins = log_ins(KEY);
        let mut paces = Vec::new();
        for minute in 0..60 {
            for second in (0..60).step_by(6) {
                let now = (minute * 60 + second) * 1000;
                paces.push(log_ins.pace(&attempt("owner@example.com", "192.0.2.66", None), now).unwrap());
            }
        }
        assert!(paces.iter().filter(|pace| **pace == Pace::Slowly).count() > 200);
        let now = 3_600_000;
        assert_eq!(log_ins.pace(&attempt("owner@example.com", "192.0.2.1", None), now), Ok(Pace::AtOnce));
    }

    #[test]
    fn an_account_that_many_addresses_try_is_slow_for_strangers_and_not_for_a_device_that_it_knows() {
        let log_ins = log_ins(KEY);
        let from_everywhere =
            (0..200).map(|n| log_ins.pace(&attempt("owner@example.com", &format!("198.51.100.{n}"), None), 0));
        let slow = from_everywhere.filter(|pace| *pace == Ok(Pace::Slowly)).count();
        assert_eq!(slow, 180);
        let stranger = attempt("owner@example.com", "192.0.2.1", None);
        assert_eq!(log_ins.pace(&stranger, 0), Ok(Pace::Slowly));
        let known = attempt("owner@example.com", "198.51.100.7", Some(Device([7; ID_BYTES])));
        for _ in 0..OF_DEVICE {
            assert_eq!(log_ins.pace(&known, 0), Ok(Pace::AtOnce));
        }
        assert!(log_ins.pace(&known, 0).is_err(), "a device that was let in is no way to guess either");
        let other = attempt("other@example.com", "192.0.2.2", None);
        assert_eq!(log_ins.pace(&other, 0), Ok(Pace::AtOnce));
    }

    #[test]
    fn only_so_many_wait_at_one_account() {
        let log_ins = log_ins(KEY);
        let account = Account::of("owner@example.com");
        let from = |n: usize| format!("198.51.100.{n}").parse().unwrap();
        let waiting: Vec<_> = (0..SLOW_OF_ACCOUNT).map(|n| log_ins.wait_at(account, from(n)).unwrap()).collect();
        assert_eq!(log_ins.wait_at(account, from(100)).err(), Some(RetryAfter(2)));
        assert!(log_ins.wait_at(Account::of("other@example.com"), from(100)).is_ok());
        drop(waiting);
        assert!(log_ins.wait_at(account, from(100)).is_ok());
        assert!(log_ins.slow.lock().unwrap().is_empty(), "nothing is kept of who waited");
    }

    #[test]
    fn one_attacker_holds_one_place_and_the_owner_waits_elsewhere() {
        let log_ins = log_ins(KEY);
        let account = Account::of("owner@example.com");
        let at = |address: &str| log_ins.wait_at(account, address.parse().unwrap());
        let theirs: Vec<_> = (0..100).filter_map(|n| at(&format!("2001:db8:7:{n:x}::1")).ok()).collect();
        assert_eq!(theirs.len(), 1, "whatever addresses their provider gave them");
        assert!(at("192.0.2.1").is_ok());
    }

    #[test]
    fn a_device_is_known_to_the_account_that_let_it_in_and_to_no_other() {
        let log_ins = log_ins(KEY);
        let (account, device) = (Account::of("owner@example.com"), Device::random());
        let kept = log_ins.remember(account, device).unwrap();
        assert_eq!(log_ins.recognise(account, &kept), Some(device));
        assert_eq!(log_ins.recognise(Account::of("other@example.com"), &kept), None);
        let (id, mac) = kept.split_once('.').unwrap();
        for forged in
            [String::new(), id.to_owned(), format!("{id}."), format!("{id}.{id}"), format!(".{mac}"), "x".repeat(5000)]
        {
            assert_eq!(log_ins.recognise(account, &forged), None, "{forged}");
        }
        assert_eq!(self::log_ins(OTHER_KEY).recognise(account, &kept), None);
        assert_eq!(
            self::log_ins(&format!("{OTHER_KEY},{KEY}")).recognise(account, &kept),
            Some(device),
            "keys may be exchanged"
        );
    }

    #[test]
    fn an_email_of_any_length_is_counted_in_the_same_room() {
        assert_eq!(size_of::<Account>(), 32);
        assert_ne!(Account::of(&"a".repeat(250_000)), Account::of(&"a".repeat(250_001)));
    }
}
