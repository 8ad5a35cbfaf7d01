//! Payments, as pages ask the server for them.

use super::{TransactionList, TransactionQuery};
#[cfg(feature = "ssr")]
use crate::backend::{backend, respond, signed_in};
use crate::error::Error;
use leptos::prelude::*;

/// One page of the business's payments, newest first.
#[server(prefix = "/api/fn", endpoint = "list_transactions")]
pub async fn list_transactions(
    /// Which payments.
    query: TransactionQuery,
) -> Result<TransactionList, Error> {
    respond(backend()?.list_transactions(&signed_in()?, query).await)
}
