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

/// What stands behind a name and is no first name.
const SUFFIXES: [&str; 17] = [
    "jr", "jnr", "sr", "snr", "ii", "iii", "iv", "esq", "esquire", "phd", "dds", "dvm", "msc", "bsc", "mba", "cpa",
    "llm",
];
/// The same in capitals, behind two words at least: alone they may be somebody's initials.
const DEGREES: [&str; 25] = [
    "MD", "MA", "BA", "BS", "MS", "DO", "PA", "PE", "JD", "RN", "NP", "DC", "OD", "EDD", "MPH", "CFA", "CFP", "PMP",
    "LCSW", "OBE", "MBE", "CBE", "KC", "QC", "V",
];
/// What stands before a name.
const TITLES: [&str; 27] = [
    "mr",
    "mrs",
    "ms",
    "miss",
    "mx",
    "dr",
    "prof",
    "professor",
    "rev",
    "sir",
    "dame",
    "herr",
    "herrn",
    "frau",
    "hr",
    "fam",
    "familie",
    "famille",
    "mme",
    "mlle",
    "m",
    "monsieur",
    "madame",
    "sr",
    "sra",
    "srta",
    "sig",
];
/// What begins a last name of several words.
const PARTICLES: [&str; 22] = [
    "van", "von", "vom", "zu", "zum", "zur", "de", "der", "den", "del", "della", "di", "da", "das", "dos", "do", "du",
    "la", "le", "ter", "ten", "bin",
];
/// The forms of companies that are nobody's name.
const COMPANIES: [&str; 25] = [
    "inc",
    "incorporated",
    "llc",
    "llp",
    "pllc",
    "ltd",
    "limited",
    "corp",
    "corporation",
    "company",
    "plc",
    "gmbh",
    "mbh",
    "ohg",
    "kgaa",
    "sarl",
    "srl",
    "oyj",
    "aps",
    "doo",
    "sro",
    "kft",
    "pty",
    "pvt",
    "bhd",
];
/// Those that may be a name as well: they count in capitals beside small letters.
const SHORT_COMPANIES: [&str; 12] = ["AG", "KG", "UG", "SA", "SAS", "AB", "AS", "BV", "NV", "LP", "PC", "SPA"];

/// First and last name out of one text: `Ann Mary Lee`, `Lee, Ann Mary`. Suffixes and degrees stay with the last name, a
/// title with the first; a company has no first name. Nothing that was written is left out.
pub fn split(name: &str) -> (String, String) {
    let parts: Vec<_> = name.split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
    let Some((&before, behind)) = parts.split_first() else { return Default::default() };
    if is_company(&parts) {
        return (String::new(), name.to_owned());
    }
    let words = before.split(' ').count();
    let (suffixes, first): (Vec<&str>, Vec<&str>) =
        behind.iter().partition(|part| part.split(' ').all(|word| is_suffix(word, words)));
    let with_suffixes = |last: &str| [&[last], suffixes.as_slice()].concat().join(", ");
    if !first.is_empty() {
        return (first.join(", "), with_suffixes(before));
    }
    let (first, last) = split_words(before);
    match last.as_str() {
        "" if suffixes.is_empty() => (first, last),
        // One name alone is the last name.
        "" => (String::new(), with_suffixes(&first)),
        last => (first, with_suffixes(last)),
    }
}

/// `Ann Mary Lee`, `Ludwig van Beethoven`, `Dr. Amy Pond MD`, `Mr. Smith`.
fn split_words(name: &str) -> (String, String) {
    let words: Vec<_> = name.split(' ').collect();
    let begin = words.iter().take_while(|word| TITLES.contains(&bare(word).as_str())).count();
    let mut end = words.len();
    while end > begin + 1 && is_suffix(words[end - 1], end - begin - 1) {
        end -= 1;
    }
    let is_one_word = end.saturating_sub(begin) <= 1;
    if is_one_word {
        let is_alone = words.len() == 1;
        return if is_alone { (name.to_owned(), String::new()) } else { (String::new(), name.to_owned()) };
    }
    let mut last = end - 1;
    while last > begin + 1 && PARTICLES.contains(&words[last - 1]) {
        last -= 1;
    }
    (words[..last].join(" "), words[last..].join(" "))
}

/// A word without points, folded.
fn bare(word: &str) -> String {
    fold(word).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Whether a word stands behind a name of so many words and is no name.
fn is_suffix(word: &str, words: usize) -> bool {
    let capitals: String = word.chars().filter(|c| *c != '.').collect();
    SUFFIXES.contains(&bare(word).as_str()) || words >= 2 && DEGREES.contains(&capitals.as_str())
}

/// Whether a name, cut at its commas, is a company's.
fn is_company(parts: &[&str]) -> bool {
    let has_small = parts.iter().any(|part| part.chars().any(char::is_lowercase));
    parts.iter().enumerate().any(|(index, part)| {
        let (before, last) = part.rsplit_once(' ').map_or(("", *part), |(before, last)| (before.trim_end(), last));
        let is_behind = index > 0 || !before.is_empty();
        let form = bare(last);
        let capitals: String = last.chars().filter(|c| *c != '.').collect();
        is_behind
            && (COMPANIES.contains(&form.as_str())
                || form == "co" && (index > 0 && before.is_empty() || before.ends_with('&'))
                || has_small && SHORT_COMPANIES.contains(&capitals.as_str()) && !is_suffix(last, 2))
    })
}

/// A full name without a part of it that is known: `Rhea Moss` without `Rhea`, `Hale, Robert` without `Robert`.
pub fn without(full: &str, part: &str) -> Option<String> {
    let same = |a: &[&str], b: &[&str]| {
        let plain = |words: &[&str]| words.iter().map(|word| fold(word.trim_matches(','))).collect::<Vec<_>>();
        plain(a) == plain(b)
    };
    let (words, known): (Vec<_>, Vec<_>) = (full.split(' ').collect(), part.split(' ').collect());
    let rest = words.len().checked_sub(known.len())?;
    let rest = if same(&words[..known.len()], &known) {
        &words[known.len()..]
    } else if same(&words[rest..], &known) {
        &words[..rest]
    } else {
        return None;
    };
    Some(rest.join(" ").trim_matches([',', ' ']).to_owned())
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

    #[test]
    fn a_suffix_a_degree_or_a_company_is_nobody_s_first_name() {
        for (name, first, last) in [
            ("Ann Mary Lee", "Ann Mary", "Lee"),
            ("Lee, Ann Mary", "Ann Mary", "Lee"),
            ("Madonna", "Madonna", ""),
            ("Robert Hale, Jr.", "Robert", "Hale, Jr."),
            ("Robert Hale Jr.", "Robert", "Hale Jr."),
            ("Robert Hale III", "Robert", "Hale III"),
            ("Hale, Jr.", "", "Hale, Jr."),
            ("Hale, Robert", "Robert", "Hale"),
            ("Hale, Robert, Jr.", "Robert", "Hale, Jr."),
            ("Hale, Jr., Robert", "Robert", "Hale, Jr."),
            ("Hale Jr., Robert", "Robert", "Hale Jr."),
            ("Dr. Amy Pond, MD", "Dr. Amy", "Pond, MD"),
            ("Amy Pond, M.D., Ph.D.", "Amy", "Pond, M.D., Ph.D."),
            ("Amy Pond, MD PhD", "Amy", "Pond, MD PhD"),
            ("Amy Pond MD", "Amy", "Pond MD"),
            ("Amy Pond, RN", "Amy", "Pond, RN"),
            ("Rahman, Md", "Md", "Rahman"),
            ("Hale, JD", "JD", "Hale"),
            ("Do, Minh", "Minh", "Do"),
            ("Kim, Do", "Do", "Kim"),
            ("Mr. Smith", "", "Mr. Smith"),
            ("Frau Müller", "", "Frau Müller"),
            ("Mr. Robert Hale", "Mr. Robert", "Hale"),
            ("Ludwig van Beethoven", "Ludwig", "van Beethoven"),
            ("Maria de la Cruz", "Maria", "de la Cruz"),
            ("Brightwell Bakery, Inc.", "", "Brightwell Bakery, Inc."),
            ("Brightwell Bakery Inc", "", "Brightwell Bakery Inc"),
            ("Müller & Söhne GmbH & Co. KG", "", "Müller & Söhne GmbH & Co. KG"),
            ("Hale & Co.", "", "Hale & Co."),
            ("Smith, Jones & Partners, LLC", "", "Smith, Jones & Partners, LLC"),
            ("Acme, S.A.", "", "Acme, S.A."),
            ("Bäckerei Huber AG", "", "Bäckerei Huber AG"),
            ("Ana Co", "Ana", "Co"),
            ("Anne As", "Anne", "As"),
            ("李小龍", "李小龍", ""),
            ("", "", ""),
            (",", "", ""),
        ] {
            assert_eq!(split(name), (first.to_owned(), last.to_owned()), "{name}");
        }
    }

    #[test]
    fn a_full_name_without_the_part_that_is_known_is_the_other_part() {
        for (full, part, rest) in [
            ("Rhea Moss", "Rhea", Some("Moss")),
            ("Rhea Moss", "moss", Some("Rhea")),
            ("Hale, Robert", "Robert", Some("Hale")),
            ("Rhea", "Rhea", Some("")),
            ("Robert Hale", "Bob", None),
            ("Rhea", "Rhea Ann", None),
        ] {
            assert_eq!(without(full, part).as_deref(), rest, "{full} without {part}");
        }
    }

    proptest! {
        #[test]
        fn no_word_of_a_name_is_lost_when_it_is_split(text in "[a-zA-Z.&]{1,4}([ ,]{1,2}([a-zA-Z]{1,4}|Jr\\.|MD|Inc|van)){0,4}") {
            let name = clean(&text);
            let (first, last) = split(&name);
            let words = |text: &str| {
                let mut words: Vec<_> =
                    text.split([' ', ',']).filter(|word| !word.is_empty()).map(str::to_owned).collect();
                words.sort();
                words
            };
            prop_assert_eq!(words(&format!("{first} {last}")), words(&name));
            if !name.contains(',') {
                let joined = format!("{first} {last}");
                prop_assert_eq!(joined.trim(), name);
            }
        }

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
