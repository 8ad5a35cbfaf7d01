//! Contact care, as pages ask the server for it.

use super::{CareForecast, CareForm};
#[cfg(feature = "ssr")]
use crate::backend::{backend, respond, signed_in};
use crate::{channel::Channel, error::Error, id::ContactId};
use leptos::{prelude::*, server_fn::codec::Json};

/// Changes how the business takes care of its contacts.
#[server(prefix = "/api/fn", endpoint = "save_care")]
pub async fn save_care(
    /// The form.
    form: CareForm,
) -> Result<(), Error> {
    respond(backend()?.save_care(&signed_in()?, form).await)
}

/// What care for these contacts means if "Send" is pressed now.
#[server(prefix = "/api/fn", endpoint = "forecast_care", input = Json)]
pub async fn forecast_care(
    /// The selection.
    contacts: Vec<ContactId>,
    /// By which channels it is to leave.
    channels: Vec<Channel>,
    /// When it is to leave, if not now: a date and time in the business's time zone.
    starts_at: Option<String>,
) -> Result<CareForecast, Error> {
    respond(backend()?.forecast_care(&signed_in()?, contacts, channels, starts_at).await)
}
