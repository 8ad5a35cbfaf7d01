//! Sending that is stopped, as pages ask the server about it.

use super::Halt;
#[cfg(feature = "ssr")]
use crate::backend::{backend, respond, signed_in};
use crate::error::Error;
use leptos::prelude::*;

/// What waits while sending is stopped; nothing while it is not.
#[server(prefix = "/api/fn", endpoint = "find_halt")]
pub async fn find_halt() -> Result<Option<Halt>, Error> {
    respond(backend()?.find_halt(&signed_in()?).await)
}

/// Lets everything leave that waits.
#[server(prefix = "/api/fn", endpoint = "start_sending")]
pub async fn start_sending() -> Result<String, Error> {
    respond(backend()?.start_sending(&signed_in()?).await)
}

/// Takes back everything that waits, then lets the business send again.
#[server(prefix = "/api/fn", endpoint = "cancel_stopped")]
pub async fn cancel_stopped() -> Result<String, Error> {
    respond(backend()?.cancel_stopped(&signed_in()?).await)
}
