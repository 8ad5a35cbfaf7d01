//! Money: integer minor units and an ISO 4217 currency, read and written the same on both sides.

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

    /// Reads what a person typed: digits, optional thousands commas, and at most as many decimals as the currency has.
    pub fn read(text: &str, currency: Currency) -> Option<Self> {
        let text: String = text.trim().chars().filter(|c| *c != ',' && *c != '\u{a0}').collect();
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        let exponent = currency.exponent() as usize;
        let is_number = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !is_number(whole) || !is_number(fraction) || fraction.len() > exponent {
            return None;
        }
        let minor = format!("{whole}{fraction:0<exponent$}").parse().ok().filter(|minor| *minor <= Self::MAX_MINOR)?;
        Some(Self { minor, currency })
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

    #[test]
    fn more_decimals_than_the_currency_has_are_refused_not_rounded() {
        let usd = Currency::USD;
        let jpy = "JPY".parse().expect("a currency");
        assert_eq!(Money::read("90.5", usd), Some(Money::new(9050, usd)));
        assert_eq!(Money::read(" 1,234 ", usd), Some(Money::new(123_400, usd)));
        for text in ["90.505", "", ".5", "-1", "9o", "1e3", "99999999999999999999"] {
            assert_eq!(Money::read(text, usd), None, "{text}");
        }
        assert_eq!(Money::read("90.5", jpy), None);
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(minor in 0..=Money::MAX_MINOR, code in prop::sample::select(vec!["JPY", "USD", "KWD"])) {
            let amount = money(minor, code);
            prop_assert_eq!(Money::read(&amount.to_input(), amount.currency), Some(amount));
        }
    }
}
