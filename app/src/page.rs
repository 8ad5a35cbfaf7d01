//! One page of a list that the server holds.

use serde::{Deserialize, Serialize};

/// Rows of one page.
pub const PAGE_SIZE: u32 = 20;

/// Some rows of a longer list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    /// The rows of this page.
    pub rows: Vec<T>,
    /// Rows in the whole list.
    pub total: u64,
    /// Which page this is, from 1.
    pub number: u32,
}

impl<T> Page<T> {
    /// How many pages there are, at least one.
    pub fn count(&self) -> u32 {
        u32::try_from(self.total.div_ceil(u64::from(PAGE_SIZE))).unwrap_or(u32::MAX).max(1)
    }
}
