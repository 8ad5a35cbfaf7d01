//! When a delivery is tried again: the written series, its jitter, and what a provider may ask for.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    time::Duration,
};

/// 30 s, 2 m, 10 m, 30 m, 2 h, 6 h, 12 h: seven retries in about 21 hours.
const SERIES_S: [i64; 7] = [30, 120, 600, 1_800, 7_200, 21_600, 43_200];

/// How many retries the series has.
pub const RETRIES: i64 = 7;

/// The longest wait that a provider may ask for.
const MOST_ASKED: Duration = Duration::from_hours(1);

/// How long to wait after the given number of failures; `None` when the series is over.
///
/// What the provider asked for goes before the series, up to an hour. The jitter of ±15 % comes from the delivery's id, so that
/// fifty refused together do not return together, and the same delivery waits the same time however often it is asked.
pub fn wait_ms(delivery: &str, failures: i64, asked: Option<Duration>) -> Option<i64> {
    let step = usize::try_from(failures.checked_sub(1)?).ok()?;
    let series_s = *SERIES_S.get(step)?;
    if let Some(asked) = asked.filter(|asked| !asked.is_zero()) {
        return i64::try_from(asked.min(MOST_ASKED).as_millis()).ok();
    }
    Some(series_s * jitter_permille(delivery, failures))
}

/// 850 to 1150.
fn jitter_permille(delivery: &str, failures: i64) -> i64 {
    let mut hasher = DefaultHasher::new();
    (delivery, failures).hash(&mut hasher);
    850 + i64::try_from(hasher.finish() % 301).unwrap_or(150)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_series_is_written_and_ends_after_seven_retries() {
        for (failures, seconds) in (1_i64..).zip(SERIES_S) {
            for delivery in ["dlv_a", "dlv_b", "dlv_c"] {
                let wait = wait_ms(delivery, failures, None).unwrap();
                assert!((seconds * 850..=seconds * 1_150).contains(&wait), "{failures}: {wait}");
            }
        }
        assert_eq!(wait_ms("dlv_a", RETRIES + 1, None), None);
        assert_eq!(wait_ms("dlv_a", 0, None), None);
        let longest_ms = SERIES_S.iter().sum::<i64>() * 1_150;
        assert!(longest_ms < 24 * 3_600 * 1_000, "the last retry comes before a delivery is given up");
    }

    #[test]
    fn the_jitter_differs_between_deliveries() {
        let waits: std::collections::HashSet<_> =
            (0..50).filter_map(|n| wait_ms(&format!("dlv_{n}"), 1, None)).collect();
        assert!(waits.len() > 40);
    }

    #[test]
    fn what_the_provider_asks_for_is_honoured_up_to_an_hour() {
        assert_eq!(wait_ms("dlv_a", 1, Some(Duration::from_secs(5))), Some(5_000));
        assert_eq!(wait_ms("dlv_a", 1, Some(Duration::from_secs(100_000))), Some(3_600_000));
        assert!(wait_ms("dlv_a", 1, Some(Duration::ZERO)).unwrap() >= 24_000);
        assert_eq!(wait_ms("dlv_a", 8, Some(Duration::from_secs(5))), None);
    }
}
