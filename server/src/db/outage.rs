//! What keeps the store from working, told apart by the engines' own codes, and whether it works at this moment.

use super::{Db, Engine, Error, MIGRATIONS, Result};
use sqlx::Error as Cause;
use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};
use tokio::{
    sync::Mutex,
    time::{Instant, timeout},
};

/// How long an answer of [`Db::check`] holds: asking more often makes no more writes.
const CHECK_EVERY: Duration = Duration::from_secs(1);
/// How long a check may take; the one who asks has given up a little later.
const CHECK_TIME: Duration = Duration::from_secs(3);
/// What a check writes: about as much as saving a form, because a disk that is nearly full still takes a few bytes.
const FILLER_BYTES: usize = 16 * 1024;

/// Why the store does not work just now, whatever was asked of it. It ends by itself, or when the operator does something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Outage {
    /// No room is left.
    #[error("The disk is full: nothing can be saved until there is room.")]
    DiskFull,
    /// The disk answers with errors, or is read-only.
    #[error("The disk of the database cannot be written.")]
    DiskFails,
    /// Another program holds a lock for long, or a statement took too long.
    #[error("The database is held by somebody else, or too slow: nothing can be saved until that ends.")]
    Locked,
    /// There is no connection to it.
    #[error("The database does not answer.")]
    Away,
}

impl Outage {
    /// By `SQLite`'s extended result code (sqlite.org/rescode.html) or `PostgreSQL`'s SQLSTATE (appendix A of its manual), which
    /// always has five characters.
    fn of_code(code: &str) -> Option<Self> {
        if code.len() == 5 {
            return match code {
                "53100" => Some(Self::DiskFull),
                "58030" | "25006" => Some(Self::DiskFails),
                // Lock and statement timeouts, deadlocks, what could not be serialised.
                "55P03" | "57014" | "40001" | "40P01" => Some(Self::Locked),
                _ if code.starts_with("08") || code.starts_with("53") || code.starts_with("57P") => Some(Self::Away),
                _ => None,
            };
        }
        // The low byte is the kind, what is above it the detail.
        match code.parse::<u32>().ok()? {
            // A file in shared memory that cannot grow.
            13 | 4874 => Some(Self::DiskFull),
            code => match code & 0xff {
                5 | 6 | 15 => Some(Self::Locked),
                8 | 10 | 14 => Some(Self::DiskFails),
                _ => None,
            },
        }
    }
}

/// `SQLITE_CORRUPT` and `SQLITE_NOTADB`.
fn is_damage(code: &str) -> bool {
    code.parse::<u32>().is_ok_and(|code| matches!(code & 0xff, 11 | 26))
}

impl Error {
    /// The line was cut before the answer came.
    pub(super) const fn is_lost(cause: &Cause) -> bool {
        matches!(cause, Cause::Io(_) | Cause::Tls(_) | Cause::Protocol(_) | Cause::WorkerCrashed)
    }

    /// What keeps the store from working; none where the fault lies in what was asked.
    pub fn outage(&self) -> Option<Outage> {
        match self {
            Self::Waited => Some(Outage::Locked),
            Self::Sql(Cause::Database(cause)) => cause.code().and_then(|code| Outage::of_code(&code)),
            Self::Unconfirmed(_) | Self::Sql(Cause::PoolTimedOut | Cause::PoolClosed) => Some(Outage::Away),
            Self::Sql(cause) if Self::is_lost(cause) => Some(Outage::Away),
            Self::Sql(_) | Self::Stored { .. } => None,
        }
    }
}

/// Why nobody should be sent here yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unready {
    /// The store does not work.
    #[error(transparent)]
    Outage(#[from] Outage),
    /// The check of the file found faults.
    #[error(
        "The database file is damaged. Stop the server, keep a copy of the file, and restore the last good backup."
    )]
    Damaged,
    /// Tables are missing.
    #[error("The database is not migrated. Run: handbill migrate")]
    NotMigrated,
    /// A newer program has been here.
    #[error("The database is newer than this program. Run the newer version.")]
    Newer,
}

/// What is known of how the store does.
#[derive(Debug, Default)]
pub(super) struct Health {
    /// The last transaction could not be begun or made so.
    failed: AtomicBool,
    /// The file is damaged.
    is_damaged: AtomicBool,
    /// When somebody last looked, and what they found.
    looked: Mutex<Option<(Instant, Result<(), Unready>)>>,
}

impl Health {
    /// Notes how a transaction began or ended.
    pub(super) fn note<T>(&self, result: Result<T>) -> Result<T> {
        let failed = result.as_ref().is_err_and(|error| error.outage().is_some());
        self.failed.store(failed, Ordering::Relaxed);
        result
    }
}

impl Db {
    /// Whether the tables are what this program expects and something can be saved: what `/ready` asks. It writes, because
    /// nothing else tells whether writing works.
    pub async fn check(&self) -> Result<(), Unready> {
        let mut looked = self.health.looked.lock().await;
        if let Some((at, found)) = *looked
            && at.elapsed() < CHECK_EVERY
        {
            return found;
        }
        let found = match timeout(CHECK_TIME, self.look()).await {
            Ok(found) => found,
            // Our own writers may take their time: then what the last of them met is what is known.
            Err(_) if self.writer.available_permits() == 0 && !self.health.failed.load(Ordering::Relaxed) => Ok(()),
            Err(_) => Err(Outage::Locked.into()),
        };
        *looked = Some((Instant::now(), found));
        found
    }

    async fn look(&self) -> Result<(), Unready> {
        if self.is_damaged() {
            return Err(Unready::Damaged);
        }
        let tried = async {
            let applied = self.list_migrations().await?;
            self.write_something().await?;
            Ok::<_, Error>(applied)
        };
        let applied = tried.await.map_err(|error| {
            tracing::warn!(%error, "the store was tried out and does not work");
            error.outage().map_or(Unready::NotMigrated, Unready::Outage)
        })?;
        let known: BTreeSet<i64> = MIGRATIONS.iter().map(|migration| migration.version).collect();
        if !applied.is_subset(&known) {
            return Err(Unready::Newer);
        }
        if applied == known { Ok(()) } else { Err(Unready::NotMigrated) }
    }

    /// Reads the whole `SQLite` file and looks whether it is as the engine writes it: what happens at start. False when it is damaged.
    pub async fn check_file(&self) -> Result<bool> {
        if self.engine == Engine::Postgres {
            return Ok(true);
        }
        let checked = sqlx::query_scalar("pragma quick_check(1)").fetch_one(&mut *self.read().await?).await;
        let found: String = match checked {
            // So damaged that not even the check goes on.
            Err(Cause::Database(cause)) if cause.code().is_some_and(|code| is_damage(&code)) => {
                cause.message().to_owned()
            }
            found => found?,
        };
        let is_whole = found == "ok";
        if is_whole {
            tracing::info!("the database file is whole");
        } else {
            tracing::error!(found, "the database file is damaged: keep a copy of it, and restore the last good backup");
            self.health.is_damaged.store(true, Ordering::Relaxed);
        }
        Ok(is_whole)
    }

    /// Whether the check of the file found faults.
    pub fn is_damaged(&self) -> bool {
        self.health.is_damaged.load(Ordering::Relaxed)
    }

    async fn list_migrations(&self) -> Result<BTreeSet<i64>> {
        let versions = sqlx::query_scalar("select version from _sqlx_migrations where success = true");
        Ok(versions.fetch_all(&mut *self.read().await?).await?.into_iter().collect())
    }

    async fn write_something(&self) -> Result<()> {
        let mut tx = self.begin().await?;
        // Taken out and put in again as it was: what is overwritten with the same would not be written.
        sqlx::query("delete from write_checks").execute(&mut *tx).await?;
        let filler = ".".repeat(FILLER_BYTES);
        sqlx::query("insert into write_checks (filler) values ($1)").bind(filler).execute(&mut *tx).await?;
        tx.commit().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_engines_code_says_what_keeps_the_store_from_working() {
        for (code, outage) in [
            ("13", Some(Outage::DiskFull)),     // SQLITE_FULL
            ("4874", Some(Outage::DiskFull)),   // SQLITE_IOERR_SHMSIZE
            ("10", Some(Outage::DiskFails)),    // SQLITE_IOERR
            ("778", Some(Outage::DiskFails)),   // SQLITE_IOERR_WRITE
            ("1034", Some(Outage::DiskFails)),  // SQLITE_IOERR_FSYNC
            ("8", Some(Outage::DiskFails)),     // SQLITE_READONLY
            ("14", Some(Outage::DiskFails)),    // SQLITE_CANTOPEN
            ("5", Some(Outage::Locked)),        // SQLITE_BUSY
            ("517", Some(Outage::Locked)),      // SQLITE_BUSY_SNAPSHOT
            ("6", Some(Outage::Locked)),        // SQLITE_LOCKED
            ("1", None),                        // SQLITE_ERROR
            ("2067", None),                     // SQLITE_CONSTRAINT_UNIQUE
            ("11", None),                       // SQLITE_CORRUPT
            ("53100", Some(Outage::DiskFull)),  // disk_full
            ("58030", Some(Outage::DiskFails)), // io_error
            ("25006", Some(Outage::DiskFails)), // read_only_sql_transaction
            ("55P03", Some(Outage::Locked)),    // lock_not_available
            ("57014", Some(Outage::Locked)),    // query_canceled, also by statement_timeout
            ("40P01", Some(Outage::Locked)),    // deadlock_detected
            ("57P01", Some(Outage::Away)),      // admin_shutdown
            ("08006", Some(Outage::Away)),      // connection_failure
            ("53300", Some(Outage::Away)),      // too_many_connections
            ("23505", None),                    // unique_violation
            ("42P01", None),                    // undefined_table
            ("", None),
        ] {
            assert_eq!(Outage::of_code(code), outage, "{code}");
        }
    }
}
