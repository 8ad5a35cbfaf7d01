//! Contacts, as pages ask the server for them.

use super::{AddressForm, Contact, ContactDetails, ContactForm, ContactQuery, ContactRow};
#[cfg(feature = "ssr")]
use crate::{
    backend::{backend, respond, signed_in},
    paths,
};
use crate::{channel::Channel, error::Error, history::ReplyDecision, id::ContactId, page::Page};
use leptos::{prelude::*, server_fn::codec::Json};

/// One page of the business's contacts, by name.
#[server(prefix = "/api/fn", endpoint = "list_contacts")]
pub async fn list_contacts(
    /// Which contacts.
    query: ContactQuery,
) -> Result<Page<Contact>, Error> {
    respond(backend()?.list_contacts(&signed_in()?, query).await)
}

/// The same as the page of contacts shows them.
#[server(prefix = "/api/fn", endpoint = "list_contact_rows")]
pub async fn list_contact_rows(
    /// Which contacts.
    query: ContactQuery,
) -> Result<Page<ContactRow>, Error> {
    respond(backend()?.list_contact_rows(&signed_in()?, query).await)
}

/// Every tag that a contact in use has.
#[server(prefix = "/api/fn", endpoint = "list_contact_tags")]
pub async fn list_contact_tags() -> Result<Vec<String>, Error> {
    respond(backend()?.list_contact_tags(&signed_in()?).await)
}

/// One contact with its history.
#[server(prefix = "/api/fn", endpoint = "read_contact")]
pub async fn read_contact(
    /// Which one, as its address says it.
    id: String,
) -> Result<ContactDetails, Error> {
    let id = respond(id.parse())?;
    respond(backend()?.read_contact(&signed_in()?, id).await)
}

/// Makes a contact and shows it.
#[server(prefix = "/api/fn", endpoint = "create_contact")]
pub async fn create_contact(
    /// As typed.
    form: ContactForm,
) -> Result<(), Error> {
    let id = respond(backend()?.create_contact(&signed_in()?, form).await)?;
    leptos_axum::redirect(&paths::contact(&id));
    Ok(())
}

/// Saves a contact, valid or not.
#[server(prefix = "/api/fn", endpoint = "update_contact")]
pub async fn update_contact(
    /// Which one.
    id: ContactId,
    /// As typed.
    form: ContactForm,
) -> Result<(), Error> {
    respond(backend()?.update_contact(&signed_in()?, id, form).await)
}

/// Repairs a contact's email, its phone or both; what is not valid is refused.
#[server(prefix = "/api/fn", endpoint = "fix_addresses", input = Json)]
pub async fn fix_addresses(
    /// Which one.
    id: ContactId,
    /// As typed.
    form: AddressForm,
) -> Result<ContactRow, Error> {
    respond(backend()?.fix_addresses(&signed_in()?, id, form).await)
}

/// Takes a contact out of use, or back into it.
#[server(prefix = "/api/fn", endpoint = "archive_contact")]
pub async fn archive_contact(
    /// Which one.
    id: ContactId,
    /// Out of use, or back.
    archived: bool,
) -> Result<(), Error> {
    respond(backend()?.archive_contact(&signed_in()?, id, archived).await)
}

/// Says that an address works although a message came back.
#[server(prefix = "/api/fn", endpoint = "confirm_address")]
pub async fn confirm_address(
    /// Whose.
    id: ContactId,
    /// The email, or the phone.
    channel: Channel,
) -> Result<(), Error> {
    respond(backend()?.confirm_address(&signed_in()?, id, channel).await)
}

/// Decides on the answers from a contact's number that no rule understood.
#[server(prefix = "/api/fn", endpoint = "decide_replies")]
pub async fn decide_replies(
    /// Whose.
    id: ContactId,
    /// When the newest one came that the user has seen, epoch milliseconds.
    until: i64,
    /// What follows from them.
    decision: ReplyDecision,
) -> Result<(), Error> {
    respond(backend()?.decide_replies(&signed_in()?, id, until, decision).await)
}
