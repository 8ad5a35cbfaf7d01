//! Digits as people of other scripts type them, and the marks that their keyboards put around a number.

/// ASCII, full-width, Arabic-Indic and Persian digits as `0` to `9`.
pub fn ascii_digit(c: char) -> Option<char> {
    let zero = match c {
        '0'..='9' => '0',
        '\u{ff10}'..='\u{ff19}' => '\u{ff10}',
        '\u{660}'..='\u{669}' => '\u{660}',
        '\u{6f0}'..='\u{6f9}' => '\u{6f0}',
        _ => return None,
    };
    char::from_digit(u32::from(c) - u32::from(zero), 10)
}

/// A text without spaces and direction marks around it: address books of phones put such marks around each number. The
/// mark that turns the reading of digits round stays, because what is seen is not what is written.
pub fn without_marks(text: &str) -> &str {
    text.trim_matches(|c: char| {
        c.is_whitespace()
            || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202d}' | '\u{2066}'..='\u{2069}')
    })
}
