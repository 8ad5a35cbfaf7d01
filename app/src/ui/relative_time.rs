//! Times as people say them.

use leptos::prelude::*;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A time relative to `now`, both in milliseconds since 1970; the exact one shows on hover and is heard. The page
/// passes the server's `now`, so that the text is the same while hydrating.
#[component]
pub fn RelativeTime(at: i64, now: i64) -> impl IntoView {
    view! {
        <time class="time" datetime=iso_time(at) title=exact_time(at)>
            {relative_time(at, now)}
            <span class="visually-hidden">" ("{exact_time(at)}")"</span>
        </time>
    }
}

/// "just now", "5 minutes ago", "in 3 days", "Mar 3", "Mar 3, 2025".
pub fn relative_time(at: i64, now: i64) -> String {
    let distance = (now - at).abs();
    let (count, unit) = match distance {
        ..MINUTE => return "just now".to_owned(),
        MINUTE..HOUR => (distance / MINUTE, "minute"),
        HOUR..DAY => (distance / HOUR, "hour"),
        _ if distance < 7 * DAY => (distance / DAY, "day"),
        _ => return date(at, now),
    };
    let plural = if count == 1 { "" } else { "s" };
    match (at > now, unit, count) {
        (false, "day", 1) => "yesterday".to_owned(),
        (true, "day", 1) => "tomorrow".to_owned(),
        (true, ..) => format!("in {count} {unit}{plural}"),
        (false, ..) => format!("{count} {unit}{plural} ago"),
    }
}

/// "Mar 3, 2026, 14:05 UTC".
pub fn exact_time(at: i64) -> String {
    let (year, month, day) = civil(at);
    let minutes = at.rem_euclid(DAY) / MINUTE;
    format!("{} {day}, {year}, {:02}:{:02} UTC", month_name(month), minutes / 60, minutes % 60)
}

fn date(at: i64, now: i64) -> String {
    let (year, month, day) = civil(at);
    if civil(now).0 == year {
        format!("{} {day}", month_name(month))
    } else {
        format!("{} {day}, {year}", month_name(month))
    }
}

fn iso_time(at: i64) -> String {
    let (year, month, day) = civil(at);
    let seconds = at.rem_euclid(DAY) / 1000;
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

fn month_name(month: i64) -> &'static str {
    usize::try_from(month - 1).ok().and_then(|index| MONTHS.get(index)).copied().unwrap_or_default()
}

/// Year, month and day of a time in UTC: the days are counted in 400-year eras that begin in March, so that the leap
/// day comes last.
fn civil(at: i64) -> (i64, i64, i64) {
    let days = at.div_euclid(DAY) + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_795_386_000_000;

    #[test]
    fn times_near_now_are_relative() {
        assert_eq!(relative_time(NOW - 5_000, NOW), "just now");
        assert_eq!(relative_time(NOW - MINUTE, NOW), "1 minute ago");
        assert_eq!(relative_time(NOW - 2 * HOUR, NOW), "2 hours ago");
        assert_eq!(relative_time(NOW - DAY, NOW), "yesterday");
        assert_eq!(relative_time(NOW + 3 * DAY, NOW), "in 3 days");
    }

    #[test]
    fn times_far_from_now_are_dates_with_the_year_only_when_it_differs() {
        assert_eq!(relative_time(0, NOW), "Jan 1, 1970");
        assert_eq!(relative_time(951_782_400_000, 951_782_400_000 + 30 * DAY), "Feb 29");
    }

    #[test]
    fn the_exact_time_is_written_for_people_and_for_machines() {
        assert_eq!(exact_time(951_827_107_000), "Feb 29, 2000, 12:25 UTC");
        assert_eq!(iso_time(951_827_107_000), "2000-02-29T12:25:07Z");
        assert_eq!(iso_time(-1000), "1969-12-31T23:59:59Z");
    }
}
