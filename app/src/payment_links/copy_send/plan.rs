//! When it leaves, and what is sent again later.

use leptos::prelude::*;

use crate::reminders::NewReminder;

/// Now, which may be after the business's hold, or at a date and time; and up to three reminders.
#[derive(Clone, Copy)]
pub struct Plan {
    /// It leaves at the date and time, and not now.
    pub is_later: RwSignal<bool>,
    /// A date and time as the field gives it.
    pub local: RwSignal<String>,
    /// What is sent again later to people who have not paid.
    pub reminders: RwSignal<Vec<NewReminder>>,
}

impl Plan {
    /// Now, without reminders.
    pub fn new() -> Self {
        Self {
            is_later: RwSignal::new(false),
            local: RwSignal::new(String::new()),
            reminders: RwSignal::new(Vec::new()),
        }
    }

    /// Now again, without reminders.
    pub fn clear(self) {
        self.is_later.set(false);
        self.local.set(String::new());
        self.reminders.set(Vec::new());
    }

    /// What the campaign is made with. "Later" without a time is left for the server to refuse.
    pub fn starts_at(self) -> Option<String> {
        self.is_later.get().then(|| {
            let local = self.local.get();
            if local.is_empty() { "?".to_owned() } else { local }
        })
    }
}
