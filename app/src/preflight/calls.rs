//! Whom to send to, as pages ask the server.

use super::{Matches, Selected, ToSelect, Warned};
#[cfg(feature = "ssr")]
use crate::backend::{backend, respond, signed_in};
use crate::{
    error::Error,
    id::{ContactId, PaymentLinkId},
};
use leptos::{prelude::*, server_fn::codec::Json};

/// What speaks against sending the link to these contacts.
#[server(prefix = "/api/fn", endpoint = "list_warnings", input = Json)]
pub async fn list_warnings(
    /// What is to be sent.
    payment_link: PaymentLinkId,
    /// The selection.
    contacts: Vec<ContactId>,
) -> Result<Vec<Warned>, Error> {
    respond(backend()?.list_warnings(&signed_in()?, payment_link, contacts).await)
}

/// The contacts that a pasted list of emails and phones names.
#[server(prefix = "/api/fn", endpoint = "match_contacts")]
pub async fn match_contacts(
    /// As it was pasted.
    text: String,
) -> Result<Matches, Error> {
    respond(backend()?.match_contacts(&signed_in()?, text).await)
}

/// The first contacts of a group that the link can be sent to.
#[server(prefix = "/api/fn", endpoint = "find_contacts_to_select", input = Json)]
pub async fn find_contacts_to_select(
    /// Which group, for what.
    wanted: ToSelect,
) -> Result<Selected, Error> {
    respond(backend()?.find_contacts_to_select(&signed_in()?, wanted).await)
}
