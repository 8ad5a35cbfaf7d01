//! Money: integer minor units and an ISO 4217 currency, read and written the same on both sides.

use crate::digits::{ascii_digit, without_marks};
use crate::error::Error;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// An ISO 4217 currency by its three letters.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency([u8; 3]);

impl Currency {
    /// US dollar, what a form starts with.
    pub const USD: Self = Self(*b"USD");

    /// The three letters.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }

    /// Digits after the decimal point (ISO 4217): 0 for JPY, 2 for USD, 3 for KWD.
    pub fn exponent(&self) -> u32 {
        iso_currency::Currency::from_code(self.code()).and_then(iso_currency::Currency::exponent).map_or(2, u32::from)
    }

    /// The codes of the countries that pay with it (ISO 3166).
    pub fn countries(&self) -> Vec<String> {
        let known = iso_currency::Currency::from_code(self.code());
        known.map(|currency| currency.used_by().iter().map(ToString::to_string).collect()).unwrap_or_default()
    }

    /// What stands before the amount: a sign where one is known well enough to stand alone, else the letters and a space.
    pub fn symbol(&self) -> String {
        let sign = match &self.0 {
            b"USD" => "$",
            b"EUR" => "€",
            b"GBP" => "£",
            b"JPY" => "¥",
            b"INR" => "₹",
            b"KRW" => "₩",
            b"VND" => "₫",
            b"ILS" => "₪",
            b"CAD" => "CA$",
            b"AUD" => "A$",
            b"NZD" => "NZ$",
            b"MXN" => "MX$",
            b"BRL" => "R$",
            b"CNY" => "CN¥",
            b"HKD" => "HK$",
            b"TWD" => "NT$",
            _ => return format!("{}\u{a0}", self.code()),
        };
        sign.to_owned()
    }

    /// Whether people write thousands of it in twos: 1,00,000 is a lakh.
    fn groups_in_twos(self) -> bool {
        matches!(&self.0, b"INR" | b"PKR" | b"BDT" | b"NPR")
    }

    /// The currencies money is asked in, by code, with their English names; funds and metals are left out.
    pub fn all() -> Vec<(Self, String)> {
        use iso_currency::IntoEnumIterator;
        let mut all: Vec<_> = iso_currency::Currency::iter()
            .filter(|c| c.exponent().is_some() && !c.is_fund() && !c.is_special() && c.is_superseded().is_none())
            .filter_map(|c| Some((c.code().parse().ok()?, c.name().to_owned())))
            .collect();
        all.sort_by_key(|(currency, _): &(Self, _)| currency.0);
        all
    }
}

impl FromStr for Currency {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let known = iso_currency::Currency::from_code(text).ok_or(Error::Malformed)?;
        known.code().as_bytes().try_into().map(Self).map_err(|_| Error::Malformed)
    }
}

impl TryFrom<String> for Currency {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        text.parse()
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.code().to_owned()
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// How a currency is written: all that a page needs to show amounts, without the table of currencies.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoneyFormat {
    /// What stands before the amount.
    pub symbol: String,
    /// Digits after the decimal point.
    pub exponent: u32,
}

impl MoneyFormat {
    /// `1234567` minor units as `$12,345.67`. Without the formatting machinery: the checkout's browser code is small.
    pub fn show(&self, minor: i64) -> String {
        let exponent = self.exponent as usize;
        let mut digits = minor.unsigned_abs().to_string();
        while digits.len() <= exponent {
            digits.insert(0, '0');
        }
        let (whole, fraction) = digits.split_at(digits.len() - exponent);
        let mut text = String::from(if minor < 0 { "-" } else { "" });
        text.push_str(&self.symbol);
        for (index, digit) in whole.chars().enumerate() {
            if index > 0 && (whole.len() - index).is_multiple_of(3) {
                text.push(',');
            }
            text.push(digit);
        }
        if !fraction.is_empty() {
            text.push('.');
            text.push_str(fraction);
        }
        text
    }
}

impl From<Currency> for MoneyFormat {
    fn from(currency: Currency) -> Self {
        Self { symbol: currency.symbol(), exponent: currency.exponent() }
    }
}

/// Why a text is not an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AmountProblem {
    /// Nothing was typed.
    Empty,
    /// Something else than digits with a point or comma.
    NotAnAmount,
    /// Thousands that are not groups of three digits.
    Groups,
    /// More decimals than the currency has.
    TooManyDecimals,
    /// `1.234` where that may be a thousand and more, or one and a bit: what stands before the sign, and the three
    /// digits behind it.
    Ambiguous(u16, u16),
    /// More than can be asked for.
    TooLarge,
}

impl AmountProblem {
    /// What is wrong and what to type instead.
    pub fn sentence(self, currency: Currency) -> String {
        let exponent = currency.exponent();
        let shown = |minor| Money::new(minor, currency).to_string();
        let typed = |minor| Money::new(minor, currency).to_input();
        let unit = 10_i64.pow(exponent);
        match self {
            Self::Empty | Self::NotAnAmount => {
                format!("Enter an amount in {currency}, in digits, such as {}.", typed(90 * unit))
            }
            Self::Groups => format!(
                "This amount can be read in several ways. Type it without signs between the thousands, such as {}.",
                typed(1250 * unit)
            ),
            Self::TooManyDecimals if exponent == 0 => {
                format!("{currency} has no decimals. Enter a whole amount, such as {}.", typed(1250))
            }
            Self::TooManyDecimals => {
                format!(
                    "{currency} has {exponent} decimals at most. Enter an amount such as {}.",
                    typed(1250 * unit / 100)
                )
            }
            Self::Ambiguous(whole, behind) => {
                let (thousands, decimals) = (i64::from(whole) * 1_000 + i64::from(behind), i64::from(behind));
                let large = thousands * unit;
                // The small reading as the currency writes it, with more decimals than it may have.
                let symbol = currency.symbol();
                let small = format!("{symbol}{whole}.{decimals:03}");
                let fits = (i64::from(whole) * 1_000 + decimals) * unit / 1_000;
                let plain = thousands.to_string();
                format!("This can mean {} or {small}. Type {plain} or {} to say which.", shown(large), typed(fits))
            }
            Self::TooLarge => format!("This is too much. The most is {}.", shown(Money::MAX_MINOR)),
        }
    }
}

/// Digits as they were typed, cut at the signs between them.
struct Written {
    groups: Vec<String>,
    /// One fewer than groups: a point, a comma, an apostrophe or a space; the Arabic signs say which of both they are.
    signs: Vec<Sign>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sign {
    Point,
    Comma,
    /// Between thousands only.
    Apostrophe,
    Space,
    ArabicThousands,
    /// Before decimals only.
    ArabicDecimal,
}

impl Written {
    fn read(text: &str) -> Result<Self, AmountProblem> {
        let text = without_marks(text);
        if text.is_empty() {
            return Err(AmountProblem::Empty);
        }
        let (mut groups, mut signs) = (vec![String::new()], Vec::new());
        for c in text.chars() {
            let sign = match c {
                '.' | '\u{ff0e}' => Sign::Point,
                ',' | '\u{ff0c}' => Sign::Comma,
                '\'' | '\u{2019}' => Sign::Apostrophe,
                '\u{66b}' => Sign::ArabicDecimal,
                '\u{66c}' => Sign::ArabicThousands,
                ' ' | '\u{a0}' | '\u{2009}' | '\u{202f}' => Sign::Space,
                _ => {
                    let digit = ascii_digit(c).ok_or(AmountProblem::NotAnAmount)?;
                    groups.last_mut().ok_or(AmountProblem::NotAnAmount)?.push(digit);
                    continue;
                }
            };
            signs.push(sign);
            groups.push(String::new());
        }
        // Two signs in a row, or one at an end.
        if groups.iter().any(String::is_empty) { Err(AmountProblem::NotAnAmount) } else { Ok(Self { groups, signs }) }
    }

    /// What stands before the decimals, and the decimals.
    fn parts(&self, exponent: u32, in_twos: bool) -> Result<(String, String), AmountProblem> {
        use Sign::{Apostrophe, ArabicDecimal, ArabicThousands, Comma, Point, Space};
        let last = self.groups.last().map_or("", String::as_str);
        let is_three = last.len() == 3;
        let is_decimal = match self.signs.as_slice() {
            [] => false,
            // One sign: the length of what follows tells decimals from thousands, unless it is three digits.
            [sign @ (Point | Comma)] if is_three && may_begin(&self.groups[0]) => match (sign, exponent) {
                // The decimal point of this page, in a currency with three decimals.
                (Point, 3) => true,
                (Comma, 0..=2) => false,
                _ => {
                    let number = |text: &str| text.parse().unwrap_or_default();
                    return Err(AmountProblem::Ambiguous(number(&self.groups[0]), number(last)));
                }
            },
            [Point | Comma | ArabicDecimal] => true,
            // Several: the last one is the decimal sign when it is another than those before.
            [before @ .., last @ (Point | Comma | ArabicDecimal)] => !before.contains(last),
            [.., Apostrophe | Space | ArabicThousands] => false,
        };
        let grouped = self.groups.len() - usize::from(is_decimal);
        let (thousands, fraction) = self.groups.split_at(grouped);
        let signs = self.signs.get(..grouped - 1).unwrap_or_default();
        let is_one_sign = signs.windows(2).all(|pair| pair[0] == pair[1]) && !signs.contains(&ArabicDecimal);
        if !is_one_sign || !is_grouped(thousands, in_twos) {
            return Err(AmountProblem::Groups);
        }
        Ok((thousands.concat(), fraction.concat()))
    }
}

/// Whether digits may stand before the first sign between thousands.
fn may_begin(group: &str) -> bool {
    group.len() <= 3 && !group.starts_with('0')
}

/// Whether the groups are thousands: three digits each, or two each but the last, as India writes them.
fn is_grouped(groups: &[String], in_twos: bool) -> bool {
    let [first, inner @ .., last] = groups else { return true };
    let is_so = |length| first.len() <= length && inner.iter().all(|group| group.len() == length);
    may_begin(first) && last.len() == 3 && (is_so(3) || in_twos && is_so(2))
}

/// An amount in minor units of its currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    /// Minor units: cents for USD, yen for JPY, fils for KWD.
    pub minor: i64,
    /// The currency.
    pub currency: Currency,
}

impl Money {
    /// The largest amount that can be asked for, in minor units: far below overflow even when multiplied by a quantity.
    pub const MAX_MINOR: i64 = 99_999_999_999;

    /// An amount in minor units.
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Reads what a person typed, with a point or a comma before the decimals. What can be meant in two ways is refused:
    /// a price that is a hundredfold of what was meant is worse than a question.
    pub fn read(text: &str, currency: Currency) -> Result<Self, AmountProblem> {
        let written = Written::read(text)?;
        let exponent = currency.exponent();
        let (whole, fraction) = written.parts(exponent, currency.groups_in_twos())?;
        if fraction.len() > exponent as usize {
            return Err(AmountProblem::TooManyDecimals);
        }
        let digits = format!("{whole}{fraction:0<width$}", width = exponent as usize);
        // More digits than a number holds is too much as well.
        let minor = digits.parse().ok().filter(|minor| *minor <= Self::MAX_MINOR);
        minor.map(|minor| Self { minor, currency }).ok_or(AmountProblem::TooLarge)
    }

    /// The amount for a form's field: no sign, no thousands separators.
    pub fn to_input(self) -> String {
        MoneyFormat { symbol: String::new(), exponent: self.currency.exponent() }.show(self.minor).replace(',', "")
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&MoneyFormat::from(self.currency).show(self.minor))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn money(minor: i64, code: &str) -> Money {
        Money::new(minor, code.parse().expect("a currency"))
    }

    #[test]
    fn amounts_show_the_decimals_of_their_currency() {
        for (minor, code, shown) in [
            (9000, "USD", "$90.00"),
            (5, "USD", "$0.05"),
            (1_234_567, "EUR", "€12,345.67"),
            (5000, "JPY", "¥5,000"),
            (1250, "KWD", "KWD\u{a0}1.250"),
            (-150, "GBP", "-£1.50"),
        ] {
            assert_eq!(money(minor, code).to_string(), shown);
        }
    }

    fn read(text: &str, code: &str) -> Result<i64, AmountProblem> {
        Money::read(text, code.parse().expect("a currency")).map(|money| money.minor)
    }

    #[test]
    fn an_amount_is_read_as_it_is_typed_in_any_country() {
        for (text, code, minor) in [
            ("90", "USD", 9_000),
            ("90.5", "USD", 9_050),
            ("12,50", "EUR", 1_250),
            ("0,99", "EUR", 99),
            ("10,5", "EUR", 1_050),
            ("12.50", "EUR", 1_250),
            ("1,5", "USD", 150),
            (" 1,234 ", "USD", 123_400),
            ("1,234", "EUR", 123_400),
            ("1,234.5", "USD", 123_450),
            ("1.234,56", "EUR", 123_456),
            ("1.234.567", "EUR", 123_456_700),
            ("1,234,567.89", "USD", 123_456_789),
            ("1.234.567,8", "EUR", 123_456_780),
            ("1 234", "EUR", 123_400),
            ("1\u{202f}234,56", "EUR", 123_456),
            ("12\u{a0}345.60", "EUR", 1_234_560),
            ("1'234.50", "CHF", 123_450),
            ("1\u{2019}234\u{2019}567", "CHF", 123_456_700),
            ("5,000", "JPY", 5_000),
            ("5000", "JPY", 5_000),
            ("1.250", "KWD", 1_250),
            ("12,5", "KWD", 12_500),
            ("0,125", "KWD", 125),
            ("1234,567", "KWD", 1_234_567),
            ("1,234.567", "KWD", 1_234_567),
            ("1,00,000", "INR", 10_000_000),
            ("12,34,567.50", "INR", 123_456_750),
            ("1,234,567", "INR", 123_456_700),
            ("007", "USD", 700),
            ("\u{ff11}\u{ff12}\u{ff0e}\u{ff15}", "USD", 1_250),
            ("\u{661}\u{662}\u{66b}\u{665}\u{660}", "USD", 1_250),
            ("\u{661}\u{66c}\u{662}\u{663}\u{664}\u{66b}\u{665}\u{660}", "USD", 123_450),
            ("\u{200f}\u{6f1}\u{6f2}\u{200f}", "USD", 1_200),
            ("999999999.99", "USD", Money::MAX_MINOR),
        ] {
            assert_eq!(read(text, code), Ok(minor), "{text} {code}");
        }
    }

    #[test]
    fn what_is_no_amount_or_two_is_refused_by_name() {
        use AmountProblem as P;
        for (text, code, problem) in [
            ("", "USD", P::Empty),
            (" \u{200f} ", "USD", P::Empty),
            (".5", "USD", P::NotAnAmount),
            (",50", "USD", P::NotAnAmount),
            ("12.", "USD", P::NotAnAmount),
            ("12,", "USD", P::NotAnAmount),
            ("12..50", "USD", P::NotAnAmount),
            ("1, 234", "USD", P::NotAnAmount),
            ("-1", "USD", P::NotAnAmount),
            ("+1", "USD", P::NotAnAmount),
            ("9o", "USD", P::NotAnAmount),
            ("1e3", "USD", P::NotAnAmount),
            ("$90", "USD", P::NotAnAmount),
            ("12-", "EUR", P::NotAnAmount),
            ("1,23,456", "USD", P::Groups),
            ("1,00,000", "EUR", P::Groups),
            ("12,345,67", "USD", P::Groups),
            ("1,2,3", "USD", P::Groups),
            ("1.2.3", "USD", P::Groups),
            ("12 50", "EUR", P::Groups),
            ("1 2345", "EUR", P::Groups),
            ("1234 567", "EUR", P::Groups),
            ("1 234.567,50", "EUR", P::Groups),
            ("1,234'567", "CHF", P::Groups),
            ("0,123,456", "USD", P::Groups),
            ("012,345.60", "USD", P::Groups),
            ("1.234.56", "EUR", P::Groups),
            ("12.34,56", "EUR", P::Groups),
            ("90.505", "USD", P::Ambiguous(90, 505)),
            ("1.234", "EUR", P::Ambiguous(1, 234)),
            ("12.000", "USD", P::Ambiguous(12, 0)),
            ("1.234", "JPY", P::Ambiguous(1, 234)),
            ("1,234", "KWD", P::Ambiguous(1, 234)),
            ("0.999", "USD", P::TooManyDecimals),
            ("0,999", "EUR", P::TooManyDecimals),
            ("1,2345", "USD", P::TooManyDecimals),
            ("1234.567", "USD", P::TooManyDecimals),
            ("1,234.567", "USD", P::TooManyDecimals),
            ("1.2345", "KWD", P::TooManyDecimals),
            ("12.50", "JPY", P::TooManyDecimals),
            ("12,5", "JPY", P::TooManyDecimals),
            ("1000000000", "USD", P::TooLarge),
            ("99999999999999999999", "USD", P::TooLarge),
        ] {
            assert_eq!(read(text, code), Err(problem), "{text} {code}");
        }
    }

    #[test]
    fn a_refused_amount_is_told_with_what_to_type() {
        let sentence = |text: &str, code: &str| {
            let currency = code.parse().expect("a currency");
            Money::read(text, currency).expect_err("a problem").sentence(currency)
        };
        for (text, code, expected) in [
            ("", "USD", "Enter an amount in USD, in digits, such as 90.00."),
            ("1.234", "EUR", "This can mean €1,234.00 or €1.234. Type 1234 or 1.23 to say which."),
            ("1.234", "JPY", "This can mean ¥1,234 or ¥1.234. Type 1234 or 1 to say which."),
            ("1,005", "KWD", "This can mean KWD\u{a0}1,005.000 or KWD\u{a0}1.005. Type 1005 or 1.005 to say which."),
            ("12.50", "JPY", "JPY has no decimals. Enter a whole amount, such as 1250."),
            ("0.999", "USD", "USD has 2 decimals at most. Enter an amount such as 12.50."),
            (
                "12 50",
                "EUR",
                "This amount can be read in several ways. Type it without signs between the thousands, such as 1250.00.",
            ),
            ("1000000000", "USD", "This is too much. The most is $999,999,999.99."),
        ] {
            assert_eq!(sentence(text, code), expected);
        }
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(
            minor in 0..=Money::MAX_MINOR,
            code in prop::sample::select(vec!["JPY", "USD", "KWD", "INR"]),
        ) {
            let amount = money(minor, code);
            prop_assert_eq!(Money::read(&amount.to_input(), amount.currency), Ok(amount));
        }

        #[test]
        fn an_amount_with_its_thousands_apart_reads_back_or_is_asked_about(
            minor in 0..=Money::MAX_MINOR,
            code in prop::sample::select(vec!["JPY", "EUR", "KWD"]),
            (thousands, decimal) in prop::sample::select(vec![(',', '.'), ('.', ','), (' ', ','), ('\'', '.'), ('\u{202f}', ',')]),
        ) {
            let amount = money(minor, code);
            let format = MoneyFormat { symbol: String::new(), exponent: amount.currency.exponent() };
            let swap = |c| match c {
                ',' => thousands,
                '.' => decimal,
                other => other,
            };
            let text: String = format.show(minor).chars().map(swap).collect();
            let read = Money::read(&text, amount.currency);
            let is_asked = matches!(read, Err(AmountProblem::Ambiguous(..)));
            prop_assert!(read == Ok(amount) || is_asked && minor < 1_000_000, "{text}: {read:?}");
        }

        #[test]
        fn whatever_is_accepted_is_what_was_typed(
            text in "[0-9]{1,4}([.,' ][0-9]{1,4}){0,3}|[0-9., ]{1,8}",
            code in prop::sample::select(vec!["JPY", "USD", "KWD", "INR"]),
        ) {
            let currency: Currency = code.parse().expect("a currency");
            let Ok(amount) = Money::read(&text, currency) else { return Ok(()) };
            let typed: String = text.chars().filter(char::is_ascii_digit).collect();
            let exponent = currency.exponent();
            // The same digits, with so many of them decimals behind the last sign.
            let behind = text.trim().rsplit(['.', ',']).next().map_or(0, str::len);
            let decimals = (0..=exponent).filter(|count| {
                let value = typed.parse::<i64>().expect("digits") * 10_i64.pow(exponent - count);
                value == amount.minor && (*count == 0 || *count as usize == behind && text.contains(['.', ',']))
            });
            prop_assert!(decimals.count() > 0, "{text} became {amount}");
            prop_assert_eq!(Money::read(&amount.to_input(), currency), Ok(amount));
        }
    }
}
