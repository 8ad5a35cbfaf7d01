//! Names as people type and paste them: kept in every script, without what would break a page, a mail or a search.

use app::address::is_hidden;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation as _;

/// The longest name, in what a reader sees as characters.
const MAX_GRAPHEMES: usize = 100;
/// A family of emoji has eleven; more on one base are stacks of accents.
const MAX_CHARS_PER_GRAPHEME: usize = 16;

/// A name in NFC, on one line, without controls and direction overrides, at most 100 graphemes long.
pub fn clean(typed: &str) -> String {
    let visible: String = typed
        .chars()
        .filter_map(|c| match c {
            _ if c.is_whitespace() => Some(' '),
            // These shape letters and join emoji.
            '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0020}'..='\u{e007f}' => Some(c),
            _ if is_hidden(c) => None,
            _ => Some(c),
        })
        .nfc()
        .collect();
    let one_line = visible.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    let mut name = String::with_capacity(one_line.len());
    for grapheme in one_line.graphemes(true).take(MAX_GRAPHEMES) {
        name.extend(grapheme.chars().take(MAX_CHARS_PER_GRAPHEME));
    }
    let name = name.trim_end();
    if name.chars().any(|c| !is_hidden(c) && !c.is_whitespace()) { name.to_owned() } else { String::new() }
}

/// The form in which names are searched and compared: lower case, without accents.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.nfkd().flat_map(char::to_lowercase).nfkd() {
        match c {
            _ if is_combining_mark(c) || is_hidden(c) => {}
            // Letters that Unicode does not take apart and people type without their stroke.
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'ø' => folded.push('o'),
            'đ' | 'ð' => folded.push('d'),
            'ł' => folded.push('l'),
            'ı' => folded.push('i'),
            'þ' => folded.push_str("th"),
            'ς' => folded.push('σ'),
            _ => folded.push(c),
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_of_every_script_stay_as_they_are() {
        for name in [
            "Ann Lee",
            "José Ñandú",
            "李小龍",
            "محمد",
            "Ольга",
            "👨‍👩‍👧‍👦",
            "🏴󠁧󠁢󠁥󠁮󠁧󠁿 Tom",
            "نمی‌خواهم",
            "O'Brien",
            "<script>",
            "{{7*7}}",
            "'; DROP",
            "=1+1",
        ] {
            assert_eq!(clean(name), name);
        }
    }

    #[test]
    fn what_would_break_a_page_or_a_header_is_taken_out() {
        let table = [
            ("Ann\r\nBcc: b@ex.com", "Ann Bcc: b@ex.com"),
            ("Ann\0Lee", "AnnLee"),
            ("Ann\u{202e}eeL", "AnneeL"),
            ("\u{2066}Ann\u{2069}", "Ann"),
            ("A\u{200b}nn\u{feff}", "Ann"),
            ("  Ann \u{2028} \t Lee ", "Ann Lee"),
            ("Jose\u{301}", "José"),
            (" \t ", ""),
            ("\u{200d}\u{200c}", ""),
        ];
        for (typed, name) in table {
            assert_eq!(clean(typed), name, "{typed:?}");
        }
    }

    #[test]
    fn endless_names_end() {
        assert_eq!(clean(&"x".repeat(10_000)).len(), 100);
        assert_eq!(clean(&"👨‍👩‍👧‍👦".repeat(200)).graphemes(true).count(), 100);
        assert!(clean(&format!("a{}", "\u{323}".repeat(200))).chars().count() <= 16);
    }

    #[test]
    fn a_search_finds_names_without_accents_and_capitals() {
        for (text, folded) in [
            ("JOSÉ", "jose"),
            ("Łukasz", "lukasz"),
            ("Straße", "strasse"),
            ("Ｆｕｌｌ", "full"),
            ("ΟΔΟΣ", "οδοσ"),
            ("İzmir", "izmir"),
            ("Ann@Ex.com", "ann@ex.com"),
        ] {
            assert_eq!(fold(text), folded);
        }
    }

    proptest! {
        #[test]
        fn cleaning_and_folding_twice_is_cleaning_and_folding_once(text in any::<String>()) {
            let name = clean(&text);
            prop_assert_eq!(clean(&name), name.clone());
            prop_assert!(name.graphemes(true).count() <= MAX_GRAPHEMES);
            prop_assert!(!name.contains(|c: char| c.is_control()));
            let folded = fold(&text);
            prop_assert_eq!(fold(&folded), folded);
        }
    }
}
