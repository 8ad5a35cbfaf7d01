//! The Outbox, as pages ask the server for it.

use super::{OutboxList, OutboxMessage};
#[cfg(feature = "ssr")]
use crate::backend::{backend, respond, signed_in};
use crate::error::Error;
use leptos::prelude::*;

/// One page of kept messages, newest first.
#[server(prefix = "/api/fn", endpoint = "list_outbox")]
pub async fn list_outbox(
    /// Page number from 1; 0 counts as 1.
    page: u32,
) -> Result<OutboxList, Error> {
    respond(backend()?.list_outbox(&signed_in()?, page).await)
}

/// One kept message.
#[server(prefix = "/api/fn", endpoint = "outbox_message")]
pub async fn find_outbox_message(
    /// Which message, as its address says it.
    id: String,
) -> Result<OutboxMessage, Error> {
    let id = respond(id.parse())?;
    respond(backend()?.outbox_message(&signed_in()?, id).await)
}
