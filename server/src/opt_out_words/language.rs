//! What people of one language say: read from a file that its speakers can correct. `server/opt_out_words/README.md` tells
//! how such a file is written.

use std::collections::{HashMap, HashSet};

use super::text::Text;

/// A part of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// Words that stand for others in sentences.
    Lists,
    /// Words that refuse alone or with manners.
    Words,
    /// Words that refuse only where nothing stands beside them.
    BareWords,
    /// Words that are nearly one of the words, and mean something else.
    OtherWords,
    /// What people say around a word without meaning anything by it.
    Manners,
    /// Sentences that refuse.
    Sentences,
    /// Sentences that hold one that refuses, and do not.
    ButNot,
    /// Words that ask for texts again.
    Start,
    /// Words that ask who is writing.
    Help,
    /// Answers that refuse, for the tests.
    Refusals,
    /// Answers that do not, for the tests.
    Ordinary,
}

impl Section {
    fn named(heading: &str) -> Option<Self> {
        Some(match heading {
            "lists" => Self::Lists,
            "words" => Self::Words,
            "bare words" => Self::BareWords,
            "other words" => Self::OtherWords,
            "manners" => Self::Manners,
            "sentences" => Self::Sentences,
            "but not" => Self::ButNot,
            "start" => Self::Start,
            "help" => Self::Help,
            "refusals" => Self::Refusals,
            "ordinary" => Self::Ordinary,
            _ => return None,
        })
    }
}

/// The lines of a file with the section that each stands in, without blank ones and comments; none before the first heading
/// and behind one that is not known.
pub fn lines(file: &str) -> impl Iterator<Item = (Option<Section>, &str)> {
    let mut section = None;
    file.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).filter_map(move |line| {
        match line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            Some(heading) => {
                section = Section::named(heading);
                None
            }
            None => Some((section, line)),
        }
    })
}

/// Words of one place in a sentence, or of a list.
#[derive(Clone, Debug, Default)]
struct Words {
    exact: HashSet<String>,
    beginnings: Vec<String>,
    endings: Vec<String>,
    parts: Vec<String>,
    /// Any word but these.
    is_turned: bool,
}

impl Words {
    fn add(&mut self, written: &str) {
        let (starts, ends) = (written.starts_with('*'), written.ends_with('*'));
        for word in spellings(written) {
            match (starts, ends) {
                _ if word.is_empty() => {}
                (false, false) => {
                    self.exact.insert(word);
                }
                (false, true) => self.beginnings.push(word),
                (true, false) => self.endings.push(word),
                (true, true) => self.parts.push(word),
            }
        }
    }

    /// Whether it names each of its words whole.
    fn is_list(&self) -> bool {
        [&self.beginnings, &self.endings, &self.parts].into_iter().all(Vec::is_empty) && !self.is_turned
    }

    fn is_empty(&self) -> bool {
        self.is_list() && self.exact.is_empty()
    }

    fn has(&self, word: &str) -> bool {
        let is_there = self.exact.contains(word)
            || self.beginnings.iter().any(|beginning| word.starts_with(beginning))
            || self.endings.iter().any(|ending| word.ends_with(ending))
            || self.parts.iter().any(|part| word.contains(part));
        is_there != self.is_turned
    }

    /// The ends of the words that stand at this place of a text without blanks.
    fn ends_of(&self, text: &str, at: usize) -> impl Iterator<Item = usize> {
        let rest = &text[at..];
        self.exact.iter().filter(|word| rest.starts_with(word.as_str())).map(move |word| at + word.len())
    }
}

/// A word in its plainest form, also as it is typed where a keyboard lacks its letters: "aufhoeren", "slaa fra".
fn spellings(written: &str) -> [String; 2] {
    let together = |written: &str| {
        let text = Text::of(written);
        text.signs.concat() + &text.words.concat()
    };
    let mut transcribed = String::with_capacity(written.len());
    for c in written.chars().flat_map(char::to_lowercase) {
        match c {
            'ä' => transcribed.push_str("ae"),
            'ö' | 'ø' => transcribed.push_str("oe"),
            'ü' => transcribed.push_str("ue"),
            'å' => transcribed.push_str("aa"),
            c => transcribed.push(c),
        }
    }
    [together(written), together(&transcribed)]
}

/// Words in this order.
#[derive(Clone, Debug)]
struct Sentence {
    steps: Vec<Step>,
    begins: bool,
    ends: bool,
}

#[derive(Clone, Debug)]
struct Step {
    words: Words,
    /// How many other words may stand before it.
    skips: usize,
}

/// Other words that "..." stands for, and other characters where there are no blanks.
const GAP: usize = 4;
/// Characters for each word that may stand between, where there are no blanks.
const CHARS_PER_WORD: usize = 3;

impl Sentence {
    fn read(line: &str, lists: &HashMap<String, Vec<String>>) -> Self {
        let mut sentence = Self { steps: Vec::new(), begins: false, ends: false };
        let mut skips = 0;
        for part in line.split_whitespace() {
            match part {
                "^" => sentence.begins = true,
                "$" => sentence.ends = true,
                "..." => skips += GAP,
                "_" => skips += 1,
                _ => {
                    let (is_turned, choices) = part.strip_prefix('!').map_or((false, part), |rest| (true, rest));
                    let mut words = Words { is_turned, ..Words::default() };
                    for choice in choices.split('/') {
                        match lists.get(choice) {
                            Some(list) => list.iter().for_each(|word| words.add(word)),
                            None => words.add(choice),
                        }
                    }
                    sentence.steps.push(Step { words, skips: std::mem::take(&mut skips) });
                }
            }
        }
        // What may stand before the end.
        if skips > 0 {
            sentence.steps.push(Step { words: Words::default(), skips });
        }
        sentence
    }

    /// Where it ends among the words, where it begins at this one.
    fn end_from(&self, text: &Text, at: usize) -> Option<usize> {
        if self.begins && !text.ends_at(at) { None } else { self.end_in_words(text, 0, at) }
    }

    fn end_in_words(&self, text: &Text, step: usize, from: usize) -> Option<usize> {
        let Some(Step { words, skips }) = self.steps.get(step) else {
            return (!self.ends || text.ends_at(from)).then_some(from);
        };
        (from..=(from + self.skips(step, *skips)).min(text.words.len())).find_map(|at| {
            if words.is_empty() {
                return self.end_in_words(text, step + 1, at);
            }
            text.words.get(at).filter(|word| words.has(word))?;
            self.end_in_words(text, step + 1, at + 1)
        })
    }

    /// What may stand before the first word belongs to the sentence only where it begins the text's.
    const fn skips(&self, step: usize, skips: usize) -> usize {
        if step == 0 && !self.begins { 0 } else { skips }
    }

    /// Where it stands in a text without blanks.
    fn spans_without_blanks(&self, text: &str) -> Vec<Span> {
        let starts = text.char_indices().map(|(at, _)| at).take_while(|at| !self.begins || *at == 0);
        starts.filter_map(|at| Some((at, self.end_without_blanks(text, 0, at)?))).collect()
    }

    fn end_without_blanks(&self, text: &str, step: usize, from: usize) -> Option<usize> {
        let Some(Step { words, skips }) = self.steps.get(step) else {
            return (!self.ends || from == text.len()).then_some(from);
        };
        let most = self.skips(step, *skips) * CHARS_PER_WORD;
        let mut places = text[from..].char_indices().map(|(at, _)| from + at).chain([text.len()]).take(most + 1);
        places.find_map(|at| {
            if words.is_empty() {
                return self.end_without_blanks(text, step + 1, at);
            }
            words.ends_of(text, at).find_map(|end| self.end_without_blanks(text, step + 1, end))
        })
    }
}

/// From which word or character to before which one a sentence stands.
type Span = (usize, usize);

/// Sentences, found by their first word.
#[derive(Debug, Default)]
struct Sentences {
    all: Vec<Sentence>,
    by_first_word: HashMap<String, Vec<usize>>,
    /// Those whose first word may be one of many.
    others: Vec<usize>,
}

impl Sentences {
    fn add(&mut self, sentence: Sentence) {
        let number = self.all.len();
        match sentence.steps.first() {
            Some(Step { words, skips: 0 }) if words.is_list() => {
                for word in &words.exact {
                    self.by_first_word.entry(word.clone()).or_default().push(number);
                }
            }
            _ => self.others.push(number),
        }
        self.all.push(sentence);
    }

    fn spans(&self, text: &Text) -> Vec<Span> {
        let at_word = |at: usize| {
            let named = text.words.get(at).and_then(|word| self.by_first_word.get(word)).into_iter().flatten();
            let sentences = named.chain(&self.others).filter_map(|number| self.all.get(*number));
            sentences.filter_map(move |sentence| Some((at, sentence.end_from(text, at)?)))
        };
        (0..text.words.len()).flat_map(at_word).collect()
    }

    fn spans_without_blanks(&self, text: &str) -> Vec<Span> {
        self.all.iter().flat_map(|sentence| sentence.spans_without_blanks(text)).collect()
    }
}

/// What people of one language say.
#[derive(Debug, Default)]
pub struct Language {
    has_no_blanks: bool,
    words: Words,
    bare_words: Words,
    other_words: Words,
    manners: Words,
    sentences: Sentences,
    but_not: Sentences,
    start: Words,
    help: Words,
}

impl Language {
    /// Reads a file; a line that cannot be understood is passed over.
    pub fn read(file: &str) -> Self {
        let mut language = Self::default();
        let mut lists: HashMap<String, Vec<String>> = HashMap::new();
        for (section, line) in lines(file) {
            let entries = || line.split(',').map(str::trim).filter(|entry| !entry.is_empty());
            let add = |words: &mut Words| entries().for_each(|entry| words.add(entry));
            match section {
                Some(Section::Lists) => {
                    if let Some((name, words)) = line.split_once('=') {
                        let words = words.split(',').map(|word| word.trim().to_owned());
                        lists.entry(name.trim().to_owned()).or_default().extend(words);
                    }
                }
                Some(Section::Words) => add(&mut language.words),
                Some(Section::BareWords) => add(&mut language.bare_words),
                Some(Section::OtherWords) => add(&mut language.other_words),
                Some(Section::Manners) => {
                    for word in entries().flat_map(str::split_whitespace) {
                        language.manners.add(word);
                    }
                }
                Some(Section::Sentences) => language.sentences.add(Sentence::read(line, &lists)),
                Some(Section::ButNot) => language.but_not.add(Sentence::read(line, &lists)),
                Some(Section::Start) => add(&mut language.start),
                Some(Section::Help) => add(&mut language.help),
                Some(Section::Refusals | Section::Ordinary) => {}
                None => language.has_no_blanks |= line == "written: without blanks",
            }
        }
        language
    }

    /// Whether the text is one of the words that ask for texts again, and nothing else.
    pub fn starts(&self, text: &Text) -> bool {
        self.is_only(&self.start, text)
    }

    /// Whether the text is one of the words that ask who is writing, and nothing else.
    pub fn asks_for_help(&self, text: &Text) -> bool {
        self.is_only(&self.help, text)
    }

    fn is_only(&self, words: &Words, text: &Text) -> bool {
        match text.words.as_slice() {
            [word] => words.has(word),
            all => self.has_no_blanks && !all.is_empty() && words.has(&all.concat()),
        }
    }

    /// Whether somebody wrote a word that refuses and nothing else but manners.
    pub fn has_word(&self, text: &Text, said: &[String]) -> bool {
        let signs = |words: &Words| text.signs.iter().any(|sign| words.has(sign));
        if text.words.is_empty() {
            return signs(&self.words) || signs(&self.bare_words);
        }
        let together = text.words.concat();
        let is_mannered = said.first().is_some_and(String::is_empty) && signs(&self.words);
        let is_word =
            |said: &String| !said.is_empty() && (self.words.has(said) || self.words.has(&(text.signs.concat() + said)));
        self.bare_words.has(&together) || is_mannered || self.words.has(&together) || said.iter().any(is_word)
    }

    /// Whether a word is one of the words with one slip of the finger.
    pub fn has_nearly(&self, said: &str) -> bool {
        self.words.exact.iter().any(|word| is_slip(said, word))
    }

    /// Whether a word means something else although it is nearly one that refuses.
    pub fn is_other_word(&self, said: &str) -> bool {
        self.other_words.has(said)
    }

    /// What somebody said without what people say around a word: left out everywhere, and only before and behind it ("pas de pub,
    /// merci", where "de" is also a part of "tout de suite").
    pub fn without_manners(&self, text: &Text, also: Option<&Self>) -> [String; 2] {
        if self.has_no_blanks {
            let mut left = text.words.concat();
            let mut manners: Vec<_> = self.manners.exact.iter().collect();
            manners.sort_by_key(|word| std::cmp::Reverse(word.len()));
            for word in manners {
                left = left.replace(word.as_str(), "");
            }
            return [left, String::new()];
        }
        let is_said = |word: &String| !self.manners.has(word) && !also.is_some_and(|other| other.manners.has(word));
        let first = text.words.iter().position(is_said).unwrap_or_default();
        let behind = text.words.iter().rposition(is_said).map_or(first, |last| last + 1);
        let together = |words: &mut dyn Iterator<Item = &String>| {
            let mut words: Vec<_> = words.map(String::as_str).collect();
            // "Stop stop stop".
            words.dedup();
            words.concat()
        };
        let inside = text.words.get(first..behind).unwrap_or_default();
        [together(&mut text.words.iter().filter(|word| is_said(word))), together(&mut inside.iter())]
    }

    /// Whether a sentence refuses.
    pub fn has_sentence(&self, text: &Text) -> bool {
        let stands = |refusals: Vec<Span>, others: &dyn Fn() -> Vec<Span>| {
            let others = if refusals.is_empty() { Vec::new() } else { others() };
            refusals.iter().any(|(from, to)| !others.iter().any(|(begin, end)| begin < to && from < end))
        };
        if !self.has_no_blanks {
            // What begins in one sentence and ends in another belongs to neither: "Who is this? Stop."
            let is_whole = |(from, to): &Span| (from + 1..*to).all(|at| !text.ends_at(at));
            return stands(self.sentences.spans(text), &|| {
                self.but_not.spans(text).into_iter().filter(is_whole).collect()
            });
        }
        text.sentences.iter().filter(|sentence| !sentence.is_ascii()).any(|sentence| {
            stands(self.sentences.spans_without_blanks(sentence), &|| self.but_not.spans_without_blanks(sentence))
        })
    }
}

/// Shorter words are too near to others.
const SHORTEST_SLIP: usize = 5;
/// From here on one letter may be another: "abmelden" and "anmelden" are told apart by the list of other words.
const LONG_WORD: usize = 8;

/// One letter too many, one too few, two that changed places, or in a long word another one; the first one is right.
fn is_slip(said: &str, meant: &str) -> bool {
    if said.len() > 2 * meant.len() {
        return false;
    }
    let (said, meant): (Vec<char>, Vec<char>) = (said.chars().collect(), meant.chars().collect());
    if meant.len() < SHORTEST_SLIP || said.len().abs_diff(meant.len()) > 1 || said.first() != meant.first() {
        return false;
    }
    let same = said.iter().zip(&meant).take_while(|(a, b)| a == b).count();
    let (said_left, meant_left) = (&said[same..], &meant[same..]);
    match (said_left, meant_left) {
        ([], []) => true,
        ([a, b, said @ ..], [c, d, meant @ ..]) if a == d && b == c && said == meant => true,
        ([_, said @ ..], [_, rest @ ..]) if said == rest => meant.len() >= LONG_WORD,
        ([_, said @ ..], meant) if said == meant => true,
        (said, [_, meant @ ..]) => said == meant,
        _ => false,
    }
}

/// The plain form of a word of the business's own.
pub fn own(word: &str) -> String {
    let [own, _] = spellings(word);
    own
}
