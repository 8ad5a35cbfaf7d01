//! Which of several questions is the newest.

use leptos::prelude::*;

/// Counts questions, so that the answer to an older one never overwrites that to a newer one.
#[derive(Clone, Copy, Debug)]
pub struct Latest(StoredValue<u32>);

/// One of the questions.
#[derive(Clone, Copy, Debug)]
pub struct Turn {
    of: Latest,
    number: u32,
}

impl Latest {
    /// Nothing was asked yet.
    pub fn new() -> Self {
        Self(StoredValue::new(0))
    }

    /// A new question.
    pub fn ask(self) -> Turn {
        self.0.update_value(|count| *count += 1);
        Turn { of: self, number: self.0.get_value() }
    }
}

impl Turn {
    /// Whether nothing was asked after it.
    pub fn is_newest(self) -> bool {
        self.of.0.get_value() == self.number
    }
}
