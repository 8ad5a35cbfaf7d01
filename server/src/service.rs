//! `Service`, the hub: everything the product does hangs on it. Each feature's file implements its part of the contract.

use crate::{
    checkout::ViewCounts, clock::Clock, config::Config, db::Db, providers::gateway::PaymentGateway, session::Passwords,
    tokens::Tokens,
};
use std::sync::Arc;
use tokio::sync::Notify;

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
    pub views: ViewCounts,
    /// Hashes passwords.
    pub passwords: Passwords,
    /// Rung when deliveries were queued, so that the dispatcher does not wait for its next round.
    pub queued: Notify,
}

impl Service {
    /// Puts the parts together.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }
}

impl std::ops::Deref for Service {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
