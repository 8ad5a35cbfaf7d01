//! A moment on a clock: the local times of a zone, both ways.

use crate::clock::DAY_MS;
use jiff::{
    Timestamp,
    civil::DateTime,
    tz::{AmbiguousOffset, TimeZone},
};

/// What a date-time field gives and takes.
const FIELD: &str = "%Y-%m-%dT%H:%M";

/// Why a local time is no moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// It cannot be read.
    #[error("Write a date and a time, such as 2026-05-31 09:00.")]
    Unreadable,
    /// The clocks are set forward over it.
    #[error("This time does not exist: the clocks are set forward that night. Choose an hour later.")]
    Skipped,
}

fn civil(at: i64, zone: &TimeZone) -> DateTime {
    zone.to_datetime(Timestamp::from_millisecond(at).unwrap_or_default())
}

/// The number of the day that a moment is in, counted from 1970.
pub fn day(at: i64, zone: &TimeZone) -> i64 {
    let offset = zone.to_offset(Timestamp::from_millisecond(at).unwrap_or_default());
    (at + i64::from(offset.seconds()) * 1_000).div_euclid(DAY_MS)
}

/// The moment of a local time, in epoch milliseconds. An hour that comes twice is the first of the two.
pub fn moment(local: &str, zone: &TimeZone) -> Result<i64, Problem> {
    let local: DateTime = local.trim().parse().map_err(|_| Problem::Unreadable)?;
    match zone.to_ambiguous_timestamp(local).offset() {
        AmbiguousOffset::Gap { .. } => Err(Problem::Skipped),
        AmbiguousOffset::Unambiguous { offset } | AmbiguousOffset::Fold { before: offset, .. } => {
            offset.to_timestamp(local).map(Timestamp::as_millisecond).map_err(|_| Problem::Unreadable)
        }
    }
}

/// A moment as a date-time field takes it.
pub fn field(at: i64, zone: &TimeZone) -> String {
    civil(at, zone).strftime(FIELD).to_string()
}

/// A moment as the business reads it: "14:05" today, else "Mar 30, 2026, 09:00".
pub fn shown(at: i64, now: i64, zone: &TimeZone) -> String {
    let (local, today) = (civil(at, zone), civil(now, zone).date());
    let format = if local.date() == today { "%H:%M" } else { "%b %-d, %Y, %H:%M" };
    local.strftime(format).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-03-04 10:00 UTC.
    const NOW: i64 = 1_772_618_400_000;
    const HOUR: i64 = 3_600_000;

    fn zone(name: &str) -> TimeZone {
        crate::zones::database::current().zone(name).expect("a zone")
    }

    #[test]
    fn a_local_time_is_a_moment_in_winter_and_in_summer() {
        assert_eq!(moment("2026-03-04T11:00", &zone("Europe/Berlin")), Ok(NOW));
        // The clocks are set on 2026-03-29: from then on two hours ahead of UTC.
        let winter = moment("2026-03-28T09:00", &zone("Europe/Berlin")).unwrap();
        let summer = moment("2026-03-29T09:00", &zone("Europe/Berlin")).unwrap();
        assert_eq!(summer - winter, 23 * HOUR);
        assert_eq!(moment("2026-03-29 09:00:00", &zone("Europe/Berlin")), Ok(summer));
    }

    #[test]
    fn an_hour_that_is_skipped_is_refused_and_one_that_comes_twice_is_the_first() {
        assert_eq!(moment("2026-03-29T02:30", &zone("Europe/Berlin")), Err(Problem::Skipped));
        let first = moment("2026-10-25T02:30", &zone("Europe/Berlin")).unwrap();
        assert_eq!(moment("2026-10-25T03:30", &zone("Europe/Berlin")).unwrap() - first, 2 * HOUR);
        for typed in ["", "tomorrow", "2026-02-30T10:00", "2026-13-01T10:00", "10:00"] {
            assert_eq!(moment(typed, &TimeZone::UTC), Err(Problem::Unreadable), "{typed}");
        }
    }

    #[test]
    fn a_day_begins_at_midnight_where_the_business_is() {
        for (name, midnight) in [
            ("Europe/Berlin", "2026-03-29T00:00"),
            ("America/St_Johns", "2026-11-01T00:00"),
            ("Asia/Kathmandu", "2026-03-04T00:00"),
        ] {
            let (zone, begins) = (zone(name), moment(midnight, &zone(name)).unwrap());
            assert_eq!(day(begins, &zone), day(begins - 1, &zone) + 1, "{name}");
            assert_eq!(day(begins + 22 * HOUR, &zone), day(begins, &zone), "{name}");
            assert_eq!(begins % 900_000, 0, "{name}: openings are counted by quarters of an hour");
        }
        assert_eq!(day(-1, &TimeZone::UTC), -1);
    }

    #[test]
    fn a_moment_is_shown_as_the_business_reads_it() {
        assert_eq!(shown(NOW + HOUR, NOW, &zone("Europe/Berlin")), "12:00");
        assert_eq!(shown(NOW + 14 * HOUR, NOW, &zone("Europe/Berlin")), "Mar 5, 2026, 01:00");
        assert_eq!(field(NOW, &zone("Europe/Berlin")), "2026-03-04T11:00");
        assert_eq!(moment(&field(NOW, &zone("Asia/Tokyo")), &zone("Asia/Tokyo")), Ok(NOW));
    }
}
