//! In which encoding a file of names is written, found by looking at all of it; and whether a text was damaged before it
//! came here.

use std::io::{self, Read};

use app::text_encoding::TextEncoding;
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, MACINTOSH, UTF_8, WINDOWS_1251, WINDOWS_1252};

/// How much is read at a time.
const BLOCK_BYTES: usize = 64 * 1024;
/// How many bytes of lines with foreign letters the guess is made from.
const SAMPLE_BYTES: usize = 256 * 1024;
/// How many of those are decoded to see whether the result looks like names.
const TRIAL_BYTES: usize = 32 * 1024;
/// Where Windows-1252 was usual: there the bytes tell more than the country does.
const WESTERN: &str = "us gb uk ie ca au nz za de at ch li fr be lu mc nl es pt it sm va ad dk se no fi is fo gl \
    mx ar br cl co pe ve ec bo py uy cr pa gt hn sv ni do cu pr ph id my in sg ng ke gh io me \
    ai tv eu cc ly to fm gg im je";

/// The same for the decoder.
pub fn known(encoding: TextEncoding) -> &'static Encoding {
    Encoding::for_label(encoding.as_str().as_bytes()).unwrap_or(UTF_8)
}

/// The encoding of a file, which is read to its end in constant memory. `country` (ISO 3166, two letters) is where the
/// business is; where the bytes leave a doubt, what is usual there counts.
pub fn detect(file: impl Read, country: &str) -> io::Result<TextEncoding> {
    let mut look = Look::default();
    look.at(file)?;
    Ok(look.found.unwrap_or_else(|| look.decide(country)))
}

/// What was seen in a file.
#[derive(Default)]
struct Look {
    /// What a mark at the beginning says.
    found: Option<TextEncoding>,
    /// Lines with foreign letters.
    sample: Vec<u8>,
    /// Letters that are right in UTF-8, and bytes that are wrong there.
    utf8: (u64, u64),
    /// Line ends as old Macs wrote them, and all others.
    line_ends: (u64, u64),
}

impl Look {
    fn at(&mut self, mut file: impl Read) -> io::Result<()> {
        let mut buffer = Vec::with_capacity(2 * BLOCK_BYTES);
        let mut is_first = true;
        loop {
            let before = buffer.len();
            file.by_ref().take(BLOCK_BYTES as u64).read_to_end(&mut buffer)?;
            let is_last = buffer.len() == before;
            if is_first {
                self.found = by_mark(&buffer);
                is_first = false;
            }
            if self.found.is_some() {
                return Ok(());
            }
            // Whole lines only: a letter can have several bytes.
            let end = if is_last { buffer.len() } else { last_line_end(&buffer) };
            self.block(&buffer[..end]);
            buffer.drain(..end);
            if is_last {
                return Ok(());
            }
        }
    }

    fn block(&mut self, block: &[u8]) {
        let line_feeds = count(block, b'\n');
        let returns = count(block, b'\r');
        self.line_ends.0 += returns.saturating_sub(line_feeds);
        self.line_ends.1 += line_feeds;
        if block.iter().all(|byte| byte.is_ascii() && *byte != ESCAPE) {
            return;
        }
        self.count_utf8(block);
        for line in block.split_inclusive(|byte| matches!(byte, b'\n' | b'\r')) {
            let is_foreign = line.iter().any(|byte| !byte.is_ascii() || *byte == ESCAPE);
            if is_foreign && self.sample.len() + line.len() <= SAMPLE_BYTES {
                self.sample.extend_from_slice(line);
            }
        }
    }

    fn count_utf8(&mut self, mut block: &[u8]) {
        let letters = |text: &[u8]| text.iter().filter(|byte| **byte >= 0xc0).count() as u64;
        while let Err(error) = std::str::from_utf8(block) {
            let valid = error.valid_up_to();
            self.utf8.0 += letters(&block[..valid]);
            self.utf8.1 += 1;
            block = &block[valid + error.error_len().unwrap_or(block.len() - valid)..];
        }
        self.utf8.0 += letters(block);
    }

    fn decide(&self, country: &str) -> TextEncoding {
        let (right, wrong) = self.utf8;
        let is_escaped = self.sample.contains(&ESCAPE) && right == 0;
        // A few wrong bytes in UTF-8 are damage, and their rows are named.
        if right > 2 * wrong || (wrong == 0 && !is_escaped) {
            return TextEncoding::Utf8;
        }
        let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
        detector.feed(&self.sample, true);
        let guess = |hint: Option<&str>| detector.guess(hint.map(str::as_bytes), Utf8Detection::Deny);
        let country = country.to_ascii_lowercase();
        let hints = [self.usual_country(), Some(country)];
        let mut hinted = hints.into_iter().flatten().filter(|hint| is_hint(hint)).map(|hint| guess(Some(&hint)));
        let trial = &self.sample[..self.sample.len().min(TRIAL_BYTES)];
        let oddities = |encoding: &'static Encoding| oddities(&encoding.decode_without_bom_handling(trial).0);
        let generic = guess(None);
        let likely = hinted.find(|encoding| oddities(encoding) == 0).unwrap_or(generic);
        let likely = usual_twin(likely, &self.sample);
        // The detector does not know how Macs wrote.
        let odd = oddities(likely);
        let is_from_mac = self.line_ends.0 > 0 && self.line_ends.1 == 0;
        let macs = [TextEncoding::MacRoman, TextEncoding::MacCyrillic].map(|mac| (mac, oddities(known(mac))));
        match macs.into_iter().min_by_key(|(_, odd)| *odd) {
            Some((mac, mac_odd)) if 3 * mac_odd < odd || (is_from_mac && mac_odd == 0) => mac,
            _ => ours(likely),
        }
    }

    /// The country of most email addresses on the lines with foreign letters.
    fn usual_country(&self) -> Option<String> {
        let mut counts: Vec<(&[u8], usize)> = Vec::new();
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
        for domain in self.sample.split(|byte| *byte == b'@').skip(1) {
            let end = domain.iter().position(|byte| !is_part(byte)).unwrap_or(domain.len());
            let Some(top) = domain[..end].rsplit(|byte| *byte == b'.').next().filter(|top| top.len() == 2) else {
                continue;
            };
            match counts.iter_mut().find(|(other, _)| *other == top) {
                Some((_, count)) => *count += 1,
                None => counts.push((top, 1)),
            }
        }
        let (top, _) = counts.into_iter().max_by_key(|(_, count)| *count)?;
        Some(String::from_utf8_lossy(top).to_ascii_lowercase())
    }
}

/// Begins what ISO-2022-JP writes in ASCII bytes.
const ESCAPE: u8 = 0x1b;

fn count(block: &[u8], byte: u8) -> u64 {
    block.iter().map(|other| u64::from(*other == byte)).sum()
}

fn last_line_end(block: &[u8]) -> usize {
    block.iter().rposition(|byte| matches!(byte, b'\n' | b'\r')).map_or(block.len(), |at| at + 1)
}

/// What a byte order mark says, or the zeros of UTF-16 without one.
fn by_mark(head: &[u8]) -> Option<TextEncoding> {
    match head {
        [0xef, 0xbb, 0xbf, ..] => return Some(TextEncoding::Utf8),
        [0xff, 0xfe, ..] => return Some(TextEncoding::Utf16Le),
        [0xfe, 0xff, ..] => return Some(TextEncoding::Utf16Be),
        _ => {}
    }
    let zeros = |first: usize| head.iter().skip(first).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd, half) = (zeros(0), zeros(1), head.len() / 2);
    if half > 1 && odd * 10 > half * 3 && even * 10 < half {
        return Some(TextEncoding::Utf16Le);
    }
    (half > 1 && even * 10 > half * 3 && odd * 10 < half).then_some(TextEncoding::Utf16Be)
}

/// Whether a country, as the last part of a domain, says something about the encoding.
fn is_hint(country: &str) -> bool {
    country.len() == 2
        && country.bytes().all(|byte| byte.is_ascii_lowercase())
        && !WESTERN.split_whitespace().any(|other| other == country)
}

/// Windows wrote most files: its encoding is taken where the other reads the same.
fn usual_twin(encoding: &'static Encoding, sample: &[u8]) -> &'static Encoding {
    const TWINS: &[(TextEncoding, TextEncoding)] = &[
        (TextEncoding::Latin2, TextEncoding::Windows1250),
        (TextEncoding::Iso7, TextEncoding::Windows1253),
        (TextEncoding::Latin4, TextEncoding::Windows1257),
        (TextEncoding::Latin7, TextEncoding::Windows1257),
        (TextEncoding::Iso8, TextEncoding::Windows1255),
        (TextEncoding::Iso8I, TextEncoding::Windows1255),
    ];
    let twin = TWINS.iter().find(|(other, _)| known(*other) == encoding).map(|(_, twin)| known(*twin));
    let reads = |encoding: &'static Encoding| encoding.decode_without_bom_handling(sample).0;
    twin.filter(|twin| reads(twin) == reads(encoding)).unwrap_or(encoding)
}

fn ours(encoding: &'static Encoding) -> TextEncoding {
    TextEncoding::ALL.iter().copied().find(|other| known(*other) == encoding).unwrap_or(TextEncoding::Gb18030)
}

/// What writes a letter; of the scripts that are not mixed within a word.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Script {
    Latin,
    Other,
}

/// How many words are none that people have: with signs or capitals inside, or in two scripts.
fn oddities(text: &str) -> usize {
    text.split(|c: char| c.is_ascii() && !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_ascii() && is_odd(word))
        .count()
}

fn is_odd(word: &str) -> bool {
    let script = |c: char| match c {
        'a'..='z' | 'A'..='Z' | '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' => Some(Script::Latin),
        // Vietnamese and Thai write some vowels as marks on the letter before.
        '\u{300}'..='\u{36f}' => None,
        c if c.is_alphabetic() => Some(Script::Other),
        _ => None,
    };
    let scripts = |wanted: Script| word.chars().any(|c| script(c) == Some(wanted));
    let is_mixed = scripts(Script::Latin) && scripts(Script::Other);
    let has_small = word.chars().any(char::is_lowercase);
    let chars: Vec<char> = word.chars().collect();
    let inside = chars.windows(2).any(|pair| {
        let (before, c) = (pair[0], pair[1]);
        has_small && !c.is_ascii() && c.is_uppercase() && before.is_alphabetic()
    });
    let is_cut = chars.first() == Some(&'\u{2018}') && chars.get(1).is_some_and(|c| c.is_lowercase());
    let has_signs = chars.iter().any(|c| match c {
        '\u{2019}'
        | '\u{2018}'
        | '\u{a0}'
        | '\u{3000}'..='\u{303f}'
        | '\u{ff01}'..='\u{ff0f}'
        | '\u{200c}'..='\u{200f}' => false,
        '\u{192}' | '\u{aa}' | '\u{ba}' | '\u{fb01}' | '\u{fb02}' | '\u{2c6}' | '\u{fffd}' | '\u{80}'..='\u{9f}' => {
            true
        }
        '\u{300}'..='\u{36f}' => false,
        c => !c.is_alphanumeric() && !is_mark(*c),
    });
    is_mixed || inside || has_signs || is_cut
}

/// Marks that belong to a letter in Hebrew, Arabic, Thai and Devanagari, and the long vowel of Japanese.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{591}'..='\u{5f4}' | '\u{64b}'..='\u{65f}' | '\u{e31}' | '\u{e34}'..='\u{e4e}' | '\u{30fb}' | '\u{30fc}' | '\u{ff65}'..='\u{ff9f}')
        || unicode_normalization::char::is_combining_mark(c)
}

/// Why a text is not what its writer saw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Damage {
    /// Signs that stand for bytes which nothing could read.
    Lost,
    /// UTF-8 that was taken for something else and saved again: `MÃ¼ller`.
    Mojibake,
}

/// What is surely wrong with a text.
pub fn damage(text: &str) -> Option<Damage> {
    if text.is_ascii() {
        return None;
    }
    // What two rounds through a wrong encoding make of a sign that was lost.
    let lost = text.contains(['\u{fffd}']) || text.contains("锟斤拷") || text.contains("ï¿½");
    if lost || text.chars().any(|c| ('\u{80}'..='\u{9f}').contains(&c)) {
        return Some(Damage::Lost);
    }
    [WINDOWS_1252, WINDOWS_1251, MACINTOSH]
        .into_iter()
        .any(|wrong| was_taken_for(text, wrong))
        .then_some(Damage::Mojibake)
}

/// Whether the text, written in that encoding again, is UTF-8 for letters of one kind: no name is that by chance.
fn was_taken_for(text: &str, wrong: &'static Encoding) -> bool {
    let (bytes, _, has_others) = wrong.encode(text);
    let Ok(right) = std::str::from_utf8(&bytes) else { return false };
    let mut foreign = right.chars().filter(|c| !c.is_ascii());
    let is_sign = |c: char| matches!(c, '\u{a0}'..='\u{bf}' | '\u{2010}'..='\u{203a}' | '\u{20ac}');
    !has_others
        && if wrong == WINDOWS_1251 {
            foreign.clone().count() > 1 && foreign.all(|c| ('\u{400}'..='\u{4ff}').contains(&c) || is_sign(c))
        } else if wrong == MACINTOSH {
            foreign.all(|c| ('\u{a0}'..='\u{ff}').contains(&c))
        } else {
            foreign.all(|c| c.is_alphabetic() || is_sign(c)) && !has_quoted_end(text)
        }
}

/// "CAFÉ–" is a word before a dash, and the same bytes as a letter in UTF-8.
fn has_quoted_end(text: &str) -> bool {
    let is_quote = |c: char| matches!(c, '\u{2013}' | '\u{2014}' | '\u{2018}'..='\u{201e}' | '\u{2026}');
    let mut pairs = text.chars().zip(text.chars().skip(1));
    pairs.any(|(letter, sign)| letter.is_uppercase() && !matches!(letter, 'Â' | 'Ã') && is_quote(sign))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn file(encoding: TextEncoding, names: &str, end: &str) -> Vec<u8> {
        let (bytes, _, is_lossy) = known(encoding).encode(names);
        assert!(!is_lossy, "{names} has no such letters");
        [b"First Name;Last Name;Email\r\n", bytes.as_ref(), end.as_bytes()].concat()
    }

    const MAIL: &str = ";ann@example.com\r\n";

    fn found(bytes: &[u8], country: &str) -> TextEncoding {
        detect(bytes, country).expect("no I/O")
    }

    /// Names as they stand in small files, by where the business is.
    const NAMES: &[(TextEncoding, &str, &[&str])] = &[
        (TextEncoding::Windows1250, "PL", &["Łukasz;Wiśniewski", "Małgorzata;Żółć", "Wójcik;Michał"]),
        (TextEncoding::Windows1250, "CZ", &["Jiří;Dvořák", "Tomáš;Novák", "Božena;Němcová"]),
        (TextEncoding::Windows1250, "HR", &["Željko;Horvat", "Luka;Modrić", "Đorđe;Balašević"]),
        (TextEncoding::Windows1250, "HU", &["Gergő;Szőke", "Ödön;Győri"]),
        (TextEncoding::Windows1251, "RU", &["Иван;Петров", "Ольга;Смирнова", "Анна;Юдина", "Сергей;Ёлкин"]),
        (TextEncoding::Windows1251, "BG", &["Георги;Димитров", "Мария;Иванова"]),
        (TextEncoding::Windows1251, "UA", &["Олександр;Шевченко", "Їжак;Ґудзь"]),
        (TextEncoding::Windows1252, "DE", &["Jörg;Müller", "Käthe;Groß", "Ölaf;Übel", "Björn;Schäfer"]),
        (
            TextEncoding::Windows1252,
            "FR",
            &["José;Éric", "François;Lefèvre", "Zoé;Noël", "Hélène;Crépin", "Agnès;L’Hôpital"],
        ),
        (TextEncoding::Windows1252, "ES", &["José;Núñez", "Begoña;Peña", "Íñigo;Ibáñez"]),
        (TextEncoding::Windows1252, "BR", &["João;Gonçalves", "Conceição;Magalhães"]),
        (TextEncoding::Windows1252, "SE", &["Åsa;Öberg", "Håkan;Ångström", "Søren;Kjær"]),
        (TextEncoding::Windows1253, "GR", &["Γιώργος;Παπαδόπουλος", "Ελένη;Νικολάου"]),
        (TextEncoding::Windows1254, "TR", &["Şükrü;Yılmaz", "Çağrı;Öztürk", "Ayşe;Doğan"]),
        (TextEncoding::Windows1255, "IL", &["משה;כהן", "יעל;לוי"]),
        (TextEncoding::Windows1256, "SA", &["محمد;علي", "فاطمة;حسن"]),
        (TextEncoding::Windows874, "TH", &["สมชาย;ใจดี", "สมหญิง;รักไทย"]),
        (TextEncoding::ShiftJis, "JP", &["太郎;山田", "名;メールアドレス", "花子;佐藤", "ﾀﾛｳ;ﾔﾏﾀﾞ", "一郎;鈴木"]),
        (TextEncoding::EucJp, "JP", &["太郎;山田", "花子;佐藤", "一郎;鈴木"]),
        (TextEncoding::Gb18030, "CN", &["小龙;李", "伟;王", "洋;刘", "三;张"]),
        (TextEncoding::Big5, "TW", &["美玲;陳", "志明;林", "大明;黃"]),
        (TextEncoding::EucKr, "KR", &["철수;김", "영희;이", "민수;최"]),
        (TextEncoding::MacRoman, "FR", &["José;Éric", "François;Lefèvre", "Hélène;Crépin"]),
        (TextEncoding::MacRoman, "DE", &["Käthe;Groß", "Jürgen;Weiß"]),
        (TextEncoding::MacRoman, "ES", &["Begoña;Peña", "Íñigo;Ibáñez"]),
        (TextEncoding::MacCyrillic, "RU", &["Иван;Петров", "Ольга;Смирнова"]),
    ];

    fn reads_the_same(one: TextEncoding, other: TextEncoding, bytes: &[u8]) -> bool {
        let read = |encoding| known(encoding).decode_without_bom_handling(bytes).0;
        read(one) == read(other)
    }

    #[test]
    fn names_of_each_country_are_read_as_they_were_written() {
        let mut wrong = Vec::new();
        for &(encoding, country, names) in NAMES {
            for name in names.iter().map(ToString::to_string).chain([names.join(MAIL)]) {
                let bytes = file(encoding, &name, MAIL);
                let found = found(&bytes, country);
                if !reads_the_same(found, encoding, &bytes) {
                    wrong.push(format!("{name} in {encoding:?}: {found:?}"));
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    #[test]
    fn the_country_of_the_addresses_counts_more_than_that_of_the_business() {
        let mut wrong = Vec::new();
        for &(encoding, country, names) in NAMES {
            let mail = format!(";ann@example.{}\r\n", country.to_ascii_lowercase());
            for business in ["US", "GB", "DE", "JP"] {
                let bytes = file(encoding, &names.join(&mail), &mail);
                let found = found(&bytes, business);
                if !reads_the_same(found, encoding, &bytes) {
                    wrong.push(format!("{names:?} in {encoding:?} for {business}: {found:?}"));
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    #[test]
    fn a_letter_that_comes_late_is_seen() {
        let plain = "Ann;Lee;ann@example.com\r\n".repeat(20_000);
        let polish = file(TextEncoding::Windows1250, "Łukasz;Wiśniewski", ";l@example.pl\r\n");
        assert_eq!(found(&[plain.as_bytes(), &polish].concat(), "US"), TextEncoding::Windows1250);
        assert_eq!(found(&[plain.as_bytes(), "Łukasz;Wiśniewski".as_bytes()].concat(), "US"), TextEncoding::Utf8);
    }

    #[test]
    fn unicode_is_known_by_its_marks_and_its_bytes() {
        let text = "Имя;Email\nИван;ivan@example.ru\n";
        assert_eq!(found(text.as_bytes(), "US"), TextEncoding::Utf8);
        assert_eq!(found(b"Name;Email\nAnn;ann@example.com\n", "JP"), TextEncoding::Utf8);
        assert_eq!(found(b"", "US"), TextEncoding::Utf8);
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(found(&little, "US"), TextEncoding::Utf16Le);
        assert_eq!(found(&[&[0xff, 0xfe], little.as_slice()].concat(), "US"), TextEncoding::Utf16Le);
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(found(&big, "US"), TextEncoding::Utf16Be);
        assert_eq!(found(b"Name\n\x1b$B;3ED\x1b(B\n", "JP"), TextEncoding::Iso2022Jp);
        // One damaged row does not make the others Latin.
        let damaged = [text.repeat(10).as_bytes(), b"Jos\xe9;x@example.com\n"].concat();
        assert_eq!(found(&damaged, "US"), TextEncoding::Utf8);
    }

    #[test]
    fn each_encoding_is_known_by_its_name() {
        for encoding in TextEncoding::ALL {
            assert_eq!(Encoding::for_label(encoding.as_str().as_bytes()).map(ours), Some(*encoding), "{encoding:?}");
            assert_eq!(encoding.as_str().parse(), Ok(*encoding));
        }
    }

    #[test]
    fn text_that_was_damaged_before_is_known() {
        for mojibake in [
            "MÃ¼ller",
            "JosÃ©",
            "FranÃ§ois",
            "WiÅ›niewski",
            "â€œAnnâ€˜",
            "РђРЅРЅР°",
            "M√ºller",
            "JosÃ© NÃºÃ±ez",
            "Dvo\u{c5}™\u{c3}¡k",
        ] {
            assert_eq!(damage(mojibake), Some(Damage::Mojibake), "{mojibake}");
        }
        for lost in ["M\u{fffd}ller", "锟斤拷", "Jï¿½rg", "M\u{81}ller", "Å\u{81}ukasz"] {
            assert_eq!(damage(lost), Some(Damage::Lost), "{lost}");
        }
    }

    #[test]
    fn no_name_is_taken_for_damaged() {
        let names = NAMES.iter().flat_map(|(_, _, names)| names.iter().copied());
        let more = [
            "JOÃO",
            "CONCEIÇÃO",
            "ÂNGELA",
            "Søren Ågård",
            "L’élan",
            "d’Éon",
            "CAFÉ–BAR",
            "CAFÉ’S",
            "“Äpfel",
            "Müller–Lüdenscheidt",
            "Рё",
            "50 €",
            "Ñ…",
            "Groß & Söhne",
            "Zoë’s",
            "ĂŞ",
            "Ó Súilleabháin",
            "Ørsted",
            "N° 5",
            "½ price",
            "Nguyễn Văn Ân",
            "O’Brien",
            "ÑÑ",
            "«Роза»",
            "L’Été",
            "“École”",
            "À–B",
        ];
        for name in names.chain(more) {
            assert_eq!(damage(name), None, "{name}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_stop_the_search(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = found(&bytes, "PL");
        }

        #[test]
        fn utf8_that_was_read_as_latin_is_known(name in "[A-Za-zÀ-ÖØ-öø-ÿ]{1,12}") {
            let wrong = WINDOWS_1252.decode_without_bom_handling(name.as_bytes()).0;
            prop_assert_eq!(damage(&wrong).is_some(), !name.is_ascii(), "{}", wrong);
            prop_assert_eq!(damage(&name), None);
        }
    }
}
