//! `Service`, the hub: everything the product does hangs on it. Each feature's file implements its part of the contract.

use crate::{
    checkout::{Openings, Pace},
    clock::Clock,
    config::Config,
    db::{self, Db, OpenError, halts, ledger},
    ledger::seal::{self, Seal},
    log_ins::LogIns,
    providers::{Messengers, SendError, gateway::PaymentGateway, test_gateway::TestGateway},
    rate::Rate,
    restored::Watch,
    session::Passwords,
    tokens::{self, KeyError, SigningKeys, Tokens},
};
use app::id::UserId;
use std::sync::Arc;

/// The product. Cheap to clone: all of it is shared.
#[derive(Clone)]
pub struct Service(Arc<Parts>);

/// What the product is made of.
pub struct Parts {
    /// What the operator set.
    pub config: Config,
    /// The store.
    pub db: Db,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Signs and checks personalisation tokens.
    pub tokens: Tokens,
    /// Moves the money.
    pub gateway: Arc<dyn PaymentGateway>,
    /// Openings of checkouts that are not written yet.
    pub openings: Openings,
    /// How often a checkout may be sent.
    pub checkout_pace: Pace,
    /// Hashes passwords.
    pub passwords: Passwords,
    /// How often a log-in may be tried.
    pub log_ins: LogIns,
    /// Who sends messages.
    pub messengers: Messengers,
    /// Sees that the store is a copy.
    pub watch: Watch,
    /// How often each user sends a test.
    pub test_rate: Rate<UserId>,
}

/// So many tests of a wording for each user in a minute.
pub const TESTS_PER_MINUTE: i64 = 5;

/// Why the product cannot start: one line for the operator.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The store.
    #[error(transparent)]
    Store(#[from] OpenError),
    /// A query failed.
    #[error("the database did not do it: {0}")]
    Query(#[from] db::Error),
    /// The signing keys.
    #[error("SIGNING_KEYS: {0}")]
    Keys(#[from] KeyError),
    /// Several servers can share `PostgreSQL`, and keys that each makes for itself would not be the same.
    #[error(
        "SIGNING_KEYS: is missing. With PostgreSQL every server needs the same keys: set it to k1: and what `openssl rand -base64 32` prints"
    )]
    NoKeys,
    /// The record would be taken for one that was tampered with.
    #[error(
        "SIGNING_KEYS: the record is signed with the key {kid}, which is not in {place}. Put that key back, behind the newer ones; \
         if it is lost for good, run `handbill accept-lost-key {kid}`"
    )]
    LostKey {
        /// Which.
        kid: String,
        /// Where it was looked for.
        place: String,
    },
    /// Signing does not work.
    #[error("SIGNING_KEYS: {0}")]
    Tokens(#[from] tokens::Error),
    /// Who sends messages.
    #[error("{0}")]
    Messengers(#[from] SendError),
}

impl Service {
    /// Puts the parts together.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// What the server cannot decide by itself, in words for the operator.
    pub(crate) async fn waiting_decisions(&self) -> db::Result<Vec<String>> {
        let mut connection = self.db.read().await?;
        let stopped = halts::count_stopped(&mut *connection).await?;
        let kids = ledger::list_kids(&mut connection).await?;
        let stopped = (stopped > 0).then(|| {
            format!(
                "Sending is stopped for {stopped} of the businesses, as after a restored copy, until an owner decides on the page \
                 /sending, or `handbill sending start` or `handbill sending cancel` is run."
            )
        });
        let unchecked = kids.into_iter().filter(|kid| self.db.seal().is_some_and(|seal| !seal.knows(kid))).map(|kid| {
            format!(
                "The record cannot be checked: it is signed with the key {kid}, which this server does not have. Put it into \
                 SIGNING_KEYS here, behind the newer ones."
            )
        });
        Ok(stopped.into_iter().chain(unchecked).collect())
    }

    /// Opens and migrates the store, reads or makes the keys, and puts the parts together.
    pub async fn open(config: Config, clock: Arc<dyn Clock>) -> Result<Self, StartError> {
        let keys = SigningKeys::given(&config.signing)?;
        if keys.is_none() && !config.store.is_sqlite() {
            return Err(StartError::NoKeys);
        }
        let db = Db::open(&config.store.url).await?;
        db.migrate().await?;
        let missing = seal::find_missing(&db, keys.as_ref()).await?;
        if let Some(kid) = missing {
            return Err(StartError::LostKey {
                kid,
                place: match &config.signing.keys {
                    Some(_) => "it".to_owned(),
                    None => config.signing.file.display().to_string(),
                },
            });
        }
        let keys = match keys {
            Some(keys) => keys,
            None => SigningKeys::load_or_create(&config.signing.file)?,
        };
        let tokens = Tokens::new(&keys, config.http.public_url.as_str())?;
        let log_ins = LogIns::new(&keys)?;
        let seal = Seal::new(&keys)?;
        seal::seal_heads(&db, &seal).await?;
        let db = db.sealed_with(seal);
        let messengers = Messengers::new(&config)?;
        let watch = Watch::new(&config.store);
        Ok(Self::new(Parts {
            config,
            db,
            clock,
            tokens,
            gateway: Arc::new(TestGateway),
            openings: Openings::default(),
            checkout_pace: Pace::default(),
            passwords: Passwords::default(),
            log_ins,
            messengers,
            watch,
            test_rate: Rate::new(TESTS_PER_MINUTE, 60_000),
        }))
    }
}

impl std::ops::Deref for Service {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
