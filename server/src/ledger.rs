//! The check of the record: whether each chain is whole, and whether the tables say what it says.
//!
//! A person who can write to the database could cut the end off and set the head back, or write all entries anew from some point
//! on. So each head is signed with a key that is not there ([`seal`]), and a transaction that finds a head or an end other
//! than the one that was signed puts that on record first. What is left is an older end together with its own signature:
//! that takes a head that was kept elsewhere to be found.

mod comparison;
pub mod seal;

use crate::{
    db::{
        self, Db,
        ledger::{self, Head},
    },
    facts::{
        Kind, Unchecked,
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
    let mut walk = Walk {
        business,
        seal: db.seal(),
        count: 0,
        last_hash: BEGINNING.to_owned(),
        rebuilt: None,
        missing_key: None,
        comparison,
    };
    let broken = walk.find_broken(&mut connection).await?;
    let Walk { count: entries, rebuilt, missing_key, comparison, .. } = walk;
    // A record that is not whole is nothing to compare with.
    let differences = if broken.is_none() { comparison.differences() } else { Vec::new() };
    let (broken, later) = if rebuilt.is_some() { (rebuilt, broken) } else { (broken, None) };
    Ok(LedgerCheck { entries, broken, later, missing_key, differences })
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
    /// The first one that follows an end which was not ours: the chain goes on behind it, and so does the walk.
    rebuilt: Option<BrokenEntry>,
    /// A key that signed and is not here.
    missing_key: Option<String>,
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
                if self.was_rebuilt(entry) {
                    self.rebuilt = self.rebuilt.or(Some(self.fault(Fault::Rebuilt)));
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

    /// Whether we wrote this entry ourselves to keep from being forgotten that the end before it was not the one that we had signed.
    fn was_rebuilt(&mut self, entry: &Entry) -> bool {
        if entry.kind != Kind::Unchecked.as_str() {
            return entry.kind == Kind::Tampered.as_str();
        }
        let Ok(end) = serde_json::from_str::<Unchecked>(&entry.body).map(Head::from) else { return true };
        (end.entries, &end.last_hash) != (self.count, &self.last_hash) || !self.trusts(&end)
    }

    /// Whether the end is one that was signed, as far as that can be checked here.
    fn trusts(&mut self, head: &Head) -> bool {
        let Some(seal) = self.seal else { return true };
        if let Some(kid) = seal.lacks(head) {
            self.missing_key.get_or_insert_with(|| kid.to_owned());
            return true;
        }
        seal.covers(self.business.as_str(), head)
    }

    /// Whether the chain ends where its head says.
    fn compare(&mut self, head: db::Result<Option<Head>>) -> db::Result<Option<BrokenEntry>> {
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
        } else if !self.trusts(&head) {
            Some(BrokenEntry { seq: self.count, fault: Fault::Unsigned })
        } else {
            None
        })
    }
}
