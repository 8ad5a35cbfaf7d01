//! The store: one SQL text for two engines. What differs between them stands in this file and nowhere else.

pub mod address_reports;
pub mod approvals;
pub mod bells;
pub mod businesses;
pub mod campaign_events;
pub mod campaigns;
pub mod care;
pub mod checkouts;
pub mod consents;
pub mod contacts;
pub mod control;
pub mod deliveries;
pub mod delivery_reports;
pub mod demo;
pub mod eligibility;
pub mod files;
pub mod halts;
pub mod history;
pub mod imports;
pub mod inbound_texts;
pub mod invites;
pub mod ledger;
pub mod openings;
pub mod opt_outs;
pub mod outage;
pub mod outbox;
pub mod payment_links;
pub mod payments;
pub mod personal_links;
pub mod reminders;
pub mod replies;
pub mod results;
pub mod sessions;
pub mod single_messages;
pub mod store_marks;
pub mod templates;
pub mod users;

use crate::{
    config::StoreConfig,
    facts::{Controlled, Fact, chain::NewEntry},
    ledger::seal::Seal,
};
use app::id::{BusinessId, Id};
use bells::Bells;
use campaign_events::NewEvent;
use outage::Health;
use sqlx::{
    Any, AnyConnection, AnyPool, Connection as _, Row,
    any::{AnyPoolOptions, AnyRow},
    migrate::{MigrateError, Migrator},
    pool::PoolConnection,
};
use std::{
    ops::{Deref, DerefMut},
    path::Path,
    str::FromStr,
    sync::Arc,
    time::Duration,
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// `SQLite` from here on is free of the WAL-reset corruption.
const SQLITE_FLOOR: [u32; 3] = [3, 51, 3];
/// How long a connection or the writer's turn is waited for.
const WAIT: Duration = Duration::from_secs(10);

/// What a query can end in.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database did not do it.
    #[error(transparent)]
    Sql(#[from] sqlx::Error),
    /// The connection went away while a transaction was made so: it may have been, or not.
    #[error("the answer to a commit was lost: {0}")]
    Unconfirmed(sqlx::Error),
    /// Other writers of this program took too long.
    #[error("the turn to write did not come in time")]
    Waited,
    /// A stored value that cannot be understood.
    #[error("{table}.{column} holds a value that cannot be understood")]
    Stored {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
    },
}

impl Error {
    /// A row was found and holds what no column of ours can hold.
    pub const fn is_unreadable(&self) -> bool {
        use sqlx::Error as Cause;
        matches!(
            self,
            Self::Stored { .. } | Self::Sql(Cause::ColumnDecode { .. } | Cause::Decode(_) | Cause::AnyDriverError(_))
        )
    }
}

/// What a db function returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why the store could not be opened: one line for the operator.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// It cannot be reached or written.
    #[error("DATABASE_URL: the database cannot be opened: {0}")]
    Unreachable(String),
    /// A newer program has been here.
    #[error("DATABASE_URL: the database is newer than this program (migration {0}); run the newer version")]
    Newer(i64),
    /// A state of the schema from before the first release, which there is no way on from.
    #[error(
        "DATABASE_URL: the database was made by a version from before the first release and cannot be read; \
         name another database, or move the old file away"
    )]
    BeforeRelease,
    /// A migration failed.
    #[error("DATABASE_URL: the database could not be migrated: {0}")]
    Migration(String),
    /// The engine has a known fault.
    #[error("SQLite {0} is too old; 3.51.3 or newer is needed")]
    OldSqlite(String),
}

/// Which engine the address names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// The embedded default.
    Sqlite,
    /// The way past one machine.
    Postgres,
}

impl Engine {
    /// Claiming is the one statement that must skip what another claim holds: without it batches deadlock on `PostgreSQL`, and
    /// `SQLite`, which has one writer, does not know the words.
    ///
    /// Businesses take turns, and so do the campaigns of each. Whose first message is due is found by jumps through the index from one
    /// business and one campaign to the next, never by reading what is queued. A message's `turn` is its place in its business's round;
    /// chance decides between equals, so that nobody is the last one each time.
    pub const fn claim_deliveries(self) -> &'static str {
        macro_rules! next_campaign {
            ($business:literal, $after:literal) => {
                concat!(
                    "(select d.campaign_id from deliveries d where d.channel = $4 and d.business_id = ",
                    $business,
                    $after,
                    " and d.due_at <= $2 and d.campaign_id not in (select id from campaigns where paused_at is not null) ",
                    "order by d.campaign_id limit 1)"
                )
            };
        }
        macro_rules! next_delivery {
            ($of:literal, $after:literal) => {
                concat!(
                    "(select f.id from deliveries f where f.channel = $4 and f.business_id = ",
                    $of,
                    ".business_id and f.campaign_id = ",
                    $of,
                    ".campaign_id and f.due_at <= $2 ",
                    $after,
                    "order by f.due_at, f.id limit 1)"
                )
            };
        }
        macro_rules! claim {
            ($lock:literal) => {
                concat!(
                    "with recursive owners (business_id) as (",
                    "select min(business_id) from deliveries where channel = $4 and due_at is not null union all ",
                    "select (select min(d.business_id) from deliveries d where d.channel = $4 and d.due_at is not null ",
                    "and d.business_id > o.business_id) from owners o where o.business_id is not null), ",
                    "waiting (business_id, campaign_id, seen) as (",
                    "select o.business_id, ",
                    next_campaign!("o.business_id", ""),
                    ", 1 from owners o where o.business_id is not null and o.business_id not in ",
                    "(select id from businesses where sending_stopped_at is not null) union all select w.business_id, ",
                    next_campaign!("w.business_id", " and d.campaign_id > w.campaign_id"),
                    ", w.seen + 1 from waiting w where w.campaign_id is not null and w.seen < 100), ",
                    "turns as (select business_id, campaign_id, ",
                    "row_number() over (partition by business_id order by random()) as turn, ",
                    "count(*) over (partition by business_id) as campaigns ",
                    "from waiting where campaign_id is not null order by turn, random() limit $5), ",
                    "queue (id, due_at, business_id, campaign_id, turn, campaigns) as (",
                    "select d.id, d.due_at, t.business_id, t.campaign_id, t.turn, t.campaigns from turns t join deliveries d on d.id = ",
                    next_delivery!("t", ""),
                    " union all select d.id, d.due_at, q.business_id, q.campaign_id, q.turn + q.campaigns, q.campaigns ",
                    "from queue q join deliveries d on d.id = ",
                    next_delivery!("q", "and (f.due_at, f.id) > (q.due_at, q.id) "),
                    " where q.turn + q.campaigns <= $5), ",
                    "claimed (id) as (select d.id from queue q join deliveries d on d.id = q.id where d.due_at <= $2 ",
                    "order by q.turn, random() limit $5",
                    $lock,
                    ") update deliveries set worker = $1, attempts = attempts + 1, composed_at = coalesce(composed_at, $2), ",
                    "due_at = $2 + $3 where id in (select id from claimed)"
                )
            };
        }
        match self {
            Self::Sqlite => claim!(""),
            Self::Postgres => claim!(" for update of d skip locked"),
        }
    }

    /// Where the store's mark is kept: no dump carries the numbers of `PostgreSQL`'s databases and tables along. A `SQLite` file has
    /// nothing of the kind.
    pub const fn place_of_mark(self) -> &'static str {
        match self {
            Self::Sqlite => "select ''",
            Self::Postgres => {
                "select (select oid from pg_database where datname = current_database())::text || '.' || \
                 'store_marks'::regclass::oid::text"
            }
        }
    }
}

/// The store.
#[derive(Clone, Debug)]
pub struct Db {
    pool: AnyPool,
    engine: Engine,
    /// `SQLite` has one writer: waiting here is fair and cheap, waiting in the engine is neither.
    writer: Arc<Semaphore>,
    bells: Arc<Bells>,
    health: Arc<Health>,
    /// Signs the ends of the ledger; none for commands that append nothing.
    seal: Option<Arc<Seal>>,
}

impl Db {
    /// Opens the database that the address names; a missing `SQLite` file is created.
    pub async fn open(url: &str) -> Result<Self, OpenError> {
        sqlx::any::install_default_drivers();
        let engine = if url.starts_with("sqlite:") { Engine::Sqlite } else { Engine::Postgres };
        let url = match engine {
            Engine::Sqlite if !url.contains('?') => format!("{url}?mode=rwc"),
            _ => url.to_owned(),
        };
        if let Some(file) = (StoreConfig { url: url.clone() }).sqlite_file() {
            own(&file, url.contains("mode=rwc"));
        }
        let options = AnyPoolOptions::new()
            .max_connections(8)
            .acquire_timeout(WAIT)
            .test_before_acquire(engine == Engine::Postgres)
            .after_connect(move |connection, _| Box::pin(prepare(connection, engine)));
        let options = match engine {
            // The last connection to leave a file takes its log and its shared memory along, and on a full disk the next one
            // could not make them again: one always stays beside the writer's.
            Engine::Sqlite => options.min_connections(2).idle_timeout(None).max_lifetime(None),
            Engine::Postgres => options,
        };
        let pool = options.connect(&url).await.map_err(|error| OpenError::Unreachable(error.to_string()))?;
        let db = Self {
            pool,
            engine,
            writer: Arc::new(Semaphore::new(1)),
            health: Arc::default(),
            bells: Arc::default(),
            seal: None,
        };
        db.check_engine().await?;
        Ok(db)
    }

    async fn check_engine(&self) -> Result<(), OpenError> {
        if self.engine == Engine::Postgres {
            return Ok(());
        }
        let version: String = sqlx::query_scalar("select sqlite_version()")
            .fetch_one(&self.pool)
            .await
            .map_err(|error| OpenError::Unreachable(error.to_string()))?;
        let numbers: Vec<u32> = version.split('.').filter_map(|part| part.parse().ok()).collect();
        if numbers.as_slice() < SQLITE_FLOOR.as_slice() { Err(OpenError::OldSqlite(version)) } else { Ok(()) }
    }

    /// Brings the tables up to this program's version.
    pub async fn migrate(&self) -> Result<(), OpenError> {
        let failed = |error: sqlx::Error| OpenError::Migration(error.to_string());
        // A connection of its own: an index over millions of rows takes longer than a page may.
        let mut connection = self.pool.acquire().await.map_err(failed)?.detach();
        if self.engine == Engine::Postgres {
            for setting in ["set statement_timeout = 0", "set lock_timeout = '60s'"] {
                sqlx::query(setting).execute(&mut connection).await.map_err(failed)?;
            }
        }
        let done = match MIGRATIONS.run(&mut connection).await {
            Ok(()) => Ok(()),
            Err(_) if is_from_before_release(&mut connection).await => Err(OpenError::BeforeRelease),
            Err(MigrateError::VersionMissing(version)) => Err(OpenError::Newer(version)),
            Err(error) => Err(OpenError::Migration(error.to_string())),
        };
        connection.close().await.map_err(failed)?;
        done
    }

    /// The same store, whose ledger is signed with these keys.
    #[must_use]
    pub fn sealed_with(self, seal: Seal) -> Self {
        Self { seal: Some(Arc::new(seal)), ..self }
    }

    /// What is rung once something has happened.
    pub fn bells(&self) -> &Bells {
        &self.bells
    }

    /// What signs the ends of the ledger.
    pub fn seal(&self) -> Option<&Seal> {
        self.seal.as_deref()
    }

    /// Which engine this is.
    pub const fn engine(&self) -> Engine {
        self.engine
    }

    /// A connection to read with.
    pub async fn read(&self) -> Result<PoolConnection<Any>> {
        Ok(self.pool.acquire().await?)
    }

    /// A transaction that writes; dropped without `commit`, it never was.
    pub async fn begin(&self) -> Result<Tx> {
        self.health.note(self.try_begin().await)
    }

    async fn try_begin(&self) -> Result<Tx> {
        let (turn, begin) = match self.engine {
            // A read before the first write would otherwise fail at once when another writer got in between.
            Engine::Sqlite => {
                let turn = timeout(WAIT, Arc::clone(&self.writer).acquire_owned()).await.map_err(|_| Error::Waited)?;
                (turn.ok(), "begin immediate")
            }
            Engine::Postgres => (None, "begin"),
        };
        let mut tx = Tx {
            connection: self.pool.acquire().await?,
            has_ended: false,
            health: Arc::clone(&self.health),
            seal: self.seal.clone(),
            entries: Vec::new(),
            events: Vec::new(),
            bells: Arc::clone(&self.bells),
            rings: None,
            _turn: turn,
        };
        sqlx::raw_sql(begin).execute(&mut *tx).await?;
        Ok(tx)
    }

    /// Writes a whole copy of a `SQLite` database to a new or empty file, while others read and write.
    pub async fn copy_into(&self, file: &str) -> Result<()> {
        sqlx::query("vacuum into $1").bind(file).execute(&self.pool).await?;
        Ok(())
    }

    /// Waits for running queries and closes.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// One transaction that writes. Only a connection whose transaction was made so or taken back in order serves anybody again: after
/// an error, or when the one who asked has gone, nobody knows what state it is in, so it is closed.
pub struct Tx {
    connection: PoolConnection<Any>,
    has_ended: bool,
    health: Arc<Health>,
    seal: Option<Arc<Seal>>,
    /// What goes on record and into the history of campaigns when it is made so …
    entries: Vec<NewEntry>,
    events: Vec<NewEvent>,
    /// … and what is rung then, if anything: whether messages may leave.
    bells: Arc<Bells>,
    rings: Option<bool>,
    _turn: Option<OwnedSemaphorePermit>,
}

impl Tx {
    /// Notes what this transaction does: the one place where it is said that something happened. As the last act before the commit it
    /// goes into the ledger, so that the end of a chain is locked for no longer than that takes and never while another row is waited
    /// for, and what was done to a campaign goes into its history. After the commit those are told who wait for it.
    pub fn note(&mut self, business: &BusinessId, fact: &Fact<'_>, at: i64) -> Result<()> {
        let body =
            serde_json::to_string(fact).map_err(|_| Error::Stored { table: "ledger_entries", column: "body" })?;
        if let Fact::Control(Controlled { campaign, user, what, words }) = fact {
            self.events.push(NewEvent {
                business: business.clone(),
                campaign: (*campaign).clone(),
                user: user.cloned(),
                what: *what,
                words: (*words).to_owned(),
                at,
            });
        }
        self.entries.push(NewEntry { business: business.clone(), kind: fact.kind(), body, at });
        self.rings = Some(self.rings.unwrap_or_default() || fact.lets_leave());
        Ok(())
    }

    /// Messages have moved and nothing of it goes on record: those who follow campaigns look.
    pub fn moves(&mut self) {
        self.rings.get_or_insert_default();
    }

    /// Takes it back at once. One that is dropped keeps its rows locked until its connection is closed, and a claim passes locked
    /// rows by.
    pub async fn roll_back(mut self) -> Result<()> {
        sqlx::raw_sql("rollback").execute(&mut *self.connection).await?;
        self.has_ended = true;
        Ok(())
    }

    /// Makes it so.
    pub async fn commit(mut self) -> Result<()> {
        let health = Arc::clone(&self.health);
        health.note(self.try_commit().await)
    }

    async fn try_commit(&mut self) -> Result<()> {
        for event in std::mem::take(&mut self.events) {
            campaign_events::insert(&mut self.connection, &event).await?;
        }
        let entries = std::mem::take(&mut self.entries);
        ledger::append(&mut self.connection, entries, self.seal.as_deref()).await?;
        sqlx::raw_sql("commit").execute(&mut *self.connection).await.map_err(|error| match Error::from(error) {
            Error::Sql(cause) if Error::is_lost(&cause) => Error::Unconfirmed(cause),
            error => error,
        })?;
        self.has_ended = true;
        if let Some(lets_leave) = self.rings {
            self.bells.ring(lets_leave);
        }
        Ok(())
    }
}

impl Drop for Tx {
    fn drop(&mut self) {
        if !self.has_ended {
            self.connection.close_on_drop();
        }
    }
}

impl Deref for Tx {
    type Target = AnyConnection;

    fn deref(&self) -> &AnyConnection {
        &self.connection
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        &mut self.connection
    }
}

/// Makes a missing database file and takes one that is there away from everybody else. Where that is not possible `SQLite` says
/// why it cannot open it, or the file belongs to another user of the machine, who has decided.
fn own(file: &Path, may_make: bool) {
    let made = if may_make && !file.exists() { files::make_private(file) } else { Ok(()) };
    if let Err(error) = made.and_then(|()| files::keep_private(file)) {
        tracing::warn!(%error, "the database file could not be made readable by its owner alone");
    }
}

/// Whether the first migration that made these tables is not the one of the first release.
async fn is_from_before_release(connection: &mut AnyConnection) -> bool {
    let applied: sqlx::Result<Vec<u8>> =
        sqlx::query_scalar("select checksum from _sqlx_migrations where version = 1").fetch_one(connection).await;
    let first = MIGRATIONS.iter().next();
    first.zip(applied.ok()).is_some_and(|(first, applied)| *first.checksum != *applied)
}

async fn prepare(connection: &mut AnyConnection, engine: Engine) -> sqlx::Result<()> {
    let settings: &[&'static str] = match engine {
        Engine::Sqlite => &[
            "pragma busy_timeout = 5000",
            "pragma journal_mode = wal",
            // What was acknowledged must survive power loss.
            "pragma synchronous = full",
            "pragma foreign_keys = on",
            "pragma secure_delete = on",
        ],
        Engine::Postgres => &["set statement_timeout = '5s'", "set lock_timeout = '2s'"],
    };
    for setting in settings {
        sqlx::query(*setting).execute(&mut *connection).await?;
    }
    Ok(())
}

/// A list for SQL, `$3, $4, $5`: so many parameters from this one on. (sqlx's own builder writes `?` for both engines.)
pub fn parameters(first: usize, count: usize) -> String {
    (first..first + count).map(|number| format!("${number}")).collect::<Vec<_>>().join(", ")
}

/// Rows for `values`, `($3, $4), ($5, $6)`: so many of so many columns, from this parameter on.
pub fn rows_of_parameters(first: usize, rows: usize, columns: usize) -> String {
    (0..rows).map(|row| format!("({})", parameters(first + row * columns, columns))).collect::<Vec<_>>().join(", ")
}

/// A text column that holds an id or a word of ours.
pub fn stored<T: FromStr>(row: &AnyRow, table: &'static str, column: &'static str) -> Result<T> {
    row.try_get::<String, _>(column)?.parse().map_err(|_| Error::Stored { table, column })
}

/// The same, where it may be null.
pub fn stored_option<T: FromStr>(row: &AnyRow, table: &'static str, column: &'static str) -> Result<Option<T>> {
    let text: Option<String> = row.try_get(column)?;
    text.map(|text| text.parse().map_err(|_| Error::Stored { table, column })).transpose()
}

/// A text column that holds JSON of ours.
pub fn stored_json<T: serde::de::DeserializeOwned>(
    row: &AnyRow,
    table: &'static str,
    column: &'static str,
) -> Result<T> {
    serde_json::from_str(&row.try_get::<String, _>(column)?).map_err(|_| Error::Stored { table, column })
}

/// A new id: ordered by time, unguessable in its rest.
pub fn new_id<T: Id>(now_ms: i64) -> T {
    let ms = now_ms.unsigned_abs();
    let nanoseconds = u32::try_from(ms % 1000 * 1_000_000).unwrap_or_default();
    let timestamp = uuid::Timestamp::from_unix(uuid::NoContext, ms / 1000, nanoseconds);
    T::from_bits(uuid::Uuid::new_v7(timestamp).as_u128())
}
