//! Where uploaded files wait for their import, and how long: they are full of people, so nobody's file stays for ever.

use std::{
    collections::HashSet,
    io::ErrorKind,
    path::{Path, PathBuf},
    time::Duration,
};

use app::{
    error::{Error, Result},
    id::ImportId,
};
use tokio_util::sync::CancellationToken;

use crate::{db::imports, service::Service};

/// A file that nobody imports is kept for a week.
const KEPT_MS: i64 = 7 * 24 * 60 * 60 * 1000;
/// An upload that has not arrived after a day never will.
const ARRIVING_MS: i64 = 24 * 60 * 60 * 1000;
/// How often it is looked for them.
const PAUSE: Duration = Duration::from_hours(1);

impl Service {
    /// Where uploaded files wait.
    pub fn import_folder(&self) -> PathBuf {
        let beside_keys = || self.config.signing.file.parent().map(Path::to_path_buf);
        self.config.store.folder().or_else(beside_keys).unwrap_or_default().join("imports")
    }

    pub(super) fn import_file(&self, id: &ImportId) -> PathBuf {
        self.import_folder().join(format!("{id}.csv"))
    }

    /// Removes what was abandoned, now and every hour, until told to stop.
    pub async fn clean_imports(self, stop: CancellationToken) {
        loop {
            if let Err(error) = self.remove_abandoned_imports().await {
                tracing::warn!(%error, "abandoned uploads could not be removed");
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(PAUSE) => {}
            }
        }
    }

    /// Removes uploads that nobody has imported for a week, and what is left of those that broke off.
    pub async fn remove_abandoned_imports(&self) -> Result<()> {
        let now = self.clock.now();
        let unfinished = imports::list_unfinished(&mut *self.db.read().await?).await?;
        let mut kept = HashSet::new();
        for (business, id, updated_at) in unfinished {
            if updated_at >= now - KEPT_MS {
                kept.insert(id);
                continue;
            }
            let mut tx = self.db.begin().await?;
            // Somebody may have come back to it just now.
            if imports::delete_abandoned(&mut tx, &business, &id, now - KEPT_MS).await? {
                tx.commit().await?;
            } else {
                kept.insert(id);
            }
        }
        let mut files = match tokio::fs::read_dir(self.import_folder()).await {
            Ok(files) => files,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(unreadable(&error)),
        };
        while let Some(file) = files.next_entry().await.map_err(|error| unreadable(&error))? {
            let path = file.path();
            let name = path.file_stem().and_then(|name| name.to_str()).and_then(|name| name.parse::<ImportId>().ok());
            let Some(id) = name else { continue };
            let is_arriving = path.extension().is_some_and(|ending| ending == "part");
            let kept_ms = if is_arriving { ARRIVING_MS } else { KEPT_MS };
            if !kept.contains(&id) && made_at(&id) < now - kept_ms {
                match tokio::fs::remove_file(&path).await {
                    // It arrived, or another server was faster.
                    Err(error) if error.kind() == ErrorKind::NotFound => {}
                    removed => removed.map_err(|error| unreadable(&error))?,
                }
            }
        }
        Ok(())
    }
}

fn unreadable(error: &std::io::Error) -> Error {
    tracing::warn!(%error, "the folder of uploads cannot be cleaned");
    Error::Unavailable
}

/// When an id was made, which a `UUIDv7` begins with (RFC 9562): the product's clock, and not the disk's.
fn made_at(id: &ImportId) -> i64 {
    let digits = id.as_str().rsplit('_').next().unwrap_or_default();
    digits.get(..12).and_then(|digits| i64::from_str_radix(digits, 16).ok()).unwrap_or(i64::MAX)
}
