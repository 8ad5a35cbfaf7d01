//! On which days a reminder can go out: pure rules.

use crate::{clock::DAY_MS, db::checkouts::OfferedLink};
use app::{
    error::{Error, Result},
    reminders::MAX_AFTER_DAYS,
};

/// The days after a campaign on which its personal links can still be paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Days {
    since: i64,
    end: i64,
    /// What is over after the last of them.
    over: &'static str,
    /// What would give it more of them.
    advice: &'static str,
}

impl Days {
    /// Counted from `since`, for a campaign whose personal links end at `links_end`.
    pub(super) fn new(since: i64, link: &OfferedLink, links_end: i64) -> Self {
        match link.details.expires_at.filter(|end| *end <= links_end) {
            Some(end) => {
                Self { since, end, over: "the payment link", advice: "A later date under “Expires” helps." }
            }
            None => Self { since, end: links_end, over: "the personal links", advice: "" },
        }
    }

    /// The same for a campaign that is still to be made: its personal links can be given a longer life.
    pub(super) fn of_new(since: i64, link: &OfferedLink) -> Self {
        let days = Self::new(since, link, since + i64::from(link.details.personal_link_days) * DAY_MS);
        let advice = if days.advice.is_empty() {
            "The payment link's settings can let personal links live longer."
        } else {
            days.advice
        };
        Self { advice, ..days }
    }

    /// The last of them; none when there is none.
    pub(super) fn last(self) -> u32 {
        u32::try_from((self.end - 1 - self.since) / DAY_MS).unwrap_or_default()
    }

    /// Refuses what is no day, comes no later than the reminder before, or could not be paid any more.
    pub(super) fn check(self, field: &str, after_days: u32, earlier: u32) -> Result<()> {
        if !(1..=MAX_AFTER_DAYS).contains(&after_days) {
            return Err(Error::invalid(field, format!("A reminder goes out after 1 to {MAX_AFTER_DAYS} days.")));
        }
        if after_days <= earlier {
            return Err(Error::invalid(
                field,
                format!("Choose more than {earlier} days: a reminder comes later than the one before it."),
            ));
        }
        if after_days <= self.last() {
            return Ok(());
        }
        let verb = if self.over.ends_with('s') { "have" } else { "has" };
        let choice = match self.last() {
            last if last <= earlier => "No reminder can go out before that.".to_owned(),
            1 => "Choose 1 day.".to_owned(),
            last => format!("Choose at most {last} days."),
        };
        let words = format!("By then {} {verb} expired. {choice} {}", self.over, self.advice);
        Err(Error::invalid(field, words.trim_end()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADVICE: &str = "A longer life helps.";

    fn said(end: i64, after_days: u32, earlier: u32) -> String {
        let days = Days { since: 0, end, over: "the personal links", advice: ADVICE };
        let refused = days.check("days", after_days, earlier);
        refused.err().and_then(|error| error.message_for("days")).unwrap_or_default()
    }

    #[test]
    fn a_reminder_goes_out_while_it_can_be_paid() {
        assert_eq!(said(2 * DAY_MS + 1, 2, 0), "");
        assert_eq!(said(3 * DAY_MS, 2, 1), "");
        assert_eq!(
            said(3 * DAY_MS, 3, 0),
            "By then the personal links have expired. Choose at most 2 days. A longer life helps."
        );
        assert_eq!(
            said(2 * DAY_MS, 2, 0),
            "By then the personal links have expired. Choose 1 day. A longer life helps."
        );
        for (end, after_days, earlier) in [(DAY_MS, 1, 0), (-DAY_MS, 1, 0), (3 * DAY_MS, 3, 2)] {
            assert_eq!(
                said(end, after_days, earlier),
                "By then the personal links have expired. No reminder can go out before that. A longer life helps."
            );
        }
        assert_eq!(said(90 * DAY_MS, 31, 0), "A reminder goes out after 1 to 30 days.");
        assert_eq!(said(90 * DAY_MS, 3, 3), "Choose more than 3 days: a reminder comes later than the one before it.");
    }
}
