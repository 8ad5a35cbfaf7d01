//! Phone numbers: what was typed becomes E.164, and E.164 becomes what people can read.

use app::address::{Phone, PhoneProblem, is_hidden};
use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat, PhoneNumberType, Region};

/// Signs that people put between digits.
const PUNCTUATION: &str =
    "-()./~\u{2010}\u{2011}\u{2012}\u{2013}\u{2014}\u{2015}\u{2212}\u{ff0d}\u{ff0e}\u{ff08}\u{ff09}";

/// Reads a number as a person in `country` (ISO 3166, two letters) would write it. A number that begins with `+` is
/// read without the country: with it the library has turned right numbers into other people's.
pub fn parse(typed: &str, country: &str) -> Result<Phone, PhoneProblem> {
    let dialled = digits(typed)?;
    let region = if dialled.starts_with('+') { None } else { Region::from_code(country).ok() };
    let number = PHONE_NUMBER_UTIL.parse(&dialled, region).map_err(|_| PhoneProblem::NotANumber)?;
    if number.extension.is_some() {
        return Err(PhoneProblem::Extension);
    }
    if !number.is_valid() {
        return Err(PhoneProblem::NotANumber);
    }
    match number.get_type() {
        PhoneNumberType::Mobile | PhoneNumberType::FixedLineOrMobile | PhoneNumberType::VoIP => {
            Phone::from_e164(&number.format_as(PhoneNumberFormat::E164))
        }
        _ => Err(PhoneProblem::CannotReceiveTexts),
    }
}

/// The number in groups, with its country code: `+44 7400 123456`.
pub fn display(phone: &Phone) -> String {
    PHONE_NUMBER_UTIL.parse(phone.as_str(), None).map_or_else(
        |_| phone.as_str().to_owned(),
        |number| number.format_as(PhoneNumberFormat::International).into_owned(),
    )
}

/// The country that gives out the number (ISO 3166, two letters), where it is known.
pub fn country(phone: &Phone) -> Option<String> {
    let number = PHONE_NUMBER_UTIL.parse(phone.as_str(), None).ok()?;
    Some(number.get_region_code()?.to_string())
}

/// Digits and a leading `+`, or why there is more to it than that.
fn digits(typed: &str) -> Result<String, PhoneProblem> {
    let typed = typed.trim_matches(|c: char| c.is_whitespace() && !is_hidden(c));
    if typed.is_empty() {
        return Err(PhoneProblem::Empty);
    }
    if typed.chars().any(is_hidden) {
        return Err(PhoneProblem::HiddenCharacter);
    }
    if has_extension(typed) {
        return Err(PhoneProblem::Extension);
    }
    let mut dialled = String::with_capacity(typed.len());
    for c in typed.chars() {
        match c {
            '+' | '\u{ff0b}' if dialled.is_empty() => dialled.push('+'),
            _ if c.is_whitespace() || PUNCTUATION.contains(c) => {}
            _ => match digit(c) {
                Some(digit) => dialled.push(digit),
                None if c.is_alphabetic() => return Err(PhoneProblem::Letters),
                None => return Err(PhoneProblem::NotANumber),
            },
        }
    }
    Ok(dialled)
}

/// ASCII, full-width, Arabic-Indic and Persian digits, as the library itself reads them.
fn digit(c: char) -> Option<char> {
    let zero = match c {
        '0'..='9' => '0',
        '\u{ff10}'..='\u{ff19}' => '\u{ff10}',
        '\u{660}'..='\u{669}' => '\u{660}',
        '\u{6f0}'..='\u{6f9}' => '\u{6f0}',
        _ => return None,
    };
    char::from_digit(u32::from(c) - u32::from(zero), 10)
}

/// `ext. 5`, `x5`, `#5`, `;ext=5`: the number is a switchboard's.
fn has_extension(typed: &str) -> bool {
    let lower = typed.to_lowercase();
    let after_x = lower
        .split('x')
        .skip(1)
        .any(|rest| rest.trim_start_matches([' ', '.', ':']).starts_with(|c| digit(c).is_some()));
    after_x && lower.starts_with(|c: char| !c.is_alphabetic()) || lower.contains("ext") || lower.contains([';', '#'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn reads(typed: &str, country: &str, e164: &str) {
        assert_eq!(parse(typed, country).map(String::from), Ok(e164.to_owned()), "{typed:?} in {country}");
    }

    #[test]
    fn numbers_are_read_as_people_write_them() {
        reads("+14155552671", "US", "+14155552671");
        reads("(415) 555-2671", "US", "+14155552671");
        reads("415.555.2671", "us", "+14155552671");
        reads(" 4155552671\u{a0}", "US", "+14155552671");
        reads("+44 (0)7400 123456", "US", "+447400123456");
        reads("(+44) 7400 123456", "US", "+447400123456");
        reads("07400 123456", "GB", "+447400123456");
        reads("011 44 7400 123456", "US", "+447400123456");
        reads(
            "\u{ff0b}\u{ff11}\u{ff14}\u{ff11}\u{ff15}\u{ff15}\u{ff15}\u{ff15}\u{ff12}\u{ff16}\u{ff17}\u{ff11}",
            "US",
            "+14155552671",
        );
        reads("\u{660}\u{661}\u{660}\u{660}\u{661}\u{662}\u{663}\u{664}\u{665}\u{666}\u{667}", "EG", "+201001234567");
        reads("0151/12345678", "DE", "+4915112345678");
    }

    #[test]
    fn a_number_with_a_plus_is_never_read_with_the_business_s_country() {
        reads("+4915112345678", "US", "+4915112345678");
        reads("+8613800138000", "US", "+8613800138000");
        reads("+5511987654321", "US", "+5511987654321");
    }

    #[test]
    fn numbers_that_nobody_has_are_refused() {
        let table = [
            ("4155552671", ""),
            ("+1415555267", "US"),
            ("+999123456789", "US"),
            ("+0123456789", "US"),
            ("911", "US"),
            ("+1911", "US"),
            ("+35812345", "US"),
            ("+12345678901234567", "US"),
            ("00447400123456", "US"),
            ("+1 415 555 2671 / +1 415 555 2672", "US"),
            ("+", "US"),
            ("--", "US"),
            ("*123", "US"),
        ];
        for (typed, country) in table {
            assert_eq!(parse(typed, country), Err(PhoneProblem::NotANumber), "{typed:?}");
        }
        assert_eq!(parse("  ", "US"), Err(PhoneProblem::Empty));
    }

    #[test]
    fn letters_extensions_and_hidden_characters_are_refused_by_name_though_the_library_takes_them() {
        use PhoneProblem as P;
        let table = [
            ("+1415555267l", P::Letters),
            ("+1415555CARS", P::Letters),
            ("1-800-FLOWERS", P::Letters),
            ("tel:+14155552671", P::Letters),
            ("+14155552671 ext. 5", P::Extension),
            ("+14155552671 x5", P::Extension),
            ("+14155552671#5", P::Extension),
            ("+14155552671;ext=5", P::Extension),
            ("\u{200e}+14155552671", P::HiddenCharacter),
            ("+1415\u{200b}5552671", P::HiddenCharacter),
            ("\u{202a}+14155552671\u{202c}", P::HiddenCharacter),
            ("+1415555\x002671", P::HiddenCharacter),
            ("+1415555\n2671", P::HiddenCharacter),
        ];
        for (typed, problem) in table {
            assert_eq!(parse(typed, "US"), Err(problem), "{typed:?}");
        }
    }

    #[test]
    fn numbers_that_never_receive_texts_are_refused_by_name() {
        for typed in ["+18005551212", "+19002345678", "+442079460000", "+15005550006"] {
            assert_eq!(parse(typed, "US"), Err(PhoneProblem::CannotReceiveTexts), "{typed:?}");
        }
    }

    #[test]
    fn a_stored_number_is_shown_in_groups() {
        let shown = |e164: &str| display(&Phone::from_e164(e164).expect("E.164"));
        assert_eq!(shown("+447400123456"), "+44 7400 123456");
        assert_eq!(shown("+14155552671"), "+1 415-555-2671");
        assert_eq!(shown("+9991234567"), "+9991234567");
    }

    proptest! {
        #[test]
        fn whatever_is_read_is_read_again_as_the_same_number(typed in "\\PC{0,24}|[+0-9 ().-]{0,20}", country in "[A-Z]{2}") {
            if let Ok(phone) = parse(&typed, &country) {
                prop_assert_eq!(parse(phone.as_str(), &country), Ok(phone.clone()));
                prop_assert_eq!(parse(&display(&phone), "US"), Ok(phone));
            }
        }
    }
}
