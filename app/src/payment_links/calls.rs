//! Payment links, as pages ask the server for them.

use super::{
    LinkStatus, PaymentLink, PaymentLinkEditor, PaymentLinkForm, PaymentLinkList, PaymentLinkQuery,
    PersonalLinkAddress, QrCode,
};
#[cfg(feature = "ssr")]
use crate::{
    backend::{backend, keep_typed, respond, signed_in, take_typed},
    paths,
};
use crate::{
    error::Error,
    id::{ContactId, PaymentLinkId},
};
use leptos::prelude::*;

/// One page of the business's payment links, newest first.
#[server(prefix = "/api/fn", endpoint = "list_payment_links")]
pub async fn list_payment_links(
    /// Which links.
    query: PaymentLinkQuery,
) -> Result<PaymentLinkList, Error> {
    respond(backend()?.list_payment_links(&signed_in()?, query).await)
}

/// One saved payment link.
#[server(prefix = "/api/fn", endpoint = "find_payment_link")]
pub async fn find_payment_link(
    /// Which link.
    id: PaymentLinkId,
) -> Result<PaymentLink, Error> {
    respond(backend()?.payment_link(&signed_in()?, id).await)
}

/// The editor for a new link.
#[server(prefix = "/api/fn", endpoint = "new_payment_link")]
pub async fn new_payment_link() -> Result<PaymentLinkEditor, Error> {
    let editor = respond(backend()?.new_payment_link(&signed_in()?).await)?;
    Ok(with_typed(editor))
}

/// The editor for a saved link.
#[server(prefix = "/api/fn", endpoint = "edit_payment_link")]
pub async fn edit_payment_link(
    /// Which link, as it stands in the address.
    id: String,
) -> Result<PaymentLinkEditor, Error> {
    let editor = respond(backend()?.edit_payment_link(&signed_in()?, &id).await)?;
    Ok(with_typed(editor))
}

/// Saves what the editor holds. A new link leads on to its own page.
#[server(prefix = "/api/fn", endpoint = "save_payment_link")]
pub async fn save_payment_link(
    /// The fields as typed.
    form: PaymentLinkForm,
) -> Result<PaymentLink, Error> {
    let is_new = form.id.is_empty();
    let typed = form.clone();
    let saved = respond(backend()?.save_payment_link(&signed_in()?, form).await);
    if let Err(Error::Invalid(_)) = &saved {
        keep_typed(paths::PAYMENT_LINKS, &typed);
    }
    let saved = saved?;
    if is_new {
        leptos_axum::redirect(&paths::payment_link(&saved.id));
    }
    Ok(saved)
}

/// Lets a link take payments, or stops it.
#[server(prefix = "/api/fn", endpoint = "set_payment_link_status")]
pub async fn set_payment_link_status(
    /// Which link.
    id: PaymentLinkId,
    /// What it is to be.
    status: LinkStatus,
) -> Result<(), Error> {
    respond(backend()?.set_payment_link_status(&signed_in()?, id, status).await)
}

/// Takes a link away; it stays in the records of its payments.
#[server(prefix = "/api/fn", endpoint = "delete_payment_link")]
pub async fn delete_payment_link(
    /// Which link.
    id: PaymentLinkId,
) -> Result<(), Error> {
    respond(backend()?.delete_payment_link(&signed_in()?, id).await)
}

/// The QR code of the standard link.
#[server(prefix = "/api/fn", endpoint = "standard_link_code")]
pub async fn standard_link_code(
    /// Which link.
    id: PaymentLinkId,
) -> Result<QrCode, Error> {
    respond(backend()?.standard_link_code(&signed_in()?, id).await)
}

/// The contact's personal link for copying: made at the first call, the same ever after while it lives.
#[server(prefix = "/api/fn", endpoint = "copy_personal_link")]
pub async fn copy_personal_link(
    /// Which link.
    payment_link: PaymentLinkId,
    /// Whose.
    contact: ContactId,
) -> Result<PersonalLinkAddress, Error> {
    respond(backend()?.copy_personal_link(&signed_in()?, payment_link, contact).await)
}

#[cfg(feature = "ssr")]
fn with_typed(mut editor: PaymentLinkEditor) -> PaymentLinkEditor {
    let typed = take_typed(paths::PAYMENT_LINKS).filter(|typed: &PaymentLinkForm| typed.id == editor.form.id);
    editor.typed = typed.map(|typed| PaymentLinkForm { version: editor.form.version, ..typed });
    editor
}
