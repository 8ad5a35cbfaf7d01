//! Phone numbers: what was typed becomes E.164, and E.164 becomes what people can read.

use app::address::{Phone, PhoneProblem, is_hidden};
use app::digits::{ascii_digit, without_marks};
use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat, PhoneNumberType, Region};

/// The fewest digits of a number that is written out; fewer behind a sign are an afterthought.
const WHOLE_NUMBER: usize = 6;

/// Reads a number as a person in `country` (ISO 3166, two letters) would write it. A number that begins with `+` is
/// read without the country: with it the library has turned right numbers into other people's. The library passes over
/// most signs; here a text counts only when all of it is one number as people write it.
pub fn parse(typed: &str, country: &str) -> Result<Phone, PhoneProblem> {
    let typed = without_marks(typed);
    if typed.is_empty() {
        return Err(PhoneProblem::Empty);
    }
    // Spreadsheets write a point and a zero behind what they took for an amount. Only a number that is otherwise whole
    // has surely lost nothing else by it.
    if let Some(whole) = typed.strip_suffix(".0") {
        return match Phone::from_e164(whole) {
            Ok(phone) if understand(whole, country).as_ref() == Ok(&phone) => Ok(phone),
            _ => Err(PhoneProblem::Spreadsheet),
        };
    }
    understand(&dialled(typed)?, country)
}

/// The number that digits with or without a `+` stand for.
fn understand(dialled: &str, country: &str) -> Result<Phone, PhoneProblem> {
    let region = if dialled.starts_with('+') { None } else { Region::from_code(country).ok() };
    let number = PHONE_NUMBER_UTIL.parse(dialled, region).map_err(|_| PhoneProblem::NotANumber)?;
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

/// Digits and a leading `+`, where the text is one number in the usual groups; else why it is not.
fn dialled(typed: &str) -> Result<String, PhoneProblem> {
    if typed.chars().any(is_hidden) {
        return Err(PhoneProblem::HiddenCharacter);
    }
    if has_extension(typed) {
        return Err(PhoneProblem::Extension);
    }
    if is_several(typed) {
        return Err(PhoneProblem::Several);
    }
    if typed.chars().any(char::is_alphabetic) {
        return Err(if is_exponent(typed) { PhoneProblem::Spreadsheet } else { PhoneProblem::Letters });
    }
    let written = Written::read(typed)?;
    written.check()?;
    Ok(written.dialled())
}

/// What stands between two groups of digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Between {
    Space,
    Dash,
    Point,
    Slash,
    Bracket,
}

/// A number as it is written: groups of digits and what stands between them.
#[derive(Debug, Default)]
struct Written {
    has_plus: bool,
    groups: Vec<String>,
    /// One fewer than groups.
    between: Vec<Between>,
}

impl Written {
    /// Takes a text apart. Between two groups stands one sign with spaces around it or none; a bracket is closed before
    /// the number ends and holds the first digits of what follows.
    fn read(typed: &str) -> Result<Self, PhoneProblem> {
        let mut written = Self::default();
        let mut gap = String::new();
        // The group that an open bracket began with, and the group that follows a closed one.
        let (mut opened, mut closed) = (None, None);
        for c in typed.chars() {
            if let Some(digit) = ascii_digit(c) {
                if written.groups.is_empty() || !gap.is_empty() {
                    written.begin_group(&std::mem::take(&mut gap))?;
                }
                written.groups.last_mut().ok_or(PhoneProblem::Signs)?.push(digit);
                continue;
            }
            match c {
                '+' | '\u{ff0b}' if !written.has_plus && written.groups.is_empty() && matches!(&*gap, "" | "(") => {
                    written.has_plus = true;
                }
                '(' | '\u{ff08}' if opened.is_none() => {
                    opened = Some(written.groups.len());
                    gap.push('(');
                }
                ')' | '\u{ff09}' if gap.trim().is_empty() => {
                    let begin = opened.take().ok_or(PhoneProblem::Signs)?;
                    let before: usize = written.groups[..begin].iter().map(String::len).sum();
                    let held: usize = written.groups[begin..].iter().map(String::len).sum();
                    // Digits enough before it are a number, and what the bracket holds is not of it.
                    if before > 6 {
                        return Err(PhoneProblem::Several);
                    }
                    if !(1..=5).contains(&held) {
                        return Err(PhoneProblem::Signs);
                    }
                    closed = Some(written.groups.len());
                    gap.clear();
                    gap.push(')');
                }
                '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{ff0d}' => gap.push('-'),
                '.' | '\u{ff0e}' => gap.push('.'),
                '/' => gap.push('/'),
                _ if c.is_whitespace() => gap.push(' '),
                _ => return Err(PhoneProblem::Signs),
            }
        }
        // A number ends with a digit, and a bracket is never its end.
        let is_whole = gap.is_empty() && opened.is_none() && closed.is_none_or(|group| group < written.groups.len());
        if written.groups.is_empty() {
            return Err(PhoneProblem::NotANumber);
        }
        if is_whole { Ok(written) } else { Err(PhoneProblem::Signs) }
    }

    fn begin_group(&mut self, gap: &str) -> Result<(), PhoneProblem> {
        let signs = gap.replace(' ', "");
        if self.groups.is_empty() {
            // Before the first digit: an opened bracket, or a space behind the plus.
            let is_usual = matches!(&*signs, "" | "(") && (self.has_plus || !gap.starts_with(' '));
            if !is_usual {
                return Err(PhoneProblem::Signs);
            }
        } else {
            let between = match &*signs {
                "" => Between::Space,
                "-" => Between::Dash,
                "." => Between::Point,
                "/" => Between::Slash,
                // A sign may stand on one side of a bracket: +49-(0)170, (0170)-1234567, (0170)/1234567.
                "(" | ")" | ")(" | "-(" | ")-" | ".(" | ")." => Between::Bracket,
                ")/" => Between::Slash,
                _ => return Err(PhoneProblem::Signs),
            };
            self.between.push(between);
        }
        self.groups.push(String::new());
        Ok(())
    }

    /// Whether the groups are those of one number, and not of an amount, a date or a number with another behind it.
    fn check(&self) -> Result<(), PhoneProblem> {
        if self.is_date() {
            return Err(PhoneProblem::NotANumber);
        }
        let lengths: Vec<_> = self.groups.iter().map(String::len).collect();
        let first = self.groups.first().map_or("", String::as_str);
        let is_abroad = self.has_plus || first.starts_with("00") || first.starts_with("011");
        if let ([.., before, last], Some(between)) = (lengths.as_slice(), self.between.last()) {
            // 0170 1234567-8, 1234567-68: one or another number, or an extension.
            let is_doubtful = match between {
                Between::Space | Between::Bracket => *last == 1 && *before >= 5,
                _ => *last == 1 || *last <= 3 && *before >= 5,
            };
            if is_doubtful {
                return Err(PhoneProblem::Several);
            }
        }
        if let Some(at) = self.between.iter().position(|between| *between == Between::Slash) {
            // Before it stands an area code: 0151/12345678.
            let before: usize = lengths[..=at].iter().sum();
            let behind: usize = lengths[at + 1..].iter().sum();
            let is_one = !self.between[at + 1..].contains(&Between::Slash);
            let most = match first.as_bytes() {
                _ if is_abroad => 8,
                [b'0', ..] => 5,
                _ => 3,
            };
            if !is_one || before > most || behind < 5 {
                return Err(PhoneProblem::Several);
            }
        }
        let is_pointed = !self.between.is_empty() && self.between.iter().all(|between| *between == Between::Point);
        if is_pointed && !is_abroad {
            // 1.601.234.567 and 55.676098 are amounts.
            let is_in_threes =
                lengths[0] < 3 && !first.starts_with('0') && lengths[1..].iter().all(|length| *length == 3);
            let is_decimal = lengths.len() == 2 && (!first.starts_with('0') || first == "0");
            if is_in_threes || is_decimal {
                return Err(PhoneProblem::Spreadsheet);
            }
        }
        Ok(())
    }

    /// 20.12.2024 and 2024-12-20 are days, although Denmark has such numbers.
    fn is_date(&self) -> bool {
        let [first, second] = self.between.as_slice() else { return false };
        let numbers: Vec<u32> = self.groups.iter().filter_map(|group| group.parse().ok()).collect();
        let lengths = [0, 1, 2].map(|at| self.groups[at].len());
        let (day, month, year) = match (numbers.as_slice(), lengths) {
            (&[a, b, year], [1 | 2, 1 | 2, 4]) => (a.max(b), a.min(b), year),
            (&[year, month, day], [4, 1 | 2, 1 | 2]) => (day, month, year),
            _ => return false,
        };
        let is_joined = first == second && matches!(first, Between::Point | Between::Dash | Between::Slash);
        is_joined && (1..=31).contains(&day) && (1..=12).contains(&month) && (1900..2100).contains(&year)
    }

    fn dialled(&self) -> String {
        let plus = if self.has_plus { "+" } else { "" };
        format!("{plus}{}", self.groups.concat())
    }
}

/// `ext. 5`, `x5`, `#5`, `;ext=5`: the number is a switchboard's.
fn has_extension(typed: &str) -> bool {
    let lower = typed.to_lowercase();
    let is_digit = |c: char| ascii_digit(c).is_some();
    let after_x = lower.split('x').skip(1).any(|rest| rest.trim_start_matches([' ', '.', ':']).starts_with(is_digit));
    // More digits than an extension has are another number.
    let digits = |rest: &str| rest.chars().filter(|c| is_digit(*c)).count();
    let after_sign = lower.split(['#', ';']).skip(1).any(|rest| (1..WHOLE_NUMBER).contains(&digits(rest)));
    after_x && lower.starts_with(|c: char| !c.is_alphabetic()) || lower.contains("ext") || after_sign
}

/// Two numbers and whatever stands between them: a second `+`, or digits enough behind a sign or a word.
fn is_several(typed: &str) -> bool {
    let usual = |c: char| ascii_digit(c).is_some() || c.is_whitespace() || "+-.()\u{ff0b}\u{ff08}\u{ff09}".contains(c);
    let is_dash = |c: char| matches!(c, '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{ff0d}');
    let digits = |part: &str| part.chars().filter(|c| ascii_digit(*c).is_some()).count();
    let plain: Vec<_> = typed.split(|c| !usual(c) && !is_dash(c)).map(digits).filter(|count| *count > 0).collect();
    let whole = plain.iter().filter(|count| **count >= WHOLE_NUMBER).count();
    // An area code before a slash is no number.
    let is_area_code = plain.first().is_some_and(|count| *count <= 8) && plain.len() == 2 && typed.contains('/');
    let plus = typed.split(['+', '\u{ff0b}']).filter(|part| digits(part) >= WHOLE_NUMBER).count();
    whole >= 2 && !is_area_code || plus >= 2
}

/// `4.9160123E+11`, as a spreadsheet shows a number that is too wide for it.
fn is_exponent(typed: &str) -> bool {
    let Some((amount, power)) = typed.split_once(['E', 'e']) else { return false };
    let is_amount = |text: &str| !text.is_empty() && text.chars().all(|c| ascii_digit(c).is_some() || ".,".contains(c));
    is_amount(amount) && is_amount(power.trim_start_matches(['+', '-']))
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
        let table = [
            ("+14155552671", "US", "+14155552671"),
            ("(415) 555-2671", "US", "+14155552671"),
            ("( 415 )555-2671", "US", "+14155552671"),
            ("415.555.2671", "us", "+14155552671"),
            ("415/555-2671", "US", "+14155552671"),
            ("1 (415) 555-2671", "US", "+14155552671"),
            ("+1 (415) 555\u{2011}2671", "DE", "+14155552671"),
            ("+1.4155552671", "DE", "+14155552671"),
            ("415 - 555 \u{2013} 2671", "US", "+14155552671"),
            (" 4155552671\u{a0}", "US", "+14155552671"),
            ("\t4155552671\r\n", "US", "+14155552671"),
            ("+ 1 415 555 2671", "DE", "+14155552671"),
            ("+44 (0)7400 123456", "US", "+447400123456"),
            ("+44-(0)7400-123456", "US", "+447400123456"),
            ("+44(0)(7400)123456", "US", "+447400123456"),
            ("(+44) 7400 123456", "US", "+447400123456"),
            ("+(44) 7400 123456", "US", "+447400123456"),
            ("07400 123456", "GB", "+447400123456"),
            ("011 44 7400 123456", "US", "+447400123456"),
            ("011 44 (0)7400 123456", "US", "+447400123456"),
            (
                "\u{ff0b}\u{ff11}\u{ff14}\u{ff11}\u{ff15}\u{ff15}\u{ff15}\u{ff15}\u{ff12}\u{ff16}\u{ff17}\u{ff11}",
                "US",
                "+14155552671",
            ),
            ("\u{660}\u{661}\u{660}\u{660}\u{661}\u{662}\u{663}\u{664}\u{665}\u{666}\u{667}", "EG", "+201001234567"),
            ("0151/12345678", "DE", "+4915112345678"),
            ("0151 / 123 456 78", "DE", "+4915112345678"),
            ("(0151)/12345678", "DE", "+4915112345678"),
            ("+49 151/12345678", "US", "+4915112345678"),
            ("0049 1511/2345678", "DE", "+4915112345678"),
            ("0170 123 456 7", "DE", "+491701234567"),
            ("0475/12.34.56", "BE", "+32475123456"),
            ("06.12.34.56.78", "FR", "+33612345678"),
            ("06-12345678", "NL", "+31612345678"),
            ("06 30/123-4567", "HU", "+36301234567"),
            ("612.345.678", "ES", "+34612345678"),
            ("079 123 45 67", "CH", "+41791234567"),
            ("8 (916) 123-45-67", "RU", "+79161234567"),
            ("98765-43210", "IN", "+919876543210"),
            ("(11) 98765-4321", "BR", "+5511987654321"),
            ("090-1234-5678", "JP", "+819012345678"),
            ("20 12 34 56", "DK", "+4520123456"),
        ];
        for (typed, country, e164) in table {
            reads(typed, country, e164);
        }
    }

    #[test]
    fn a_number_with_a_plus_is_never_read_with_the_business_s_country() {
        reads("+4915112345678", "US", "+4915112345678");
        reads("+8613800138000", "US", "+8613800138000");
        reads("+5511987654321", "US", "+5511987654321");
    }

    #[test]
    fn marks_around_a_number_are_taken_off() {
        reads("\u{202a}+1 (415) 555\u{2011}0109\u{202c}", "US", "+14155550109");
        reads("\u{202d}+14155552671\u{202c}", "US", "+14155552671");
        reads("\u{200e}+14155552671", "US", "+14155552671");
        reads(" \u{2068}\u{200f} 415 555 2671 \u{2069} ", "US", "+14155552671");
    }

    #[test]
    fn the_point_and_zero_of_a_spreadsheet_is_taken_off_a_whole_number_only() {
        reads("+491601234567.0", "DE", "+491601234567");
        reads("+14155552671.0", "DE", "+14155552671");
        for typed in [
            "1601234567.0",
            "01601234567.0",
            "491601234567.0",
            "+49 160 1234567.0",
            "+4901601234567.0",
            "00491601234567.0",
            ".0",
        ] {
            assert_eq!(parse(typed, "DE"), Err(PhoneProblem::Spreadsheet), "{typed:?}");
        }
        for typed in ["+491601234567.00", "+491601234567,0", "+491601234567.0.0", "+491601234567.1", "+491601234567 .0"]
        {
            assert!(parse(typed, "DE").is_err(), "{typed:?}");
        }
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
            ("+", "US"),
            ("--", "US"),
            ("20.12.2024", "DK"),
            ("2024-12-20", "DK"),
            ("20/12/2024", "DK"),
        ];
        for (typed, country) in table {
            assert_eq!(parse(typed, country), Err(PhoneProblem::NotANumber), "{typed:?}");
        }
        assert_eq!(parse("  ", "US"), Err(PhoneProblem::Empty));
        assert_eq!(parse("\u{202a}\u{202c}", "US"), Err(PhoneProblem::Empty));
    }

    #[test]
    fn letters_extensions_and_hidden_characters_are_refused_by_name_though_the_library_takes_them() {
        use PhoneProblem as P;
        let table = [
            ("+1415555267l", P::Letters),
            ("+1415555CARS", P::Letters),
            ("1-800-FLOWERS", P::Letters),
            ("tel:+14155552671", P::Letters),
            ("415 555 2671 (mobile)", P::Letters),
            ("+14155552671 ext. 5", P::Extension),
            ("+14155552671 x5", P::Extension),
            ("+14155552671#5", P::Extension),
            ("+14155552671;5", P::Extension),
            ("+14155552671;ext=5", P::Extension),
            ("+1415\u{200e}5552671", P::HiddenCharacter),
            ("+1415\u{200b}5552671", P::HiddenCharacter),
            ("\u{200b}+14155552671", P::HiddenCharacter),
            ("\u{feff}+14155552671", P::HiddenCharacter),
            ("\u{202e}+14155552671\u{202c}", P::HiddenCharacter),
            ("+1415555\x002671", P::HiddenCharacter),
            ("+1415555\n2671", P::HiddenCharacter),
            ("+14155552671\n+14155552672", P::HiddenCharacter),
        ];
        for (typed, problem) in table {
            assert_eq!(parse(typed, "US"), Err(problem), "{typed:?}");
        }
    }

    #[test]
    fn what_is_more_than_one_number_is_none() {
        for typed in [
            "0170 1234567/8",
            "0170 1234567 / 8",
            "0170/1234567/8",
            "0170/1234567-8",
            "0170 1234567/68",
            "0170 1234567-8",
            "0170 1234567 - 8",
            "0170 1234567\u{2013}8",
            "0170 1234567-68",
            "0170 1234567-0",
            "0170-1234567-123",
            "0170.1234567.8",
            "0170 1234567 8",
            "+49 170 1234567/8",
            "+49 170 1234567-0",
            "+491701234567-0",
            "+491701234567/68",
            "0170 1234567 (2)",
            "0170 1234567(8)",
            "+49 170 1234567 (0)",
            "0170 1234567 / 0171 1234568",
            "0170 1234567/0171 1234568",
            "0170 1234567, 0171 1234568",
            "0170 1234567; 0171 1234568",
            "0170 1234567 or 0171 1234568",
            "0170 1234567 oder 0171 1234568",
            "0170 1234567 & 0171 1234568",
            "0170 1234567 | 0171 1234568",
            "+491701234567 +491711234568",
            "+491701234567+491711234568",
            "+491701234567 ::: +491711234568",
        ] {
            assert_eq!(parse(typed, "DE"), Err(PhoneProblem::Several), "{typed:?}");
        }
        // A short number, so that both together are one of another length.
        for typed in ["12345/67890", "20123456/7", "1234567/1234568"] {
            assert_eq!(parse(typed, "AT"), Err(PhoneProblem::Several), "{typed:?}");
        }
    }

    #[test]
    fn what_a_spreadsheet_made_of_a_number_is_none() {
        for typed in [
            "4.9E+11",
            "4.91601234567E+11",
            "4,91601E+11",
            "4.91601234567e11",
            "1.601.234.567",
            "55.676098",
            "0.1601234567",
        ] {
            assert_eq!(parse(typed, "DE"), Err(PhoneProblem::Spreadsheet), "{typed:?}");
        }
    }

    #[test]
    fn signs_that_no_number_has_are_refused() {
        for typed in [
            "0170 1234567~8",
            "0170~1234567",
            "0170 1234567*",
            "*123",
            "0170 1234567?",
            "0170 1234567.",
            "0170 1234567-",
            "0170 1234567,",
            "0170 1234567/",
            "0170 1234567 (",
            "0170 1234567)",
            "(0170 1234567",
            "(0170)) 1234567",
            "((0170)) 1234567",
            "() 0170 1234567",
            "(0170 1234567)",
            "0170 (123456)7",
            "-0170 1234567",
            ".0170 1234567",
            "/0170 1234567",
            "++491701234567",
            "+-491701234567",
            "0+1701234567",
            "01701234567+",
            "0170+1234567",
            "0170 12+34567",
            "0170 -- 1234567",
            "0170-.1234567",
            "0170 123_4567",
            "0170\\1234567",
            "0170 123:4567",
            "0170 1234567 [2]",
            "1,601,234,567",
            "1'601'234'567",
            "$01701234567",
            "0170 123456\u{b2}",
            "0170 1234567\u{1f4f1}",
            "'01701234567",
            "\"01701234567\"",
            "=01701234567",
        ] {
            assert_eq!(parse(typed, "DE"), Err(PhoneProblem::Signs), "{typed:?}");
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

    #[test]
    fn a_mobile_of_every_country_is_read_as_its_country_writes_it() {
        let mut regions = 0;
        for region in PHONE_NUMBER_UTIL.get_supported_regions() {
            let Ok(number) = PHONE_NUMBER_UTIL.get_example_number_for_type_and_region(region, PhoneNumberType::Mobile)
            else {
                continue;
            };
            regions += 1;
            let e164 = number.format_as(PhoneNumberFormat::E164).into_owned();
            for format in [PhoneNumberFormat::International, PhoneNumberFormat::National] {
                reads(&number.format_as(format), &region.to_string(), &e164);
            }
        }
        assert!(regions > 200, "{regions}");
    }

    /// Countries in which the national number stands in what is dialled as it is: national and international prefix.
    const PLAIN: [(&str, &str, &str); 10] = [
        ("US", "1", "011"),
        ("GB", "0", "00"),
        ("DE", "0", "00"),
        ("AT", "0", "00"),
        ("FR", "0", "00"),
        ("PL", "", "00"),
        ("DK", "", "00"),
        ("ES", "", "00"),
        ("IN", "0", "00"),
        ("JP", "0", "010"),
    ];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        #[test]
        fn whatever_is_read_is_read_again_as_the_same_number(typed in "\\PC{0,24}|[+0-9 ().-]{0,20}", country in "[A-Z]{2}") {
            if let Ok(phone) = parse(&typed, &country) {
                prop_assert_eq!(parse(phone.as_str(), &country), Ok(phone.clone()));
                prop_assert_eq!(parse(&display(&phone), "US"), Ok(phone));
            }
        }

        #[test]
        fn a_number_has_exactly_the_digits_that_were_written(
            (country, trunk, abroad) in prop::sample::select(PLAIN.to_vec()),
            prefix in prop::sample::select(vec!["", "0", "(0)", "0049 ", "+1 ", "+44 ", "+49 (0)", "+45", "011 44 "]),
            typed in "[0-9 ()./-]{6,20}|[1-9][0-9]{1,3}[ /.(-][0-9]{3,8}[ /.)~,;:x-]{0,2}[0-9]{0,3}\\)?",
        ) {
            let typed = format!("{prefix}{typed}");
            if let Ok(phone) = parse(&typed, country) {
                let number = PHONE_NUMBER_UTIL.parse(phone.as_str(), None).expect("a number");
                let code = number.country_code.to_string();
                let written: String = typed.chars().filter(char::is_ascii_digit).collect();
                let before = written.strip_suffix(&phone.as_str()[1 + code.len()..]);
                let is_prefix = |before: &str| {
                    let rest = before.strip_prefix(abroad).unwrap_or(before);
                    let rest = rest.strip_prefix(&code).unwrap_or(rest);
                    rest.is_empty() || [trunk, "0"].contains(&rest)
                };
                prop_assert!(before.is_some_and(is_prefix), "{typed:?} became {phone}");
                let signs: String = typed.chars().filter(|c| !c.is_ascii_digit()).collect();
                prop_assert!(signs.chars().all(|c| "+ ()./-".contains(c)), "{typed:?} became {phone}");
            }
        }

        #[test]
        fn nothing_stands_behind_a_number(
            number in "\\+49 ?1(51[0-9]|70|60) ?[0-9]{7}|01(70|60)[ /-]?[0-9]{7}",
            tail in "[ ]?[/~,;:&|_?*#-][ ]?[0-9]{1,3}|[ ]?\\([0-9]{1,3}\\)|\\.0[0-9]?|[.,:;/~_-]|[ ]?(or|oder|u\\.) ?[0-9]{1,12}|E\\+?[0-9]{1,2}",
        ) {
            let typed = format!("{number}{tail}");
            let is_export = tail == ".0" && Phone::from_e164(&number).is_ok();
            prop_assert!(parse(&typed, "DE").is_err() || is_export, "{typed:?}");
        }
    }
}
