//! A file of contacts on its way in: a dry run that says what would happen, and the same run that makes it happen.

use std::{
    collections::HashMap,
    fs::File,
    hash::{DefaultHasher, Hash, Hasher as _},
    path::{Path, PathBuf},
    time::Duration,
};

use app::{
    account::Access,
    address::Typed,
    contacts::{Contact, Dnd, ImportColumn, ImportProblem, ImportReport, ImportStatus},
    error::{Error, Result},
    id::{BusinessId, ContactId, ImportId, UserId},
};
use serde_json::json;
use sqlx::AnyConnection;

use super::{
    columns,
    rows::{Content, Mapping, Read, merge, person_of},
};
use crate::{
    consent::{self, By},
    csv_file::{CsvFile, Refused},
    db::{
        self, Tx,
        consents::Source,
        contacts::{self, Person},
        imports::{self, ImportRow},
    },
    ledger::Changed,
    service::Service,
};

/// Rows in one transaction: long enough to be fast, short enough to let others write.
const CHUNK: usize = 500;
/// Problems that the report names by line; all are counted.
const MAX_PROBLEMS: usize = 200;
/// A run that has said nothing for so long has stopped.
const STALE_MS: i64 = 60_000;
/// How long a request waits for a run, so that a small file needs no second look.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long a run waits before it tries again while nothing can be saved.
const TRY_AGAIN: Duration = Duration::from_secs(5);

impl Service {
    /// Where uploaded files wait.
    pub fn import_folder(&self) -> PathBuf {
        let beside_keys = || self.config.signing.file.parent().map(Path::to_path_buf);
        self.config.store.folder().or_else(beside_keys).unwrap_or_default().join("imports")
    }

    fn import_file(&self, id: &ImportId) -> PathBuf {
        self.import_folder().join(format!("{id}.csv"))
    }

    /// Takes in a file that was uploaded to this place, guesses its columns and checks it. The file is moved or removed.
    pub async fn take_import(&self, access: &Access, upload: &Path, file_name: &str) -> Result<ImportId, TakeError> {
        let taken = self.take(access, upload, file_name).await;
        if taken.is_err() {
            // It may have been moved already; what matters is that nothing stays behind.
            let _ = tokio::fs::remove_file(upload).await;
        }
        taken
    }

    async fn take(&self, access: &Access, upload: &Path, file_name: &str) -> Result<ImportId, TakeError> {
        let (columns, has_header) = look_at(upload.to_owned()).await?;
        let now = self.clock.now();
        let id: ImportId = db::new_id(now);
        tokio::fs::rename(upload, self.import_file(&id)).await.map_err(Refused::Io)?;
        let row = ImportRow {
            id: id.clone(),
            user: access.user().clone(),
            file_name: crate::names::clean(file_name),
            columns,
            has_header,
            status: ImportStatus::Checking,
            found: ImportReport::default(),
            done: ImportReport::default(),
            updated_at: now,
        };
        let mut tx = self.db.begin().await.map_err(Error::from)?;
        imports::insert(&mut tx, access.business(), &row, now).await.map_err(Error::from)?;
        tx.commit().await.map_err(Error::from)?;
        self.run_import(access.business().clone(), row).await?;
        Ok(id)
    }

    /// The import as it is now.
    pub(super) async fn find_import(&self, access: &Access, id: &ImportId) -> Result<ImportRow> {
        let mut conn = self.db.read().await?;
        let mut row = imports::find(&mut conn, access.business(), id).await?.ok_or(Error::NotFound)?;
        if row.status.is_moving() && self.clock.now() - row.updated_at > STALE_MS {
            row.status = ImportStatus::Stopped;
        }
        Ok(row)
    }

    /// Checks again with other columns.
    pub(super) async fn check_import(&self, access: &Access, mut row: ImportRow) -> Result<()> {
        if row.status.is_moving() || row.status == ImportStatus::Done || row.done.rows > 0 {
            return Err(Error::Conflict("This import has begun already; its columns stay as they are.".into()));
        }
        row.found = ImportReport::default();
        self.begin_run(access, row, ImportStatus::Checking).await
    }

    /// Writes what the check found; after a stop it goes on where it was.
    pub(super) async fn write_import(&self, access: &Access, row: ImportRow) -> Result<()> {
        if row.status.is_moving() || row.status == ImportStatus::Done {
            // A second press starts nothing twice.
            return Ok(());
        }
        if !row.found.complete {
            return Err(Error::Conflict("Check the file first.".into()));
        }
        self.begin_run(access, row, ImportStatus::Importing).await
    }

    async fn begin_run(&self, access: &Access, mut row: ImportRow, status: ImportStatus) -> Result<()> {
        let (seen, now) = (row.updated_at, self.clock.now());
        row.status = status;
        // What is done is done by whoever pressed, not by whoever uploaded.
        row.user = access.user().clone();
        row.updated_at = now.max(seen + 1);
        let mut tx = self.db.begin().await?;
        let is_ours = imports::update(&mut tx, access.business(), &row, Some(seen)).await?;
        tx.commit().await?;
        if is_ours { self.run_import(access.business().clone(), row).await } else { Ok(()) }
    }

    /// Runs in a task of its own, so that a closed browser stops nothing, and waits a moment for it.
    async fn run_import(&self, business: BusinessId, row: ImportRow) -> Result<()> {
        let service = self.clone();
        let run = tokio::spawn(async move {
            let (id, path) = (row.id.clone(), service.import_file(&row.id));
            let mut last = row.clone();
            let mut ended = service.run(&business, row, &path, &mut last).await;
            while let Err(error @ (Error::DiskFull | Error::DiskFails | Error::Busy { .. })) = &ended {
                tracing::warn!(import = %id, %error, "an import waits");
                tokio::time::sleep(TRY_AGAIN).await;
                ended = service.run(&business, last.clone(), &path, &mut last).await;
            }
            if let Err(error) = ended {
                tracing::error!(import = %id, %error, "an import stopped");
                last.status = ImportStatus::Stopped;
                last.updated_at = service.clock.now().max(last.updated_at + 1);
                let stopped = async {
                    let mut tx = service.db.begin().await?;
                    imports::update(&mut tx, &business, &last, None).await?;
                    if last.done.rows > 0 {
                        Done::of(&last).note(&mut tx, &business, last.updated_at)?;
                    }
                    tx.commit().await
                };
                if let Err(error) = stopped.await {
                    tracing::error!(import = %id, %error, "a stopped import could not be marked");
                }
            }
        });
        // Not done by then: the page asks again.
        let _ = tokio::time::timeout(PATIENCE, run).await;
        Ok(())
    }

    async fn run(&self, business: &BusinessId, mut row: ImportRow, path: &Path, last: &mut ImportRow) -> Result<()> {
        let country = {
            let mut conn = self.db.read().await?;
            db::businesses::find(&mut *conn, business).await?.ok_or(Error::NotFound)?.country
        };
        let mapping = Mapping::new(&row.columns, country);
        let writes = row.status == ImportStatus::Importing;
        let mut run = Run {
            business,
            user: Some(&row.user.clone()),
            writes,
            seen: Seen::default(),
            report: if writes { row.done.clone() } else { ImportReport::default() },
            passed: 0,
        };
        let mut rows = Some(Rows::open(path.to_owned(), mapping, row.has_header).await?);
        while let Some((rest, chunk)) = Rows::next_chunk(rows.take()).await? {
            let is_last = chunk.len() < CHUNK;
            let (seen, now) = (row.updated_at, self.clock.now());
            let mut tx = self.db.begin().await?;
            run.chunk(&mut tx, chunk, now).await?;
            run.report.complete = is_last;
            row.updated_at = now.max(seen + 1);
            if writes {
                row.done = run.report.clone();
            } else {
                row.found = run.report.clone();
            }
            if is_last {
                row.status = if writes { ImportStatus::Done } else { ImportStatus::Checked };
            }
            if !imports::update(&mut tx, business, &row, Some(seen)).await? {
                // Somebody pressed meanwhile, and another run has it.
                return Ok(());
            }
            if is_last && writes {
                Done::of(&row).note(&mut tx, business, now)?;
            }
            tx.commit().await?;
            *last = row.clone();
            if is_last {
                break;
            }
            rows = Some(rest);
        }
        if writes && let Err(error) = tokio::fs::remove_file(path).await {
            tracing::warn!(%error, "an imported file could not be removed");
        }
        Ok(())
    }

    /// Imports a file from the command line: columns as guessed, nothing asked. With `writes` off it only reports.
    pub async fn import_contacts(
        &self,
        business: &BusinessId,
        country: &str,
        path: &Path,
        writes: bool,
    ) -> Result<ImportReport, TakeError> {
        let (columns, has_header) = look_at(path.to_owned()).await?;
        let mapping = Mapping::new(&columns, country.to_owned());
        let report = ImportReport::default();
        let mut run = Run { business, user: None, writes, seen: Seen::default(), report, passed: 0 };
        let ended = self.import_rows(&mut run, Rows::open(path.to_owned(), mapping, has_header).await?).await;
        run.report.complete = ended.is_ok();
        if writes {
            let file_name =
                path.file_name().map(|name| crate::names::clean(&name.to_string_lossy())).unwrap_or_default();
            let done = Done { user: None, id: None, file_name: &file_name, report: &run.report };
            let mut tx = self.db.begin().await.map_err(Error::from)?;
            done.note(&mut tx, business, self.clock.now()).map_err(Error::from)?;
            tx.commit().await.map_err(Error::from)?;
        }
        ended?;
        Ok(run.report)
    }

    async fn import_rows(&self, run: &mut Run<'_>, rows: Rows) -> Result<()> {
        let mut rows = Some(rows);
        while let Some((rest, chunk)) = Rows::next_chunk(rows.take()).await? {
            let is_last = chunk.len() < CHUNK;
            let mut tx = self.db.begin().await?;
            run.chunk(&mut tx, chunk, self.clock.now()).await?;
            tx.commit().await?;
            if is_last {
                break;
            }
            rows = Some(rest);
        }
        Ok(())
    }
}

/// A run that has ended, for the ledger: whose file it was and what became of its rows.
struct Done<'a> {
    user: Option<&'a UserId>,
    id: Option<&'a ImportId>,
    file_name: &'a str,
    report: &'a ImportReport,
}

impl<'a> Done<'a> {
    fn of(row: &'a ImportRow) -> Self {
        Self { user: Some(&row.user), id: Some(&row.id), file_name: &row.file_name, report: &row.done }
    }

    fn note(&self, tx: &mut Tx, business: &BusinessId, now: i64) -> db::Result<()> {
        // The counts are enough: a problem quotes what stood in the file.
        let rows = ImportReport { problems: Vec::new(), ..self.report.clone() };
        let left = json!({"file": self.file_name, "rows": rows});
        let changed = Changed { user: self.user, what: "import", id: self.id.map(ImportId::as_str), left };
        changed.note(tx, business, now)
    }
}

/// Why a file was not taken.
#[derive(Debug, thiserror::Error)]
pub enum TakeError {
    /// The file's fault.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// Ours.
    #[error(transparent)]
    Failed(#[from] Error),
}

/// The columns of a file, what they seem to hold, and whether the first row names them.
async fn look_at(path: PathBuf) -> Result<(Vec<ImportColumn>, bool), TakeError> {
    let looked = tokio::task::spawn_blocking(move || {
        let mut file = CsvFile::open(File::open(path)?)?;
        let first = file.header().to_vec();
        let has_header = columns::has_header(&first);
        let mut below: Vec<Vec<String>> = Vec::new();
        if !has_header {
            below.push(first.clone());
        }
        while below.len() < 3
            && let Some(row) = file.next_row()?
        {
            below.extend(row.cells.ok());
        }
        let fields = columns::guess(&first, &below);
        let columns = first.into_iter().zip(fields).enumerate().map(|(index, (name, field))| ImportColumn {
            name: if has_header && !name.trim().is_empty() { name } else { format!("Column {}", index + 1) },
            examples: below
                .iter()
                .filter_map(|cells| cells.get(index))
                .filter(|cell| !cell.is_empty())
                .cloned()
                .collect(),
            field,
        });
        Ok::<_, Refused>((columns.collect(), has_header))
    });
    Ok(looked.await.map_err(|_| Error::Internal)??)
}

/// A file that is read and understood off the async threads.
struct Rows {
    file: CsvFile<File>,
    mapping: Mapping,
    first: Option<Read>,
}

impl Rows {
    async fn open(path: PathBuf, mapping: Mapping, has_header: bool) -> Result<Self> {
        let opened = tokio::task::spawn_blocking(move || {
            let file = CsvFile::open(File::open(path)?)?;
            let first = (!has_header).then(|| mapping.read(file.first_row()));
            Ok::<_, Refused>(Self { file, mapping, first })
        });
        opened.await.map_err(|_| Error::Internal)?.map_err(|error| {
            tracing::error!(%error, "an uploaded file cannot be opened again");
            Error::Unavailable
        })
    }

    /// Up to a chunk of rows; fewer are the last.
    async fn next_chunk(rows: Option<Self>) -> Result<Option<(Self, Vec<Read>)>> {
        let Some(mut rows) = rows else { return Ok(None) };
        let read = tokio::task::spawn_blocking(move || {
            let mut chunk: Vec<Read> = rows.first.take().into_iter().collect();
            while chunk.len() < CHUNK
                && let Some(row) = rows.file.next_row()?
            {
                chunk.push(rows.mapping.read(row));
            }
            Ok::<_, std::io::Error>((rows, chunk))
        });
        let read = read.await.map_err(|_| Error::Internal)?;
        read.map(Some).map_err(|error| {
            tracing::error!(%error, "an uploaded file cannot be read");
            Error::Unavailable
        })
    }
}

/// What earlier rows of the file were about, by the line they stand on. Hashes, because a file can be long.
#[derive(Default)]
struct Seen {
    emails: HashMap<u64, u64>,
    phones: HashMap<u64, u64>,
    phones_without_email: HashMap<u64, u64>,
    names: HashMap<u64, u64>,
    contacts: HashMap<u64, u64>,
}

fn hash(key: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish()
}

/// What one row comes to.
enum Outcome {
    New,
    Known(Box<Contact>),
    Repeated { line: u64 },
}

/// One pass through a file.
struct Run<'a> {
    business: &'a BusinessId,
    user: Option<&'a UserId>,
    writes: bool,
    seen: Seen,
    report: ImportReport,
    /// Rows gone through in this pass; those that an earlier pass has written are only remembered.
    passed: u64,
}

impl Run<'_> {
    async fn chunk(&mut self, tx: &mut Tx, chunk: Vec<Read>, now: i64) -> db::Result<()> {
        for read in chunk {
            self.passed += 1;
            let is_written = self.passed <= self.report.rows;
            self.row(tx, read, is_written, now).await?;
        }
        Ok(())
    }

    async fn row(&mut self, tx: &mut Tx, read: Read, is_written: bool, now: i64) -> db::Result<()> {
        let line = read.line;
        let (person, dnd, email_problem, phone_problem) = match read.content {
            Content::Person { person, dnd, email_problem, phone_problem } => {
                (person, dnd, email_problem, phone_problem)
            }
            _ if is_written => return Ok(()),
            Content::Blank => {
                self.report.rows += 1;
                self.report.blank += 1;
                return Ok(());
            }
            Content::Unreadable(why) => {
                self.report.rows += 1;
                self.report.unreadable += 1;
                self.problem(line, why.to_string());
                return Ok(());
            }
        };
        let outcome = self.find(tx, &person, line).await?;
        if is_written {
            return Ok(());
        }
        self.report.rows += 1;
        match outcome {
            Outcome::Repeated { line: first } => {
                self.report.repeated += 1;
                self.problem(line, format!("The same contact as in line {first}; left out."));
                return Ok(());
            }
            Outcome::New => {
                self.report.new += 1;
                if self.writes {
                    self.insert(tx, &person, dnd, now).await?;
                }
            }
            Outcome::Known(contact) => {
                let (merged, merged_dnd) = merge(&contact, &person, dnd);
                if merged == person_of(&contact) && merged_dnd == contact.dnd {
                    self.report.unchanged += 1;
                } else {
                    self.report.updated += 1;
                    if self.writes {
                        let version = contact.version;
                        contacts::update_person(tx, self.business, &contact.id, version, &merged, now).await?;
                        consent::switch(tx, self.business, &contact, merged_dnd, self.by(), now).await?;
                        if super::has_other_address(&contact, &merged) {
                            super::take_what_is_known(tx, self.business, &contact.id, &merged, now).await?;
                        }
                    }
                }
            }
        }
        if let Some(problem) = email_problem {
            self.report.invalid_email += 1;
            self.problem(line, problem.to_string());
        }
        if let Some(problem) = phone_problem {
            self.report.invalid_phone += 1;
            self.problem(line, problem.to_string());
        }
        Ok(())
    }

    fn problem(&mut self, line: u64, message: String) {
        if self.report.problems.len() < MAX_PROBLEMS {
            self.report.problems.push(ImportProblem { line, message });
        }
    }

    async fn insert(&self, tx: &mut Tx, person: &Person, dnd: Dnd, now: i64) -> db::Result<()> {
        let id: ContactId = db::new_id(now);
        contacts::insert(tx, self.business, &id, person, now).await?;
        super::record_first_dnd(tx, self.business, &id, dnd, self.by(), now).await?;
        super::take_what_is_known(tx, self.business, &id, person, now).await
    }

    fn by(&self) -> By<'_> {
        By { source: Source::Import, user: self.user, reason: None }
    }

    /// Whom a row is about: by email; without one, or where nobody has it yet, by phone; without both, by name.
    async fn find(&mut self, conn: &mut AnyConnection, person: &Person, line: u64) -> db::Result<Outcome> {
        let email = (person.email != Typed::Missing).then(|| hash(&contacts::email_key(&person.email)));
        let phone = (person.phone != Typed::Missing).then(|| hash(&person.phone.to_string()));
        let name = hash(&(&person.first_name, &person.last_name));
        let seen = &self.seen;
        // A wrong email may be repaired by now: then the phone tells who it is.
        let trusts_email = person.email.valid().is_some();
        let phones = if trusts_email { &seen.phones_without_email } else { &seen.phones };
        let earlier = match (email, phone) {
            (Some(email), phone) => seen.emails.get(&email).or_else(|| phone.and_then(|phone| phones.get(&phone))),
            (None, Some(phone)) => seen.phones.get(&phone),
            (None, None) => seen.names.get(&name),
        };
        if let Some(&line) = earlier {
            return Ok(Outcome::Repeated { line });
        }
        let mut contact = None;
        if email.is_some() {
            contact = contacts::find_by_email(conn, self.business, &person.email).await?;
        }
        if contact.is_none() && phone.is_some() {
            contact = contacts::find_by_phone(conn, self.business, &person.phone, trusts_email).await?;
        }
        if email.is_none() && phone.is_none() {
            contact = contacts::find_by_name(conn, self.business, person).await?;
        }
        if let Some(contact) = &contact {
            if let Some(&line) = self.seen.contacts.get(&hash(&contact.id)) {
                return Ok(Outcome::Repeated { line });
            }
            self.seen.contacts.insert(hash(&contact.id), line);
        }
        if let Some(email) = email {
            self.seen.emails.insert(email, line);
        }
        if let Some(phone) = phone {
            self.seen.phones.entry(phone).or_insert(line);
            if email.is_none() {
                self.seen.phones_without_email.insert(phone, line);
            }
        }
        if email.is_none() && phone.is_none() {
            self.seen.names.insert(name, line);
        }
        Ok(contact.map_or(Outcome::New, |contact| Outcome::Known(Box::new(contact))))
    }
}
