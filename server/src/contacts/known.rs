//! The contacts that some rows of a file may be about, read at once, and kept as the rows change them.

use std::collections::HashMap;

use app::{
    address::Typed,
    contacts::{Contact, Dnd},
    id::{BusinessId, ContactId},
};
use sqlx::AnyConnection;

use crate::db::{
    self,
    contacts::{self, Person, email_key},
};

/// The contacts by what tells them apart.
#[derive(Default)]
pub struct Known {
    contacts: HashMap<ContactId, Contact>,
    by_email: HashMap<String, Vec<ContactId>>,
    by_phone: HashMap<String, Vec<ContactId>>,
    by_name: HashMap<String, Vec<ContactId>>,
}

impl Known {
    /// All that these people may be.
    pub async fn load(conn: &mut AnyConnection, business: &BusinessId, people: &[&Person]) -> db::Result<Self> {
        let mut known = Self::default();
        for contact in contacts::list_matching(conn, business, people).await? {
            known.put(contact);
        }
        Ok(known)
    }

    /// Adds a contact, or keeps it as it is now.
    pub fn put(&mut self, contact: Contact) {
        let (email, phone) = (email_key(&contact.email), contact.phone.to_string());
        let index = |by: &mut HashMap<String, Vec<ContactId>>, key: String| {
            let ids = by.entry(key).or_default();
            if !ids.contains(&contact.id) {
                ids.push(contact.id.clone());
            }
        };
        if email.is_empty() && phone.is_empty() {
            index(&mut self.by_name, super::rows::person_of(&contact).name_key());
        }
        index(&mut self.by_email, email);
        index(&mut self.by_phone, phone);
        self.contacts.insert(contact.id.clone(), contact);
    }

    /// Notes what do-not-disturb is switched to.
    pub fn switch(&mut self, id: &ContactId, dnd: Dnd) {
        if let Some(contact) = self.contacts.get_mut(id) {
            contact.dnd = dnd;
        }
    }

    /// Whom a row is about: by email; without one, or where nobody has it yet, by phone; without both, by name. Of several it is one in
    /// use before an archived one, then the oldest.
    pub fn find(&self, person: &Person) -> Option<&Contact> {
        let (email, phone) = (email_key(&person.email), person.phone.to_string());
        if email.is_empty() && phone.is_empty() {
            let name = person.name_key();
            let has_no_address = |contact: &&Contact| {
                contact.email == Typed::Missing
                    && contact.phone == Typed::Missing
                    && super::rows::person_of(contact).name_key() == name
            };
            return self.all(&self.by_name, &name).filter(has_no_address).min_by_key(|contact| age(contact));
        }
        let mut same_email = self.all(&self.by_email, &email).filter(|contact| email_key(&contact.email) == email);
        let by_email = if email.is_empty() { None } else { same_email.by_ref().min_by_key(|contact| age(contact)) };
        if by_email.is_some() || phone.is_empty() {
            return by_email;
        }
        // A wrong email may be repaired by now: then the phone tells who it is.
        let trusts_email = person.email.valid().is_some();
        self.all(&self.by_phone, &phone)
            .filter(|contact| contact.phone.to_string() == phone)
            .filter(|contact| !trusts_email || contact.email == Typed::Missing)
            .min_by_key(|contact| (contact.email != Typed::Missing, age(contact)))
    }

    fn all<'a>(
        &'a self,
        by: &'a HashMap<String, Vec<ContactId>>,
        key: &str,
    ) -> impl Iterator<Item = &'a Contact> + use<'a> {
        by.get(key).into_iter().flatten().filter_map(|id| self.contacts.get(id))
    }
}

/// The order of contacts that could be meant.
fn age(contact: &Contact) -> (bool, i64, &ContactId) {
    (contact.archived, contact.created_at, &contact.id)
}
