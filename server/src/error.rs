//! What went wrong inside → what the user is told: the only translation. The cause is logged here, once.

use crate::{
    db::{self, outage::Outage},
    session::PasswordError,
    tokens,
};
use app::error::Error;

/// Seconds after which a store that was busy is worth another try.
const BUSY_FOR_S: u32 = 5;

impl From<db::Error> for Error {
    fn from(cause: db::Error) -> Self {
        let Some(outage) = cause.outage() else {
            tracing::error!(%cause, "the store did not do it");
            return Self::Internal;
        };
        tracing::error!(%cause, "{outage}");
        match (outage, cause) {
            (_, db::Error::Unconfirmed(_)) => Self::Unconfirmed,
            (Outage::DiskFull, _) => Self::DiskFull,
            (Outage::DiskFails, _) => Self::DiskFails,
            (Outage::Locked, _) => Self::Busy { retry_after_s: BUSY_FOR_S },
            (Outage::Away, _) => Self::Unavailable,
        }
    }
}

impl From<PasswordError> for Error {
    fn from(cause: PasswordError) -> Self {
        tracing::warn!(%cause, "a password was not checked");
        match cause {
            PasswordError::Busy => Self::TooMany { retry_after_s: 1 },
            PasswordError::Broken => Self::Internal,
        }
    }
}

impl From<tokens::Error> for Error {
    fn from(cause: tokens::Error) -> Self {
        tracing::error!(%cause, "a token was not made");
        Self::Internal
    }
}
