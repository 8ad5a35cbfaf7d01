//! What a press of a button came to: numbers and names cross the wire, and the sentence is made here.

use crate::channel::Channel;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What became of a campaign when a user pressed a button. Pressed twice, the second answer says that it was done already. Its
/// `Display` is the sentence on the page and in the history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// What was held leaves.
    SentNow {
        /// What leaves, and what does not.
        departure: Departure,
        /// Also what quiet hours held.
        in_quiet_hours: bool,
    },
    /// It was leaving.
    LeavingAlready,
    /// It has another date and time.
    Rescheduled {
        /// What leaves then, and what does not.
        departure: Departure,
        /// When, as people read it.
        at: String,
        /// The time zone that this is read in.
        time_zone: String,
    },
    /// It had this date and time.
    ScheduledAlready,
    /// What had not left was taken back.
    Canceled(TakenBack),
    /// It was canceled before.
    CanceledAlready,
    /// A person gets no more of it.
    TakenOut {
        /// Who.
        name: String,
        /// Their messages.
        taken_back: TakenBack,
    },
    /// A person whose messages have left gets no more reminders.
    NoMoreReminders {
        /// Who.
        name: String,
    },
    /// The person was taken out before.
    TakenOutAlready {
        /// Who.
        name: String,
    },
    /// What has not left waits.
    Paused,
    /// It was paused before.
    PausedAlready,
    /// It goes on.
    Resumed {
        /// People who were asked for enough by now.
        left_out: u32,
        /// Reminders that come after the end of the payment link.
        late: Vec<u32>,
    },
    /// It was not paused.
    NotPaused,
    /// Personal links stopped working.
    Recalled {
        /// How many.
        links: u32,
        /// Messages that had not left.
        taken_back: u32,
    },
    /// It was recalled before.
    RecalledAlready,
    /// What failed is sent once more.
    Retried {
        /// Messages.
        queued: u32,
        /// Messages that are not sent again, by reason.
        left_out: Vec<(String, u32)>,
    },
    /// A user knows that a message arrived.
    Confirmed {
        /// To whom.
        name: String,
        /// The email or the text.
        channel: Channel,
    },
    /// A message that nobody knows of is sent again.
    SentAgain {
        /// To whom.
        name: String,
        /// The email or the text.
        channel: Channel,
    },
    /// Another user let it leave.
    Approved(Release),
    /// An owner let it leave without an approval.
    Released(Release),
    /// Another user took it back.
    Declined {
        /// Why, in the user's words; may be empty.
        reason: String,
    },
}

/// What leaves of what was held, and what does not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Departure {
    /// Messages that leave at the time that was given.
    pub leaving: u32,
    /// Messages that quiet hours hold.
    pub quiet: Option<QuietWait>,
    /// People who were asked for enough.
    pub left_out: u32,
}

/// Messages that wait for the end of quiet hours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuietWait {
    /// How many.
    pub messages: u32,
    /// When the first of them leaves: "08:00 in Berlin".
    pub ends: String,
    /// The others leave at the same time.
    pub is_one_time: bool,
}

/// Messages that were taken back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenBack {
    /// They had not left.
    pub messages: u32,
    /// They were leaving at that moment, and may arrive.
    pub leaving: u32,
}

/// A campaign that may leave now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    /// What leaves, and what does not.
    pub departure: Departure,
    /// It leaves at once, not at a later time that was chosen.
    pub is_now: bool,
    /// Reminders that come after the end of the payment link.
    pub late: Vec<u32>,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SentNow { departure, .. } if departure.leaving == 0 && departure.quiet.is_some() => {
                write!(f, "Nothing can leave now:{departure}")
            }
            Self::SentNow { departure, in_quiet_hours } => {
                let despite = if *in_quiet_hours { ", also where it is quiet hours" } else { "" };
                write!(f, "{} sent now{despite}.{departure}", messages(departure.leaving, "is", "are"))
            }
            Self::LeavingAlready => f.write_str("Everything is leaving already."),
            Self::Rescheduled { departure, at, time_zone } => {
                write!(f, "Scheduled for {at} ({time_zone}).{departure}")
            }
            Self::ScheduledAlready => f.write_str("It is scheduled for this time already."),
            Self::Canceled(taken_back) => write!(f, "Canceled: {taken_back}"),
            Self::CanceledAlready => f.write_str("This campaign was canceled already."),
            Self::TakenOut { name, taken_back } => write!(f, "{name} was removed: {taken_back}"),
            Self::NoMoreReminders { name } => write!(f, "{name} gets no more reminders."),
            Self::TakenOutAlready { name } => write!(f, "{name} was removed already."),
            Self::Paused => f.write_str("Paused. Messages that are not sent yet wait."),
            Self::PausedAlready => f.write_str("This campaign is paused already."),
            Self::Resumed { left_out, late } => write!(f, "Resumed.{}{}", left_out_in_words(*left_out), unsent(late)),
            Self::NotPaused => f.write_str("This campaign is not paused."),
            Self::Recalled { links, taken_back } => {
                let are = if *links == 1 { "link is" } else { "links are" };
                write!(f, "Recalled: {links} personal {are} no longer valid.")?;
                match taken_back {
                    0 => Ok(()),
                    _ => write!(f, " {}", TakenBack { messages: *taken_back, leaving: 0 }),
                }
            }
            Self::RecalledAlready => f.write_str("This campaign was recalled already."),
            Self::Retried { queued: 0, left_out } if left_out.is_empty() => f.write_str("Nothing has failed."),
            Self::Retried { queued, left_out } => {
                match queued {
                    0 => f.write_str("Nothing is sent again.")?,
                    _ => write!(f, "{} queued again.", messages(*queued, "is", "are"))?,
                }
                f.write_str(&by_reason(left_out))
            }
            Self::Confirmed { name, channel } => {
                write!(f, "The {} to {name} was confirmed as arrived.", channel.noun())
            }
            Self::SentAgain { name, channel } => write!(f, "The {} to {name} is sent again.", channel.noun()),
            Self::Approved(release) => write!(f, "Approved: {release}"),
            Self::Released(release) => write!(f, "Released without an approval: {release}"),
            Self::Declined { reason } if reason.is_empty() => f.write_str("Declined."),
            Self::Declined { reason } => write!(f, "Declined: {reason}"),
        }
    }
}

/// After another sentence: what waits for quiet hours, and who is left out.
impl fmt::Display for Departure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(quiet) = &self.quiet {
            write!(f, " {quiet}")?;
        }
        f.write_str(&left_out_in_words(self.left_out))
    }
}

/// "3 messages wait for quiet hours until 08:00 in Berlin."
impl fmt::Display for QuietWait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let until = if self.is_one_time { "until" } else { "\u{2013} the first until" };
        write!(f, "{} for quiet hours {until} {}.", messages(self.messages, "waits", "wait"), self.ends)
    }
}

/// "4 messages were taken back before leaving. 2 messages were leaving at that moment."
impl fmt::Display for TakenBack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} taken back before leaving.", messages(self.messages, "was", "were"))?;
        match self.leaving {
            0 => Ok(()),
            leaving => write!(f, " {} leaving at that moment.", messages(leaving, "was", "were")),
        }
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { departure, is_now, late } = self;
        let what = match (departure.leaving, is_now) {
            (1, true) => "1 message leaves now".to_owned(),
            (1, false) => "1 message will leave at its time".to_owned(),
            (count, true) => format!("{count} messages leave now"),
            (count, false) => format!("{count} messages will leave at their time"),
        };
        write!(f, "{what}.{departure}{}", unsent(late))
    }
}

/// "1 message is", "3 messages are"
fn messages(count: u32, one: &str, many: &str) -> String {
    if count == 1 { format!("1 message {one}") } else { format!("{count} messages {many}") }
}

/// " 2 people are left out: asked enough this week."; empty for nobody.
fn left_out_in_words(people: u32) -> String {
    match people {
        0 => String::new(),
        1 => " 1 person is left out: asked enough this week.".to_owned(),
        people => format!(" {people} people are left out: asked enough this week."),
    }
}

/// " 3 left out: do not disturb 2, already paid 1."; empty for nobody.
fn by_reason(left_out: &[(String, u32)]) -> String {
    if left_out.is_empty() {
        return String::new();
    }
    let total: u32 = left_out.iter().map(|(_, count)| count).sum();
    let reasons: Vec<_> = left_out.iter().map(|(reason, count)| format!("{reason} {count}")).collect();
    format!(" {total} left out: {}.", reasons.join(", "))
}

/// Which reminders come too late: "Reminders 1 and 2 come after the payment link's end"; none for none.
pub fn late_in_words(reminders: &[u32]) -> Option<String> {
    let numbers: Vec<_> = reminders.iter().map(ToString::to_string).collect();
    Some(match numbers.as_slice() {
        [] => return None,
        [one] => format!("Reminder {one} comes after the payment link's end"),
        many => format!("Reminders {} come after the payment link's end", many.join(" and ")),
    })
}

/// The same after another sentence.
fn unsent(late: &[u32]) -> String {
    late_in_words(late).map(|late| format!(" {late} now and will not be sent.")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_change_is_a_sentence() {
        let quiet = QuietWait { messages: 2, ends: "08:00 in Berlin".to_owned(), is_one_time: true };
        let mixed = Departure { leaving: 1, quiet: Some(quiet.clone()), left_out: 1 };
        let release = |departure, is_now, late| Release { departure, is_now, late };
        let failed = || vec![("do not disturb".to_owned(), 2), ("already paid".to_owned(), 1)];
        for (change, sentence) in [
            (
                Change::SentNow { departure: mixed.clone(), in_quiet_hours: false },
                "1 message is sent now. 2 messages wait for quiet hours until 08:00 in Berlin. 1 person is left out: asked \
                 enough this week.",
            ),
            (
                Change::SentNow {
                    departure: Departure { quiet: Some(quiet), ..Departure::default() },
                    in_quiet_hours: false,
                },
                "Nothing can leave now: 2 messages wait for quiet hours until 08:00 in Berlin.",
            ),
            (
                Change::Canceled(TakenBack { messages: 4, leaving: 2 }),
                "Canceled: 4 messages were taken back before leaving. 2 messages were leaving at that moment.",
            ),
            (
                Change::Recalled { links: 1, taken_back: 1 },
                "Recalled: 1 personal link is no longer valid. 1 message was taken back before leaving.",
            ),
            (
                Change::Resumed { left_out: 0, late: vec![1, 2] },
                "Resumed. Reminders 1 and 2 come after the payment link's end now and will not be sent.",
            ),
            (
                Change::Retried { queued: 0, left_out: failed() },
                "Nothing is sent again. 3 left out: do not disturb 2, already paid 1.",
            ),
            (Change::Retried { queued: 2, left_out: Vec::new() }, "2 messages are queued again."),
            (
                Change::Approved(release(Departure { leaving: 1, ..Departure::default() }, false, Vec::new())),
                "Approved: 1 message will leave at its time.",
            ),
            (
                Change::Released(release(mixed, true, vec![3])),
                "Released without an approval: 1 message leaves now. 2 messages wait for quiet hours until 08:00 in Berlin. \
                 1 person is left out: asked enough this week. Reminder 3 comes after the payment link's end now and will not \
                 be sent.",
            ),
        ] {
            assert_eq!(change.to_string(), sentence);
        }
    }
}
