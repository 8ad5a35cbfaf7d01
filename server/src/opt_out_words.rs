//! What the answer to a text means: a pure reading of its words. In doubt it is a wish for no more texts, never one for more.
//!
//! What people say stands in `server/opt_out_words`, in a file for each language.

mod english;
mod language;
mod text;

use std::sync::LazyLock;

use app::account::{MAX_OPT_OUT_WORD_CHARS, MAX_OPT_OUT_WORDS};

use crate::render;
use language::Language;
use text::Text;

/// What somebody wants who answers a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    /// No more texts.
    OptOut(Said),
    /// Texts again after a refusal.
    OptIn,
    /// To know who is writing.
    Help,
    /// Anything else: a person has to read it.
    Other,
}

/// How a refusal was said: the evidence that is kept of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// One of the words that SMS providers know and confirm by themselves.
    ProviderWord,
    /// Another word of the lists, alone or with a "please".
    Word,
    /// A sentence that refuses.
    Sentence,
    /// One of the business's own words.
    OwnWord,
    /// In words that a user read as a refusal.
    Read,
}

impl Said {
    /// The word in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ProviderWord => "provider_word",
            Self::Word => "word",
            Self::Sentence => "sentence",
            Self::OwnWord => "own_word",
            Self::Read => "read",
        }
    }
}

/// Twilio's own words of refusal (<https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out>).
const PROVIDER_WORDS: [&str; 8] = ["stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"];

macro_rules! files {
    ($($name:literal)*) => {
        /// Each file by its name; the first is English, whose words everybody knows.
        const FILES: &[(&str, &str)] = &[$(($name, include_str!(concat!("../opt_out_words/", $name, ".txt")))),*];
    };
}

files!(
    "en" "ar" "bg" "bn" "cs" "da" "de" "el" "es" "fa" "fi" "fil" "fr" "he" "hi" "hr" "hu" "id" "it" "ja" "ko" "nl" "no"
    "pl" "pt" "ro" "ru" "signs" "sk" "sv" "th" "tr" "uk" "ur" "vi" "zh"
);

static LANGUAGES: LazyLock<Vec<Language>> =
    LazyLock::new(|| FILES.iter().map(|(_, file)| Language::read(file)).collect());

/// What a text message says about texts to come.
pub fn read(typed: &str) -> Reply {
    let typed = &text::without_quotations(typed);
    let text = Text::of(typed);
    if let Some(said) = refusal(&text) {
        return Reply::OptOut(said);
    }
    if LANGUAGES.iter().any(|language| language.starts(&text)) {
        return Reply::OptIn;
    }
    if LANGUAGES.iter().any(|language| language.asks_for_help(&text)) {
        return Reply::Help;
    }
    let emphatic = [1, 2].into_iter().filter_map(|most| text::shortened(typed, most));
    let said = emphatic.map(|shorter| Text::of(&shorter)).find_map(|text| refusal(&text));
    said.map_or(Reply::Other, Reply::OptOut)
}

/// Whether a text is one of the business's own words of refusal, of which each stands on a line, and nothing else but manners.
pub fn is_own_word(typed: &str, own_words: &str) -> bool {
    let text = Text::of(typed);
    let own: Vec<_> = own_words.lines().map(language::own).filter(|word| !word.is_empty()).collect();
    let together = text.signs.concat() + &text.words.concat();
    let mut mannered = LANGUAGES.iter().flat_map(|language| language.without_manners(&text, english()));
    own.contains(&together) || mannered.any(|said| own.contains(&said))
}

/// The words of a business's own as they are kept, one on each line and each once; or why they cannot be.
pub fn checked_own(typed: &str) -> Result<String, String> {
    let mut words: Vec<(String, String)> = Vec::new();
    for written in typed.lines().map(|line| render::one_line(line).into_owned()).filter(|line| !line.is_empty()) {
        let plain = language::own(&written);
        if plain.is_empty() {
            return Err(format!("\u{201c}{written}\u{201d} has no letter. Write a word, or take the line out."));
        }
        if written.chars().count() > MAX_OPT_OUT_WORD_CHARS {
            return Err(format!("Use at most {MAX_OPT_OUT_WORD_CHARS} characters for \u{201c}{written}\u{201d}."));
        }
        if matches!(read(&written), Reply::OptIn | Reply::Help) {
            return Err(format!("\u{201c}{written}\u{201d} has another meaning in an answer. Take the line out."));
        }
        if words.iter().all(|(_, known)| *known != plain) {
            words.push((written, plain));
        }
    }
    if words.len() > MAX_OPT_OUT_WORDS {
        return Err(format!("Write at most {MAX_OPT_OUT_WORDS} words."));
    }
    Ok(words.into_iter().map(|(written, _)| written).collect::<Vec<_>>().join("\n"))
}

fn refusal(text: &Text) -> Option<Said> {
    let together = text.words.concat();
    if PROVIDER_WORDS.contains(&together.as_str()) {
        return Some(Said::ProviderWord);
    }
    let said: Vec<_> = LANGUAGES.iter().map(|language| language.without_manners(text, english())).collect();
    let is_word = |(language, said): (&Language, &[String; 2])| {
        language.has_word(text, said) || english().is_some_and(|english| english.has_word(text, said))
    };
    if LANGUAGES.iter().zip(&said).any(is_word) {
        return Some(Said::Word);
    }
    if english::refuses(&text.words) || LANGUAGES.iter().any(|language| language.has_sentence(text)) {
        return Some(Said::Sentence);
    }
    let is_slip = |(language, said): (&Language, &[String; 2])| {
        let is_other = |said: &String| LANGUAGES.iter().any(|language| language.is_other_word(said));
        said.iter().any(|said| language.has_nearly(said) && !is_other(said))
    };
    LANGUAGES.iter().zip(&said).any(is_slip).then_some(Said::Word)
}

fn english() -> Option<&'static Language> {
    LANGUAGES.first()
}

#[cfg(test)]
mod tests;
