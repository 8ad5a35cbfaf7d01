//! As many further contacts as are asked for: the n-th is the same on every machine.

use crate::db::contacts::Person;
use app::address::{Email, Phone, Typed};

const FIRST_NAMES: [&str; 24] = [
    "Ada", "Bruno", "Chiara", "Dmitri", "Elif", "Farid", "Gwen", "Hiro", "Ines", "Jonas", "Kaori", "Liam", "Mina",
    "Noor", "Oscar", "Paula", "Quinn", "Rosa", "Sven", "Tara", "Umar", "Vera", "Wei", "Yara",
];
const LAST_NAMES: [&str; 31] = [
    "Adler", "Baker", "Costa", "Duarte", "Eriksen", "Fischer", "Gupta", "Hansen", "Ito", "Janssen", "Khan", "Larsen",
    "Moreau", "Novak", "Olsen", "Park", "Qureshi", "Rossi", "Santos", "Tanaka", "Usman", "Varga", "Weber", "Xu",
    "Young", "Zimmer", "Abara", "Bianchi", "Cohen", "Dlamini", "Evans",
];
const TAGS: [&[&str]; 5] = [&[], &["newsletter"], &["regular"], &[], &["newsletter", "market"]];
/// North American area codes, whose numbers may be mobile.
const AREAS: [&str; 16] =
    ["212", "213", "305", "312", "404", "415", "503", "512", "602", "617", "702", "713", "808", "916", "303", "206"];

/// The n-th of them; some have what is wrong with every hundredth row of a real list.
pub(super) fn person(n: usize) -> Person {
    let first_name = FIRST_NAMES[n % FIRST_NAMES.len()];
    let last_name = LAST_NAMES[n / FIRST_NAMES.len() % LAST_NAMES.len()];
    let address = format!("{}.{}.{n}@example.com", first_name.to_lowercase(), last_name.to_lowercase());
    let number = format!("+1{}{}", AREAS[n % AREAS.len()], 2_000_000 + n / AREAS.len());
    let email = match n % 100 {
        41 => Typed::Missing,
        67 => Typed::Invalid(address.replace("@example.com", "@example")),
        _ => Email::parse(&address).map_or(Typed::Missing, Typed::Valid),
    };
    let phone = match n % 100 {
        23 => Typed::Missing,
        89 => Typed::Invalid(number[..6].to_owned()),
        _ => Phone::from_e164(&number).map_or(Typed::Missing, Typed::Valid),
    };
    let tags = TAGS[n % TAGS.len()].iter().map(|tag| (*tag).to_owned()).collect();
    Person { first_name: first_name.to_owned(), last_name: last_name.to_owned(), email, phone, tags }
}
