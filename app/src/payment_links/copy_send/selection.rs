//! Who is chosen.

use leptos::prelude::*;

use crate::{
    campaigns::MAX_CONTACTS,
    contacts::{Contact, ContactRow},
    id::ContactId,
};

/// At most 50 contacts, in the order in which they were chosen.
#[derive(Clone, Copy)]
pub struct Selection {
    /// They, with their newest known facts.
    pub chosen: RwSignal<Vec<Contact>>,
    /// One more than the limit was asked for.
    pub is_over: RwSignal<bool>,
}

impl Selection {
    /// Nobody yet.
    pub fn new() -> Self {
        Self { chosen: RwSignal::new(Vec::new()), is_over: RwSignal::new(false) }
    }

    /// How many there are.
    pub fn count(self) -> usize {
        self.chosen.with(Vec::len)
    }

    /// Whether there is no place for one more.
    pub fn is_full(self) -> bool {
        self.count() >= MAX_CONTACTS as usize
    }

    /// Whether the contact is chosen.
    pub fn has(self, id: &ContactId) -> bool {
        self.chosen.with(|chosen| chosen.iter().any(|contact| contact.id == *id))
    }

    /// Their ids.
    pub fn ids(self) -> Vec<ContactId> {
        self.chosen.with(|chosen| chosen.iter().map(|contact| contact.id.clone()).collect())
    }

    /// Chooses a contact or lets it go; false when there is no place for one more.
    pub fn choose(self, contact: Contact, wanted: bool) -> bool {
        let is_over = wanted && untrack(|| self.is_full());
        self.is_over.set(is_over);
        if !is_over {
            self.chosen.update(|chosen| {
                chosen.retain(|other| other.id != contact.id);
                if wanted {
                    chosen.push(contact);
                }
            });
        }
        !is_over
    }

    /// Chooses these, too, as far as there is place: how many of them are chosen now, and how many did not fit.
    pub fn choose_all(self, contacts: Vec<Contact>) -> (usize, usize) {
        let total = contacts.len();
        let mut taken = 0;
        self.is_over.set(false);
        self.chosen.update(|chosen| {
            for contact in contacts {
                let has = chosen.iter().any(|other| other.id == contact.id);
                if !has && chosen.len() < MAX_CONTACTS as usize {
                    chosen.push(contact);
                    taken += 1;
                } else if has {
                    taken += 1;
                }
            }
        });
        (taken, total - taken)
    }

    /// Lets everybody go.
    pub fn clear(self) {
        self.chosen.set(Vec::new());
        self.is_over.set(false);
    }

    /// Takes the newest facts of those who are chosen.
    pub fn take_facts(self, rows: &[ContactRow]) {
        let newer = |contact: &Contact| {
            let row = rows.iter().find(|row| row.contact.id == contact.id)?;
            (row.contact != *contact).then(|| row.contact.clone())
        };
        let changed = self.chosen.with_untracked(|chosen| chosen.iter().any(|contact| newer(contact).is_some()));
        if changed {
            self.chosen.update(|chosen| {
                for contact in chosen {
                    if let Some(newer) = newer(contact) {
                        *contact = newer;
                    }
                }
            });
        }
    }
}
