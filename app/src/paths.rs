//! The address book: where each page and each file of the signed-in part is. `dashboard.rs` has a route for each page.

use crate::channel::Channel;
use std::fmt::Display;

/// Makes the first business.
pub const SET_UP: &str = "/setup";
/// Logs a user in.
pub const LOG_IN: &str = "/login";
/// The page that a user begins on.
pub const HOME: &str = PAYMENT_LINKS;
/// Above the pages on which invitations are accepted.
pub const INVITATIONS: &str = "/invite/";
/// The section of the pages below it; no page itself.
pub const PAYMENTS: &str = "/payments";
/// The list of payment links; their editors are below it.
pub const PAYMENT_LINKS: &str = "/payments/links";
/// The editor of a new payment link.
pub const NEW_PAYMENT_LINK: &str = "/payments/links/new";
/// The list of campaigns.
pub const CAMPAIGNS: &str = "/payments/campaigns";
/// The list of payments.
pub const TRANSACTIONS: &str = "/payments/transactions";
/// The same as a file.
pub const TRANSACTIONS_EXPORT: &str = "/payments/transactions/export.csv";
/// The list of contacts.
pub const CONTACTS: &str = "/contacts";
/// The form of a new contact.
pub const NEW_CONTACT: &str = "/contacts/new";
/// All contacts as a file.
pub const CONTACTS_EXPORT: &str = "/contacts/export.csv";
/// Where a file of contacts is chosen, and an import is followed.
pub const IMPORTS: &str = "/contacts/import";
/// Where the file is posted to.
pub const UPLOAD: &str = "/contacts/import/upload";
/// The list of templates.
pub const TEMPLATES: &str = "/templates";
/// What would have left where a channel has no provider.
pub const OUTBOX: &str = "/outbox";
/// What a business can set.
pub const SETTINGS: &str = "/settings";
/// What waits while sending is stopped.
pub const SENDING: &str = "/sending";

/// The last part of the address of every page that asks. What is answered there leads back to the page above it.
const CONFIRM: &str = "/confirm";

/// The page that asks before something is done on this page.
pub fn confirm(page: &str) -> String {
    format!("{page}{CONFIRM}")
}

/// The page above a page that asks.
pub fn above_confirm(path: &str) -> Option<&str> {
    path.strip_suffix(CONFIRM)
}

/// One page of a list.
pub fn numbered(list: &str, number: u32) -> String {
    format!("{list}?page={number}")
}

/// The page on which an invitation is accepted.
pub fn invitation(code: impl Display) -> String {
    format!("{INVITATIONS}{code}")
}

/// The editor of a payment link.
pub fn payment_link(id: impl Display) -> String {
    format!("{PAYMENT_LINKS}/{id}")
}

/// Who was sent a payment link, as a file.
pub fn payment_link_export(id: impl Display) -> String {
    format!("{PAYMENT_LINKS}/{id}/export.csv")
}

/// The report of a campaign.
pub fn campaign(id: impl Display) -> String {
    format!("{CAMPAIGNS}/{id}")
}

/// The same with the row of this person open.
pub fn recipient(campaign: impl Display, contact: impl Display) -> String {
    format!("{CAMPAIGNS}/{campaign}?recipient={contact}")
}

/// What became of a campaign's people, as a file.
pub fn campaign_export(id: impl Display) -> String {
    format!("{CAMPAIGNS}/{id}/export.csv")
}

/// All that happened to them, as a file.
pub fn campaign_timeline(id: impl Display) -> String {
    format!("{CAMPAIGNS}/{id}/timeline.csv")
}

/// One contact.
pub fn contact(id: impl Display) -> String {
    format!("{CONTACTS}/{id}")
}

/// An import on its way.
pub fn import(id: impl Display) -> String {
    format!("{IMPORTS}?id={id}")
}

/// The editor of a template, by what addresses call it.
pub fn template(key: impl Display) -> String {
    format!("{TEMPLATES}/{key}")
}

/// The editor of a new template.
pub fn new_template(channel: Channel) -> String {
    format!("{TEMPLATES}/new?channel={channel}")
}

/// The same, beginning as another template is.
pub fn template_copy(channel: Channel, key: impl Display) -> String {
    format!("{TEMPLATES}/new?channel={channel}&from={key}")
}

/// One kept message.
pub fn outbox_message(id: impl Display) -> String {
    format!("{OUTBOX}/{id}")
}
