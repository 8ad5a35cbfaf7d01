//! Contact care: at which hours a business writes to its contacts, and how often it asks one of them.

pub mod calls;

use crate::{eligibility::Asked, id::ContactId};
use serde::{Deserialize, Serialize};

/// The highest cap that can be set.
pub const MAX_WEEKLY_CAP: u32 = 50;

const MINUTES_OF_A_DAY: u32 = 24 * 60;

/// The hours in which nothing leaves, by the contact's own clock. They may go over midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuietHours {
    from_minute: u32,
    until_minute: u32,
}

impl QuietHours {
    /// 21:00 to 08:00.
    pub const USUAL: Self = Self { from_minute: 21 * 60, until_minute: 8 * 60 };

    /// From one minute of the day until another; none when they are the same, or not of a day.
    pub fn new(from_minute: u32, until_minute: u32) -> Option<Self> {
        let is_of_day = |minute| minute < MINUTES_OF_A_DAY;
        (is_of_day(from_minute) && is_of_day(until_minute) && from_minute != until_minute)
            .then_some(Self { from_minute, until_minute })
    }

    /// The minute of the day in which they begin.
    pub const fn from_minute(self) -> u32 {
        self.from_minute
    }

    /// The first minute of the day after them.
    pub const fn until_minute(self) -> u32 {
        self.until_minute
    }

    /// Whether this minute of the day is quiet.
    pub const fn covers(self, minute: u32) -> bool {
        if self.from_minute < self.until_minute {
            self.from_minute <= minute && minute < self.until_minute
        } else {
            self.from_minute <= minute || minute < self.until_minute
        }
    }
}

/// A minute of the day as a time field shows it: "21:00".
pub fn time_of_day(minute: u32) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

/// The minute of the day that a time field holds; seconds are left out.
pub fn minute_of_day(text: &str) -> Option<u32> {
    let mut parts = text.trim().split(':');
    let mut number = |below: u32| -> Option<u32> {
        let part = parts.next()?;
        let is_number = (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse().ok().filter(|number| is_number && *number < below)
    };
    let (hour, minute) = (number(24)?, number(60)?);
    Some(hour * 60 + minute)
}

/// How a business takes care of its contacts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Care {
    /// When nothing leaves; none where that is off.
    pub quiet: Option<QuietHours>,
    /// How many requests one contact gets in a week, over all links; none is any number.
    pub weekly_cap: Option<u32>,
}

/// The form "Contact care" of the settings, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CareForm {
    /// Nothing leaves in quiet hours.
    pub keep_quiet_hours: bool,
    /// "21:00".
    pub quiet_from: String,
    /// "08:00".
    pub quiet_until: String,
    /// 1 to 50, or empty for no cap.
    pub weekly_cap: String,
}

/// A contact whose messages wait for the end of quiet hours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// Who.
    pub contact: ContactId,
    /// Until when, epoch milliseconds.
    pub until: i64,
    /// The same as the contact reads it: "08:00 in Berlin".
    pub ends: String,
}

/// What care for the contacts means for a selection.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CareForecast {
    /// How often each of them is asked in the week of leaving, and how often that may be.
    pub asked: Asked,
    /// Who would wait when it leaves.
    pub waiting: Vec<Waiting>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn quiet_hours_may_go_over_midnight() {
        let night = QuietHours::USUAL;
        for (minute, is_quiet) in [(0, true), (479, true), (480, false), (720, false), (1259, false), (1260, true)] {
            assert_eq!(night.covers(minute), is_quiet, "{minute}");
        }
        let siesta = QuietHours::new(13 * 60, 15 * 60).expect("quiet hours");
        for (minute, is_quiet) in [(0, false), (779, false), (780, true), (899, true), (900, false)] {
            assert_eq!(siesta.covers(minute), is_quiet, "{minute}");
        }
        assert_eq!(QuietHours::new(60, 60), None);
        assert_eq!(QuietHours::new(60, 1440), None);
    }

    #[test]
    fn a_time_of_day_is_read_as_a_field_gives_it() {
        let table = [("21:00", Some(1260)), ("8:05", Some(485)), (" 00:00:00 ", Some(0)), ("23:59", Some(1439))];
        for (text, minute) in table {
            assert_eq!(minute_of_day(text), minute, "{text}");
        }
        for text in ["", "8", "24:00", "12:60", "-1:00", "+1:00", "9 pm", "100:00"] {
            assert_eq!(minute_of_day(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_minute_of_the_day_is_read_as_it_is_shown(minute in 0..MINUTES_OF_A_DAY) {
            prop_assert_eq!(minute_of_day(&time_of_day(minute)), Some(minute));
        }

        #[test]
        fn a_day_has_as_many_quiet_minutes_as_lie_between_both_times(from in 0..1440_u32, until in 0..1440_u32) {
            if let Some(quiet) = QuietHours::new(from, until) {
                let minutes = (0..MINUTES_OF_A_DAY).filter(|minute| quiet.covers(*minute)).count();
                prop_assert_eq!(u32::try_from(minutes).ok(), Some((until + MINUTES_OF_A_DAY - from) % MINUTES_OF_A_DAY));
            }
        }
    }
}
