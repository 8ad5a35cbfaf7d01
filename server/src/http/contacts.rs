//! A CSV of contacts on its way in.

use std::path::{Path, PathBuf};

use app::{account::Access, paths};
use axum::{
    extract::{Multipart, State, multipart::Field},
    response::{IntoResponse, Redirect, Response},
    routing::post,
};
use tokio::io::AsyncWriteExt as _;

use super::{Policy, Routes, SignedIn};
use crate::{contacts::import::TakeError, csv_file::Refused, db, service::Service};

/// The largest file that is taken.
const FILE_BYTES: u64 = 50 * 1024 * 1024;

/// Where a file is uploaded.
pub fn routes() -> Routes {
    Routes::new().post(paths::UPLOAD, Policy::SignedIn, post(upload))
}

/// Why an upload came to nothing, as the word that the page says it by.
struct Refusal(&'static str);

impl From<std::io::Error> for Refusal {
    fn from(error: std::io::Error) -> Self {
        tracing::error!(%error, "an upload could not be stored");
        Self("unavailable")
    }
}

async fn upload(
    State(service): State<Service>,
    SignedIn(access): SignedIn,
    form: Result<Multipart, axum::extract::multipart::MultipartRejection>,
) -> Response {
    let Ok(form) = form else { return refused("none").into_response() };
    match take(&service, &access, form).await {
        Ok(id) => Redirect::to(&paths::import(id)).into_response(),
        Err(Refusal(word)) => refused(word).into_response(),
    }
}

fn refused(word: &str) -> Redirect {
    Redirect::to(&format!("{}?error={word}", paths::IMPORTS))
}

async fn take(service: &Service, access: &Access, mut form: Multipart) -> Result<app::id::ImportId, Refusal> {
    let folder = service.import_folder();
    tokio::fs::create_dir_all(&folder).await?;
    while let Some(field) = form.next_field().await.map_err(|_| Refusal("none"))? {
        if field.name() != Some("file") {
            continue;
        }
        let file_name = field.file_name().unwrap_or_default().to_owned();
        if file_name.is_empty() {
            return Err(Refusal("none"));
        }
        let part = Part::new(&folder, service.clock.now());
        store(field, &part.0).await?;
        return service.take_import(access, &part.0, &file_name).await.map_err(|error| match error {
            TakeError::Refused(Refused::Archive) => Refusal("archive"),
            TakeError::Refused(Refused::Binary) => Refusal("binary"),
            TakeError::Refused(Refused::Empty) => Refusal("empty"),
            TakeError::Refused(Refused::Header) => Refusal("header"),
            TakeError::Refused(Refused::Io(error)) => error.into(),
            TakeError::NoAddress(_) | TakeError::NoColumn(_) | TakeError::Failed(_) => Refusal("unavailable"),
        });
    }
    Err(Refusal("none"))
}

/// A file that is on its way in, and gone again when the way breaks off.
struct Part(PathBuf);

impl Part {
    fn new(folder: &Path, now: i64) -> Self {
        Self(folder.join(format!("{}.part", db::new_id::<app::id::ImportId>(now))))
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // Taken files have moved on; there is nothing to remove then.
        let _ = std::fs::remove_file(&self.0);
    }
}

async fn store(mut field: Field<'_>, path: &Path) -> Result<(), Refusal> {
    let mut options = tokio::fs::OpenOptions::new();
    options.write(true).create_new(true);
    // It is full of people: nobody else on this machine reads it.
    #[cfg(unix)]
    options.mode(0o600);
    let mut file = options.open(path).await?;
    let mut stored = 0;
    while let Some(bytes) = field.chunk().await.map_err(|_| Refusal("large"))? {
        stored += bytes.len() as u64;
        if stored > FILE_BYTES {
            return Err(Refusal("large"));
        }
        file.write_all(&bytes).await?;
    }
    file.flush().await?;
    if stored == 0 { Err(Refusal("empty")) } else { Ok(()) }
}
