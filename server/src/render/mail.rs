//! The built-in mail layout: a business's plain words as a text part and as an HTML document with one button.

use super::{
    Error, Layout, Values, one_line, push, push_escaped,
    template::{Piece, Template, value},
};
use app::merge_field::MergeField;
use std::{borrow::Cow, sync::LazyLock};

static DOCUMENT: LazyLock<Slots> = LazyLock::new(|| Slots::read(include_str!("../../templates/mail.html")));
static BUTTON: LazyLock<Slots> = LazyLock::new(|| Slots::read(include_str!("../../templates/mail_button.html")));
static FOOTER: LazyLock<Slots> = LazyLock::new(|| Slots::read(include_str!("../../templates/mail_footer.txt")));

/// The text part: the words, then how to opt out.
pub(super) fn text(body: &Template<'_>, values: &Values<'_>, layout: &Layout<'_>) -> Result<String, Error> {
    let mut out = body.fill(values)?;
    out.truncate(out.trim_end().len());
    FOOTER.fill(&mut out, |out, slot| match slot {
        "business" => push(out, &one_line(values.business)),
        _ => push(out, layout.opt_out_url),
    })?;
    Ok(out)
}

/// The HTML part: each value and each word of the template is text in it.
pub(super) fn html(
    subject: &str,
    body: &Template<'_>,
    values: &Values<'_>,
    layout: &Layout<'_>,
) -> Result<String, Error> {
    let palette = Palette::of(layout.color);
    let mut out = String::with_capacity(8192);
    DOCUMENT.fill(&mut out, |out, slot| match slot {
        "subject" => push_escaped(out, subject),
        "business" => push_escaped(out, &one_line(values.business)),
        "color" => push(out, palette.background),
        "on_color" => push(out, palette.foreground),
        "body" => Body { values, button: layout.button, palette }.write(out, body),
        _ => push_escaped(out, layout.opt_out_url),
    })?;
    Ok(out)
}

/// A brand colour and what can be read on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Palette<'a> {
    background: &'a str,
    foreground: &'static str,
}

impl<'a> Palette<'a> {
    const HOUSE: Self = Self { background: "#0b6e5f", foreground: "#ffffff" };

    /// Only `#rrggbb` reaches the stylesheet.
    fn of(color: &'a str) -> Self {
        let digits = color.strip_prefix('#').filter(|d| d.len() == 6 && d.bytes().all(|b| b.is_ascii_hexdigit()));
        let Some(rgb) = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()) else {
            return Self::HOUSE;
        };
        let linear = |shift: u32| {
            let part = f64::from(rgb >> shift & 0xff) / 255.0;
            if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        let luminance = 0.2126 * linear(16) + 0.7152 * linear(8) + 0.0722 * linear(0);
        // At 0.179 black and white have the same contrast (WCAG 2).
        Self { background: color, foreground: if luminance > 0.179 { "#000000" } else { "#ffffff" } }
    }
}

/// A part of a line.
enum Span<'a> {
    /// The business's own words: addresses in them become links.
    Words(&'a str),
    /// A filled field: never a link, whatever a contact is called.
    Value(Cow<'a, str>),
    /// The personal link.
    Link,
}

/// Writes plain words as paragraphs.
struct Body<'a> {
    values: &'a Values<'a>,
    button: &'a str,
    palette: Palette<'a>,
}

impl Body<'_> {
    /// The first personal link that has a line to itself becomes the button; without one the button stands at the end.
    fn write(&self, out: &mut String, template: &Template<'_>) -> Result<(), Error> {
        let (mut in_paragraph, mut has_button) = (false, false);
        for line in &self.lines(template) {
            let is_button = !has_button && is_link_alone(line);
            if in_paragraph && (is_button || is_blank(line)) {
                push(out, "</p>\n")?;
                in_paragraph = false;
            }
            if is_button {
                self.write_button(out)?;
                has_button = true;
            } else if !is_blank(line) {
                push(out, if in_paragraph { "<br>\n" } else { "<p dir=\"auto\">" })?;
                in_paragraph = true;
                self.write_line(out, line)?;
            }
        }
        if in_paragraph {
            push(out, "</p>\n")?;
        }
        if has_button { Ok(()) } else { self.write_button(out) }
    }

    fn lines<'t>(&'t self, template: &'t Template<'_>) -> Vec<Vec<Span<'t>>> {
        let (mut lines, mut line) = (Vec::new(), Vec::new());
        for piece in &template.pieces {
            match piece {
                Piece::Text(text) => {
                    for (index, words) in text.split('\n').enumerate() {
                        if index > 0 {
                            lines.push(std::mem::take(&mut line));
                        }
                        if !words.is_empty() {
                            line.push(Span::Words(words));
                        }
                    }
                }
                Piece::Field { field: MergeField::PaymentLinkUrl, .. } => line.push(Span::Link),
                Piece::Field { field, fallback } => {
                    let value = value(*field, fallback, self.values);
                    if !value.is_empty() {
                        line.push(Span::Value(value));
                    }
                }
            }
        }
        lines.push(line);
        lines
    }

    fn write_line(&self, out: &mut String, line: &[Span<'_>]) -> Result<(), Error> {
        for (index, span) in line.iter().enumerate() {
            match span {
                Span::Words(words) => push_linked(out, words, index + 1 < line.len())?,
                Span::Value(value) => push_escaped(out, value)?,
                Span::Link => push_link(out, &one_line(self.values.url))?,
            }
        }
        Ok(())
    }

    fn write_button(&self, out: &mut String) -> Result<(), Error> {
        BUTTON.fill(out, |out, slot| match slot {
            "url" => push_escaped(out, &one_line(self.values.url)),
            "label" => push_escaped(out, self.button),
            "color" => push(out, self.palette.background),
            _ => push(out, self.palette.foreground),
        })
    }
}

fn is_blank(line: &[Span<'_>]) -> bool {
    line.iter().all(|span| matches!(span, Span::Words(words) if words.trim().is_empty()))
}

fn is_link_alone(line: &[Span<'_>]) -> bool {
    let links = line.iter().filter(|span| matches!(span, Span::Link)).count();
    links == 1
        && line
            .iter()
            .all(|span| matches!(span, Span::Link) || matches!(span, Span::Words(words) if words.trim().is_empty()))
}

/// Words with their web addresses made clickable; one that a field goes on with is left as words.
fn push_linked(out: &mut String, words: &str, goes_on: bool) -> Result<(), Error> {
    let mut rest = words;
    while let Some(at) = find_address(rest) {
        push_escaped(out, &rest[..at])?;
        let run = &rest[at..];
        let run = &run[..run.find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"')).unwrap_or(run.len())];
        rest = &rest[at + run.len()..];
        let address = run.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '}', '\'']);
        let is_whole = !rest.is_empty() || !goes_on;
        if is_whole && !address.ends_with("//") {
            push_link(out, address)?;
            push_escaped(out, &run[address.len()..])?;
        } else {
            push_escaped(out, run)?;
        }
    }
    push_escaped(out, rest)
}

fn find_address(text: &str) -> Option<usize> {
    text.match_indices("http").map(|(at, _)| at).find(|at| {
        let rest = &text[*at..];
        rest.starts_with("http://") || rest.starts_with("https://")
    })
}

fn push_link(out: &mut String, address: &str) -> Result<(), Error> {
    push(out, "<a href=\"")?;
    push_escaped(out, address)?;
    push(out, "\" target=\"_blank\" rel=\"noopener\">")?;
    push_escaped(out, address)?;
    push(out, "</a>")
}

/// A file of ours with `[[slots]]`.
struct Slots(Vec<(&'static str, Option<&'static str>)>);

impl Slots {
    fn read(source: &'static str) -> Self {
        let mut parts = Vec::new();
        let mut rest = source;
        while let Some((text, (slot, after))) =
            rest.split_once("[[").and_then(|(text, after)| Some((text, after.split_once("]]")?)))
        {
            parts.push((text, Some(slot)));
            rest = after;
        }
        parts.push((rest, None));
        Self(parts)
    }

    fn fill(
        &self,
        out: &mut String,
        mut write: impl FnMut(&mut String, &'static str) -> Result<(), Error>,
    ) -> Result<(), Error> {
        for (text, slot) in &self.0 {
            push(out, text)?;
            if let Some(slot) = slot {
                write(out, slot)?;
            }
        }
        Ok(())
    }
}
