//! Which clock somebody lives by: a business by what it has chosen or by its country, a person by the country of their phone
//! number, and in the large countries by its first digits.

pub mod database;

use crate::phone;
use app::address::Phone;
use database::current;
use jiff::tz::TimeZone;
use std::{collections::HashMap, sync::LazyLock};

/// The most digits that a line of the table names.
const MOST_DIGITS: usize = 5;

/// Countries and first digits, each with its zones.
static ZONES: LazyLock<HashMap<&str, Vec<TimeZone>>> = LazyLock::new(|| read(include_str!("zones.txt")));

fn read(table: &'static str) -> HashMap<&'static str, Vec<TimeZone>> {
    let mut known = HashMap::new();
    for line in table.lines().filter(|line| !line.starts_with('#')) {
        let mut words = line.split(' ');
        let names = words.next().unwrap_or_default().split('&');
        let zones: Vec<TimeZone> = names.filter_map(|name| current().zone(name)).collect();
        known.extend(words.map(|word| (word, zones.clone())));
    }
    known
}

/// Every zone that the owner of a number may be in; empty when nothing is known of it.
pub fn of_phone(phone: &Phone) -> &'static [TimeZone] {
    let digits = phone.as_str().trim_start_matches('+');
    let by_digits = (1..=MOST_DIGITS).rev().filter_map(|count| digits.get(..count)).find_map(|first| ZONES.get(first));
    by_digits.or_else(|| ZONES.get(phone::country(phone)?.as_str())).map(Vec::as_slice).unwrap_or_default()
}

/// The zone of a business: the one that was set, or the principal one of its country.
pub fn of_business(set: &str, country: &str) -> TimeZone {
    let chosen = current().zone(set);
    chosen.or_else(|| ZONES.get(country)?.first().cloned()).unwrap_or(TimeZone::UTC)
}

/// The zone's name as the database of zones writes it; none for a name that it does not know.
pub fn known(name: &str) -> Option<String> {
    current().zone(name.trim())?.iana_name().map(str::to_owned)
}

/// Every name that can be chosen, in order.
pub fn names() -> Vec<String> {
    let mut names: Vec<String> = current().names().collect();
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

/// The name of a zone, such as `America/Los_Angeles`.
pub fn name(zone: &TimeZone) -> &str {
    zone.iana_name().unwrap_or("UTC")
}

/// The place that a zone is named after: "Los Angeles".
pub fn place(zone: &TimeZone) -> String {
    let name = name(zone);
    name.rsplit('/').next().unwrap_or(name).replace('_', " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use app::countries::COUNTRIES;

    fn names_of(phone: &str) -> Vec<&'static str> {
        let phone = Phone::from_e164(phone).expect("E.164");
        of_phone(&phone).iter().filter_map(TimeZone::iana_name).collect()
    }

    #[test]
    fn every_zone_of_the_table_is_known() {
        for line in include_str!("zones.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let (names, keys) = line.split_once(' ').expect("zones and what they hold for");
            for name in names.split('&') {
                assert!(current().zone(name).is_some(), "{name}");
            }
            for key in keys.split(' ') {
                let is_country = key.len() == 2 && key.bytes().all(|byte| byte.is_ascii_uppercase());
                let is_digits = key.len() <= MOST_DIGITS && key.bytes().all(|byte| byte.is_ascii_digit());
                assert!(is_country || is_digits, "{key}");
            }
        }
    }

    #[test]
    fn every_country_that_a_business_can_be_in_has_a_zone_that_can_be_chosen() {
        let names = names();
        for (country, _) in COUNTRIES {
            assert!(ZONES.contains_key(country), "{country}");
            let zone = of_business("", country);
            assert!(names.iter().any(|one| one == name(&zone)), "{country}: {zone:?}");
        }
        let table = [("DE", "Europe/Berlin"), ("US", "America/New_York"), ("IN", "Asia/Kolkata"), ("??", "UTC")];
        for (country, expected) in table {
            assert_eq!(name(&of_business("", country)), expected);
        }
        assert_eq!(name(&of_business("asia/tokyo", "DE")), "Asia/Tokyo");
        assert_eq!(name(&of_business("Middle-earth/Shire", "DE")), "Europe/Berlin");
        assert_eq!(known(" asia/tokyo "), Some("Asia/Tokyo".to_owned()));
        assert_eq!(known("Middle-earth/Shire"), None);
    }

    #[test]
    fn a_number_tells_where_its_owner_is() {
        let table: [(&str, &[&str]); 20] = [
            ("+14155552671", &["America/Los_Angeles"]),
            ("+12125550188", &["America/New_York"]),
            ("+13125550188", &["America/Chicago"]),
            ("+16025550188", &["America/Phoenix"]),
            ("+18085550188", &["Pacific/Honolulu"]),
            ("+19075550188", &["America/Anchorage", "America/Adak"]),
            ("+12085550188", &["America/Denver", "America/Los_Angeles"]),
            ("+18505550188", &["America/New_York", "America/Chicago"]),
            ("+17095550188", &["America/St_Johns", "America/Halifax"]),
            ("+16045550188", &["America/Vancouver"]),
            ("+17875550188", &["America/Puerto_Rico"]),
            ("+5511987654321", &["America/Sao_Paulo"]),
            ("+5592987654321", &["America/Manaus"]),
            ("+525512345678", &["America/Mexico_City"]),
            ("+529981234567", &["America/Cancun"]),
            ("+4915112345678", &["Europe/Berlin"]),
            ("+8613800138000", &["Asia/Shanghai"]),
            ("+77012345678", &["Asia/Almaty"]),
            ("+9779812345678", &["Asia/Kathmandu"]),
            ("+628123456789", &["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"]),
        ];
        for (phone, zones) in table {
            assert_eq!(names_of(phone), zones, "{phone}");
        }
        assert_eq!(names_of("+61412345678").len(), 5);
        assert_eq!(names_of("+79161234567").len(), 11);
        assert_eq!(names_of("+9991234567"), [""; 0]);
    }

    #[test]
    fn a_zone_is_named_by_its_place() {
        let place_of = |name| place(&current().zone(name).expect("a zone"));
        assert_eq!(place_of("America/Los_Angeles"), "Los Angeles");
        assert_eq!(place_of("America/Argentina/Buenos_Aires"), "Buenos Aires");
        assert_eq!(place(&TimeZone::UTC), "UTC");
    }
}
