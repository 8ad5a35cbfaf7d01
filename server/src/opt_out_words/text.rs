//! An answer to a text in its plainest form, so that the same words are the same however somebody typed them.

use app::address::is_hidden;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// No text message is longer.
const MOST_CHARS: usize = 1_600;

/// The words of an answer, its signs, and where its sentences begin.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    /// Each word in lower case, without accents and punctuation.
    pub words: Vec<String>,
    /// Whether a sentence begins with the word at this place.
    pub begins: Vec<bool>,
    /// Emoji, without their colour.
    pub signs: Vec<String>,
    /// Each sentence without blanks: some scripts have none, and some people type them as they like.
    pub sentences: Vec<String>,
}

impl Text {
    /// Reads what somebody typed.
    pub fn of(typed: &str) -> Self {
        let mut text = Self::default();
        let mut word = String::new();
        let mut is_new = true;
        let plain = plain(typed);
        let mut rest = plain.chars().peekable();
        while let Some(c) = rest.next() {
            match c {
                _ if c.is_alphanumeric() || is_combining_mark(c) => word.push(c),
                // "Do not call/text me".
                '/' if !word.is_empty() => {
                    text.push(&mut word, &mut is_new);
                    text.push(&mut "or".to_owned(), &mut is_new);
                }
                _ => {
                    text.push(&mut word, &mut is_new);
                    if is_sign(c) {
                        text.signs.push(c.to_string());
                    }
                    is_new |= ends_sentence(c) && !rest.peek().is_some_and(|next| next.is_alphanumeric());
                }
            }
        }
        text.push(&mut word, &mut is_new);
        text
    }

    fn push(&mut self, word: &mut String, is_new: &mut bool) {
        if word.is_empty() {
            return;
        }
        match self.sentences.last_mut() {
            Some(sentence) if !*is_new => sentence.push_str(word),
            _ => self.sentences.push(word.clone()),
        }
        self.begins.push(std::mem::take(is_new));
        self.words.push(std::mem::take(word));
    }

    /// Whether a sentence ends before the word at this place.
    pub fn ends_at(&self, at: usize) -> bool {
        self.begins.get(at).copied().unwrap_or(true)
    }
}

/// Lower case, compatibility forms and accents resolved, one form for each letter that several alphabets share. The marks
/// that are vowels (in Hindi, Thai, Japanese …) stay.
fn plain(typed: &str) -> String {
    let typed: String = typed.chars().take(MOST_CHARS).filter(|c| !is_apostrophe(*c)).map(blank).collect();
    let mut plain = String::with_capacity(typed.len());
    for c in typed.nfkd().flat_map(char::to_lowercase).nfkd() {
        match c {
            '\n' => plain.push(c),
            _ if is_accent(c) || is_hidden(c) || is_skin(c) => {}
            'ß' => plain.push_str("ss"),
            'æ' => plain.push_str("ae"),
            'œ' => plain.push_str("oe"),
            'ø' => plain.push('o'),
            'đ' | 'ð' => plain.push('d'),
            'ł' => plain.push('l'),
            'ı' => plain.push('i'),
            'þ' => plain.push_str("th"),
            'ς' => plain.push('σ'),
            'ى' | 'ی' | 'ې' => plain.push('ي'),
            'ک' | 'ڪ' => plain.push('ك'),
            'ة' | 'ۃ' | 'ہ' | 'ھ' | 'ە' => plain.push('ه'),
            'ٱ' => plain.push('ا'),
            // Only stretches a word.
            'ـ' => {}
            _ => plain.push(c),
        }
    }
    // Syllables and vowels that were taken apart are put together again: "보내지만" does not begin with "보내지마".
    plain.nfc().collect()
}

/// The text without what it quotes: a phone that sends a heart as a text quotes ours, with its "Reply STOP". A short quotation
/// stays, and one that is all there is.
pub fn without_quotations(typed: &str) -> String {
    const MOST_WORDS: usize = 3;
    // "s t o p" is one word in quotes.
    const MOST_LETTERS: usize = 12;
    let is_short = |quoted: &str| {
        quoted.split_whitespace().count() <= MOST_WORDS
            || quoted.chars().filter(|c| c.is_alphanumeric()).count() <= MOST_LETTERS
    };
    let mut own = String::with_capacity(typed.len());
    let mut rest = typed;
    while let Some((before, behind)) = rest.split_once(['“', '„', '«', '"']) {
        own.push_str(before);
        let Some((quoted, after)) = behind.split_once(['”', '“', '»', '"']) else {
            rest = behind;
            continue;
        };
        own.push(' ');
        if is_short(quoted) {
            own.push_str(quoted);
            own.push(' ');
        }
        rest = after;
    }
    own.push_str(rest);
    if own.chars().any(char::is_alphanumeric) { own } else { typed.to_owned() }
}

/// The text with each run of three or more of a letter cut to so many ("stooop", "baaasta"), where there is one.
pub fn shortened(typed: &str, most: usize) -> Option<String> {
    let letters: Vec<char> = typed.chars().take(MOST_CHARS).flat_map(char::to_lowercase).collect();
    let runs = || letters.chunk_by(|a, b| a == b);
    let is_long = |run: &[char]| run.len() > 2 && run.iter().all(|c| c.is_alphabetic());
    if !runs().any(is_long) {
        return None;
    }
    Some(runs().flat_map(|run| if is_long(run) { &run[..most.min(run.len())] } else { run }).collect())
}

/// It joins what it stands between.
const fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '\u{2018}' | '\u{2019}' | '\u{2bc}' | '`' | '\u{b4}' | '\u{5f3}' | '\u{5f4}')
}

const fn blank(c: char) -> char {
    match c {
        '\n' | '\r' | '\u{2028}' | '\u{2029}' => '\n',
        c if c.is_whitespace() => ' ',
        c => c,
    }
}

/// Marks that people leave out: of Latin, Greek and Cyrillic letters, vowel points of Hebrew and Arabic, the dot of Hindi.
const fn is_accent(c: char) -> bool {
    matches!(c,
        '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{591}'..='\u{5bd}' | '\u{5bf}' | '\u{5c1}' | '\u{5c2}'
        | '\u{5c4}' | '\u{5c5}' | '\u{5c7}' | '\u{610}'..='\u{61a}' | '\u{64b}'..='\u{65f}' | '\u{670}'
        | '\u{6d6}'..='\u{6ed}' | '\u{93c}' | '\u{9bc}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

/// The colour of a hand, and whether it is a man's or a woman's.
const fn is_skin(c: char) -> bool {
    matches!(c, '\u{1f3fb}'..='\u{1f3ff}' | '\u{2640}' | '\u{2642}')
}

const fn is_sign(c: char) -> bool {
    matches!(c, '\u{2300}'..='\u{23ff}' | '\u{2600}'..='\u{27bf}' | '\u{2b00}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}')
}

const fn ends_sentence(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | '\n' | '。' | '؟' | '۔' | '।' | ';' | '؛' | '…')
}
