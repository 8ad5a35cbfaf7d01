//! The next moment that is quiet for nobody: pure, by the clocks on the wall, on days that are 23 or 25 hours long too.

use app::care::QuietHours;
use jiff::{
    Timestamp,
    civil::{Time, time},
    tz::{AmbiguousOffset, TimeZone},
};

/// Quiet hours end within a day, and a day has at most one hour more than usual.
const LONGEST_MS: i64 = 25 * 3_600_000;

/// A moment at which a message may leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permitted<'a> {
    /// Epoch milliseconds.
    pub at: i64,
    /// The zone whose quiet hours end then; none when nothing had to wait.
    pub zone: Option<&'a TimeZone>,
}

/// The first moment from `now` on that is quiet in none of the zones; none when a day and an hour hold no such moment.
pub fn permitted_at(quiet: QuietHours, zones: &[TimeZone], now: i64) -> Option<Permitted<'_>> {
    let mut permitted = Permitted { at: now, zone: None };
    loop {
        let at = Timestamp::from_millisecond(permitted.at).ok()?;
        let ends = zones.iter().filter_map(|zone| Some((end(quiet, zone, at)?, zone)));
        let Some((last, zone)) = ends.max_by_key(|(end, _)| *end) else {
            return Some(permitted);
        };
        permitted = Permitted { at: last.as_millisecond(), zone: Some(zone) };
        if permitted.at - now > LONGEST_MS {
            return None;
        }
    }
}

/// When the quiet hours end that a zone is in; none when it is in none.
fn end(quiet: QuietHours, zone: &TimeZone, at: Timestamp) -> Option<Timestamp> {
    let local = zone.to_datetime(at);
    let minute = u32::from(local.hour().unsigned_abs()) * 60 + u32::from(local.minute().unsigned_abs());
    if !quiet.covers(minute) {
        return None;
    }
    let date = if minute < quiet.until_minute() { local.date() } else { local.date().tomorrow().ok()? };
    let end = date.to_datetime(wall(quiet.until_minute()));
    match zone.to_ambiguous_timestamp(end).offset() {
        AmbiguousOffset::Unambiguous { offset } => offset.to_timestamp(end).ok(),
        // The clocks skip it: they are set forward out of the quiet hours.
        AmbiguousOffset::Gap { .. } => zone.following(at).next().map(|transition| transition.timestamp()),
        // It comes twice.
        AmbiguousOffset::Fold { before, after } => {
            let first = before.to_timestamp(end).ok().filter(|first| *first > at);
            first.or_else(|| after.to_timestamp(end).ok())
        }
    }
}

fn wall(minute: u32) -> Time {
    let part = |number: u32| i8::try_from(number).unwrap_or_default();
    time(part(minute / 60), part(minute % 60), 0, 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MINUTE: i64 = 60_000;
    const HOUR: i64 = 60 * MINUTE;

    fn zone(name: &str) -> TimeZone {
        crate::zones::database::current().zone(name).expect("a zone")
    }

    fn at(text: &str) -> i64 {
        text.parse::<Timestamp>().expect("a time").as_millisecond()
    }

    fn is_quiet(quiet: QuietHours, zone: &TimeZone, at: i64) -> bool {
        let local = zone.to_datetime(Timestamp::from_millisecond(at).expect("a time"));
        quiet.covers(u32::from(local.hour().unsigned_abs()) * 60 + u32::from(local.minute().unsigned_abs()))
    }

    #[track_caller]
    fn leaves(quiet: QuietHours, zones: &[&str], now: &str, expected: &str) {
        let zones: Vec<TimeZone> = zones.iter().map(|name| zone(name)).collect();
        let permitted = permitted_at(quiet, &zones, at(now)).expect("a moment");
        assert_eq!(Timestamp::from_millisecond(permitted.at).expect("a time").to_string(), expected);
    }

    #[test]
    fn nights_of_usual_days() {
        let night = QuietHours::USUAL;
        leaves(night, &["Europe/Berlin"], "2026-03-04T10:00:00Z", "2026-03-04T10:00:00Z");
        leaves(night, &["Europe/Berlin"], "2026-03-04T19:59:59Z", "2026-03-04T19:59:59Z");
        leaves(night, &["Europe/Berlin"], "2026-03-04T20:00:00Z", "2026-03-05T07:00:00Z");
        leaves(night, &["Europe/Berlin"], "2026-03-05T06:59:59Z", "2026-03-05T07:00:00Z");
        leaves(night, &["America/Los_Angeles"], "2026-03-04T10:00:00Z", "2026-03-04T16:00:00Z");
        let siesta = QuietHours::new(13 * 60, 15 * 60).expect("quiet hours");
        leaves(siesta, &["Europe/Madrid"], "2026-03-04T12:30:00Z", "2026-03-04T14:00:00Z");
        leaves(siesta, &["Europe/Madrid"], "2026-03-04T14:00:00Z", "2026-03-04T14:00:00Z");
    }

    #[test]
    fn zones_with_half_hours_and_at_the_date_line() {
        let night = QuietHours::USUAL;
        leaves(night, &["Asia/Kolkata"], "2026-03-04T16:00:00Z", "2026-03-05T02:30:00Z");
        leaves(night, &["Asia/Kathmandu"], "2026-03-04T16:00:00Z", "2026-03-05T02:15:00Z");
        leaves(night, &["Pacific/Marquesas"], "2026-03-04T10:00:00Z", "2026-03-04T17:30:00Z");
        leaves(night, &["Pacific/Chatham"], "2026-03-04T10:00:00Z", "2026-03-04T18:15:00Z");
        // The same hour on two days: 14 hours ahead, and 11 behind.
        leaves(night, &["Pacific/Kiritimati"], "2026-03-04T10:00:00Z", "2026-03-04T18:00:00Z");
        leaves(night, &["Pacific/Pago_Pago"], "2026-03-04T10:00:00Z", "2026-03-04T19:00:00Z");
        // Samoa went from December 29 to December 31.
        leaves(night, &["Pacific/Apia"], "2011-12-30T08:00:00Z", "2011-12-30T18:00:00Z");
    }

    #[test]
    fn nights_in_which_the_clocks_are_set() {
        let night = QuietHours::USUAL;
        leaves(night, &["Europe/Berlin"], "2026-03-28T20:00:00Z", "2026-03-29T06:00:00Z");
        leaves(night, &["Europe/Berlin"], "2026-10-24T19:00:00Z", "2026-10-25T07:00:00Z");
        leaves(night, &["America/New_York"], "2026-03-08T02:00:00Z", "2026-03-08T12:00:00Z");
        leaves(night, &["America/New_York"], "2026-11-01T01:00:00Z", "2026-11-01T13:00:00Z");
        // Lord Howe sets its clocks by half an hour.
        leaves(night, &["Australia/Lord_Howe"], "2026-04-04T10:00:00Z", "2026-04-04T21:30:00Z");
    }

    #[test]
    fn quiet_hours_that_end_in_the_hour_that_is_skipped_or_comes_twice() {
        let until_half_past_two = QuietHours::new(21 * 60, 150).expect("quiet hours");
        leaves(until_half_past_two, &["Europe/Berlin"], "2026-03-28T23:00:00Z", "2026-03-29T01:00:00Z");
        // Half past two comes first in summer time, and once more after the clocks were set back into the quiet hours.
        leaves(until_half_past_two, &["Europe/Berlin"], "2026-10-24T23:00:00Z", "2026-10-25T00:30:00Z");
        leaves(until_half_past_two, &["Europe/Berlin"], "2026-10-25T00:59:59Z", "2026-10-25T00:59:59Z");
        leaves(until_half_past_two, &["Europe/Berlin"], "2026-10-25T01:00:00Z", "2026-10-25T01:30:00Z");
    }

    #[test]
    fn several_zones_wait_for_the_last_of_them() {
        let night = QuietHours::USUAL;
        leaves(night, &["America/Denver", "America/Los_Angeles"], "2026-03-04T10:00:00Z", "2026-03-04T16:00:00Z");
        // Morning in the west when it is evening already in the east: the next day's afternoon is right for both.
        leaves(night, &["Europe/Kaliningrad", "Asia/Kamchatka"], "2026-03-04T09:30:00Z", "2026-03-05T06:00:00Z");
        let all_but_an_hour = QuietHours::new(60, 0).expect("quiet hours");
        assert_eq!(
            permitted_at(all_but_an_hour, &[zone("Europe/Berlin"), zone("Asia/Tokyo")], at("2026-03-04T10:00:00Z")),
            None
        );
    }

    const ZONES: [&str; 16] = [
        "UTC",
        "America/Los_Angeles",
        "America/Phoenix",
        "America/New_York",
        "America/St_Johns",
        "America/Sao_Paulo",
        "Atlantic/Azores",
        "Europe/London",
        "Europe/Berlin",
        "Africa/Casablanca",
        "Asia/Kathmandu",
        "Australia/Lord_Howe",
        "Pacific/Chatham",
        "Pacific/Apia",
        "Pacific/Kiritimati",
        "Pacific/Pago_Pago",
    ];

    prop_compose! {
        fn any_quiet()(from in 0..1440_u32, minutes in 1..1440_u32) -> QuietHours {
            QuietHours::new(from, (from + minutes) % 1440).expect("two different times")
        }
    }

    proptest! {
        #[test]
        fn a_permitted_moment_is_the_first_that_is_quiet_nowhere(
            quiet in any_quiet(),
            names in prop::sample::subsequence(ZONES.to_vec(), 1..=3),
            // 2009 to 2036, to the second.
            now_s in 1_230_768_000..2_098_000_000_i64,
        ) {
            let now = now_s * 1000;
            let zones: Vec<TimeZone> = names.iter().map(|name| zone(name)).collect();
            let is_quiet_at = |at: i64| zones.iter().any(|zone| is_quiet(quiet, zone, at));
            match permitted_at(quiet, &zones, now) {
                Some(permitted) => {
                    prop_assert!(!is_quiet_at(permitted.at));
                    prop_assert!((0..=LONGEST_MS).contains(&(permitted.at - now)));
                    prop_assert_eq!(permitted.zone.is_none(), permitted.at == now);
                    // Every minute before it is quiet somewhere.
                    let mut before = now;
                    while before < permitted.at {
                        prop_assert!(is_quiet_at(before));
                        before += MINUTE - before % MINUTE;
                    }
                }
                None => {
                    prop_assert!(zones.len() > 1, "one zone has an end of its quiet hours each day");
                    for minute in 0..24 * 60 {
                        prop_assert!(is_quiet_at(now + minute * MINUTE));
                    }
                }
            }
        }

        #[test]
        fn what_is_permitted_now_leaves_now(quiet in any_quiet(), name in prop::sample::select(ZONES.to_vec()), now_s in 1_230_768_000..2_098_000_000_i64) {
            let zones = [zone(name)];
            let now = now_s * 1000;
            let permitted = permitted_at(quiet, &zones, now).expect("a moment");
            prop_assert_eq!(permitted.at == now, !is_quiet(quiet, &zones[0], now));
            prop_assert!(permitted.at - now < 25 * HOUR);
        }
    }
}
