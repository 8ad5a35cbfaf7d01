//! Email and phone: parsed once at the edge, a plain value from there on.

use std::fmt;

use email_address::{EmailAddress, Options};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The longest address that every mail server takes.
const EMAIL_MAX_BYTES: usize = 254;

/// An email address that a message can be sent to: `local@domain`, the domain in lower case and ASCII.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Email(String);

/// Why a text is not an email address we write to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Error)]
#[serde(rename_all = "snake_case")]
pub enum EmailProblem {
    /// Nothing was typed.
    #[error("Enter an email address.")]
    Empty,
    /// Over 254 bytes in all or 64 before the @.
    #[error("This email address is too long.")]
    TooLong,
    /// There is no @, or nothing on one of its sides.
    #[error("An email address looks like name@example.com.")]
    NotAnAddress,
    /// A line break or an invisible character, often copied along with the address.
    #[error("This email address holds a hidden character. Type it again by hand.")]
    HiddenCharacter,
    /// A space, a comma, brackets: something that belongs to no address, or to two of them.
    #[error(
        "This email address contains a space or a character that is not allowed. Enter one address, such as name@example.com."
    )]
    BadCharacter,
    /// A quoted part before the @.
    #[error("Email addresses in quotes cannot be written to.")]
    Quoted,
    /// A letter beyond ASCII before the @.
    #[error("Letters with accents are not allowed before the @.")]
    NonAsciiLocal,
    /// The domain is no domain name.
    #[error("The part after the @ is not a domain name like example.com.")]
    BadDomain,
    /// The domain has letters beyond ASCII: the server writes it as punycode before it parses.
    #[error("The part after the @ has letters that must be written as punycode.")]
    NonAsciiDomain,
}

impl Email {
    /// Reads an address exactly as it stands; trimming is the form's and the file's business.
    pub fn parse(text: &str) -> Result<Self, EmailProblem> {
        if text.is_empty() {
            return Err(EmailProblem::Empty);
        }
        if text.chars().any(is_hidden) {
            return Err(EmailProblem::HiddenCharacter);
        }
        let (local, domain) = text.rsplit_once('@').ok_or(EmailProblem::NotAnAddress)?;
        if local.is_empty() || domain.is_empty() {
            return Err(EmailProblem::NotAnAddress);
        }
        if local.starts_with('"') {
            return Err(EmailProblem::Quoted);
        }
        if text.len() > EMAIL_MAX_BYTES || local.len() > 64 {
            return Err(EmailProblem::TooLong);
        }
        if text.contains(|c: char| c.is_whitespace() || ",;<>()@[]\\\":".contains(c) && c != '@') || local.contains('@')
        {
            return Err(EmailProblem::BadCharacter);
        }
        if !local.is_ascii() {
            return Err(EmailProblem::NonAsciiLocal);
        }
        if !domain.is_ascii() {
            return Err(EmailProblem::NonAsciiDomain);
        }
        if !is_domain_name(domain) {
            return Err(EmailProblem::BadDomain);
        }
        let strict = Options::default().with_required_tld().without_domain_literal().without_display_text();
        EmailAddress::parse_with_options(text, strict).map_err(|_| EmailProblem::BadCharacter)?;
        Ok(Self(format!("{local}@{}", domain.to_ascii_lowercase())))
    }

    /// The address as it is stored and written to.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands after the @.
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

/// At least two labels of letters, digits and inner hyphens, the last with a letter in it.
fn is_domain_name(domain: &str) -> bool {
    let label_is_good = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    domain.split('.').all(label_is_good)
        && domain.rsplit_once('.').is_some_and(|(_, last)| last.bytes().any(|b| b.is_ascii_alphabetic()))
}

/// A phone number in E.164: `+`, country code, number, digits only. That it exists and takes texts is for the server to say.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Phone(String);

/// Why a text is not a phone number we can text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Error)]
#[serde(rename_all = "snake_case")]
pub enum PhoneProblem {
    /// Nothing was typed.
    #[error("Enter a phone number.")]
    Empty,
    /// An invisible character, often copied along with the number.
    #[error("This phone number holds a hidden character. Type it again by hand.")]
    HiddenCharacter,
    /// A letter, as in `1-800-FLOWERS` or an `l` for a `1`.
    #[error("This phone number holds a letter. Use digits only.")]
    Letters,
    /// An extension: a text message cannot be put through.
    #[error("Texts cannot reach an extension. Enter a number without one.")]
    Extension,
    /// Two numbers, or one with something behind it: `0170 1234567/8`, `0170 1234567 (2)`.
    #[error("This looks like two numbers, or like one with something behind it. Enter one number only.")]
    Several,
    /// A sign that stands in no number, or not in this place.
    #[error(
        "This phone number holds a sign that is not allowed there. Use digits and spaces, and + only at the beginning."
    )]
    Signs,
    /// What a spreadsheet makes of a number: `4.9E+11`, `1601234567.0`.
    #[error("A spreadsheet changed this number. Type it again with + and the country code.")]
    Spreadsheet,
    /// No number of any country, or not of the business's own.
    #[error("This is not a valid phone number. Check the digits, or begin with + and the country code.")]
    NotANumber,
    /// A number that exists and never receives texts: a landline, a toll-free or premium number.
    #[error("This number cannot receive texts. Enter a mobile number.")]
    CannotReceiveTexts,
}

impl Phone {
    /// Reads a number that is in E.164 already.
    pub fn from_e164(text: &str) -> Result<Self, PhoneProblem> {
        let digits = text.strip_prefix('+').ok_or(PhoneProblem::NotANumber)?;
        let is_e164 =
            (7..=15).contains(&digits.len()) && !digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit());
        if is_e164 { Ok(Self(text.to_owned())) } else { Err(PhoneProblem::NotANumber) }
    }

    /// The number as it is stored and dialled.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Controls, and signs that take no place on the screen: joiners, direction marks, soft hyphens, fillers.
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Email {
    type Error = EmailProblem;

    fn try_from(text: String) -> Result<Self, EmailProblem> {
        Self::parse(&text)
    }
}

impl TryFrom<String> for Phone {
    type Error = PhoneProblem;

    fn try_from(text: String) -> Result<Self, PhoneProblem> {
        Self::from_e164(&text)
    }
}

impl From<Email> for String {
    fn from(email: Email) -> Self {
        email.0
    }
}

impl From<Phone> for String {
    fn from(phone: Phone) -> Self {
        phone.0
    }
}

/// What stands in an address field: nothing, something that cannot be used but is kept to be repaired, or a valid address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Typed<T> {
    /// Nothing was typed.
    #[default]
    Missing,
    /// What was typed, which is not valid.
    Invalid(String),
    /// A valid address.
    Valid(T),
}

impl<T> Typed<T> {
    /// The valid address, if there is one.
    pub const fn valid(&self) -> Option<&T> {
        match self {
            Self::Valid(address) => Some(address),
            Self::Missing | Self::Invalid(_) => None,
        }
    }
}

impl<T: fmt::Display> fmt::Display for Typed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => Ok(()),
            Self::Invalid(typed) => f.write_str(typed),
            Self::Valid(address) => address.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn addresses_that_mail_servers_take_are_valid() {
        let long_local = format!("{}@ex.com", "a".repeat(64));
        for text in ["a+tag@ex.com", "a'b@ex.com", "a@xn--80ak6aa92e.com", "a@1.de", "A.b@sub.ex.co.uk", &long_local] {
            assert_eq!(Email::parse(text).map(String::from), Ok(text.to_owned()));
        }
    }

    #[test]
    fn addresses_that_cannot_be_written_to_are_refused_with_the_reason() {
        use EmailProblem as P;
        let long_local = format!("{}@ex.com", "a".repeat(65));
        let long = format!("a@{}com", "abcdefghi.".repeat(26));
        let long_label = format!("a@{}.com", "b".repeat(64));
        let table = [
            ("", P::Empty),
            ("a", P::NotAnAddress),
            ("@ex.com", P::NotAnAddress),
            ("a@", P::NotAnAddress),
            ("\"a b\"@ex.com", P::Quoted),
            ("a@localhost", P::BadDomain),
            ("a@1.2.3.4", P::BadDomain),
            ("a@[127.0.0.1]", P::BadCharacter),
            ("a@ex", P::BadDomain),
            ("a@ex_ample.com", P::BadDomain),
            ("josé@ex.com", P::NonAsciiLocal),
            ("a@münchen.de", P::NonAsciiDomain),
            ("a@\u{435}xample.com", P::NonAsciiDomain),
            ("a..b@ex.com", P::BadCharacter),
            (".a@ex.com", P::BadCharacter),
            ("a.@ex.com", P::BadCharacter),
            ("a@-ex.com", P::BadDomain),
            ("a@ex-.com", P::BadDomain),
            ("a@ex..com", P::BadDomain),
            ("a@ex.com.", P::BadDomain),
            ("a b@ex.com", P::BadCharacter),
            (" a@ex.com", P::BadCharacter),
            ("a@ex.com ", P::BadCharacter),
            ("a\r\nBcc: b@ex.com", P::HiddenCharacter),
            ("a@ex.com\n", P::HiddenCharacter),
            ("a\0@ex.com", P::HiddenCharacter),
            ("a\u{202e}@ex.com", P::HiddenCharacter),
            ("a\u{200b}@ex.com", P::HiddenCharacter),
            ("a@ex.com,b@ex.com", P::BadCharacter),
            ("a@b@ex.com", P::BadCharacter),
            ("Ann <a@ex.com>", P::BadCharacter),
            ("<a@ex.com>", P::BadCharacter),
            (&long_local, P::TooLong),
            (&long, P::TooLong),
            (&long_label, P::BadDomain),
        ];
        for (text, problem) in table {
            assert_eq!(Email::parse(text), Err(problem), "{text:?}");
        }
    }

    #[test]
    fn a_domain_is_kept_in_lower_case_and_the_local_part_as_typed() {
        let email = Email::parse("Ann.Lee@Example.COM").expect("valid");
        assert_eq!((email.as_str(), email.domain()), ("Ann.Lee@example.com", "example.com"));
    }

    #[test]
    fn a_phone_is_e164_or_nothing() {
        assert!(Phone::from_e164("+14155552671").is_ok());
        for text in ["", "+", "14155552671", "+0123456789", "+123456", "+1234567890123456", "+1415 555", "+1415555267l"]
        {
            assert!(Phone::from_e164(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_wrong_address_does_not_come_in_over_the_wire() {
        assert!(serde_json::from_str::<Email>("\"a@localhost\"").is_err());
        assert!(serde_json::from_str::<Phone>("\"0151\"").is_err());
        let email: Email = serde_json::from_str("\"a@ex.com\"").expect("valid");
        assert_eq!(serde_json::to_string(&email).expect("json"), "\"a@ex.com\"");
    }

    proptest! {
        #[test]
        fn no_text_makes_parsing_panic_and_what_parses_is_safe_in_a_header(text in "\\PC{0,80}|[ -~]{0,20}@[ -~]{0,20}") {
            if let Ok(email) = Email::parse(&text) {
                prop_assert!(email.as_str().is_ascii());
                prop_assert!(!email.as_str().contains(|c: char| c.is_control() || c.is_whitespace() || ",;<>\"".contains(c)));
                prop_assert_eq!(Email::parse(email.as_str()), Ok(email.clone()));
            }
        }
    }
}
