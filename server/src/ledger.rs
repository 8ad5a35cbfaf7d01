//! The check of the record: whether each chain is whole, and whether the tables say what it says.
//!
//! A person who can write to the database could cut the end off and set the head back, or write all entries anew from some point
//! on. So each head is signed with a key that is not there ([`seal`]), and a transaction that finds a head or an end other
//! than the one that was signed puts that on record first. What is left is an older end together with its own signature:
//! that takes a head that was kept elsewhere to be found.

mod comparison;
pub mod seal;

use crate::{
    db::{self, Db, ledger},
    facts::{
        Kind,
        chain::{BEGINNING, Entry, hash},
    },
    service::Service,
};
use app::{
    account::Access,
    backend::Ledger,
    error::Result,
    id::BusinessId,
    ledger::{BrokenEntry, Fault, LedgerCheck},
};
use async_trait::async_trait;
use comparison::Comparison;
use seal::Seal;
use sqlx::AnyConnection;
use std::cmp::Ordering;

/// Entries read at once by a check.
const PAGE: i64 = 500;

#[async_trait]
impl Ledger for Service {
    async fn check_ledger(&self, access: &Access) -> Result<LedgerCheck> {
        Ok(verify(&self.db, access.business()).await?)
    }
}

/// Walks one business's chain from its first entry, a page at a time, while others append to it, and compares the tables with
/// what it says.
pub async fn verify(db: &Db, business: &BusinessId) -> db::Result<LedgerCheck> {
    let mut connection = db.read().await?;
    let comparison = Comparison::read(&mut connection, business).await?;
    let mut walk = Walk { business, seal: db.seal(), count: 0, last_hash: BEGINNING.to_owned(), comparison };
    let broken = walk.find_broken(&mut connection).await?;
    // A record that is not whole is nothing to compare with.
    let differences = if broken.is_none() { walk.comparison.differences() } else { Vec::new() };
    Ok(LedgerCheck { entries: walk.count, broken, differences })
}

/// How far a check has come.
struct Walk<'a> {
    business: &'a BusinessId,
    /// What signs heads; none where there are no keys, and heads are taken as they are.
    seal: Option<&'a Seal>,
    /// Entries that are whole.
    count: i64,
    /// The hash of the last of them.
    last_hash: String,
    /// What they say, beside what the tables say.
    comparison: Comparison,
}

impl Walk<'_> {
    async fn find_broken(&mut self, connection: &mut AnyConnection) -> db::Result<Option<BrokenEntry>> {
        loop {
            // Before the page: what the head counts is there to be read, unless it was taken out.
            let head = ledger::find_head(connection, self.business).await;
            // What stands before the first entry was put there.
            let after = if self.count == 0 { i64::MIN } else { self.count };
            let page = ledger::list_after(connection, self.business, after, PAGE).await;
            let entries = match page {
                Err(error) if error.is_unreadable() => {
                    // One at a time up to the one that is not what was written.
                    match ledger::list_after(connection, self.business, after, 1).await {
                        Err(error) if error.is_unreadable() => return Ok(Some(self.fault(Fault::Changed))),
                        entries => entries?,
                    }
                }
                page => page?,
            };
            if entries.is_empty() {
                return self.compare(head);
            }
            for entry in &entries {
                if let Some(fault) = self.check(connection, entry).await? {
                    return Ok(Some(self.fault(fault)));
                }
                self.count += 1;
                self.last_hash.clone_from(&entry.hash);
            }
            self.comparison.take(connection, self.business, &entries).await?;
        }
    }

    /// The next entry is at fault.
    fn fault(&self, fault: Fault) -> BrokenEntry {
        BrokenEntry { seq: self.count + 1, fault }
    }

    async fn check(&self, connection: &mut AnyConnection, entry: &Entry) -> db::Result<Option<Fault>> {
        match entry.seq.cmp(&(self.count + 1)) {
            Ordering::Greater => return Ok(Some(Fault::Missing)),
            Ordering::Less => return Ok(Some(Fault::OutOfOrder)),
            Ordering::Equal => {}
        }
        let follows = entry.previous_hash == self.last_hash;
        let is_whole = hash(entry) == entry.hash;
        Ok(match (follows, is_whole) {
            // We wrote it ourselves, to keep it from being forgotten.
            (true, true) if entry.kind == Kind::Tampered.as_str() => Some(Fault::Rebuilt),
            (true, true) => None,
            (true, false) => Some(Fault::Changed),
            (false, true) => Some(Fault::OutOfOrder),
            // Moved from elsewhere in the chain, or altered right there.
            (false, false) if ledger::has_hash(connection, self.business, &entry.previous_hash).await? => {
                Some(Fault::OutOfOrder)
            }
            (false, false) => Some(Fault::Changed),
        })
    }

    /// Whether the chain ends where its head says.
    fn compare(&self, head: db::Result<Option<ledger::Head>>) -> db::Result<Option<BrokenEntry>> {
        let head = match head {
            Err(error) if error.is_unreadable() => return Ok(Some(self.fault(Fault::Missing))),
            head => head?.unwrap_or_default(),
        };
        Ok(if head.entries > self.count {
            Some(self.fault(Fault::Missing))
        } else if head.entries < self.count {
            Some(BrokenEntry { seq: head.entries.max(0) + 1, fault: Fault::Added })
        } else if head.last_hash != self.last_hash {
            Some(BrokenEntry { seq: self.count, fault: Fault::Changed })
        } else if self.seal.is_some_and(|seal| !seal.covers(self.business.as_str(), &head)) {
            Some(BrokenEntry { seq: self.count, fault: Fault::Unsigned })
        } else {
            None
        })
    }
}
