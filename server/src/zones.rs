//! Time zones: which one a business is in, and its local times both ways.

use crate::{care::zones::business_zone, clock::DAY_MS};
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

/// The zone's name as the database of zones writes it; none for a name that it does not know.
pub fn known(name: &str) -> Option<String> {
    TimeZone::get(name.trim()).ok()?.iana_name().map(str::to_owned)
}

/// The name of a business's zone: the one that was set, or its country's.
pub fn of_business(set: &str, country: &str) -> String {
    business_zone(country, Some(set)).iana_name().unwrap_or("UTC").to_owned()
}

/// Every name that can be chosen, in order.
pub fn names() -> Vec<String> {
    let mut names: Vec<String> = jiff::tz::db().available().map(|name| name.to_string()).collect();
    // Areas with places, and UTC: the rest are old names and technical ones.
    names.retain(|name| {
        name == "UTC"
            || name.contains('/')
                && !["Brazil/", "Canada/", "Chile/", "Etc/", "Mexico/", "SystemV/", "US/"]
                    .iter()
                    .any(|old| name.starts_with(old))
    });
    names.sort_unstable();
    names.dedup();
    names
}

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap_or(TimeZone::UTC)
}

fn civil(at: i64, zone_name: &str) -> DateTime {
    Timestamp::from_millisecond(at).unwrap_or_default().to_zoned(zone(zone_name)).datetime()
}

/// The number of the day that a moment is in, counted from 1970.
pub fn day(at: i64, zone: &TimeZone) -> i64 {
    let offset = zone.to_offset(Timestamp::from_millisecond(at).unwrap_or_default());
    (at + i64::from(offset.seconds()) * 1_000).div_euclid(DAY_MS)
}

/// The moment of a local time, in epoch milliseconds. An hour that comes twice is the first of the two.
pub fn moment(local: &str, zone_name: &str) -> Result<i64, Problem> {
    let local: DateTime = local.trim().parse().map_err(|_| Problem::Unreadable)?;
    let zone = zone(zone_name);
    match zone.to_ambiguous_timestamp(local).offset() {
        AmbiguousOffset::Gap { .. } => Err(Problem::Skipped),
        AmbiguousOffset::Unambiguous { offset } | AmbiguousOffset::Fold { before: offset, .. } => {
            offset.to_timestamp(local).map(Timestamp::as_millisecond).map_err(|_| Problem::Unreadable)
        }
    }
}

/// A moment as a date-time field takes it.
pub fn field(at: i64, zone_name: &str) -> String {
    civil(at, zone_name).strftime(FIELD).to_string()
}

/// A moment as the business reads it: "14:05" today, else "Mar 30, 2026, 09:00".
pub fn shown(at: i64, now: i64, zone_name: &str) -> String {
    let (local, today) = (civil(at, zone_name), civil(now, zone_name).date());
    let format = if local.date() == today { "%H:%M" } else { "%b %-d, %Y, %H:%M" };
    local.strftime(format).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use app::account::countries::COUNTRIES;

    /// 2026-03-04 10:00 UTC.
    const NOW: i64 = 1_772_618_400_000;
    const HOUR: i64 = 3_600_000;

    #[test]
    fn every_country_has_a_zone_that_is_known_and_can_be_chosen() {
        let names = names();
        for (code, _) in COUNTRIES {
            let zone = of_business("", code);
            assert!(known(&zone).is_some(), "{code}: {zone}");
            assert!(names.contains(&zone), "{code}: {zone}");
        }
        assert_eq!(of_business("", "DE"), "Europe/Berlin");
        assert_eq!(of_business("asia/tokyo", "DE"), "Asia/Tokyo");
        assert_eq!(of_business("Middle-earth/Shire", "??"), "UTC");
        assert_eq!(known("Middle-earth/Shire"), None);
    }

    #[test]
    fn a_local_time_is_a_moment_in_winter_and_in_summer() {
        assert_eq!(moment("2026-03-04T11:00", "Europe/Berlin"), Ok(NOW));
        // The clocks are set on 2026-03-29: from then on two hours ahead of UTC.
        let winter = moment("2026-03-28T09:00", "Europe/Berlin").unwrap();
        let summer = moment("2026-03-29T09:00", "Europe/Berlin").unwrap();
        assert_eq!(summer - winter, 23 * HOUR);
        assert_eq!(moment("2026-03-29 09:00:00", "Europe/Berlin"), Ok(summer));
    }

    #[test]
    fn an_hour_that_is_skipped_is_refused_and_one_that_comes_twice_is_the_first() {
        assert_eq!(moment("2026-03-29T02:30", "Europe/Berlin"), Err(Problem::Skipped));
        let first = moment("2026-10-25T02:30", "Europe/Berlin").unwrap();
        assert_eq!(moment("2026-10-25T03:30", "Europe/Berlin").unwrap() - first, 2 * HOUR);
        for typed in ["", "tomorrow", "2026-02-30T10:00", "2026-13-01T10:00", "10:00"] {
            assert_eq!(moment(typed, "UTC"), Err(Problem::Unreadable), "{typed}");
        }
    }

    #[test]
    fn a_day_begins_at_midnight_where_the_business_is() {
        for (name, midnight) in [
            ("Europe/Berlin", "2026-03-29T00:00"),
            ("America/St_Johns", "2026-11-01T00:00"),
            ("Asia/Kathmandu", "2026-03-04T00:00"),
        ] {
            let (zone, begins) = (zone(name), moment(midnight, name).unwrap());
            assert_eq!(day(begins, &zone), day(begins - 1, &zone) + 1, "{name}");
            assert_eq!(day(begins + 22 * HOUR, &zone), day(begins, &zone), "{name}");
            assert_eq!(begins % 900_000, 0, "{name}: openings are counted by quarters of an hour");
        }
        assert_eq!(day(-1, &TimeZone::UTC), -1);
    }

    #[test]
    fn a_moment_is_shown_as_the_business_reads_it() {
        assert_eq!(shown(NOW + HOUR, NOW, "Europe/Berlin"), "12:00");
        assert_eq!(shown(NOW + 14 * HOUR, NOW, "Europe/Berlin"), "Mar 5, 2026, 01:00");
        assert_eq!(field(NOW, "Europe/Berlin"), "2026-03-04T11:00");
        assert_eq!(moment(&field(NOW, "Asia/Tokyo"), "Asia/Tokyo"), Ok(NOW));
    }
}
