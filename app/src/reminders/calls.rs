//! Reminders, as pages ask the server for them.

use super::{ReminderForm, ReminderSkip};
#[cfg(feature = "ssr")]
use crate::backend::{backend, respond, signed_in};
use crate::{error::Error, id::CampaignId};
use leptos::prelude::*;

/// Plans one more reminder of a campaign.
#[server(prefix = "/api/fn", endpoint = "add_reminder")]
pub async fn add_reminder(
    /// The form.
    form: ReminderForm,
) -> Result<(), Error> {
    respond(backend()?.add_reminder(&signed_in()?, form).await)
}

/// Takes back a reminder whose time has not come.
#[server(prefix = "/api/fn", endpoint = "cancel_reminder")]
pub async fn cancel_reminder(
    /// Of which campaign.
    campaign: CampaignId,
    /// Which one.
    number: u32,
) -> Result<(), Error> {
    respond(backend()?.cancel_reminder(&signed_in()?, campaign, number).await)
}

/// Leaves one person out of one reminder that is still to come, or lets them in again.
#[server(prefix = "/api/fn", endpoint = "skip_reminder")]
pub async fn skip_reminder(
    /// Who, and which reminder.
    skip: ReminderSkip,
) -> Result<(), Error> {
    respond(backend()?.skip_reminder(&signed_in()?, skip).await)
}
