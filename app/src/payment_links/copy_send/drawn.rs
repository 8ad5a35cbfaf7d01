//! Draws one panel alone, for the tests.

use leptos::prelude::*;

use crate::{
    address::{Email, Phone, Typed},
    contacts::{Contact, ContactRow, Dnd},
    id::{ContactId, Id, PaymentLinkId},
};

/// What stands where nothing is drawn.
const NOTHING: &str = "<!--<() />-->";

/// The words that are seen of what is drawn.
pub fn words_of<V: IntoView>(draw: impl FnOnce() -> V) -> String {
    let html = Owner::new().with(|| draw().into_view().to_html()).replace(NOTHING, "");
    let mut words = String::new();
    for part in html.split('<') {
        let (tag, text) = part.split_once('>').unwrap_or(("", part));
        // A comment stands inside a sentence, an element ends it.
        let end = if tag.starts_with('!') { "" } else { " " };
        words.extend([end, text]);
    }
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A link.
pub fn link() -> PaymentLinkId {
    PaymentLinkId::from_bits(1)
}

/// A contact with an email and a phone.
pub fn contact(number: u8, first_name: &str) -> Contact {
    Contact {
        id: ContactId::from_bits(number.into()),
        first_name: first_name.to_owned(),
        last_name: String::new(),
        email: Typed::Valid(Email::parse(&format!("{first_name}@example.com").to_lowercase()).expect("an email")),
        phone: Typed::Valid(Phone::from_e164(&format!("+1415555267{number}")).expect("a phone")),
        tags: Vec::new(),
        email_undeliverable: None,
        phone_undeliverable: None,
        dnd: Dnd::default(),
        archived: false,
        version: 1,
        created_at: 0,
    }
}

/// Its row.
pub fn row(contact: &Contact) -> ContactRow {
    ContactRow { contact: contact.clone(), phone: contact.phone.to_string(), requests_this_week: 0 }
}
