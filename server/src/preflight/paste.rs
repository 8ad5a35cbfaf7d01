//! A pasted list: emails and phones, separated by anything that people and programs put between them.

use app::address::is_hidden;
use std::collections::HashSet;

/// A phone has at most so many groups of digits.
const MAX_GROUPS: usize = 8;
/// The longest entry that could be an address.
const MAX_CHARS: usize = 300;

/// The entries of a list in its order, each once. What is neither an email nor a phone is an entry, too, so that it can be told;
/// only names beside an address are left out.
pub fn entries(text: &str, is_phone: impl Fn(&str) -> bool) -> Vec<String> {
    let breaks =
        |c: char| matches!(c, '\n' | '\r' | '\t' | ',' | ';' | '|' | '\u{b}' | '\u{c}' | '\u{2028}' | '\u{2029}');
    let mut entries = Vec::new();
    let mut known = HashSet::new();
    for piece in text.split(breaks) {
        let piece: String = piece.chars().filter(|c| !is_hidden(*c)).collect();
        for entry in read(&piece, &is_phone) {
            let entry: String = entry.chars().take(MAX_CHARS).collect();
            if known.insert(entry.to_lowercase()) {
                entries.push(entry);
            }
        }
    }
    entries
}

/// The entries of one piece, between two separators that stand in no address.
fn read(piece: &str, is_phone: &impl Fn(&str) -> bool) -> Vec<String> {
    let (mut found, mut others) = (Vec::new(), Vec::new());
    let mut words = Vec::new();
    // Brackets belong around an email and into a phone.
    let is_between = |c: char| c.is_whitespace() || piece.contains('@') && "<>()[]{}\"".contains(c);
    for word in piece.split(is_between).filter(|word| !word.is_empty()) {
        if word.contains('@') {
            read_phones(&words, is_phone, &mut found, &mut others);
            words.clear();
            found.push(email(word).to_owned());
        } else {
            words.push(word);
        }
    }
    read_phones(&words, is_phone, &mut found, &mut others);
    let has_digit = |text: &String| text.chars().any(char::is_numeric);
    let is_told = found.is_empty();
    found.extend(others.into_iter().filter(|other| is_told || has_digit(other)));
    found.retain(|entry| entry.chars().any(char::is_alphanumeric));
    found
}

/// Without what mail programs and sentences put around it.
fn email(word: &str) -> &str {
    let word = word.trim_matches(|c| "'`.:\u{2018}\u{2019}\u{201c}\u{201d}".contains(c));
    word.strip_prefix("mailto:").unwrap_or(word)
}

/// The phones in a row of words, each of as many words as it can be, and what lies between them.
fn read_phones(words: &[&str], is_phone: &impl Fn(&str) -> bool, found: &mut Vec<String>, others: &mut Vec<String>) {
    let mut between: Vec<&str> = Vec::new();
    let mut keep = |between: &mut Vec<&str>| {
        if !between.is_empty() {
            others.push(std::mem::take(between).join(" "));
        }
    };
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let longest = (1..=MAX_GROUPS.min(words.len() - at)).rev();
        let phone = longest.map(|count| (count, words[at..at + count].join(" "))).find(|(_, text)| is_phone(text));
        if let Some((count, phone)) = phone {
            keep(&mut between);
            found.push(phone);
            at += count;
        } else {
            between.push(word);
            at += 1;
        }
    }
    keep(&mut between);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phone;
    use proptest::prelude::*;

    fn read_in(text: &str, country: &str) -> Vec<String> {
        entries(text, |part| phone::parse(part, country).is_ok())
    }

    #[test]
    fn a_list_is_read_however_it_was_separated() {
        let table: [(&str, &[&str]); 12] = [
            ("", &[]),
            (" \n,; ", &[]),
            (
                "ada@example.com, bob@example.com;cy@example.com\tdee@example.com eve@example.com",
                &["ada@example.com", "bob@example.com", "cy@example.com", "dee@example.com", "eve@example.com"],
            ),
            ("Ada Lovelace <ada@example.com>, \"Bob\" <bob@example.com>", &["ada@example.com", "bob@example.com"]),
            ("Email,Phone\r\nada@example.com,(415) 555-2671", &["Email", "Phone", "ada@example.com", "(415) 555-2671"]),
            ("415 555 2671 415 555 2672", &["415 555 2671", "415 555 2672"]),
            ("+14155552671 +44 7400 123456", &["+14155552671", "+44 7400 123456"]),
            (
                "ada@example.com +1 415 555 2671 bob@example.com",
                &["ada@example.com", "+1 415 555 2671", "bob@example.com"],
            ),
            ("Ada: 415-555-2671", &["415-555-2671"]),
            ("Ada Lovelace", &["Ada Lovelace"]),
            ("write to 'o'neil@example.com'.", &["o'neil@example.com"]),
            ("ADA@example.com ada@Example.com mailto:ada@example.com", &["ADA@example.com"]),
        ];
        for (text, expected) in table {
            assert_eq!(read_in(text, "US"), expected, "{text:?}");
        }
        assert_eq!(read_in("0151 12345678 0151/12345679", "DE"), ["0151 12345678", "0151/12345679"]);
    }

    #[test]
    fn what_cannot_be_an_address_is_told_and_not_dropped() {
        assert_eq!(read_in("ada@example.com 12345", "US"), ["ada@example.com", "12345"]);
        assert_eq!(read_in("+1 415 555\nada@\n@", "US"), ["+1 415 555", "ada@"]);
        assert_eq!(read_in("ada@exam\u{200b}ple.com", "US"), ["ada@example.com"], "copied along with the address");
    }

    proptest! {
        #[test]
        fn every_address_of_a_list_comes_back_once_and_in_its_order(
            parts in prop::collection::vec((prop_oneof![
                "[a-z]{1,8}(\\.[a-z0-9]{1,5})?@[a-z]{1,10}\\.(com|de|co\\.uk)",
                "\\+1415555[0-9]{4}",
                "\\+44 7400 [0-9]{6}",
                "\\(415\\) 555-[0-9]{4}",
            ], prop_oneof![Just("\n"), Just("\r\n"), Just(", "), Just(";"), Just("\t"), Just(" | "), Just(" ")]), 0..40),
        ) {
            let text = parts.iter().flat_map(|(entry, separator)| [entry.as_str(), separator]).collect::<String>();
            // Within one piece brackets around a group of digits may be lost beside an email.
            let plain = |entries: Vec<String>| {
                let mut plain: Vec<String> = Vec::new();
                for entry in entries {
                    let entry = entry.replace(['(', ')'], "");
                    if !plain.contains(&entry) {
                        plain.push(entry);
                    }
                }
                plain
            };
            prop_assert_eq!(plain(read_in(&text, "US")), plain(parts.into_iter().map(|(entry, _)| entry).collect()));
        }

        #[test]
        fn no_text_makes_reading_panic_and_every_entry_stands_on_one_line(text in "\\PC{0,120}|[ -~\n\t]{0,120}") {
            for entry in read_in(&text, "DE") {
                prop_assert!(!entry.is_empty() && !entry.contains(char::is_control), "{entry:?}");
            }
        }
    }
}
