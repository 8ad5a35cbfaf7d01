//! Who has a connection, what it is at and since when; who gets the next one, and whose ends.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::{CancellationToken, WaitForCancellationFuture};

use crate::config::Network;
use crate::rate::{block, network};

/// Open files that are never for connections: the database's, mail, and files that are read and written.
const LEAST_RESERVED: u64 = 64;
const MOST_RESERVED: u64 = 512;
/// More connections would take more memory than they are worth.
const MOST_CONNECTIONS: u64 = 4096;
/// A class behind the one address of its school opens six connections for each browser, and many fewer than this.
const MOST_OF_ADDRESS: usize = 256;

/// How many connections there may be, and how long each may take for what.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Connections in all.
    pub connections: usize,
    /// Connections of one address: one in IPv4, a /64 in IPv6. A proxy that the operator named has no such limit.
    pub of_address: usize,
    /// For the head of a request to arrive whole, and for a new connection to say anything.
    pub head: Duration,
    /// Between two requests.
    pub idle: Duration,
    /// For the other end to take some of what it is sent.
    pub stalled: Duration,
    /// For a request and its answer, whatever they are.
    pub request: Duration,
}

impl Limits {
    /// What a process can serve that may have so many files open.
    pub fn within(open_files: u64) -> Self {
        let reserved = (open_files / 4).clamp(LEAST_RESERVED, MOST_RESERVED);
        let connections = open_files.saturating_sub(reserved).clamp(8, MOST_CONNECTIONS);
        let connections = usize::try_from(connections).unwrap_or(usize::MAX);
        Self {
            connections,
            of_address: (connections / 4).clamp(2, MOST_OF_ADDRESS),
            head: Duration::from_secs(10),
            // Longer than proxies keep an idle connection, so that they are the first to let go.
            idle: Duration::from_secs(75),
            stalled: Duration::from_secs(30),
            request: Duration::from_mins(30),
        }
    }

    /// Connections of one network: a /48 in IPv6, which is given to one customer. In IPv4 it is the address.
    const fn of_network(&self) -> usize {
        self.of_address * 2
    }

    /// How often it is looked whether something is late.
    pub(super) fn round(&self) -> Duration {
        let shortest = self.head.min(self.idle).min(self.stalled).min(self.request);
        (shortest / 4).clamp(Duration::from_millis(10), Duration::from_secs(1))
    }
}

/// What a connection is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Doing {
    /// Between two requests.
    Rest,
    /// The head of a request is coming in, or nothing has come yet.
    Head,
    /// A request is answered.
    Request,
}

/// One connection.
#[derive(Debug)]
pub struct Seat {
    address: IpAddr,
    network: IpAddr,
    /// A proxy that the operator named.
    is_proxy: bool,
    begun: Instant,
    /// What it is at, in the last two bits; since when, in milliseconds, above them.
    doing: AtomicU64,
    /// Since when nothing could be written, in milliseconds; nought while it can.
    stalled_at: AtomicU64,
    end: CancellationToken,
}

impl Seat {
    fn now_ms(&self) -> u64 {
        u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX >> 2)
    }

    fn now_at(&self, doing: Doing) {
        self.doing.store((self.now_ms() << 2) | doing as u64, Ordering::Relaxed);
    }

    fn doing(&self) -> (Doing, u64) {
        let stored = self.doing.load(Ordering::Relaxed);
        let doing = match stored & 3 {
            0 => Doing::Rest,
            1 => Doing::Head,
            _ => Doing::Request,
        };
        (doing, stored >> 2)
    }

    /// Bytes came in.
    pub fn heard(&self) {
        if self.doing().0 == Doing::Rest {
            self.now_at(Doing::Head);
        }
    }

    /// A request is there.
    pub fn begin(&self) {
        self.now_at(Doing::Request);
    }

    /// Its answer is on the way.
    pub fn rest(&self) {
        self.now_at(Doing::Rest);
    }

    /// Bytes were to go out, and some did or none.
    pub fn wrote(&self, some: bool) {
        if some {
            self.stalled_at.store(0, Ordering::Relaxed);
        } else {
            let _ = self.stalled_at.compare_exchange(0, self.now_ms().max(1), Ordering::Relaxed, Ordering::Relaxed);
        }
    }

    /// Waits until somebody ends this connection.
    pub fn is_ended(&self) -> WaitForCancellationFuture<'_> {
        self.end.cancelled()
    }

    fn is_late(&self, limits: &Limits) -> bool {
        let over = |since: u64, limit: Duration| u128::from(self.now_ms().saturating_sub(since)) > limit.as_millis();
        let (doing, since) = self.doing();
        let stalled_at = self.stalled_at.load(Ordering::Relaxed);
        (stalled_at > 0 && over(stalled_at, limits.stalled))
            || match doing {
                Doing::Rest => over(since, limits.idle),
                Doing::Head => over(since, limits.head),
                Doing::Request => over(since, limits.request),
            }
    }
}

/// All connections.
#[derive(Debug)]
pub struct Seats {
    limits: Limits,
    proxies: Arc<[Network]>,
    begun: Instant,
    taken: Mutex<Taken>,
    refused: AtomicU64,
}

#[derive(Debug, Default)]
struct Taken {
    next: u64,
    seats: HashMap<u64, Arc<Seat>>,
    of_address: HashMap<IpAddr, usize>,
    of_network: HashMap<IpAddr, usize>,
}

/// A connection's place among all, free again when it is dropped.
#[derive(Debug)]
pub struct Place {
    number: u64,
    seat: Arc<Seat>,
    seats: Arc<Seats>,
}

impl Place {
    /// The connection.
    pub const fn seat(&self) -> &Arc<Seat> {
        &self.seat
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.seats.change(|taken| taken.remove(self.number));
    }
}

impl Seats {
    /// None taken.
    pub fn new(limits: Limits, proxies: Arc<[Network]>) -> Self {
        Self { limits, proxies, begun: Instant::now(), taken: Mutex::default(), refused: AtomicU64::new(0) }
    }

    fn change<T>(&self, change: impl FnOnce(&mut Taken) -> T) -> T {
        change(&mut self.taken.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A place for one more connection, if need be that of the one which has rested longest: among those of the same
    /// address when that has its share, else of the network that holds most.
    pub fn take(self: &Arc<Self>, peer: IpAddr) -> Option<Place> {
        let peer = peer.to_canonical();
        let seat = Arc::new(Seat {
            address: block(peer),
            network: network(peer),
            is_proxy: self.proxies.iter().any(|proxy| proxy.contains(peer)),
            begun: self.begun,
            doing: AtomicU64::new(0),
            stalled_at: AtomicU64::new(0),
            end: CancellationToken::new(),
        });
        // Who has said nothing yet has as long for it as for a head.
        seat.now_at(Doing::Head);
        let number = self.change(|taken| taken.admit(&seat, &self.limits));
        if number.is_none() {
            self.refused.fetch_add(1, Ordering::Relaxed);
        }
        Some(Place { number: number?, seat, seats: Arc::clone(self) })
    }

    /// Ends the connection that has rested longest: the system has no more.
    pub fn free_one(&self) {
        self.change(Taken::free_one_of_most);
    }

    /// Ends what takes longer than it may.
    pub fn end_what_is_late(&self) {
        self.change(|taken| {
            for seat in taken.seats.values().filter(|seat| seat.is_late(&self.limits)) {
                seat.end.cancel();
            }
        });
    }

    /// How many connections found no place since this was last asked.
    pub fn take_refused(&self) -> u64 {
        self.refused.swap(0, Ordering::Relaxed)
    }
}

impl Taken {
    fn admit(&mut self, seat: &Arc<Seat>, limits: &Limits) -> Option<u64> {
        let held = |counts: &HashMap<IpAddr, usize>, key| counts.get(key).copied().unwrap_or_default();
        if !seat.is_proxy {
            if held(&self.of_address, &seat.address) >= limits.of_address {
                self.free(|other| other.address == seat.address && !other.is_proxy).then_some(())?;
            }
            if held(&self.of_network, &seat.network) >= limits.of_network() {
                self.free(|other| other.network == seat.network && !other.is_proxy).then_some(())?;
            }
        }
        if self.seats.len() >= limits.connections {
            self.free_one_of_most().then_some(())?;
        }
        self.next += 1;
        if !seat.is_proxy {
            *self.of_address.entry(seat.address).or_default() += 1;
            *self.of_network.entry(seat.network).or_default() += 1;
        }
        self.seats.insert(self.next, Arc::clone(seat));
        Some(self.next)
    }

    fn free_one_of_most(&mut self) -> bool {
        let most = self.of_network.iter().max_by_key(|(_, held)| **held).map(|(network, _)| *network);
        most.is_some_and(|most| self.free(|other| other.network == most && !other.is_proxy)) || self.free(|_| true)
    }

    /// Ends the connection that has been at no request for longest; false when all are at one.
    fn free(&mut self, among: impl Fn(&Seat) -> bool) -> bool {
        let resting = self.seats.iter().filter(|(_, seat)| among(seat) && seat.doing().0 != Doing::Request);
        let Some(number) = resting.min_by_key(|(number, seat)| (seat.doing().1, **number)).map(|(number, _)| *number)
        else {
            return false;
        };
        if let Some(seat) = self.remove(number) {
            seat.end.cancel();
        }
        true
    }

    fn remove(&mut self, number: u64) -> Option<Arc<Seat>> {
        let seat = self.seats.remove(&number)?;
        if !seat.is_proxy {
            lower(&mut self.of_address, seat.address);
            lower(&mut self.of_network, seat.network);
        }
        Some(seat)
    }
}

fn lower(counts: &mut HashMap<IpAddr, usize>, key: IpAddr) {
    if let Some(count) = counts.get_mut(&key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(connections: usize, of_address: usize) -> Limits {
        Limits { connections, of_address, ..Limits::within(1024) }
    }

    fn seats(connections: usize, of_address: usize) -> Arc<Seats> {
        let proxies = [Network::parse("10.0.0.1").unwrap()];
        Arc::new(Seats::new(limits(connections, of_address), Arc::from(proxies)))
    }

    fn busy(seats: &Arc<Seats>, peer: &str) -> Option<Place> {
        let place = seats.take(peer.parse().unwrap())?;
        place.seat.begin();
        Some(place)
    }

    fn ended(places: &[Place]) -> Vec<usize> {
        (0..places.len()).filter(|index| places[*index].seat.end.is_cancelled()).collect()
    }

    #[test]
    fn the_limits_leave_room_for_the_database_mail_and_files() {
        for files in [64, 256, 1024, 4096, 1_048_576] {
            let limits = Limits::within(files);
            assert!(limits.connections as u64 + LEAST_RESERVED <= files || limits.connections == 8, "{files}");
            assert!(limits.connections as u64 <= MOST_CONNECTIONS);
            assert!(limits.of_network() <= limits.connections, "one customer's network never takes all: {files}");
        }
        assert!(Limits::within(1024).of_address >= 30 * 6, "a class behind one address");
    }

    #[test]
    fn an_address_that_has_its_share_loses_its_own_idlest_connection() {
        let seats = seats(10, 3);
        let held: Vec<Place> = (0..3).map(|_| seats.take("192.0.2.1".parse().unwrap()).unwrap()).collect();
        let other = seats.take("192.0.2.2".parse().unwrap()).unwrap();
        let fourth = seats.take("192.0.2.1".parse().unwrap()).unwrap();
        assert_eq!(ended(&held), [0]);
        assert!(!other.seat.end.is_cancelled() && !fourth.seat.end.is_cancelled());
    }

    #[test]
    fn an_address_whose_share_is_busy_gets_no_more_and_others_do() {
        let seats = seats(10, 3);
        let held: Vec<Place> = (0..3).map(|_| busy(&seats, "192.0.2.1").unwrap()).collect();
        assert!(busy(&seats, "192.0.2.1").is_none());
        assert_eq!(seats.take_refused(), 1);
        assert!(busy(&seats, "192.0.2.2").is_some());
        drop(held);
        assert!(busy(&seats, "192.0.2.1").is_some(), "a place is free again when its connection has ended");
    }

    #[test]
    fn whoever_holds_most_makes_room_when_all_places_are_taken() {
        let seats = seats(6, 4);
        let few: Vec<Place> = (0..2).map(|_| seats.take("192.0.2.2".parse().unwrap()).unwrap()).collect();
        let many: Vec<Place> = (0..4).map(|_| seats.take("192.0.2.1".parse().unwrap()).unwrap()).collect();
        let newcomer = seats.take("192.0.2.3".parse().unwrap()).unwrap();
        assert_eq!((ended(&few), ended(&many)), (vec![], vec![0]));
        assert!(!newcomer.seat.end.is_cancelled());
        many.iter().chain(&few).for_each(|place| place.seat.begin());
        newcomer.seat.begin();
        assert!(seats.take("192.0.2.4".parse().unwrap()).is_none(), "nobody rests");
    }

    #[test]
    fn one_customers_network_cannot_pass_for_many() {
        let seats = seats(40, 3);
        let peers = (0..8).map(|n| format!("2001:db8:7:{n:x}::1"));
        let held: Vec<Place> = peers.filter_map(|peer| busy(&seats, &peer)).collect();
        assert_eq!(held.len(), 6);
        assert!(busy(&seats, "2001:db8:8::1").is_some());
    }

    #[test]
    fn a_named_proxy_has_as_many_as_there_are() {
        let seats = seats(10, 3);
        let held: Vec<Place> = (0..10).map(|_| busy(&seats, "10.0.0.1").unwrap()).collect();
        assert_eq!(held.len(), 10);
        assert!(busy(&seats, "10.0.0.1").is_none());
    }
}
