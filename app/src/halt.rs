//! Sending that is stopped for the whole business: what waits, and what its owner decides.

pub mod calls;
pub(crate) mod page;

use serde::{Deserialize, Serialize};

/// Nothing leaves by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Halt {
    /// Since when, epoch milliseconds.
    pub since: i64,
    /// Messages that would leave.
    pub messages: u32,
    /// People whom they go to.
    pub people: u32,
    /// When "Send" was pressed for the first of them, epoch milliseconds.
    pub oldest_at: Option<i64>,
    /// Planned reminders.
    pub reminders: u32,
    /// The person who asks may start sending again.
    pub may_decide: bool,
    /// When this was asked for, epoch milliseconds.
    pub now: i64,
}

impl Halt {
    /// "12 messages to 10 people and 2 planned reminders"; none where nothing waits.
    pub fn what_waits(&self) -> Option<String> {
        let count = |count: u32, one: &str, many: &str| match count {
            0 => None,
            1 => Some(format!("1 {one}")),
            count => Some(format!("{count} {many}")),
        };
        let messages = count(self.messages, "message", "messages");
        let messages =
            messages.zip(count(self.people, "person", "people")).map(|(what, whom)| format!("{what} to {whom}"));
        let parts: Vec<String> =
            [messages, count(self.reminders, "planned reminder", "planned reminders")].into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join(" and "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_is_said_in_messages_and_people() {
        let halt = |messages, people, reminders| {
            let halt = Halt { since: 0, messages, people, oldest_at: None, reminders, may_decide: true, now: 0 };
            halt.what_waits()
        };
        assert_eq!(halt(0, 0, 0), None);
        assert_eq!(halt(1, 1, 0).as_deref(), Some("1 message to 1 person"));
        assert_eq!(halt(12, 10, 2).as_deref(), Some("12 messages to 10 people and 2 planned reminders"));
        assert_eq!(halt(0, 0, 1).as_deref(), Some("1 planned reminder"));
    }
}
