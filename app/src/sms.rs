//! How a text travels as SMS: which alphabet it needs and how many segments it becomes.

use crate::{address::is_hidden, merge_field::MergeField};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The longest text a provider takes, in UTF-16 units.
pub const MAX_CHARACTERS: u32 = 1600;

/// The alphabet an SMS is sent in (3GPP TS 23.038).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Alphabet {
    /// Seven bits a character, as long as every character is in the table.
    Gsm7,
    /// Two bytes a character, for every other script, emoji and typographic quotes.
    Ucs2,
}

impl Alphabet {
    /// The narrowest alphabet that can carry the text.
    pub fn of(text: &str) -> Self {
        if Foreign::find(text).is_none() { Self::Gsm7 } else { Self::Ucs2 }
    }

    /// The units a character costs: septets, or UTF-16 units.
    fn cost(self, character: char) -> u32 {
        match self {
            Self::Gsm7 => septets(character).unwrap_or(1),
            Self::Ucs2 => u32::from(character.len_utf16() == 2) + 1,
        }
    }

    /// How many units fit into a message that stands alone.
    const fn alone(self) -> u32 {
        match self {
            Self::Gsm7 => 160,
            Self::Ucs2 => 70,
        }
    }

    /// How many units fit into one of several parts, whose header takes some room.
    const fn part(self) -> u32 {
        match self {
            Self::Gsm7 => 153,
            Self::Ucs2 => 67,
        }
    }
}

impl fmt::Display for Alphabet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Gsm7 => "GSM-7",
            Self::Ucs2 => "UCS-2",
        })
    }
}

/// The first character of a text that the seven-bit alphabet does not have. Its `Display` is the sentence about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Foreign {
    /// The character.
    pub character: char,
    /// Where it stands, counted from 1 in characters.
    pub position: u32,
}

impl Foreign {
    /// None when the whole text fits into the seven-bit alphabet.
    pub fn find(text: &str) -> Option<Self> {
        let (position, character) = (1..).zip(text.chars()).find(|(_, character)| septets(*character).is_none())?;
        Some(Self { character, position })
    }
}

impl fmt::Display for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { character, position } = *self;
        // What cannot be seen alone is named by its number.
        if is_hidden(character) || character.is_whitespace() || matches!(character, '\u{300}'..='\u{36f}') {
            write!(f, "The invisible character U+{:04X}", u32::from(character))?;
        } else {
            write!(f, "“{character}”")?;
        }
        let (here, usual) = (Alphabet::Ucs2.alone(), Alphabet::Gsm7.alone());
        write!(
            f,
            " (character {position}) is not in the SMS alphabet: {here} characters a segment instead of {usual}."
        )?;
        match letters_of(character) {
            Some(letters) => write!(f, " Write “{letters}” instead."),
            None => Ok(()),
        }
    }
}

/// What people write for a currency sign that is not in the seven-bit alphabet.
pub const fn letters_of(sign: char) -> Option<&'static str> {
    Some(match sign {
        '¢' => "c",
        'ƒ' => "f",
        '؋' => "AFN",
        '৲' | '৳' => "Tk",
        '฿' => "THB",
        '៛' => "KHR",
        '₡' => "CRC",
        '₦' => "NGN",
        '₨' | '₹' | '૱' => "Rs",
        '₩' | '￦' => "KRW",
        '₪' => "ILS",
        '₫' => "VND",
        '₭' => "LAK",
        '₮' => "MNT",
        '₱' => "PHP",
        '₲' => "PYG",
        '₴' => "UAH",
        '₵' => "GHS",
        '₸' => "KZT",
        '₺' => "TRY",
        '₼' => "AZN",
        '₽' => "RUB",
        '₾' => "GEL",
        '₿' => "BTC",
        '⃀' => "KGS",
        '﷼' => "SAR",
        '＄' => "$",
        '￡' => "£",
        '￥' => "¥",
        _ => return None,
    })
}

/// A text with letters in the place of such signs, set off from the digits behind them: `₹1,200` becomes `Rs 1,200`.
pub fn in_letters(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let Some(letters) = letters_of(character) else {
            plain.push(character);
            continue;
        };
        plain.push_str(letters);
        let is_word = letters.ends_with(|last: char| last.is_ascii_alphabetic());
        if is_word && characters.peek().is_some_and(char::is_ascii_digit) {
            plain.push(' ');
        }
    }
    plain
}

/// A wording that needs no such sign: the amount is asked for in letters, too.
pub fn wording_in_letters(wording: &str) -> String {
    let (sign, letters) = (MergeField::PaymentLinkAmount.name(), MergeField::PaymentLinkAmountPlain.name());
    let fields = wording.split("{{").enumerate().map(|(index, part)| {
        let name_ends = |rest: &str| !rest.starts_with(|next: char| next.is_ascii_alphanumeric() || next == '_');
        match part.trim_start().strip_prefix(sign).filter(|rest| index > 0 && name_ends(rest)) {
            Some(rest) => format!(" {letters}{rest}"),
            None => part.to_owned(),
        }
    });
    in_letters(&fields.collect::<Vec<_>>().join("{{"))
}

/// What a text costs as SMS. Its `Display` is the line under the text: "118 characters · 1 segment · GSM-7".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segments {
    /// The alphabet of the whole text: one foreign character changes it for all.
    pub alphabet: Alphabet,
    /// The first such character.
    pub foreign: Option<Foreign>,
    /// Length in UTF-16 units, as providers count it.
    pub characters: u32,
    /// Parts that are sent and paid for.
    pub segments: u32,
}

impl Segments {
    /// Counts a text. No character is split: one that does not fit whole begins the next part.
    pub fn of(text: &str) -> Self {
        let foreign = Foreign::find(text);
        let alphabet = if foreign.is_none() { Alphabet::Gsm7 } else { Alphabet::Ucs2 };
        let (mut characters, mut units) = (0_u32, 0_u32);
        let (mut parts, mut used) = (0_u32, alphabet.part());
        for character in text.chars() {
            let cost = alphabet.cost(character);
            characters = characters.saturating_add(Alphabet::Ucs2.cost(character));
            units = units.saturating_add(cost);
            used += cost;
            if used > alphabet.part() {
                parts = parts.saturating_add(1);
                used = cost;
            }
        }
        let segments = if units > alphabet.alone() { parts } else { parts.min(1) };
        Self { alphabet, foreign, characters, segments }
    }

    /// Whether the text is longer than a provider takes.
    pub const fn is_too_long(&self) -> bool {
        self.characters > MAX_CHARACTERS
    }
}

impl fmt::Display for Segments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = |count| if count == 1 { "" } else { "s" };
        let Self { alphabet, characters, segments, .. } = self;
        write!(
            f,
            "{characters} character{} · {segments} segment{} · {alphabet}",
            plural(*characters),
            plural(*segments)
        )
    }
}

/// What a character costs in the seven-bit alphabet: one, two for those behind an escape, none when it is not in it.
const fn septets(character: char) -> Option<u32> {
    match character {
        '\u{c}' | '^' | '{' | '}' | '\\' | '[' | '~' | ']' | '|' | '€' => Some(2),
        '\n'
        | '\r'
        | ' '..='_'
        | 'a'..='z'
        | '£'
        | '¥'
        | 'è'
        | 'é'
        | 'ù'
        | 'ì'
        | 'ò'
        | 'Ç'
        | 'Ø'
        | 'ø'
        | 'Å'
        | 'å'
        | 'Δ'
        | 'Φ'
        | 'Γ'
        | 'Λ'
        | 'Ω'
        | 'Π'
        | 'Ψ'
        | 'Σ'
        | 'Θ'
        | 'Ξ'
        | 'Æ'
        | 'æ'
        | 'ß'
        | 'É'
        | '¤'
        | '¡'
        | 'Ä'
        | 'Ö'
        | 'Ñ'
        | 'Ü'
        | '§'
        | '¿'
        | 'ä'
        | 'ö'
        | 'ñ'
        | 'ü'
        | 'à' => Some(1),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn segments(text: &str) -> (Alphabet, u32) {
        let counted = Segments::of(text);
        (counted.alphabet, counted.segments)
    }

    #[test]
    fn the_seven_bit_alphabet_fits_160_alone_and_153_in_parts() {
        assert_eq!(segments(""), (Alphabet::Gsm7, 0));
        for (length, expected) in [(1, 1), (160, 1), (161, 2), (306, 2), (307, 3), (459, 3), (460, 4)] {
            assert_eq!(segments(&"a".repeat(length)), (Alphabet::Gsm7, expected), "{length}");
        }
    }

    #[test]
    fn other_scripts_fit_70_alone_and_67_in_parts() {
        for (length, expected) in [(1, 1), (70, 1), (71, 2), (134, 2), (135, 3)] {
            assert_eq!(segments(&"字".repeat(length)), (Alphabet::Ucs2, expected), "{length}");
        }
        assert_eq!(segments("It’s"), (Alphabet::Ucs2, 1), "a typographic apostrophe changes the whole text");
        assert_eq!(
            segments("`"),
            (Alphabet::Ucs2, 1),
            "the backtick is the one sign between space and z that is missing"
        );
    }

    #[test]
    fn a_character_behind_an_escape_costs_two_and_is_never_split() {
        assert_eq!(segments(&"€".repeat(80)), (Alphabet::Gsm7, 1));
        assert_eq!(segments(&"€".repeat(81)), (Alphabet::Gsm7, 2), "76 in the first part: the odd septet stays empty");
        assert_eq!(segments(&"€".repeat(152)), (Alphabet::Gsm7, 2));
        assert_eq!(
            segments(&"€".repeat(153)),
            (Alphabet::Gsm7, 3),
            "306 septets that do not pack into two parts of 153"
        );
    }

    #[test]
    fn a_surrogate_pair_is_never_split() {
        assert_eq!(segments(&"😀".repeat(35)), (Alphabet::Ucs2, 1));
        assert_eq!(segments(&"😀".repeat(36)), (Alphabet::Ucs2, 2));
        assert_eq!(segments(&"😀".repeat(66)), (Alphabet::Ucs2, 2));
        assert_eq!(segments(&"😀".repeat(67)), (Alphabet::Ucs2, 3), "134 units that do not pack into two parts of 67");
    }

    #[test]
    fn a_currency_sign_outside_the_alphabet_has_letters() {
        let foreign = Foreign::find("Pay ₹1,200").expect("the sign");
        assert_eq!(
            foreign.to_string(),
            "“₹” (character 5) is not in the SMS alphabet: 70 characters a segment instead of 160. Write “Rs” instead."
        );
        for (text, plain) in [
            ("₹1,200.00", "Rs 1,200.00"),
            ("-₹5", "-Rs 5"),
            ("1 200 ₽", "1 200 RUB"),
            ("₩", "KRW"),
            ("￥500", "¥500"),
            ("$90.00 and €5", "$90.00 and €5"),
        ] {
            assert_eq!(in_letters(text), plain);
            assert_eq!(Alphabet::of(plain), Alphabet::Gsm7);
        }
        let signs = ('\u{20a0}'..='\u{20c0}').chain(['¢', '৳', '฿', '៛', '﷼']);
        let unknown: Vec<char> = signs.filter(|sign| *sign != '€' && letters_of(*sign).is_none()).collect();
        // These have not been money for decades.
        assert_eq!(unknown, ['₠', '₢', '₣', '₤', '₥', '₧', '₯', '₰', '₳', '₶', '₷', '₻']);
    }

    #[test]
    fn a_wording_is_written_in_letters_field_and_all() {
        for (wording, plain) in [
            ("Pay {{ payment_link.amount }} now", "Pay {{ payment_link.amount_plain }} now"),
            ("{{payment_link.amount}}", "{{ payment_link.amount_plain}}"),
            ("{{ payment_link.amount | default: \"₹5\" }}", "{{ payment_link.amount_plain | default: \"Rs 5\" }}"),
            ("{{ payment_link.amount_plain }} ₹1", "{{ payment_link.amount_plain }} Rs 1"),
            ("payment_link.amount is a field", "payment_link.amount is a field"),
        ] {
            assert_eq!(wording_in_letters(wording), plain);
            assert_eq!(wording_in_letters(plain), plain);
        }
    }

    #[test]
    fn the_line_under_the_text_reads_well() {
        assert_eq!(Segments::of(&"a".repeat(118)).to_string(), "118 characters · 1 segment · GSM-7");
        assert_eq!(Segments::of("字").to_string(), "1 character · 1 segment · UCS-2");
        assert_eq!(Segments::of("").to_string(), "0 characters · 0 segments · GSM-7");
    }

    #[test]
    fn a_text_over_the_provider_limit_is_known() {
        assert!(!Segments::of(&"a".repeat(1600)).is_too_long());
        assert!(Segments::of(&"a".repeat(1601)).is_too_long());
        assert!(Segments::of(&"😀".repeat(801)).is_too_long());
    }

    /// 3GPP TS 23.038, table 6.2.1, row by row from 0x00; 0x1B, the escape, stands as a NUL.
    const BASIC: &str = concat!(
        "@£$¥èéùìòÇ\nØø\rÅå",
        "Δ_ΦΓΛΩΠΨΣΘΞ\0ÆæßÉ",
        " !\"#¤%&'()*+,-./",
        "0123456789:;<=>?",
        "¡ABCDEFGHIJKLMNO",
        "PQRSTUVWXYZÄÖÑÜ§",
        "¿abcdefghijklmno",
        "pqrstuvwxyzäöñüà",
    );
    /// Table 6.2.1.1, in the order of its codes: form feed, then 0x14 to 0x65.
    const EXTENSION: &str = "\u{c}^{}\\[~]|€";

    /// Counts by filling segments septet by septet, as a phone's encoder does.
    fn reference(text: &str) -> (bool, u32) {
        let code = |c: char| match c {
            '\0' => None,
            c if BASIC.contains(c) => Some(1),
            c if EXTENSION.contains(c) => Some(2),
            _ => None,
        };
        let costs: Option<Vec<usize>> = text.chars().map(code).collect();
        let is_gsm = costs.is_some();
        let costs = costs.unwrap_or_else(|| text.chars().map(char::len_utf16).collect());
        let (alone, part) = if is_gsm { (160, 153) } else { (70, 67) };
        if costs.iter().sum::<usize>() <= alone {
            return (is_gsm, u32::from(!costs.is_empty()));
        }
        let mut parts: Vec<usize> = vec![0];
        for cost in costs {
            match parts.last_mut() {
                Some(filled) if *filled + cost <= part => *filled += cost,
                _ => parts.push(cost),
            }
        }
        (is_gsm, u32::try_from(parts.len()).expect("few"))
    }

    #[test]
    fn the_alphabet_is_the_standards_table_and_nothing_else() {
        assert_eq!((BASIC.chars().count(), EXTENSION.chars().count()), (128, 10));
        for character in (0..=0xffff_u32).chain(0x1f300..0x1fb00).filter_map(char::from_u32) {
            let expected = match character {
                '\0' => None,
                c if BASIC.contains(c) => Some(1),
                c if EXTENSION.contains(c) => Some(2),
                _ => None,
            };
            assert_eq!(septets(character), expected, "U+{:04X}", u32::from(character));
        }
    }

    #[test]
    fn a_whole_character_begins_the_next_segment_at_every_boundary() {
        let a = |count: usize| "a".repeat(count);
        let han = |count: usize| "字".repeat(count);
        let table = [
            (a(160), 1),
            (a(161), 2),
            (a(306), 2),
            (a(307), 3),
            (format!("{}€", a(158)), 1),
            (format!("{}€", a(159)), 2),
            (format!("{}€{}", a(152), a(152)), 3),
            (format!("{}€{}", a(151), a(153)), 2),
            (format!("{}€{}", a(152), a(151)), 2),
            (han(70), 1),
            (han(71), 2),
            (han(134), 2),
            (han(135), 3),
            (format!("{}😀", han(68)), 1),
            (format!("{}😀", han(69)), 2),
            (format!("{}😀{}", han(66), han(65)), 2),
            (format!("{}😀{}", han(66), han(66)), 3),
            (format!("{}😀{}", han(65), han(67)), 2),
            (format!("{}ő", a(69)), 1),
            (format!("{}ő", a(70)), 2),
        ];
        for (text, expected) in table {
            assert_eq!(Segments::of(&text).segments, expected, "{text}");
        }
    }

    #[test]
    fn the_character_that_costs_the_most_is_named_with_its_place() {
        let told = |text: &str| Segments::of(text).foreign.map(|foreign| foreign.to_string());
        assert_eq!(told("Hello [you] for 5 €"), None);
        assert_eq!(
            told("Kész, Győző!").as_deref(),
            Some("“ő” (character 9) is not in the SMS alphabet: 70 characters a segment instead of 160.")
        );
        assert!(told("It’s 😀").is_some_and(|told| told.starts_with("“’” (character 3) ")), "the first one");
        assert!(
            told("a\u{200b}b").is_some_and(|told| told.starts_with("The invisible character U+200B (character 2) "))
        );
        assert!(told("e\u{301}").is_some_and(|told| told.starts_with("The invisible character U+0301 (character 2) ")));
    }

    proptest! {
        #[test]
        fn segments_are_as_few_as_units_allow_give_or_take_what_cannot_be_split(text in ".{0,600}") {
            let counted = Segments::of(&text);
            let units: u32 = text.chars().map(|c| counted.alphabet.cost(c)).sum();
            let least = if units <= counted.alphabet.alone() { units.min(1) } else { units.div_ceil(counted.alphabet.part()) };
            prop_assert!(counted.segments >= least);
            prop_assert!(counted.segments <= least + least / 60 + 1);
        }

        #[test]
        fn any_text_counts_as_the_standards_tables_say(text in "([a-z ]|[€\\[\\]]|[őЖ字]|😀|[@£\\n]){0,400}|[ -~€é]{100,500}") {
            let (is_gsm, segments) = reference(&text);
            let counted = Segments::of(&text);
            prop_assert_eq!(counted.alphabet == Alphabet::Gsm7, is_gsm);
            prop_assert_eq!(counted.segments, segments);
            prop_assert_eq!(counted.foreign.is_none(), is_gsm);
            if let Some(foreign) = counted.foreign {
                let at = usize::try_from(foreign.position).expect("short") - 1;
                prop_assert_eq!(text.chars().nth(at), Some(foreign.character));
                prop_assert!(text.chars().take(at).all(|c| BASIC.contains(c) || EXTENSION.contains(c)));
            }
        }
    }
}
