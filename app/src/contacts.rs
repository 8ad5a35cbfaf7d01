//! Contacts: the people a business may ask for money.

#[cfg(feature = "ssr")]
use crate::backend::{backend, respond, signed_in};
use crate::{
    address::{Email, Phone, Typed},
    error::Error,
    id::ContactId,
    page::Page,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// Whether the contact may be written to, by channel. Evidence for each change is in the consent record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dnd {
    /// Nothing at all may be sent.
    pub all: bool,
    /// No email.
    pub email: bool,
    /// No SMS.
    pub sms: bool,
}

/// A person the business may ask for money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// The contact.
    pub id: ContactId,
    /// First name, may be empty.
    pub first_name: String,
    /// Last name, may be empty.
    pub last_name: String,
    /// Email, or what was typed in its place.
    pub email: Typed<Email>,
    /// Phone, or what was typed in its place.
    pub phone: Typed<Phone>,
    /// Free labels.
    pub tags: Vec<String>,
    /// Do-not-disturb.
    pub dnd: Dnd,
    /// No longer in use; kept for its history.
    pub archived: bool,
    /// Rises by one with each change; a save that names an older one is told.
    pub version: i64,
    /// Epoch milliseconds.
    pub created_at: i64,
}

impl Contact {
    /// The name as people read it; without one, the email or phone, so that a row is never blank.
    pub fn name(&self) -> String {
        let name = format!("{} {}", self.first_name, self.last_name).trim().to_owned();
        [name, self.email.to_string(), self.phone.to_string(), "No name".to_owned()]
            .into_iter()
            .find(|text| !text.is_empty())
            .unwrap_or_default()
    }
}

/// Which contacts are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct ContactQuery {
    /// Any part of name, email or phone.
    pub search: String,
    /// Only with this tag, when not empty.
    pub tag: String,
    /// Show archived ones instead.
    pub archived: bool,
    /// Page number from 1; 0 counts as 1.
    pub page: u32,
}

/// One page of the business's contacts, by name.
#[server(prefix = "/api/fn", endpoint = "list_contacts")]
pub async fn list_contacts(
    /// Which contacts.
    query: ContactQuery,
) -> Result<Page<Contact>, Error> {
    respond(backend()?.list_contacts(&signed_in()?, query).await)
}
