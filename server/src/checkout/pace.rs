//! How often a checkout may be sent: generous for people, and too little to fill a disk with.

use std::net::IpAddr;

use app::id::{PaymentLinkId, PersonalLinkId};

use crate::rate::{AddressRate, Rate, RetryAfter, block};

/// Behind the one address of a school a whole class pays at once, and some of it twice; then one more every two seconds.
const OF_ADDRESS: (i64, i64) = (120, 4 * 60_000);
/// The standard link of something that everybody wants at noon; then ten more every second.
const OF_LINK: (i64, i64) = (2_000, 200_000);
/// What somebody at one address sends to the standard link who pays once, and mistypes twice: a crowd, or a machine that plays one,
/// does not keep them out.
const FIRST_OF_ADDRESS: (i64, i64) = (3, 200_000);
/// One person with a link of their own, who presses the button again and again while the network is slow; nearly always that is
/// one payment.
const OF_PERSON: (i64, i64) = (60, 20 * 60_000);

/// Counts how often checkouts are sent.
#[derive(Debug)]
pub struct Pace {
    addresses: AddressRate,
    firsts: Rate<(PaymentLinkId, IpAddr)>,
    links: Rate<PaymentLinkId>,
    persons: Rate<PersonalLinkId>,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            addresses: AddressRate::new(OF_ADDRESS.0, OF_ADDRESS.1),
            firsts: Rate::new(FIRST_OF_ADDRESS.0, FIRST_OF_ADDRESS.1),
            links: Rate::new(OF_LINK.0, OF_LINK.1),
            persons: Rate::new(OF_PERSON.0, OF_PERSON.1),
        }
    }
}

impl Pace {
    /// Takes one turn. A crowd at the standard link does not keep out people with a link of their own.
    pub fn take(
        &self,
        address: IpAddr,
        payment_link: &PaymentLinkId,
        person: Option<&PersonalLinkId>,
        now: i64,
    ) -> Result<(), RetryAfter> {
        self.addresses.take(address, now)?;
        match person {
            Some(person) => self.persons.take(person.clone(), now),
            None if self.firsts.take((payment_link.clone(), block(address)), now).is_ok() => Ok(()),
            None => self.links.take(payment_link.clone(), now),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::new_id;

    fn address(n: u32) -> IpAddr {
        IpAddr::from((0xC612_0000 + n).to_be_bytes())
    }

    #[test]
    fn a_class_behind_one_address_pays_at_once_and_a_machine_there_does_not_go_on_for_ever() {
        let (pace, link) = (Pace::default(), new_id(1));
        let sent = (0..1_000).filter(|_| pace.take(address(1), &link, None, 0).is_ok()).count();
        assert_eq!(sent, 120);
        assert_eq!(pace.take(address(1), &link, None, 0), Err(RetryAfter(2)));
        assert_eq!(pace.take(address(2), &link, None, 0), Ok(()));
        let in_an_hour = (0..3_600).filter(|second| pace.take(address(1), &link, None, second * 1000).is_ok()).count();
        assert!((1_700..=1_800).contains(&in_an_hour), "{in_an_hour}");
    }

    #[test]
    fn a_crowd_at_the_standard_link_does_not_keep_out_a_person_with_a_link_of_their_own() {
        let (pace, link) = (Pace::default(), new_id(1));
        let sent = (0..4_000).filter(|n| pace.take(address(*n / 100), &link, None, 0).is_ok()).count();
        assert_eq!(sent, 40 * 3 + 2_000);
        assert_eq!(pace.take(address(9_000), &link, Some(&new_id(2)), 0), Ok(()));
        assert_eq!(pace.take(address(9_000), &new_id(3), None, 0), Ok(()), "nor people who pay another link");
    }

    #[test]
    fn a_few_addresses_that_hammer_a_link_do_not_keep_out_who_pays_it() {
        let (pace, link) = (Pace::default(), new_id(1));
        for n in 0..40 {
            while pace.take(address(n), &link, None, 0).is_ok() {}
        }
        for n in 100..200 {
            let sent = (0..5).filter(|_| pace.take(address(n), &link, None, 0).is_ok()).count();
            assert_eq!(sent, 3, "from address {n}");
        }
    }
}
