//! Where a campaign stands, and what can still be done about it: pure rules for the right buttons.

use super::Standing;
use crate::ui::{Tone, relative_time};

impl Standing {
    /// What had not left was taken back.
    pub const fn has_ended(&self) -> bool {
        self.canceled_at.is_some() || self.recalled_at.is_some()
    }

    /// What is held may leave at once.
    pub const fn can_send_now(&self) -> bool {
        self.held > 0 && self.paused_at.is_none() && self.awaited.is_none() && !self.has_ended()
    }

    /// Nothing but quiet hours holds it: sending now needs a person's word.
    pub const fn is_quiet(&self) -> bool {
        self.quiet > 0 && self.held == self.quiet
    }

    /// Some of it has left or is about to.
    pub const fn has_started(&self) -> bool {
        self.left > 0 || self.waiting > self.held && self.awaited.is_none()
    }

    /// There is something to take back.
    pub const fn can_cancel(&self) -> bool {
        self.waiting > 0 && !self.has_ended()
    }

    /// There is something to keep from leaving.
    pub const fn can_pause(&self) -> bool {
        self.waiting > 0 && self.paused_at.is_none() && self.awaited.is_none() && !self.has_ended()
    }

    /// It is paused.
    pub const fn can_resume(&self) -> bool {
        self.paused_at.is_some() && !self.has_ended()
    }

    /// It was scheduled and has not started.
    pub fn can_reschedule(&self, now: i64) -> bool {
        self.held > 0 && self.awaited.is_none() && !self.has_ended() && self.starts_at.is_some_and(|at| at > now)
    }

    /// Something failed that may be tried once more.
    pub const fn can_retry(&self) -> bool {
        self.failed > 0 && !self.has_ended()
    }

    /// Something left that can be called back.
    pub const fn can_recall(&self) -> bool {
        self.left > 0 && self.recalled_at.is_none()
    }

    /// There is nothing to say and nothing to do.
    pub fn is_idle(&self, now: i64) -> bool {
        self.line(now).is_none() && !self.can_cancel() && !self.can_retry() && !self.can_recall()
    }

    /// Where it stands in one line, when there is something to say.
    pub fn line(&self, now: i64) -> Option<(Tone, String)> {
        if let Some(at) = self.recalled_at {
            return Some((Tone::Warn, format!("Recalled {}", relative_time(at, now))));
        }
        if let Some(at) = self.declined_at {
            return Some((Tone::Warn, format!("Declined {}", relative_time(at, now))));
        }
        if let Some(at) = self.canceled_at {
            return Some((Tone::Warn, format!("Canceled {}", relative_time(at, now))));
        }
        if let Some(awaited) = &self.awaited {
            return Some((Tone::Warn, format!("Waits for approval. {} pressed Send.", awaited.sender)));
        }
        if self.paused_at.is_some() {
            let because = if self.pause_reason.is_empty() { "" } else { ": " };
            return Some((Tone::Warn, format!("Paused{because}{}", self.pause_reason)));
        }
        let leaves = self.leaves.as_ref().filter(|_| self.held > 0)?;
        Some(match self.starts_at {
            Some(_) => (Tone::Accent, format!("Scheduled for {leaves} ({})", self.time_zone)),
            None => (Tone::Accent, format!("Held until {leaves}")),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::approval::Awaited;

    const NOW: i64 = 1_772_618_400_000;

    fn buttons(standing: &Standing) -> Vec<&'static str> {
        [
            (standing.can_send_now(), if standing.is_quiet() { "Send now?" } else { "Send now" }),
            (standing.can_reschedule(NOW), "Change time"),
            (standing.can_pause(), "Pause"),
            (standing.can_resume(), "Resume"),
            (standing.can_retry(), "Retry failed"),
            (standing.can_cancel(), if standing.has_started() { "Cancel the rest" } else { "Cancel" }),
            (standing.can_recall(), "Recall"),
        ]
        .into_iter()
        .filter_map(|(can, button)| can.then_some(button))
        .collect()
    }

    #[test]
    fn each_state_has_its_buttons_and_its_line() {
        let held = Standing { held: 2, waiting: 2, leaves: Some("14:05".to_owned()), ..Standing::default() };
        let scheduled = Standing { starts_at: Some(NOW + 1), time_zone: "Europe/Berlin".to_owned(), ..held.clone() };
        let quiet = Standing { quiet: 2, ..held.clone() };
        let paused = Standing {
            paused_at: Some(NOW),
            pause_reason: "By hand.".to_owned(),
            waiting: 1,
            left: 3,
            ..Standing::default()
        };
        let running = Standing { waiting: 3, ..Standing::default() };
        let half_done = Standing { left: 2, ..held.clone() };
        let done = Standing { left: 5, failed: 1, ..Standing::default() };
        let recalled = Standing { recalled_at: Some(NOW), canceled_at: Some(NOW), ..done.clone() };
        let canceled = Standing { canceled_at: Some(NOW), ..done.clone() };
        let awaited = Standing {
            awaited: Some(Awaited { sender: "ana@example.com".to_owned(), ..Awaited::default() }),
            waiting: 2,
            ..Standing::default()
        };
        let declined = Standing { declined_at: Some(NOW), canceled_at: Some(NOW), ..Standing::default() };
        for (standing, expected, line) in [
            (&held, vec!["Send now", "Pause", "Cancel"], Some("Held until 14:05")),
            (
                &scheduled,
                vec!["Send now", "Change time", "Pause", "Cancel"],
                Some("Scheduled for 14:05 (Europe/Berlin)"),
            ),
            (&quiet, vec!["Send now?", "Pause", "Cancel"], Some("Held until 14:05")),
            (&running, vec!["Pause", "Cancel the rest"], None),
            (&half_done, vec!["Send now", "Pause", "Cancel the rest", "Recall"], Some("Held until 14:05")),
            (&paused, vec!["Resume", "Cancel the rest", "Recall"], Some("Paused: By hand.")),
            (&done, vec!["Retry failed", "Recall"], None),
            (&canceled, vec!["Recall"], Some("Canceled just now")),
            (&recalled, vec![], Some("Recalled just now")),
            (&awaited, vec!["Cancel"], Some("Waits for approval. ana@example.com pressed Send.")),
            (&declined, vec![], Some("Declined just now")),
        ] {
            assert_eq!(buttons(standing), expected, "{standing:?}");
            assert_eq!(standing.line(NOW).map(|(_, line)| line).as_deref(), line);
        }
    }

    #[test]
    fn a_scheduled_campaign_cannot_be_moved_once_it_has_started() {
        let standing = Standing { starts_at: Some(NOW), held: 1, waiting: 1, ..Standing::default() };
        assert!(!standing.can_reschedule(NOW));
        assert!(standing.can_reschedule(NOW - 1));
    }
}
