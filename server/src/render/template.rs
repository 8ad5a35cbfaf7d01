//! A template's syntax: text with `{{ field }}` or `{{ field | default: "…" }}`, read once from left to right.

use super::{Error, Values, one_line, push};
use app::merge_field::MergeField;
use std::borrow::Cow;

/// A template that was understood: text and fields in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template<'a> {
    pub(super) pieces: Vec<Piece<'a>>,
}

/// A part of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// Passes unchanged.
    Text(&'a str),
    /// Is filled for each recipient; the fallback stands where there is nothing to fill in.
    Field { field: MergeField, fallback: Cow<'a, str> },
}

/// Where a template cannot be understood, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Line {line}, column {column}: {reason}")]
pub struct SyntaxError {
    /// Counted from 1.
    pub line: usize,
    /// Counted from 1, in characters.
    pub column: usize,
    /// A sentence for people.
    pub reason: String,
}

impl<'a> Template<'a> {
    /// Reads a template, in time that grows with its length alone.
    pub fn parse(source: &'a str) -> Result<Self, SyntaxError> {
        let mut pieces = Vec::new();
        let mut reader = Reader { source, at: 0 };
        while let Some(found) = reader.rest().find("{{") {
            let open = reader.at + found;
            if found > 0 {
                pieces.push(Piece::Text(&source[reader.at..open]));
            }
            reader.at = open;
            pieces.push(reader.field().map_err(|fault| fault.locate(source))?);
        }
        if !reader.rest().is_empty() {
            pieces.push(Piece::Text(reader.rest()));
        }
        Ok(Self { pieces })
    }

    /// Whether the field occurs.
    pub fn uses(&self, wanted: MergeField) -> bool {
        self.pieces.iter().any(|piece| matches!(piece, Piece::Field { field, .. } if *field == wanted))
    }

    /// Each field that nothing stands for, once.
    pub fn gaps(&self, values: &Values<'_>) -> Result<Vec<Gap>, Error> {
        let mut found: Vec<(MergeField, usize)> = Vec::new();
        let mut text = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(words) => push(&mut text, words)?,
                Piece::Field { field, fallback } => {
                    let value = value(*field, fallback, values);
                    if value.is_empty() && found.iter().all(|(known, _)| known != field) {
                        found.push((*field, text.len()));
                    }
                    push(&mut text, &value)?;
                }
            }
        }
        let gap = |(field, at): (MergeField, usize)| Gap { field, reads: line_around(&text, at) };
        Ok(found.into_iter().map(gap).collect())
    }

    /// The text with its fields filled, as they are: for subjects, text parts and SMS.
    pub fn fill(&self, values: &Values<'_>) -> Result<String, Error> {
        let mut out = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => push(&mut out, text)?,
                Piece::Field { field, fallback } => push(&mut out, &value(*field, fallback, values))?,
            }
        }
        Ok(out)
    }
}

/// A field that has neither a value nor a fallback for somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The field.
    pub field: MergeField,
    /// The line around it as it reads then: "Hi ,".
    pub reads: String,
}

/// So much of a line is shown on each side of a gap.
const GAP_CHARS: usize = 24;

/// What a field stands for: its value, or the fallback where the value is blank; always one line.
pub(super) fn value<'v>(field: MergeField, fallback: &'v str, values: &Values<'v>) -> Cow<'v, str> {
    let value = one_line(values.of(field));
    if value.is_empty() { one_line(fallback) } else { value }
}

/// The line that a byte of a text stands in, shortened at both ends.
fn line_around(text: &str, at: usize) -> String {
    let (before, after) = text.split_at(at);
    let before = before.rsplit('\n').next().unwrap_or_default();
    let after = after.split('\n').next().unwrap_or_default();
    let skipped = before.chars().count().saturating_sub(GAP_CHARS);
    let is_cut = after.chars().count() > GAP_CHARS;
    let beginning: String = before.chars().skip(skipped).collect();
    let end: String = after.chars().take(GAP_CHARS).collect();
    let (open, close) = (if skipped > 0 { "…" } else { "" }, if is_cut { "…" } else { "" });
    format!("{open}{}{close}", format!("{beginning}{end}").trim())
}

/// A fault at a byte of the source.
struct FaultAt {
    at: usize,
    reason: String,
}

impl FaultAt {
    fn locate(self, source: &str) -> SyntaxError {
        let before = &source[..self.at];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        SyntaxError {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            reason: self.reason,
        }
    }
}

/// Goes through the source once.
struct Reader<'a> {
    source: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.source[self.at..]
    }

    fn eat(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    /// Passes blanks; a field stays on one line.
    fn blanks(&mut self) {
        self.take_while(|c| c.is_whitespace() && c != '\n' && c != '\r');
    }

    fn take_while(&mut self, accept: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let taken = &rest[..rest.find(|c| !accept(c)).unwrap_or(rest.len())];
        self.at += taken.len();
        taken
    }

    fn fault<T>(&self, reason: impl Into<String>) -> Result<T, FaultAt> {
        Err(FaultAt { at: self.at, reason: reason.into() })
    }

    /// A whole field, from `{{` to `}}`.
    fn field(&mut self) -> Result<Piece<'a>, FaultAt> {
        let open = self.at;
        self.eat("{{");
        self.blanks();
        let name_at = self.at;
        let name = self.take_while(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.');
        if name.is_empty() && self.rest().starts_with("}}") {
            return self.fault("a field's name is missing between {{ and }}.");
        }
        if name.is_empty() {
            return self.unexpected(open);
        }
        let Some(field) = MergeField::named(name) else {
            return Err(FaultAt { at: name_at, reason: unknown(name) });
        };
        self.blanks();
        let fallback = if self.eat("|") { self.fallback(open)? } else { Cow::Borrowed("") };
        self.blanks();
        if self.eat("}}") { Ok(Piece::Field { field, fallback }) } else { self.unexpected(open) }
    }

    /// What follows the `|`: `default: "…"`.
    fn fallback(&mut self, open: usize) -> Result<Cow<'a, str>, FaultAt> {
        self.blanks();
        let word_at = self.at;
        let word = self.take_while(|c| c.is_ascii_alphanumeric() || c == '_');
        if word != "default" {
            return Err(FaultAt {
                at: word_at,
                reason: r#"only a fallback can follow the |, as in | default: "there"."#.into(),
            });
        }
        self.blanks();
        if !self.eat(":") {
            return self.fault(r#"a colon is missing, as in | default: "there"."#);
        }
        self.blanks();
        if !self.eat("\"") {
            return self.fault(r#"the fallback must stand in straight double quotes, as in | default: "there"."#);
        }
        self.quoted(open)
    }

    /// A fallback's words up to the closing quote; `\"` and `\\` stand for the signs themselves.
    fn quoted(&mut self, open: usize) -> Result<Cow<'a, str>, FaultAt> {
        let mut words = Cow::Borrowed("");
        loop {
            let plain = self.take_while(|c| !matches!(c, '"' | '\\' | '\n' | '\r'));
            if words.is_empty() {
                words = Cow::Borrowed(plain);
            } else {
                words.to_mut().push_str(plain);
            }
            if self.eat("\"") {
                return Ok(words);
            }
            if !self.eat("\\") {
                return Err(FaultAt {
                    at: open,
                    reason: "the fallback is not closed: its second \" is missing.".into(),
                });
            }
            match self.rest().chars().next() {
                Some(sign @ ('"' | '\\')) => words.to_mut().push(sign),
                _ => return self.fault(r#"after \ only " or \ can follow."#),
            }
            self.at += 1;
        }
    }

    /// Something that cannot stand in a field, or the end of the line.
    fn unexpected<T>(&self, open: usize) -> Result<T, FaultAt> {
        match self.rest().chars().next() {
            None | Some('\n' | '\r') => {
                Err(FaultAt { at: open, reason: "this field is not closed: end it with }}.".into() })
            }
            Some(sign) if sign.is_control() => self.fault("a control character cannot stand in a field."),
            Some(sign) => self.fault(format!(
                "“{sign}” cannot stand here. A field is a name from the list, as in {}.",
                MergeField::ContactFirstName
            )),
        }
    }
}

/// What to say of a name that is not on the list, with the one that was probably meant.
fn unknown(name: &str) -> String {
    let letters =
        |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    let shown: String = name.chars().take(40).collect();
    let wanted = letters(&shown);
    let meant = MergeField::ALL.into_iter().find(|field| {
        let (_, last) = field.name().split_once('.').unwrap_or_default();
        letters(field.name()) == wanted || letters(last) == wanted
    });
    match meant {
        Some(field) => format!("“{shown}” is not a field. Did you mean {field}?"),
        None => format!("“{shown}” is not a field. Choose one from the list of fields."),
    }
}
