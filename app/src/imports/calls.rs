//! Imports, as pages ask the server for them.

use super::Import;
#[cfg(feature = "ssr")]
use crate::backend::{backend, respond, signed_in};
use crate::{error::Error, id::ImportId};
use leptos::prelude::*;

/// How far an import is.
#[server(prefix = "/api/fn", endpoint = "read_import")]
pub async fn read_import(
    /// Which one, as its address says it.
    id: String,
) -> Result<Import, Error> {
    let id = respond(id.parse())?;
    respond(backend()?.read_import(&signed_in()?, id).await)
}

/// Says what each column holds and how the file is encoded, and runs the check again.
#[server(prefix = "/api/fn", endpoint = "map_import")]
pub async fn map_import(
    /// Which one.
    id: ImportId,
    /// A field's word for each column; another word leaves the column out.
    #[server(default)]
    columns: Vec<String>,
    /// Whether the first row names the columns.
    #[server(default)]
    has_header: bool,
    /// The word of the encoding to read it in; empty leaves it as it is.
    #[server(default)]
    encoding: String,
) -> Result<(), Error> {
    let encoding = if encoding.is_empty() { None } else { Some(respond(encoding.parse())?) };
    respond(backend()?.map_import(&signed_in()?, id, columns, has_header, encoding).await)
}

/// Writes the contacts of a checked import.
#[server(prefix = "/api/fn", endpoint = "start_import")]
pub async fn start_import(
    /// Which one.
    id: ImportId,
) -> Result<(), Error> {
    respond(backend()?.start_import(&signed_in()?, id).await)
}
