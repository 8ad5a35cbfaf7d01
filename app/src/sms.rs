//! How a text travels as SMS: which alphabet it needs and how many segments it becomes.

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
        if text.chars().all(|c| septets(c).is_some()) { Self::Gsm7 } else { Self::Ucs2 }
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

/// What a text costs as SMS. Its `Display` is the line under the text: "118 characters · 1 segment · GSM-7".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segments {
    /// The alphabet of the whole text: one foreign character changes it for all.
    pub alphabet: Alphabet,
    /// Length in UTF-16 units, as providers count it.
    pub characters: u32,
    /// Parts that are sent and paid for.
    pub segments: u32,
}

impl Segments {
    /// Counts a text. No character is split: one that does not fit whole begins the next part.
    pub fn of(text: &str) -> Self {
        let alphabet = Alphabet::of(text);
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
        Self { alphabet, characters, segments }
    }

    /// Whether the text is longer than a provider takes.
    pub const fn is_too_long(&self) -> bool {
        self.characters > MAX_CHARACTERS
    }
}

impl fmt::Display for Segments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = |count| if count == 1 { "" } else { "s" };
        let Self { alphabet, characters, segments } = self;
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

    proptest! {
        #[test]
        fn segments_are_as_few_as_units_allow_give_or_take_what_cannot_be_split(text in ".{0,600}") {
            let counted = Segments::of(&text);
            let units: u32 = text.chars().map(|c| counted.alphabet.cost(c)).sum();
            let least = if units <= counted.alphabet.alone() { units.min(1) } else { units.div_ceil(counted.alphabet.part()) };
            prop_assert!(counted.segments >= least);
            prop_assert!(counted.segments <= least + least / 60 + 1);
        }
    }
}
