//! A business's colour: white text on it must be readable.

/// The least contrast between text and its ground (WCAG AA).
pub const LEAST_CONTRAST: f64 = 4.5;

/// The contrast of `#rrggbb` to white, or none when it is not written like that.
pub fn contrast_to_white(color: &str) -> Option<f64> {
    let digits = color.strip_prefix('#').filter(|digits| digits.len() == 6)?;
    let part = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let luminance = 0.2126 * linear(part(0)?) + 0.7152 * linear(part(2)?) + 0.0722 * linear(part(4)?);
    Some(1.05 / (luminance + 0.05))
}

/// Why a colour cannot be used, in a sentence.
pub fn problem(color: &str) -> Option<&'static str> {
    match contrast_to_white(color) {
        None => Some("Write the color as # and six digits, such as #0b6e5f."),
        Some(contrast) if contrast < LEAST_CONTRAST => {
            Some("White text cannot be read on this color. Choose a darker one.")
        }
        Some(_) => None,
    }
}

/// Light as it is, from the value a screen is given.
fn linear(value: u8) -> f64 {
    let value = f64::from(value) / 255.0;
    if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_colors_that_carry_white_text_are_taken() {
        for color in ["#0b6e5f", "#000000", "#767676"] {
            assert_eq!(problem(color), None, "{color}");
        }
        for color in ["#777777", "#ffffff", "#4fd1b5"] {
            assert!(problem(color).is_some_and(|text| text.contains("darker")), "{color}");
        }
        for color in ["0b6e5f", "#0b6", "#0b6e5g", "#é1111", "red", "#+1+1+1"] {
            assert_eq!(contrast_to_white(color), None, "{color}");
        }
    }
}
