//! What went wrong inside → what the user is told: the only translation. The cause is logged here, once.

use crate::{db, session::PasswordError, tokens};
use app::error::Error;

impl From<db::Error> for Error {
    fn from(cause: db::Error) -> Self {
        tracing::error!(%cause, "the store did not do it");
        match cause {
            cause if cause.is_busy() => Self::Unavailable,
            db::Error::Sql(sqlx::Error::PoolTimedOut | sqlx::Error::Io(_) | sqlx::Error::PoolClosed) => {
                Self::Unavailable
            }
            db::Error::Sql(_) | db::Error::Stored { .. } => Self::Internal,
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
