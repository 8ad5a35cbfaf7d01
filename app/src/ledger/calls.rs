//! The record, as pages ask the server about it.

use super::LedgerCheck;
#[cfg(feature = "ssr")]
use crate::backend::{backend, respond, signed_in};
use crate::error::Error;
use leptos::prelude::*;

/// Checks the record of the business of who is asking.
#[server(prefix = "/api/fn", endpoint = "check_ledger")]
pub async fn check_ledger() -> Result<LedgerCheck, Error> {
    respond(backend()?.check_ledger(&signed_in()?).await)
}
