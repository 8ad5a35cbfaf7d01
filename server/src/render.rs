//! Template + contact + link → the message's subject, text and HTML: the only place where merge fields are filled.

mod mail;
mod offer;
mod template;

pub use offer::{Envelope, Offer};
pub use template::{Gap, SyntaxError, Template};

use app::{
    markup::escaped,
    merge_field::MergeField,
    sms::{MAX_CHARACTERS, Segments},
};
use std::borrow::Cow;

/// The longest text, in bytes, that rendering makes of a template.
pub const MAX_OUTPUT: usize = 200_000;

/// The built-in wording for email: subject and body, a template like a business's own.
pub const DEFAULT_EMAIL: Wording<'static> = Wording {
    subject: include_str!("../templates/email_subject.txt").trim_ascii(),
    body: include_str!("../templates/email_body.txt").trim_ascii(),
};

/// The built-in wording for SMS.
pub const DEFAULT_SMS: Wording<'static> =
    Wording { subject: "", body: include_str!("../templates/sms_body.txt").trim_ascii() };

/// What a template says: the subject is for email alone.
#[derive(Clone, Copy, Debug)]
pub struct Wording<'a> {
    /// The subject line, with merge fields.
    pub subject: &'a str,
    /// Plain text with merge fields; for email it is put into the built-in layout.
    pub body: &'a str,
}

impl<'a> From<&'a app::templates::Wording> for Wording<'a> {
    fn from(wording: &'a app::templates::Wording) -> Self {
        Self { subject: &wording.subject, body: &wording.body }
    }
}

/// What the merge fields stand for in one message.
#[derive(Clone, Copy, Debug, Default)]
pub struct Values<'a> {
    /// `{{ contact.first_name }}`
    pub first_name: &'a str,
    /// `{{ contact.last_name }}`
    pub last_name: &'a str,
    /// `{{ contact.name }}`
    pub name: &'a str,
    /// `{{ contact.email }}`
    pub email: &'a str,
    /// `{{ contact.phone }}`
    pub phone: &'a str,
    /// `{{ payment_link.name }}`
    pub link_name: &'a str,
    /// `{{ payment_link.url }}`
    pub url: &'a str,
    /// `{{ payment_link.amount }}`
    pub amount: &'a str,
    /// `{{ payment_link.amount_plain }}`
    pub amount_plain: &'a str,
    /// `{{ business.name }}`
    pub business: &'a str,
}

impl<'a> Values<'a> {
    const fn of(&self, field: MergeField) -> &'a str {
        match field {
            MergeField::ContactFirstName => self.first_name,
            MergeField::ContactLastName => self.last_name,
            MergeField::ContactName => self.name,
            MergeField::ContactEmail => self.email,
            MergeField::ContactPhone => self.phone,
            MergeField::PaymentLinkName => self.link_name,
            MergeField::PaymentLinkUrl => self.url,
            MergeField::PaymentLinkAmount => self.amount,
            MergeField::PaymentLinkAmountPlain => self.amount_plain,
            MergeField::BusinessName => self.business,
        }
    }
}

/// What the built-in mail layout shows around the wording.
#[derive(Clone, Copy, Debug)]
pub struct Layout<'a> {
    /// The button's words: "Pay $90.00".
    pub button: &'a str,
    /// The business's brand colour as `#rrggbb`; anything else becomes the house colour.
    pub color: &'a str,
    /// Where the receiver opts out.
    pub opt_out_url: &'a str,
}

/// An email's content, ready for a messenger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email {
    /// One line, with no control character.
    pub subject: String,
    /// The text part, lines ended by `\n`.
    pub text: String,
    /// The HTML part, a whole document.
    pub html: String,
}

/// Why a message could not be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The template cannot be understood.
    #[error(transparent)]
    Syntax(#[from] SyntaxError),
    /// The filled text is longer than a message may be.
    #[error("The message is too long: {length} characters, and {limit} are allowed.")]
    TooLong {
        /// How long it became.
        length: usize,
        /// How long it may be.
        limit: usize,
    },
}

/// Makes an email of its wording.
pub fn email(wording: Wording<'_>, values: &Values<'_>, layout: &Layout<'_>) -> Result<Email, Error> {
    let subject = Template::parse(wording.subject)?.fill(values)?;
    let body_source = plain_text(wording.body);
    let body = Template::parse(&body_source)?;
    let subject = one_line(&subject).into_owned();
    let text = mail::text(&body, values, layout)?;
    let html = mail::html(&subject, &body, values, layout)?;
    Ok(Email { subject, text, html })
}

/// Makes an SMS of its wording; one that no provider would take is refused.
pub fn sms(wording: Wording<'_>, values: &Values<'_>) -> Result<String, Error> {
    let source = plain_text(wording.body);
    // A no-break space would push the whole text into the alphabet with 70 characters a segment.
    let text = Template::parse(&source)?.fill(values)?.replace('\u{a0}', " ").trim().to_owned();
    let counted = Segments::of(&text);
    if counted.is_too_long() {
        return Err(Error::TooLong { length: counted.characters as usize, limit: MAX_CHARACTERS as usize });
    }
    Ok(text)
}

/// Each field of the wording that nothing stands for, once; the subject is looked through first.
pub fn gaps(wording: Wording<'_>, values: &Values<'_>) -> Result<Vec<Gap>, Error> {
    let mut gaps = Template::parse(wording.subject)?.gaps(values)?;
    for gap in Template::parse(&plain_text(wording.body))?.gaps(values)? {
        if gaps.iter().all(|known| known.field != gap.field) {
            gaps.push(gap);
        }
    }
    Ok(gaps)
}

/// Adds to a text that may not outgrow its cap.
fn push(out: &mut String, part: &str) -> Result<(), Error> {
    let length = out.len().saturating_add(part.len());
    if length > MAX_OUTPUT {
        return Err(Error::TooLong { length, limit: MAX_OUTPUT });
    }
    out.push_str(part);
    Ok(())
}

/// Adds text to HTML, as text.
fn push_escaped(out: &mut String, part: &str) -> Result<(), Error> {
    push(out, &escaped(part))
}

/// Controls end lines and headers, overrides of direction make a text look like another: neither belongs in wording.
fn is_unwanted(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A value or a subject as one line: what separates becomes one blank, what is unseen goes.
pub fn one_line(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    if !text.contains(is_unwanted) {
        return Cow::Borrowed(text);
    }
    let mut line = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_whitespace() {
            if !line.ends_with(' ') {
                line.push(' ');
            }
        } else if !is_unwanted(character) {
            line.push(character);
        }
    }
    Cow::Owned(line.trim().to_owned())
}

/// A template's body with `\n` alone between its lines and no other control: a lone CR must never reach SMTP.
pub fn plain_text(text: &str) -> Cow<'_, str> {
    if !text.contains(|c| c != '\n' && is_unwanted(c)) {
        return Cow::Borrowed(text);
    }
    let mut clean = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\r' => {
                characters.next_if_eq(&'\n');
                clean.push('\n');
            }
            '\n' | '\u{2028}' | '\u{2029}' => clean.push('\n'),
            '\t' => clean.push(' '),
            _ if is_unwanted(character) => {}
            _ => clean.push(character),
        }
    }
    Cow::Owned(clean)
}

#[cfg(test)]
mod tests;
