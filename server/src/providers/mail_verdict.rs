//! What a mail server's refusal means: read from its codes **and** its words, in an SMTP answer and in a delivery report alike.
//!
//! Servers answer `550` to an unknown mailbox, to a full one, to a blocklisted sender and to a relay that is set up wrongly, and many put
//! `5.1.1` in front of all of them. So clear words win over a code that contradicts them, and where both stay unclear the message
//! has failed and the address is kept.

use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

use super::Fault;

mod phrases;
#[cfg(test)]
mod tests;

use phrases::{DISABLED, DOMAIN, KEEPS, MESSAGE, NO_MAIL, PERHAPS_UNKNOWN, RECEIVER, UNKNOWN};

/// A gap in a phrase spans at most so many words.
const GAP: usize = 6;
/// Longer answers say nothing more.
const MOST_WORDS: usize = 400;

/// What a refusal is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// There is no such mailbox.
    Unknown,
    /// The mailbox is switched off for good.
    Disabled,
    /// The domain says that it takes no mail (RFC 7505).
    NoMail,
    /// The address is none as the server reads it.
    Malformed,
    /// The mailbox is full.
    Full,
    /// Too much at a time, or not now.
    Busy,
    /// Spam, a blocklist, SPF, DKIM, DMARC, or another rule of the receiver's server.
    Policy,
    /// Our relay, our log-in or our sender address.
    Sender,
    /// The receiver takes messages from certain people only.
    Closed,
    /// Our mail service does not write to this address any more.
    Suppressed,
    /// The message is too large.
    TooLarge,
    /// No way to the receiver's server was found in time.
    Routing,
    /// The server does not say.
    Unclear,
}

/// A refusal as it came.
#[derive(Clone, Copy, Debug, Default)]
pub struct Refusal<'a> {
    /// The three digits of an SMTP answer; a report has them in its words.
    pub code: Option<u16>,
    /// The `Status` of a report; empty for an SMTP answer.
    pub status: &'a str,
    /// What the server said: the text of its answer, or the `Diagnostic-Code`.
    pub said: &'a str,
}

impl Verdict {
    /// The same in one sentence for the business.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Unknown => "The mailbox does not exist.",
            Self::Disabled => "The mailbox is switched off.",
            Self::NoMail => "The domain of the address takes no mail.",
            Self::Malformed => "The mail server does not understand the address.",
            Self::Full => "The mailbox is full.",
            Self::Busy => "The mail server takes no more messages for now.",
            Self::Policy => "The mail server refuses this message by its policy.",
            Self::Sender => "The mail server refuses our sender address, or to send for us.",
            Self::Closed => "The receiver takes messages from certain senders only.",
            Self::Suppressed => {
                "Your mail service does not write to this address any more: look at its suppression list."
            }
            Self::TooLarge => "The email is too large for the mailbox.",
            Self::Routing => "The receiver's mail server could not be reached.",
            Self::Unclear => "The mail server refuses this message and does not say why.",
        }
    }

    /// Whose fault it is. Only what is surely about the address marks the address.
    pub const fn fault(self) -> Fault {
        match self {
            Self::Unknown | Self::Disabled | Self::NoMail | Self::Malformed => Fault::Address,
            Self::Policy | Self::Sender | Self::Unclear => Fault::Account,
            Self::Full | Self::Busy | Self::Closed | Self::Suppressed | Self::TooLarge | Self::Routing => {
                Fault::Message
            }
        }
    }
}

/// What a refusal means.
pub fn judge(refusal: Refusal<'_>) -> Verdict {
    let code = refusal.code.or_else(|| reply_code(refusal.said));
    match weigh(refusal, code) {
        // RFC 5321 gives `552` to a mailbox without room.
        Verdict::Unclear if code == Some(552) => Verdict::Full,
        verdict => verdict,
    }
}

fn weigh(refusal: Refusal<'_>, code: Option<u16>) -> Verdict {
    let words = words(refusal.said);
    let codes = codes(refusal.said);
    let is_temporary = code.is_some_and(|code| (400..500).contains(&code))
        || refusal.status.starts_with("4.")
        || codes.iter().any(|code| code.class == 4);
    if says(&words, NO_MAIL) && !is_temporary {
        return Verdict::NoMail;
    }
    let spoken = KEEPS.iter().find(|(_, phrases)| says(&words, phrases)).map(|(verdict, _)| *verdict);
    if let Some(verdict) = spoken {
        return verdict;
    }
    if is_temporary {
        return Verdict::Busy;
    }
    let coded = codes.iter().find_map(|code| code.keeps());
    if coded != Some(Verdict::Sender) {
        if says(&words, DISABLED) {
            return Verdict::Disabled;
        }
        if says(&words, UNKNOWN) {
            return Verdict::Unknown;
        }
    }
    if let Some(verdict) = coded {
        return verdict;
    }
    if says(&words, PERHAPS_UNKNOWN) && !says(&words, DOMAIN) {
        return Verdict::Unknown;
    }
    // `550 5.1.1 Message rejected` speaks of the message.
    if says(&words, MESSAGE) && !says(&words, RECEIVER) {
        return Verdict::Unclear;
    }
    if let Some(verdict) = codes.iter().find_map(|code| code.is_about_the_address()) {
        return verdict;
    }
    // A report's status is often made by a server on the way, from nothing but the `550` that it got.
    let status = self::codes(refusal.status);
    let Some(status) = status.first() else { return Verdict::Unclear };
    let is_about_the_address =
        if words.is_empty() || says(&words, RECEIVER) { status.is_about_the_address() } else { None };
    status.keeps().or(is_about_the_address).unwrap_or(Verdict::Unclear)
}

/// What stays of an answer without addresses, host names and numbers: the same for two receivers who were refused for the same cause.
pub fn gist(code: &str, said: &str, address: &str) -> String {
    let local_part = address.split('@').next().unwrap_or_default().to_lowercase();
    let mut gist = vec![code.to_owned()];
    gist.extend(
        words(said).into_iter().filter(|word| *word != local_part && !word.bytes().any(|b| b.is_ascii_digit())),
    );
    gist.join(" ")
}

/// An enhanced status code (RFC 3463).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Code {
    class: u16,
    subject: u16,
    detail: u16,
}

impl Code {
    /// What it says where that is not about the address. "Other" codes, which end in zero, say nothing, but for security.
    const fn keeps(self) -> Option<Verdict> {
        if self.class != 5 {
            return None;
        }
        match (self.subject, self.detail) {
            (1, 7 | 8) | (7, 8) => Some(Verdict::Sender),
            (2, 2) => Some(Verdict::Full),
            (2, 3) | (3, 4) => Some(Verdict::TooLarge),
            (2, 4) => Some(Verdict::Closed),
            (7, _) => Some(Verdict::Policy),
            (_, 0) => None,
            (1, 2) | (4, _) => Some(Verdict::Routing),
            (3 | 6, _) => Some(Verdict::Unclear),
            _ => None,
        }
    }

    const fn is_about_the_address(self) -> Option<Verdict> {
        match (self.class, self.subject, self.detail) {
            (5, 1, 1 | 6 | 10) => Some(Verdict::Unknown),
            (5, 1, 3) => Some(Verdict::Malformed),
            _ => None,
        }
    }
}

/// The enhanced codes in a text, in order. Four numbers are an address, and a second one above 7 is a version.
fn codes(text: &str) -> Vec<Code> {
    text.split(|c: char| !c.is_ascii_digit() && c != '.')
        .filter_map(|candidate| {
            let mut parts = candidate.trim_matches('.').split('.').map(|part| part.parse::<u16>().ok());
            let code = Code { class: parts.next()??, subject: parts.next()??, detail: parts.next()?? };
            let is_one =
                matches!(code.class, 2 | 4 | 5) && code.subject <= 7 && code.detail < 1000 && parts.next().is_none();
            is_one.then_some(code)
        })
        .collect()
}

/// The enhanced code that an answer shows first.
pub fn enhanced_code(said: &str) -> Option<String> {
    codes(said).first().map(|Code { class, subject, detail }| format!("{class}.{subject}.{detail}"))
}

/// The reply code that a `Diagnostic-Code` begins with: `smtp; 550-5.1.1 …`.
fn reply_code(said: &str) -> Option<u16> {
    let said = without_type(said);
    let digits = said.get(..3)?;
    let ends = said.get(3..).is_none_or(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '.'));
    digits.parse().ok().filter(|code| ends && (200..600).contains(code))
}

/// A `Diagnostic-Code` without the type in front of it: `smtp; 550 …`, `X-Postfix; unknown user`.
fn without_type(said: &str) -> &str {
    let is_type = |front: &str| {
        let front = front.trim().to_ascii_lowercase();
        ["smtp", "esmtp", "lmtp", "unknown"].contains(&front.as_str())
            || (front.starts_with("x-") && !front.contains(char::is_whitespace))
    };
    match said.split_once(';') {
        Some((front, said)) if is_type(front) => said.trim_start(),
        _ => said.trim_start(),
    }
}

/// The words of a text in lower case and without accents. Addresses and host names go, because they may hold any word; so do numbers.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    for token in without_type(text).split_whitespace() {
        if token.contains("://") || !token.contains(['@', '.']) {
            push_words(&mut words, token);
        } else {
            for piece in without_addresses(token).split_whitespace() {
                push_piece(&mut words, piece);
            }
        }
    }
    words.truncate(MOST_WORDS);
    forget(&mut words, &["unknown", "address", "error"]);
    forget(&mut words, &["relay", "recipient", "table"]);
    words
}

/// `(ann@example.com:blocked)` is `( :blocked)`.
fn without_addresses(token: &str) -> String {
    let mut rest = token.to_owned();
    while let Some(at) = rest.find('@') {
        let ends = |c: char| !(c.is_alphanumeric() || ".-_+=!#$%&*/?^`{|}~\"".contains(c));
        let from = rest[..at].rfind(ends).map_or(0, |end| end + rest[end..].chars().next().map_or(1, char::len_utf8));
        let to = rest[at + 1..]
            .find(|c: char| !(c.is_alphanumeric() || c == '.' || c == '-'))
            .map_or(rest.len(), |end| at + 1 + end);
        rest.replace_range(from..to, " ");
    }
    rest
}

fn push_piece(words: &mut Vec<String>, piece: &str) {
    let host = piece.split(['[', ']', ':', ';', ',', '(', ')', '<', '>', '"', '\'']).find(|part| !part.is_empty());
    let labels: Vec<&str> = host.unwrap_or_default().trim_matches('.').split('.').collect();
    let is_host = labels.len() > 1
        && labels.iter().all(|label| {
            !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_')
        })
        && labels.last().is_some_and(|last| last.len() > 1 && last.chars().all(char::is_alphabetic))
        // "does not exist.Please" is the end of a sentence, "RESOLVER.ADR.RecipNotFound" a name for the cause.
        && !labels.last().is_some_and(|last| last.starts_with(char::is_uppercase) && !last.chars().all(char::is_uppercase));
    match host.filter(|_| is_host) {
        Some(host) => push_words(words, &piece.replacen(host, " ", 1)),
        None => push_words(words, piece),
    }
}

fn push_words(words: &mut Vec<String>, text: &str) {
    let mut plain = String::with_capacity(text.len());
    for c in text.nfd() {
        // "Boîte" is "boite", and no Cyrillic or Japanese letter becomes another one.
        let is_accent = is_combining_mark(c) && plain.ends_with(|letter: char| letter.is_ascii_alphabetic());
        if !is_accent && !matches!(c, '\'' | '’') {
            plain.push(c);
        }
    }
    let plain: String = plain.nfc().collect();
    words.extend(
        plain
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| word.chars().any(char::is_alphabetic))
            .map(str::to_lowercase),
    );
}

/// Takes out words that stand in front of other servers' answers and in names of tables.
fn forget(words: &mut Vec<String>, phrase: &[&str]) {
    while let Some(at) = words.windows(phrase.len()).position(|window| window == phrase) {
        words.drain(at..at + phrase.len());
    }
}

fn says(words: &[String], phrases: &[&str]) -> bool {
    phrases.iter().any(|phrase| {
        let phrase: Vec<&str> = phrase.split(' ').collect();
        (0..words.len()).any(|from| begins(&words[from..], &phrase))
    })
}

/// Whether the words begin with the phrase: `spam*` is any word that begins so, `*exist*` any that holds it, `?` one word, `~` a gap.
fn begins(words: &[String], phrase: &[&str]) -> bool {
    let Some((first, rest)) = phrase.split_first() else { return true };
    if *first == "~" {
        return (0..=GAP.min(words.len())).any(|gap| begins(&words[gap..], rest));
    }
    let Some((word, after)) = words.split_first() else { return false };
    let is_same = match (first.strip_prefix('*'), first.strip_suffix('*')) {
        _ if *first == "?" => true,
        (Some(inner), Some(_)) => word.contains(inner.trim_end_matches('*')),
        (None, Some(start)) => word.starts_with(start),
        _ => word == first,
    };
    is_same && begins(after, rest)
}
