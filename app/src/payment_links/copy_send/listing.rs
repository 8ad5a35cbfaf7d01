//! The contacts that are listed to choose from.

use leptos::prelude::*;

use super::{latest::Latest, selection::Selection};
use crate::{
    contacts::{ContactQuery, ContactRow, calls::list_contact_rows},
    error::Error,
    ui::Scope,
};

/// So many contacts are listed before "Show more" is pressed, and by each press: a whole campaign is found by scrolling.
const LISTED: usize = 100;

/// What is searched for, and what was found so far.
#[derive(Clone, Copy)]
pub struct Listing {
    scope: Scope,
    latest: Latest,
    selection: Selection,
    wanted: StoredValue<usize>,
    /// What the list is searched for.
    pub search: RwSignal<String>,
    /// The contacts that are listed.
    pub rows: RwSignal<Vec<ContactRow>>,
    /// How many there are; none before the first answer.
    pub total: RwSignal<Option<u64>>,
    /// Why they could not be read.
    pub error: RwSignal<Option<Error>>,
}

impl Listing {
    /// Nothing read yet. What is read is told to the selection, too.
    pub fn new(selection: Selection) -> Self {
        Self {
            scope: Scope::here(),
            latest: Latest::new(),
            selection,
            wanted: StoredValue::new(LISTED),
            search: RwSignal::new(String::new()),
            rows: RwSignal::new(Vec::new()),
            total: RwSignal::new(None),
            error: RwSignal::new(None),
        }
    }

    /// Shows what is found by this.
    pub fn find(self, search: String) {
        self.search.set(search);
        self.wanted.set_value(LISTED);
        self.load();
    }

    /// Shows the next ones too.
    pub fn load_more(self) {
        self.wanted.update_value(|wanted| *wanted += LISTED);
        self.load();
    }

    /// Whether there are more than are listed.
    pub fn has_more(self) -> bool {
        self.total.get().is_some_and(|total| self.rows.with(|rows| (rows.len() as u64) < total))
    }

    /// Reads the listed contacts, page by page.
    pub fn load(self) {
        let turn = self.latest.ask();
        let search = self.search.get_untracked();
        self.scope.spawn(async move {
            let mut rows = Vec::new();
            for page in 1.. {
                let query = ContactQuery { search: search.clone(), page, ..ContactQuery::default() };
                let answer = list_contact_rows(query).await;
                if !turn.is_newest() {
                    return;
                }
                self.error.set(answer.as_ref().err().cloned());
                let Ok(found) = answer else { return };
                let is_last = page >= found.count();
                self.total.set(Some(found.total));
                rows.extend(found.rows);
                // What is seen now stays until there is as much of the new: a list that is read again does not jump.
                if is_last || rows.len() > self.rows.with_untracked(Vec::len) || page == 1 && self.is_other(&rows) {
                    self.selection.take_facts(&rows);
                    self.rows.set(rows.clone());
                }
                if is_last || rows.len() >= self.wanted.get_value() {
                    return;
                }
            }
        });
    }

    /// Whether these are not the rows that the list begins with.
    fn is_other(self, rows: &[ContactRow]) -> bool {
        self.rows.with_untracked(|old| rows.iter().zip(old).any(|(new, old)| new.contact.id != old.contact.id))
    }

    /// One contact was changed: its row and the selection know.
    pub fn take_row(self, row: ContactRow) {
        self.selection.take_facts(std::slice::from_ref(&row));
        self.rows.update(|rows| {
            if let Some(old) = rows.iter_mut().find(|old| old.contact.id == row.contact.id) {
                *old = row;
            }
        });
    }
}
