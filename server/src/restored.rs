//! Sees that the store was put back from a copy. Such a store knows nothing of what has left since, nor of who has opted out, and
//! would send all of it again: it starts with sending stopped, and each owner is asked.
//!
//! On `SQLite` the machine remembers: a file beside the database holds the same id and number as the database, and the database is
//! always written first. A database that is behind its file, has another id or has no file is not the one that ran here. The file
//! also says when it was made itself, because a copy of the whole folder brings an older file with it.
//!
//! On `PostgreSQL` the engine remembers: every table has a number that no dump carries along, and so has every database. Several
//! servers share one database and need no file.

use crate::{
    config::StoreConfig,
    db::{
        self, Db, Engine, Tx, halts,
        store_marks::{self, Mark},
    },
    tokens,
};
use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::{Duration, UNIX_EPOCH},
};
use tokio::time::Instant;

/// How often the store is looked at while it runs.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// The store moves on at least so often: a copy that was made since is an older one.
const MOVE_EVERY: Duration = Duration::from_mins(1);

/// What the machine knows of the store.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Memory {
    /// There is nowhere to keep it.
    None,
    /// Nothing was kept.
    Missing,
    /// Something was, and it cannot be understood: a power cut may do that.
    Unreadable,
    /// This was.
    Kept {
        /// The id of the store.
        id: String,
        /// Its number then.
        epoch: i64,
        /// The file is the one that was written here, as far as that can be told.
        is_own: bool,
    },
}

/// What the store is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    /// It has never run.
    New,
    /// The one that ran here last.
    Own,
    /// A copy, put back or brought from elsewhere.
    Copy,
}

/// Compares the store with what is known of it. `place` is where the engine keeps it now; `is_used` is false before anybody has set
/// up a business.
fn compare(mark: Option<&Mark>, memory: &Memory, place: &str, is_used: bool) -> Found {
    let Some(mark) = mark else {
        return match memory {
            // An older program wrote this database, or a copy of it was put back under a file that knows a newer one.
            Memory::Kept { epoch: 1.., .. } if is_used => Found::Copy,
            _ => Found::New,
        };
    };
    let is_behind = match memory {
        Memory::None | Memory::Unreadable => false,
        Memory::Missing => true,
        Memory::Kept { id, epoch, is_own } => *id != mark.id || *epoch > mark.epoch || !is_own,
    };
    if is_behind || mark.place != place { Found::Copy } else { Found::Own }
}

/// Watches one store, from the start of the server on.
#[derive(Debug)]
pub struct Watch {
    file: Option<PathBuf>,
    known: Mutex<Option<Known>>,
}

#[derive(Clone, Debug)]
struct Known {
    id: String,
    epoch: i64,
    looked: Instant,
    moved: Instant,
}

impl Watch {
    /// A watch that has not begun.
    pub fn new(store: &StoreConfig) -> Self {
        let file = store.sqlite_file().map(|file| {
            let mut name = file.into_os_string();
            name.push("-mark");
            PathBuf::from(name)
        });
        Self { file, known: Mutex::new(None) }
    }

    /// Looks at the store before anything is sent. A copy has its sending stopped; true when that happened.
    pub async fn begin(&self, db: &Db, now: i64) -> db::Result<bool> {
        let mut tx = db.begin().await?;
        let place = store_marks::place(&mut tx, db.engine()).await?;
        let mark = store_marks::find(&mut *tx).await?;
        let memory = self.read(db.engine());
        let is_used = halts::has_businesses(&mut *tx).await?;
        let found = compare(mark.as_ref(), &memory, &place, is_used);
        let (kept_id, kept_epoch) = match memory {
            Memory::Kept { id, epoch, .. } => (Some(id), epoch),
            _ => (None, 0),
        };
        let mark = match (found, mark) {
            (Found::Own, Some(mark)) => Mark { epoch: mark.epoch + 1, ..mark },
            (Found::Copy, mark) => {
                let (id, epoch) = mark.map_or((None, 0), |mark| (Some(mark.id), mark.epoch));
                let id = kept_id.or(id).unwrap_or_else(|| tokens::random_code(22));
                halts::stop_all(&mut *tx, now).await?;
                Mark { id, epoch: epoch.max(kept_epoch) + 1, place }
            }
            (Found::New | Found::Own, _) => {
                let id = tokens::random_code(22);
                // Number 0 says that the database may not have it yet.
                self.write(&id, 0);
                Mark { id, epoch: 1, place }
            }
        };
        store_marks::put(&mut *tx, &mark).await?;
        let stopped = halts::count_stopped(&mut *tx).await?;
        tx.commit().await?;
        self.remember(&mark.id, mark.epoch);
        if found == Found::Copy {
            tracing::warn!("this store was restored from a copy: what has left since then may be queued in it again");
        }
        if stopped > 0 {
            tracing::warn!(
                stopped,
                "sending is stopped until the owner of each business decides on the page /sending, or `handbill sending start` or \
                 `handbill sending cancel` is run"
            );
        }
        Ok(found == Found::Copy)
    }

    /// Looks again while the server runs, and moves on from time to time; true when the store was exchanged meanwhile.
    pub async fn look(&self, db: &Db, now: i64) -> db::Result<bool> {
        let Some(known) = self.known(|known| {
            let due = known.as_mut().filter(|known| known.looked.elapsed() >= LOOK_EVERY)?;
            due.looked = Instant::now();
            Some(due.clone())
        }) else {
            return Ok(false);
        };
        let mut connection = db.read().await?;
        let place = store_marks::place(&mut connection, db.engine()).await?;
        let mark = store_marks::find(&mut *connection).await?;
        drop(connection);
        let is_own = mark.is_some_and(|mark| mark.id == known.id && mark.epoch >= known.epoch && mark.place == place);
        if !is_own {
            return self.begin(db, now).await;
        }
        if self.file.is_some() && known.moved.elapsed() >= MOVE_EVERY {
            self.move_on(db).await?;
        }
        Ok(false)
    }

    /// Moves on as a part of a transaction; [`Self::remember`] follows when that is committed.
    pub async fn advance(&self, tx: &mut Tx) -> db::Result<Option<i64>> {
        let is_watching = self.file.is_some() && self.known(|known| known.is_some());
        if is_watching { store_marks::advance(&mut **tx).await } else { Ok(None) }
    }

    /// Keeps how far the store is now.
    pub fn reached(&self, epoch: i64) {
        if let Some(id) = self.known(|known| known.as_ref().map(|known| known.id.clone())) {
            self.remember(&id, epoch);
        }
    }

    /// Moves on once more, so that a copy that was made before the stop is an older one.
    pub async fn move_on(&self, db: &Db) -> db::Result<()> {
        let mut tx = db.begin().await?;
        let epoch = self.advance(&mut tx).await?;
        tx.commit().await?;
        if let Some(epoch) = epoch {
            self.reached(epoch);
        }
        Ok(())
    }

    fn known<T>(&self, change: impl FnOnce(&mut Option<Known>) -> T) -> T {
        change(&mut self.known.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn remember(&self, id: &str, epoch: i64) {
        let is_further = self.known(|known| {
            let before = known.as_ref().filter(|known| known.id == id).map_or(0, |known| known.epoch);
            let now = Instant::now();
            *known = Some(Known { id: id.to_owned(), epoch: epoch.max(before), looked: now, moved: now });
            epoch > before
        });
        if is_further {
            self.write(id, epoch);
        }
    }

    fn read(&self, engine: Engine) -> Memory {
        let Some(file) = self.file.as_ref().filter(|_| engine == Engine::Sqlite) else { return Memory::None };
        match fs::read_to_string(file) {
            Ok(text) => parse(&text, born(file)),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Memory::Missing,
            Err(_) => Memory::Unreadable,
        }
    }

    fn write(&self, id: &str, epoch: i64) {
        let Some(file) = &self.file else { return };
        if let Err(cause) = replace(file, id, epoch) {
            // The database is ahead of it then, which is no sign of a copy.
            tracing::warn!(%cause, "the mark beside the database could not be written");
        }
    }
}

/// Writes the whole file anew beside the old one, with the moment of its own birth in it: no copy is born at that moment. Two
/// starts at once do not share a draft, and the last one that is whole stays.
fn replace(file: &Path, id: &str, epoch: i64) -> io::Result<()> {
    let mut draft = file.as_os_str().to_owned();
    draft.push(format!(".{}.part", tokens::random_code(8)));
    let draft = PathBuf::from(draft);
    let write = || {
        fs::write(&draft, "")?;
        let born = born(&draft).map_or_else(|| "-".to_owned(), |born| born.to_string());
        fs::write(&draft, format!("{id} {epoch} {born}\n"))?;
        fs::rename(&draft, file)
    };
    write().inspect_err(|_| {
        let _ = fs::remove_file(&draft);
    })
}

/// When a file was made, in nanoseconds, where the file system knows it.
fn born(file: &Path) -> Option<u128> {
    let created = fs::metadata(file).and_then(|about| about.created()).ok()?;
    created.duration_since(UNIX_EPOCH).ok().map(|since| since.as_nanos())
}

fn parse(text: &str, born: Option<u128>) -> Memory {
    // Half a number is a number as well: only a line that has its end is whole.
    let line: Option<Vec<&str>> = text.strip_suffix('\n').map(|line| line.split(' ').collect());
    let Some(&[id, epoch, written]) = line.as_deref() else { return Memory::Unreadable };
    let Ok(epoch) = epoch.parse() else { return Memory::Unreadable };
    let is_own = match (written.parse().ok(), born) {
        (Some::<u128>(written), Some(born)) => written == born,
        _ => true,
    };
    Memory::Kept { id: id.to_owned(), epoch, is_own }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(id: &str, epoch: i64, place: &str) -> Mark {
        Mark { id: id.to_owned(), epoch, place: place.to_owned() }
    }

    fn kept(id: &str, epoch: i64) -> Memory {
        Memory::Kept { id: id.to_owned(), epoch, is_own: true }
    }

    #[test]
    fn a_store_is_new_or_its_own_or_a_copy() {
        let copied_file = Memory::Kept { id: "a".to_owned(), epoch: 7, is_own: false };
        for (mark, memory, place, is_used, expected, why) in [
            (None, Memory::Missing, "", false, Found::New, "the first start"),
            (None, Memory::Missing, "", true, Found::New, "the first start of this version"),
            (None, kept("a", 0), "", true, Found::New, "killed between the first two writes"),
            (None, kept("a", 7), "", false, Found::New, "somebody began anew"),
            (None, kept("a", 7), "", true, Found::Copy, "a copy of a time before marks"),
            (Some(mark("a", 7, "")), kept("a", 7), "", true, Found::Own, "an ordinary start"),
            (Some(mark("a", 8, "")), kept("a", 7), "", true, Found::Own, "killed between database and file"),
            (Some(mark("a", 1, "")), kept("a", 0), "", true, Found::Own, "killed at the first start"),
            (Some(mark("a", 7, "")), Memory::Unreadable, "", true, Found::Own, "a power cut"),
            (Some(mark("a", 6, "")), kept("a", 7), "", true, Found::Copy, "an older copy"),
            (Some(mark("b", 9, "")), kept("a", 7), "", true, Found::Copy, "another store"),
            (Some(mark("a", 7, "")), Memory::Missing, "", true, Found::Copy, "a copy elsewhere"),
            (Some(mark("a", 7, "")), copied_file, "", true, Found::Copy, "a copy of the whole folder"),
            (None, Memory::None, "1.2", true, Found::New, "the first start on PostgreSQL"),
            (Some(mark("a", 1, "1.2")), Memory::None, "1.2", true, Found::Own, "one more server"),
            (Some(mark("a", 1, "1.2")), Memory::None, "1.9", true, Found::Copy, "a dump in the same database"),
            (Some(mark("a", 1, "1.2")), Memory::None, "5.2", true, Found::Copy, "a dump in another database"),
            (Some(mark("a", 1, "")), Memory::None, "", true, Found::Own, "a database in memory"),
        ] {
            assert_eq!(compare(mark.as_ref(), &memory, place, is_used), expected, "{why}");
        }
    }

    #[test]
    fn the_file_says_what_was_written_and_a_copy_of_it_is_none_of_ours() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("handbill.db-mark");
        let read = |file: &Path| parse(&fs::read_to_string(file).expect("a file"), born(file));
        replace(&file, "abc", 1).expect("a file");
        let copy = folder.path().join("copy");
        fs::copy(&file, &copy).expect("a copy");
        replace(&file, "abc", 2).expect("a file");
        assert_eq!(read(&file), kept("abc", 2));
        let has_birth = born(&file).is_some();
        assert_eq!(read(&copy), Memory::Kept { id: "abc".to_owned(), epoch: 1, is_own: !has_birth });
        // Over the newer one it has the birth of that.
        fs::copy(&copy, &file).expect("a copy");
        assert_eq!(read(&file), Memory::Kept { id: "abc".to_owned(), epoch: 1, is_own: !has_birth });
        let whole = fs::read_to_string(&file).expect("a file");
        for half in 0..whole.len() {
            assert_eq!(parse(&whole[..half], born(&file)), Memory::Unreadable, "{half} bytes");
        }
        for text in ["", "\n", "abc", "abc x 1\n", "abc 1\n"] {
            assert_eq!(parse(text, None), Memory::Unreadable, "{text}");
        }
    }

    #[test]
    fn two_starts_at_once_leave_one_whole_file_and_no_draft() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("handbill.db-mark");
        std::thread::scope(|threads| {
            for n in 0..8 {
                let file = &file;
                threads.spawn(move || {
                    for _ in 0..50 {
                        replace(file, "abc", n).expect("its own draft");
                        let read = fs::read_to_string(file).expect("a file");
                        assert!(matches!(parse(&read, None), Memory::Kept { .. }), "{read:?}");
                    }
                });
            }
        });
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1);
    }
}
