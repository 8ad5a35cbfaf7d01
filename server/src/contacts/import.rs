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
    contacts::{Contact, Dnd},
    eligibility::Reason,
    error::{Error, Result},
    id::{BusinessId, ContactId, ImportId, UserId},
    imports::{ImportColumn, ImportField, ImportProblem, ImportReport, ImportSample, ImportStatus, LeftOut},
    text_encoding::TextEncoding,
};
use serde_json::json;
use tokio::sync::mpsc;

use super::{
    columns,
    consent_columns::{self, Doubt, RowConsent},
    known::Known,
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
    facts::{Changed, Fact, Subject},
    service::Service,
    text_encoding,
};

/// Rows in one transaction: long enough to be fast, short enough to let others write.
const CHUNK: usize = 500;
/// Chunks that are understood ahead of the one that is written.
const AHEAD: usize = 2;
/// Problems that the report names by line; all are counted.
const MAX_PROBLEMS: usize = 200;
/// Rows from which it is guessed what a column holds.
const GUESSED_FROM: usize = 200;
/// Rows that are shown beside a column, to recognise it by.
const EXAMPLES: usize = 3;
/// Contacts that are shown before anything is written.
const SAMPLES: usize = 3;
/// A run that has said nothing for so long has stopped.
const STALE_MS: i64 = 60_000;
/// How long a request waits for a run, so that a small file needs no second look.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long a run waits before it tries again while nothing can be saved.
const TRY_AGAIN: Duration = Duration::from_secs(5);

impl Service {
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
        let country = super::country(&mut *self.db.read().await.map_err(Error::from)?, access.business()).await?;
        let Seen { columns, has_header, encoding } = look_at(upload.to_owned(), country, None).await?;
        let now = self.clock.now();
        let id: ImportId = db::new_id(now);
        tokio::fs::rename(upload, self.import_file(&id)).await.map_err(Refused::Io)?;
        let row = ImportRow {
            id: id.clone(),
            user: access.user().clone(),
            file_name: crate::names::clean(file_name),
            columns,
            has_header,
            encoding,
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

    /// Reads the columns' names and first cells in another encoding.
    pub(super) async fn read_columns_again(&self, row: &mut ImportRow, encoding: TextEncoding) -> Result<()> {
        let looked = look_at(self.import_file(&row.id), String::new(), Some(encoding)).await;
        let looked = looked.map_err(|error| match error {
            TakeError::Refused(Refused::Io(_)) => gone(),
            TakeError::Refused(why) => Error::invalid("encoding", format!("The file cannot be read so. {why}")),
            TakeError::Failed(error) => error,
            TakeError::NoAddress(_) | TakeError::NoColumn(_) => Error::Internal,
        })?;
        row.columns = looked.columns;
        row.encoding = encoding;
        Ok(())
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
        if !has_address(&row.columns) {
            return Err(Error::Conflict(
                "Choose the column that holds the email or the phone, and check again.".into(),
            ));
        }
        self.begin_run(access, row, ImportStatus::Importing).await
    }

    async fn begin_run(&self, access: &Access, mut row: ImportRow, status: ImportStatus) -> Result<()> {
        if !tokio::fs::try_exists(self.import_file(&row.id)).await.unwrap_or(true) {
            return Err(gone());
        }
        let (seen, now) = (row.updated_at, self.clock.now());
        row.status = status;
        // The user who pressed did it, not the one who uploaded the file.
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
            seen: Earlier::default(),
            report: if writes { row.done.clone() } else { ImportReport::default() },
            passed: 0,
        };
        let mut rows = Rows::open(path.to_owned(), mapping, row.has_header, row.encoding).await?;
        while let Some(chunk) = rows.next_chunk().await? {
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
        }
        if writes && let Err(error) = tokio::fs::remove_file(path).await {
            tracing::warn!(%error, "an imported file could not be removed");
        }
        Ok(())
    }

    /// Imports a file from the command line: columns and encoding as guessed where nothing else is said. With `writes` off it
    /// only reports.
    pub async fn import_contacts(
        &self,
        business: &BusinessId,
        country: &str,
        file: impl Into<ImportFile>,
        writes: bool,
    ) -> Result<ImportedFile, TakeError> {
        let ImportFile { path, encoding, fields } = file.into();
        let mut seen = look_at(path.clone(), country.to_owned(), encoding).await?;
        for (name, field) in fields {
            let chosen = seen.columns.iter_mut().find(|column| column.name == name);
            chosen.ok_or(TakeError::NoColumn(name))?.field = field;
        }
        let Seen { columns, has_header, encoding } = seen;
        if !has_address(&columns) {
            return Err(TakeError::NoAddress(columns.into_iter().map(|column| column.name).collect()));
        }
        let mapping = Mapping::new(&columns, country.to_owned());
        let report = ImportReport::default();
        let mut run = Run { business, user: None, writes, seen: Earlier::default(), report, passed: 0 };
        let rows = Rows::open(path.clone(), mapping, has_header, encoding).await?;
        let ended = self.import_rows(&mut run, rows).await;
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
        Ok(ImportedFile { report: run.report, columns, encoding })
    }

    async fn import_rows(&self, run: &mut Run<'_>, mut rows: Rows) -> Result<()> {
        while let Some(chunk) = rows.next_chunk().await? {
            let mut tx = self.db.begin().await?;
            run.chunk(&mut tx, chunk, self.clock.now()).await?;
            tx.commit().await?;
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
        // The counts are enough: problems and samples quote what stood in the file.
        let rows = ImportReport { problems: Vec::new(), samples: Vec::new(), ..self.report.clone() };
        let left = json!({"file": self.file_name, "rows": rows});
        let (user, what, id) = (self.user, Subject::Import, self.id.map(ImportId::as_str));
        tx.note(business, &Fact::Change(Changed { user, what, id, left }), now)
    }
}

/// A file to be brought in from the command line.
#[derive(Clone, Debug)]
pub struct ImportFile {
    /// Where it is.
    pub path: PathBuf,
    /// In which encoding to read it; none finds out.
    pub encoding: Option<TextEncoding>,
    /// What the columns of these names hold; none leaves one out.
    pub fields: Vec<(String, Option<ImportField>)>,
}

impl From<&Path> for ImportFile {
    fn from(path: &Path) -> Self {
        Self { path: path.to_owned(), encoding: None, fields: Vec::new() }
    }
}

/// A file that was brought in from the command line.
#[derive(Clone, Debug)]
pub struct ImportedFile {
    /// What became of its rows.
    pub report: ImportReport,
    /// What its columns were taken for.
    pub columns: Vec<ImportColumn>,
    /// In which encoding it was read.
    pub encoding: TextEncoding,
}

/// Whether any column tells people apart and how to reach them.
fn has_address(columns: &[ImportColumn]) -> bool {
    columns.iter().any(|column| column.field.is_some_and(ImportField::is_address))
}

/// Uploaded files are kept for some days only.
fn gone() -> Error {
    Error::Conflict("The file is not kept any more. Upload it again: what is in already stays as it is.".into())
}

/// Why a file was not taken.
#[derive(Debug, thiserror::Error)]
pub enum TakeError {
    /// The file's fault.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// No column can be an address, so nobody can be told apart or written to.
    #[error(
        "no column holds an email or a phone. Say which one does, with --column \"NAME=email\" or --column \"NAME=phone\". \
         The columns are: {}",
        LeftOut::quoted(.0)
    )]
    NoAddress(Vec<String>),
    /// A column was named that the file does not have.
    #[error("the file has no column \u{201c}{0}\u{201d}")]
    NoColumn(String),
    /// Ours.
    #[error(transparent)]
    Failed(#[from] Error),
}

/// What a file looks like.
struct Seen {
    columns: Vec<ImportColumn>,
    /// Whether the first row names them.
    has_header: bool,
    encoding: TextEncoding,
}

/// The columns of a file, what they seem to hold, and in which encoding it is when nobody says so.
async fn look_at(path: PathBuf, country: String, encoding: Option<TextEncoding>) -> Result<Seen, TakeError> {
    let looked = tokio::task::spawn_blocking(move || {
        let encoding = match encoding {
            Some(encoding) => encoding,
            None => text_encoding::detect(File::open(&path)?, &country)?,
        };
        let mut file = CsvFile::open(File::open(path)?, encoding)?;
        let first = file.header().to_vec();
        let has_header = columns::has_header(&first);
        let mut below: Vec<Vec<String>> = Vec::new();
        if !has_header {
            below.push(first.clone());
        }
        while below.len() < GUESSED_FROM
            && let Some(row) = file.next_row()?
        {
            below.extend(row.cells.ok());
        }
        let fields = columns::guess(&first, &below);
        let columns = first.into_iter().zip(fields).enumerate().map(|(index, (name, field))| ImportColumn {
            speaks_of_consent: has_header && consent_columns::smells_of_consent(&name),
            name: if has_header && !name.trim().is_empty() { name } else { format!("Column {}", index + 1) },
            examples: below
                .iter()
                .take(EXAMPLES)
                .filter_map(|cells| cells.get(index))
                .filter(|cell| !cell.is_empty())
                .cloned()
                .collect(),
            field,
        });
        Ok::<_, Refused>(Seen { columns: columns.collect(), has_header, encoding })
    });
    Ok(looked.await.map_err(|_| Error::Internal)??)
}

/// Rows of a file, read and understood on another thread while the ones before are written.
struct Rows(mpsc::Receiver<std::io::Result<Vec<Read>>>);

impl Rows {
    async fn open(path: PathBuf, mapping: Mapping, has_header: bool, encoding: TextEncoding) -> Result<Self> {
        let opened = tokio::task::spawn_blocking(move || CsvFile::open(File::open(path)?, encoding));
        let file = opened.await.map_err(|_| Error::Internal)?.map_err(|error: Refused| {
            tracing::error!(%error, "an uploaded file cannot be opened again");
            Error::Unavailable
        })?;
        let (chunks, rows) = mpsc::channel(AHEAD);
        tokio::task::spawn_blocking(move || {
            let mut file = file;
            let mut first = (!has_header).then(|| mapping.read(file.first_row()));
            loop {
                let mut next = || Ok(first.take().or(file.next_row()?.map(|row| mapping.read(row))));
                let chunk: std::io::Result<Vec<Read>> = (0..CHUNK).map_while(|_| next().transpose()).collect();
                let is_last = chunk.as_ref().map_or(true, |chunk| chunk.len() < CHUNK);
                // Nobody waits for the rest of a run that has ended.
                if chunks.blocking_send(chunk).is_err() || is_last {
                    return;
                }
            }
        });
        Ok(Self(rows))
    }

    /// Up to a chunk of rows; fewer are the last.
    async fn next_chunk(&mut self) -> Result<Option<Vec<Read>>> {
        self.0.recv().await.transpose().map_err(|error| {
            tracing::error!(%error, "an uploaded file cannot be read");
            Error::Unavailable
        })
    }
}

/// A cell about consent that nobody can answer by yes or no.
fn in_words(Doubt { column, cell, dnd }: &Doubt) -> String {
    let silence = match dnd {
        Dnd { all: true, .. } => "no messages",
        Dnd { email: true, .. } => "no emails",
        _ => "no texts",
    };
    format!("\u{201c}{cell}\u{201d} in \u{201c}{column}\u{201d} is neither yes nor no, so this contact gets {silence}.")
}

/// Why a contact can be sent nothing: campaigns need both addresses, and a channel that is open.
fn why_unreachable(person: &Person, dnd: Dnd) -> Vec<Reason> {
    let email = match &person.email {
        Typed::Missing => Some(Reason::EmailMissing),
        Typed::Invalid(_) => Some(Reason::EmailInvalid),
        Typed::Valid(_) => None,
    };
    let phone = match &person.phone {
        Typed::Missing => Some(Reason::PhoneMissing),
        Typed::Invalid(_) => Some(Reason::PhoneInvalid),
        Typed::Valid(_) => None,
    };
    let dnd = (dnd.all || (dnd.email && dnd.sms)).then_some(Reason::DoNotDisturb);
    email.into_iter().chain(phone).chain(dnd).collect()
}

/// What earlier rows of the file were about, by the line they stand on. Hashes, because a file can be long.
#[derive(Default)]
struct Earlier {
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
enum RowResult {
    New,
    Known(Box<Contact>),
    Repeated { line: u64 },
}

/// One pass through a file.
struct Run<'a> {
    business: &'a BusinessId,
    user: Option<&'a UserId>,
    writes: bool,
    seen: Earlier,
    report: ImportReport,
    /// Rows gone through in this pass; those that an earlier pass has written are only remembered.
    passed: u64,
}

/// What the rows of a chunk come to, in their order: written with a few statements for all of them.
#[derive(Default)]
struct Changes {
    known: Known,
    new: Vec<(ContactId, Person)>,
    changed: Vec<(ContactId, i64, Person)>,
    switched: Vec<(ContactId, Dnd, Dnd, RowConsent)>,
    /// Contacts with an address that they did not have: what is known of it holds for them.
    other_addresses: Vec<(ContactId, Person)>,
}

impl Run<'_> {
    async fn chunk(&mut self, tx: &mut Tx, chunk: Vec<Read>, now: i64) -> db::Result<()> {
        let people: Vec<&Person> = chunk
            .iter()
            .filter_map(|read| match &read.content {
                Content::Person { person, .. } => Some(&**person),
                Content::Blank | Content::Unreadable(_) => None,
            })
            .collect();
        let mut changes = Changes { known: Known::load(tx, self.business, &people).await?, ..Changes::default() };
        for read in chunk {
            self.passed += 1;
            let is_written = self.passed <= self.report.rows;
            self.row(&mut changes, read, is_written, now);
        }
        if self.writes { self.write(tx, changes, now).await } else { Ok(()) }
    }

    async fn write(&self, tx: &mut Tx, changes: Changes, now: i64) -> db::Result<()> {
        let Changes { new, changed, switched, other_addresses, .. } = changes;
        contacts::insert_all(tx, self.business, &new, now).await?;
        contacts::update_people(tx, self.business, &changed, now).await?;
        for (contact, before, after, row) in &switched {
            consent::switch(tx, self.business, contact, (*before, *after), self.by(row), now).await?;
        }
        // What people asked for stands beside what the file says, so it comes last.
        super::take_all_that_is_known(tx, self.business, &other_addresses, now).await
    }

    fn row(&mut self, changes: &mut Changes, read: Read, is_written: bool, now: i64) {
        let line = read.line;
        let (person, consent, email_problem, phone_problem) = match read.content {
            Content::Person { person, consent, email_problem, phone_problem } => {
                (person, consent, email_problem, phone_problem)
            }
            _ if is_written => return,
            Content::Blank => {
                self.report.rows += 1;
                self.report.blank += 1;
                return;
            }
            Content::Unreadable(why) => {
                self.report.rows += 1;
                self.report.unreadable += 1;
                self.problem(line, why.to_string());
                return;
            }
        };
        let outcome = self.find(&changes.known, &person, line);
        if is_written {
            return;
        }
        self.report.rows += 1;
        self.report.unclear_consent += u64::from(!consent.doubts.is_empty());
        for doubt in &consent.doubts {
            self.problem(line, in_words(doubt));
        }
        match outcome {
            RowResult::Repeated { line: first } => {
                self.report.repeated += 1;
                if consent.dnd == Dnd::default() {
                    self.problem(line, format!("The same contact as in line {first}; left out."));
                } else {
                    let but = "left out, but its do-not-disturb counts";
                    self.problem(line, format!("The same contact as in line {first}; {but}."));
                    if let Some(contact) = changes.known.find(&person) {
                        let (id, before, after) = (contact.id.clone(), contact.dnd, contact.dnd.or(consent.dnd));
                        changes.switch(id, before, after, *consent);
                    }
                }
                return;
            }
            RowResult::New => {
                self.report.new += 1;
                self.look_at_contact(line, &person, consent.dnd);
                changes.add(*person, *consent, now);
            }
            RowResult::Known(contact) => {
                let (merged, merged_dnd) = merge(&contact, &person, consent.dnd);
                self.look_at_contact(line, &merged, merged_dnd);
                if merged == person_of(&contact) && merged_dnd == contact.dnd {
                    self.report.unchanged += 1;
                } else {
                    self.report.updated += 1;
                    changes.change(*contact, merged, merged_dnd, *consent);
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
    }

    /// Counts who can be sent nothing, and keeps some contacts to be shown as they will be.
    fn look_at_contact(&mut self, line: u64, person: &Person, dnd: Dnd) {
        let why = why_unreachable(person, dnd);
        self.report.unreachable += u64::from(!why.is_empty());
        for reason in why {
            *self.report.why_unreachable.entry(reason).or_default() += 1;
        }
        let sample = || ImportSample {
            line,
            first_name: person.first_name.clone(),
            last_name: person.last_name.clone(),
            email: person.email.clone(),
            phone: person.phone.clone(),
            dnd,
        };
        let is_foreign = |first: &str, last: &str| !first.is_ascii() || !last.is_ascii();
        let samples = &mut self.report.samples;
        if samples.len() < SAMPLES {
            samples.push(sample());
        } else if is_foreign(&person.first_name, &person.last_name)
            && !samples.iter().any(|shown| is_foreign(&shown.first_name, &shown.last_name))
        {
            // Foreign letters show whether the encoding is the right one.
            samples.pop();
            samples.push(sample());
        }
    }

    fn problem(&mut self, line: u64, message: String) {
        if self.report.problems.len() < MAX_PROBLEMS {
            self.report.problems.push(ImportProblem { line, message });
        }
    }

    fn by<'a>(&'a self, row: &'a RowConsent) -> By<'a> {
        By { source: Source::Import, user: self.user, reason: None, columns: Some(&row.columns) }
    }

    /// Whether a row is about somebody who is known, or about the same as an earlier row, by the rule of [`Known::find`].
    fn find(&mut self, known: &Known, person: &Person, line: u64) -> RowResult {
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
            return RowResult::Repeated { line };
        }
        let contact = known.find(person);
        if let Some(contact) = contact {
            if let Some(&line) = self.seen.contacts.get(&hash(&contact.id)) {
                return RowResult::Repeated { line };
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
        contact.map_or(RowResult::New, |contact| RowResult::Known(Box::new(contact.clone())))
    }
}

impl Changes {
    fn add(&mut self, person: Person, row: RowConsent, now: i64) {
        let id: ContactId = db::new_id(now);
        self.known.put(contact_of(id.clone(), person.clone(), now));
        self.switch(id.clone(), Dnd::default(), row.dnd, row);
        self.other_addresses.push((id.clone(), person.clone()));
        self.new.push((id, person));
    }

    fn change(&mut self, contact: Contact, person: Person, dnd: Dnd, row: RowConsent) {
        let (id, before) = (contact.id.clone(), contact.dnd);
        if super::has_other_address(&contact, &person) {
            self.other_addresses.push((id.clone(), person.clone()));
        }
        self.changed.push((id.clone(), contact.version, person.clone()));
        let Person { first_name, last_name, email, phone, tags } = person;
        self.known.put(Contact { first_name, last_name, email, phone, tags, ..contact });
        self.switch(id, before, dnd, row);
    }

    fn switch(&mut self, id: ContactId, before: Dnd, after: Dnd, row: RowConsent) {
        if before != after {
            self.known.switch(&id, after);
            self.switched.push((id, before, after, row));
        }
    }
}

/// A contact that a row makes.
fn contact_of(id: ContactId, person: Person, now: i64) -> Contact {
    let Person { first_name, last_name, email, phone, tags } = person;
    Contact {
        id,
        first_name,
        last_name,
        email,
        phone,
        tags,
        email_undeliverable: None,
        phone_undeliverable: None,
        dnd: Dnd::default(),
        archived: false,
        version: 1,
        created_at: now,
    }
}
