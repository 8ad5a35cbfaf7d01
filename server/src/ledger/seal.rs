//! Signs the end of each chain with a key that is not in the database, so that a chain that was cut and tied up again is found.
//!
//! A signature is HMAC-SHA-256 over fields, each written as its length in bytes (eight bytes, big-endian) and then its bytes:
//! the words `handbill ledger head 1`, `business_id`, `entries` and `signed_at` in decimal digits, `last_hash`. Its key is
//! derived from a signing key with a label of its own, and the kid names which one it was.

use crate::{
    db::{self, Db, ledger, ledger::Head},
    facts::{
        Changed, Fact, Subject,
        chain::{BEGINNING, fields},
    },
    tokens::{self, SigningKeys},
};
use app::id::BusinessId;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::json;
use sha2::Sha256;
use std::fmt;

/// Nothing that is derived for another purpose signs a head.
const PURPOSE: &str = "ledger-head/v1";
/// The first field of every signature.
const FORMAT: &str = "handbill ledger head 1";
/// What a head begins with where it is written down.
const WORD: &str = "handbill-head-1";

/// A head's signature and the key that made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// Which key.
    pub kid: String,
    /// 64 lowercase hexadecimal digits.
    pub mac: String,
}

/// The keys that sign heads: the first signs, all verify.
#[derive(Clone)]
pub struct Seal(Vec<(String, [u8; 32])>);

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(kid, _)| kid)).finish()
    }
}

/// What is known of a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// It is ours, by the key that signs now.
    Current,
    /// It is ours, by a key that only verifies.
    Earlier,
    /// It names a key that is not here.
    UnknownKey,
    /// It does not fit, or there is none.
    None,
}

impl Seal {
    /// Derives the keys of this purpose.
    pub fn new(keys: &SigningKeys) -> Result<Self, tokens::Error> {
        Ok(Self(keys.kids().map(ToOwned::to_owned).zip(keys.derive(PURPOSE)?).collect()))
    }

    /// Signs the end of a business's chain; none without a key.
    pub fn sign(&self, business: &str, head: &Head) -> Option<Signature> {
        let (kid, key) = self.0.first()?;
        Some(Signature { kid: kid.clone(), mac: hex::encode(mac(key, business, head)?.finalize().into_bytes()) })
    }

    /// Whether the end of a business's chain is one that we signed.
    pub fn trust(&self, business: &str, head: &Head) -> Trust {
        let Some(signature) = &head.signature else { return Trust::None };
        let Some(place) = self.0.iter().position(|(kid, _)| *kid == signature.kid) else { return Trust::UnknownKey };
        let fits = self
            .0
            .get(place)
            .and_then(|(_, key)| mac(key, business, head))
            .is_some_and(|mac| hex::decode(&signature.mac).is_ok_and(|told| mac.verify_slice(&told).is_ok()));
        match (fits, place) {
            (true, 0) => Trust::Current,
            (true, _) => Trust::Earlier,
            (false, _) => Trust::None,
        }
    }

    /// The key that a head was signed with, where it is not here: nothing can be said of such a head.
    pub fn lacks<'a>(&self, head: &'a Head) -> Option<&'a str> {
        let kid = head.signature.as_ref()?.kid.as_str();
        (!self.knows(kid)).then_some(kid)
    }

    /// Whether the key of this name is here.
    pub fn knows(&self, kid: &str) -> bool {
        self.0.iter().any(|(ours, _)| ours == kid)
    }

    /// Whether the end of a business's chain is one that we signed, or that of a chain that has not begun.
    pub fn covers(&self, business: &str, head: &Head) -> bool {
        let is_new = head.entries == 0 && head.last_hash == BEGINNING && head.signature.is_none();
        is_new || matches!(self.trust(business, head), Trust::Current | Trust::Earlier)
    }
}

fn mac(key: &[u8], business: &str, head: &Head) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    let (entries, signed_at) = (head.entries.to_string(), head.signed_at.to_string());
    fields([FORMAT, business, &entries, &signed_at, &head.last_hash], |bytes| mac.update(bytes));
    Some(mac)
}

/// A key that a head was signed with and that is not among these.
pub async fn find_missing(db: &Db, keys: Option<&SigningKeys>) -> db::Result<Option<String>> {
    let kids = match ledger::list_kids(&mut *db.read().await?).await {
        // The check of the record says so.
        Err(error) if error.is_unreadable() => return Ok(None),
        kids => kids?,
    };
    Ok(kids.into_iter().find(|kid| !keys.is_some_and(|keys| keys.kids().any(|ours| ours == kid))))
}

/// Puts on record that a key is lost for good, for every chain that it has signed, and signs these anew; how many they were.
pub async fn accept_lost_key(db: &Db, kid: &str, now: i64) -> db::Result<usize> {
    let mut tx = db.begin().await?;
    let heads = ledger::list_heads(&mut tx).await?;
    let signed_by = |head: &Head| head.signature.as_ref().is_some_and(|signature| signature.kid == kid);
    let mut count = 0;
    for (business, _) in heads.iter().filter(|(_, head)| signed_by(head)) {
        let Ok(business) = business.parse::<BusinessId>() else { continue };
        let lost = Changed { user: None, what: Subject::SigningKey, id: Some(kid), left: json!("lost") };
        tx.note(&business, &Fact::Change(lost), now)?;
        count += 1;
    }
    tx.commit().await?;
    Ok(count)
}

/// Signs the chains of a store that was never signed, and signs with the newest key what an earlier one has signed: what
/// happens at each start. A head whose signature does not fit stays as it is, and a check names it.
pub async fn seal_heads(db: &Db, seal: &Seal) -> db::Result<()> {
    let mut tx = db.begin().await?;
    let heads = match ledger::list_heads(&mut tx).await {
        Err(error) if error.is_unreadable() => {
            tracing::error!(%error, "an end of the ledger cannot be read: run verify-ledger");
            return tx.roll_back().await;
        }
        heads => heads?,
    };
    let was_signed = heads.iter().any(|(_, head)| head.signature.is_some());
    for (business, head) in heads {
        let is_due = match seal.trust(&business, &head) {
            Trust::Current | Trust::UnknownKey => false,
            Trust::Earlier => true,
            Trust::None => !was_signed && head.signature.is_none(),
        };
        if is_due {
            let signature = seal.sign(&business, &head);
            ledger::update_signature(&mut tx, &business, &Head { signature, ..head }).await?;
        }
    }
    tx.commit().await
}

/// The end of a business's chain, written down: kept elsewhere, it shows later whether the chain still holds all of that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptHead {
    /// Whose.
    pub business: String,
    /// The end.
    pub head: Head,
}

impl fmt::Display for KeptHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { business, head } = self;
        write!(f, "{WORD} {business} {} {} {}", head.entries, head.signed_at, head.last_hash)?;
        match &head.signature {
            Some(Signature { kid, mac }) => write!(f, " {kid} {mac}"),
            None => Ok(()),
        }
    }
}

impl KeptHead {
    /// Every head in a text, such as a mail or a log, however its lines were broken. None when one is not whole.
    pub fn read_all(text: &str) -> Option<Vec<Self>> {
        // Quoted in an answer, or in a line of a log that is JSON.
        let ends_word = |sign: char| sign.is_whitespace() || matches!(sign, '>' | '"' | ',');
        let mut words = text.split(ends_word).filter(|word| !word.is_empty());
        let mut heads = Vec::new();
        while let Some(word) = words.next() {
            if word == WORD {
                let business = words.next()?.to_owned();
                let (entries, signed_at) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
                let last_hash = words.next()?.to_owned();
                let signature = Some(Signature { kid: words.next()?.to_owned(), mac: words.next()?.to_owned() });
                heads.push(Self { business, head: Head { entries, last_hash, signed_at, signature } });
            }
        }
        Some(heads)
    }
}

/// Writes the end of every chain into the log, because logs are what is most often kept on another machine.
pub async fn log_heads(db: &Db) -> db::Result<()> {
    for (business, head) in ledger::list_heads(&mut *db.read().await?).await? {
        if head.signature.is_some() {
            tracing::info!("{}", KeptHead { business, head });
        }
    }
    Ok(())
}

/// What is wrong with a chain, by a head that was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeadFault {
    /// Somebody changed the head, or made it.
    #[error("the head is not one that this server signed")]
    NotOurs,
    /// It cannot be told.
    #[error("the head was signed with a key that is not in SIGNING_KEYS any more")]
    UnknownKey,
    /// The chain ends before it.
    #[error("the record was cut: the head counts {counted} entries, and there are {found}")]
    Cut {
        /// By the head.
        counted: i64,
        /// In the chain.
        found: i64,
    },
    /// Another entry stands in its place.
    #[error("the record was written anew: entry {0} is not the one that the head names")]
    Rewritten(i64),
}

/// Compares a chain with a head that was kept elsewhere.
pub async fn compare_head(db: &Db, seal: &Seal, kept: &KeptHead) -> db::Result<Option<HeadFault>> {
    let KeptHead { business, head } = kept;
    match seal.trust(business, head) {
        Trust::Current | Trust::Earlier => {}
        Trust::UnknownKey => return Ok(Some(HeadFault::UnknownKey)),
        Trust::None => return Ok(Some(HeadFault::NotOurs)),
    }
    let Ok(business) = business.parse::<BusinessId>() else { return Ok(Some(HeadFault::NotOurs)) };
    let mut connection = db.read().await?;
    let hash = match ledger::find_hash(&mut connection, &business, head.entries).await {
        Err(error) if error.is_unreadable() => return Ok(Some(HeadFault::Rewritten(head.entries))),
        hash => hash?,
    };
    Ok(match hash {
        Some(hash) if hash == head.last_hash => None,
        Some(_) => Some(HeadFault::Rewritten(head.entries)),
        None if head.entries == 0 => None,
        None => {
            let found = ledger::find_end(&mut connection, &business).await?.entries;
            Some(HeadFault::Cut { counted: head.entries, found })
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "old:b2xkIGtleSBmb3IgdGVzdHMgb25seSAwMTIzNDU2Nzg5MDE=";
    const NEW: &str = "new:bmV3IGtleSBmb3IgdGVzdHMgb25seSAwMTIzNDU2Nzg5MDE=";

    fn seal(keys: &str) -> Seal {
        Seal::new(&SigningKeys::parse(keys).unwrap()).unwrap()
    }

    fn signed(seal: &Seal) -> Head {
        let head = Head { entries: 20, last_hash: "a".repeat(64), signed_at: 1_772_618_400_000, signature: None };
        Head { signature: seal.sign("biz_1", &head), ..head }
    }

    #[test]
    fn a_signature_holds_for_one_head_of_one_business_and_survives_a_new_key() {
        let old = seal(OLD);
        let head = signed(&old);
        assert_eq!(old.trust("biz_1", &head), Trust::Current);
        assert_eq!(seal(&format!("{NEW},{OLD}")).trust("biz_1", &head), Trust::Earlier);
        assert_eq!(seal(NEW).trust("biz_1", &head), Trust::UnknownKey);
        assert_eq!((seal(NEW).lacks(&head), old.lacks(&head)), (Some("old"), None));
        assert_eq!(seal(&NEW.replace("new:", "old:")).trust("biz_1", &head), Trust::None);
        assert_eq!(old.trust("biz_2", &head), Trust::None);
        for changed in [
            Head { entries: 17, ..head.clone() },
            Head { last_hash: "b".repeat(64), ..head.clone() },
            Head { signed_at: 0, ..head.clone() },
            Head { signature: None, ..head.clone() },
            Head { signature: Some(Signature { kid: "old".into(), mac: "x".into() }), ..head.clone() },
        ] {
            assert_eq!(old.trust("biz_1", &changed), Trust::None, "{changed:?}");
            assert!(!old.covers("biz_1", &changed));
        }
        assert!(old.covers("biz_1", &head) && old.covers("biz_1", &Head::default()));
    }

    #[test]
    fn a_head_is_read_again_from_a_mail_whose_lines_were_broken() {
        let kept = KeptHead { business: "biz_1".into(), head: signed(&seal(OLD)) };
        let mail = format!("Your campaign has ended.\n> {}\nBye", kept.to_string().replace(' ', "\n> "));
        assert_eq!(KeptHead::read_all(&mail), Some(vec![kept.clone()]));
        let both = format!("2026-03-04 INFO {kept}\n{{\"message\":\"{kept}\",\"level\":\"info\"}}\n");
        assert_eq!(KeptHead::read_all(&both), Some(vec![kept.clone(), kept.clone()]));
        assert_eq!(KeptHead::read_all("nothing of ours"), Some(Vec::new()));
        assert_eq!(KeptHead::read_all(&kept.to_string()[..100]), None, "cut off");
    }

    #[test]
    fn keys_stay_out_of_logs() {
        assert_eq!(format!("{:?}", seal(OLD)), "[\"old\"]");
    }
}
