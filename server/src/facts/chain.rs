//! The chain of the record: append-only entries for each business, each with the hash of the one before.
//!
//! An entry's hash is SHA-256 over a canonical byte string of everything else in its row, and the next entry holds it as
//! `previous_hash`: what was changed, taken out or moved no longer fits. The byte string is a sequence of fields, each
//! written as its length in bytes (eight bytes, big-endian) and then its bytes: the words `handbill ledger 1`,
//! `business_id`, `seq` and `at` in decimal digits, `kind`, `body` as it is stored, `previous_hash`. Hashes are 64 lowercase
//! hexadecimal digits, the first entry's `previous_hash` is 64 zeros, and `seq` counts from 1 without a gap. The head of a
//! chain keeps how many entries there are and the last hash, so that an end that was cut off is noticed as well.

use super::Kind;
use app::id::BusinessId;
use sha2::{Digest, Sha256};

/// What stands before the first entry.
pub const BEGINNING: &str = "0000000000000000000000000000000000000000000000000000000000000000";
/// The first field of every hash: another way to write entries would have another name.
const FORMAT: &str = "handbill ledger 1";

/// An entry as it is stored. Its business is text, because it may have been tampered with.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    /// Whose chain.
    pub business: String,
    /// Its place, from 1.
    pub seq: i64,
    /// When it happened.
    pub at: i64,
    /// What it records.
    pub kind: String,
    /// JSON, byte for byte.
    pub body: String,
    /// The hash of the entry before it.
    pub previous_hash: String,
    /// Its own hash.
    pub hash: String,
}

/// An entry that has no place in its chain yet.
#[derive(Clone)]
pub struct NewEntry {
    /// Whose chain.
    pub business: BusinessId,
    /// What it records.
    pub kind: Kind,
    /// JSON.
    pub body: String,
    /// When it happened, epoch milliseconds.
    pub at: i64,
}

/// The hash of an entry.
pub fn hash(entry: &Entry) -> String {
    let (seq, at) = (entry.seq.to_string(), entry.at.to_string());
    digest([FORMAT, &entry.business, &seq, &at, &entry.kind, &entry.body, &entry.previous_hash])
}

/// SHA-256 over texts, each with its length before it, so that no two lists of texts are the same bytes.
pub fn digest<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let mut hasher = Sha256::new();
    fields(texts, |bytes| hasher.update(bytes));
    hex::encode(hasher.finalize())
}

/// Hands over texts, each with its length before it.
pub fn fields<'a>(texts: impl IntoIterator<Item = &'a str>, mut take: impl FnMut(&[u8])) {
    for text in texts {
        take(&(text.len() as u64).to_be_bytes());
        take(text.as_bytes());
    }
}
