//! What an order comes to. The editor's preview, the checkout and its browser entry, messages, approval, payments, receipts
//! and results add prices up here and nowhere else.

use crate::{error::Error, money::Money};
use serde::{Deserialize, Serialize};

/// One line of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// What it is.
    pub item: String,
    /// How many.
    pub quantity: u32,
    /// Price of one, in minor units of the order's currency.
    pub price_minor: i64,
}

/// A line with what it comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuotedLine {
    /// The line.
    pub line: Line,
    /// Its price times its quantity, in minor units.
    pub amount: i64,
}

/// An order that is added up. All of it is in one currency.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Quote {
    /// What is bought.
    pub lines: Vec<QuotedLine>,
    /// What is owed, in minor units.
    pub total: i64,
}

/// Why amounts have no sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// A number cannot hold it.
    #[error("The amounts are too large to be added up.")]
    Overflow,
    /// It is more than [`Money::MAX_MINOR`].
    #[error("This is more than can be paid at once.")]
    OverLimit,
    /// They are in different currencies.
    #[error("The amounts are in different currencies.")]
    Currencies,
}

/// Links are saved and payments are made within the limits: a sum that fails behind them is a fault of ours.
impl From<Problem> for Error {
    fn from(_: Problem) -> Self {
        Self::Internal
    }
}

/// Adds an order up.
pub fn quote(lines: impl IntoIterator<Item = Line>) -> Result<Quote, Problem> {
    let mut quote = Quote::default();
    for line in lines {
        let amount = line.price_minor.checked_mul(line.quantity.into()).ok_or(Problem::Overflow)?;
        quote.total = quote.total.checked_add(amount).ok_or(Problem::Overflow)?;
        quote.lines.push(QuotedLine { line, amount });
    }
    Ok(quote)
}

impl Quote {
    /// The same order, if it can be asked for at once.
    pub fn within_limit(self) -> Result<Self, Problem> {
        if self.total > Money::MAX_MINOR { Err(Problem::OverLimit) } else { Ok(self) }
    }

    /// What is bought, without the amounts.
    pub fn into_lines(self) -> Vec<Line> {
        self.lines.into_iter().map(|quoted| quoted.line).collect()
    }
}

impl Money {
    /// The amount so many times, as when so many people are asked for it.
    pub fn times(self, count: i64) -> Result<Self, Problem> {
        let minor = self.minor.checked_mul(count).ok_or(Problem::Overflow)?;
        Ok(Self { minor, ..self })
    }

    /// Both amounts together.
    pub fn plus(self, other: Self) -> Result<Self, Problem> {
        let minor = self.minor.checked_add(other.comparable(self)?).ok_or(Problem::Overflow)?;
        Ok(Self { minor, ..self })
    }

    /// Whether the amount is larger than another.
    pub fn is_more_than(self, other: Self) -> Result<bool, Problem> {
        Ok(self.minor > other.comparable(self)?)
    }

    fn comparable(self, other: Self) -> Result<i64, Problem> {
        if self.currency == other.currency { Ok(self.minor) } else { Err(Problem::Currencies) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::{Currency, MoneyFormat};
    use proptest::prelude::*;

    /// The largest quantity that a link can have.
    const MOST: u32 = 9_999;

    fn lines(prices: &[(i64, u32)]) -> Vec<Line> {
        let line = |&(price_minor, quantity)| Line { item: "Mug".to_owned(), quantity, price_minor };
        prices.iter().map(line).collect()
    }

    fn orders() -> impl Strategy<Value = Vec<(i64, u32)>> {
        prop::collection::vec((0..=Money::MAX_MINOR, 0..=MOST), 0..=20)
    }

    #[test]
    fn the_largest_order_of_a_form_is_added_up_and_refused_and_a_larger_one_has_no_sum() {
        let largest = quote(lines(&[(Money::MAX_MINOR, MOST); 20])).expect("a sum");
        assert_eq!(largest.total, 20 * i64::from(MOST) * Money::MAX_MINOR);
        assert_eq!(largest.within_limit(), Err(Problem::OverLimit));
        assert_eq!(quote(lines(&[(Money::MAX_MINOR, u32::MAX)])), Err(Problem::Overflow));
        assert_eq!(quote(lines(&[(i64::MAX, 1), (1, 1)])), Err(Problem::Overflow));
        let at_the_limit = quote(lines(&[(Money::MAX_MINOR - 1, 1), (1, 1)])).expect("a sum");
        assert!(at_the_limit.clone().within_limit().is_ok_and(|order| order == at_the_limit));
        assert_eq!(quote(lines(&[])).expect("a sum").total, 0);
    }

    #[test]
    fn amounts_of_two_currencies_have_no_sum_and_none_of_them_is_more() {
        let yen = Currency::try_from("JPY".to_owned()).expect("a currency");
        let (dollar, two, yen) = (Money::new(100, Currency::USD), Money::new(200, Currency::USD), Money::new(500, yen));
        assert_eq!(dollar.plus(two), Ok(Money::new(300, Currency::USD)));
        assert_eq!(dollar.plus(yen), Err(Problem::Currencies));
        assert_eq!((dollar.is_more_than(two), two.is_more_than(dollar)), (Ok(false), Ok(true)));
        assert_eq!(dollar.is_more_than(dollar), Ok(false));
        assert_eq!(yen.is_more_than(dollar), Err(Problem::Currencies));
        assert_eq!(Money::new(i64::MAX, Currency::USD).plus(dollar), Err(Problem::Overflow));
        assert_eq!(Money::new(i64::MAX, Currency::USD).times(2), Err(Problem::Overflow));
    }

    proptest! {
        #[test]
        fn no_unit_is_made_or_lost(prices in orders()) {
            let order = quote(lines(&prices)).expect("a sum");
            let exact: i128 = prices.iter().map(|(price, quantity)| i128::from(*price) * i128::from(*quantity)).sum();
            prop_assert_eq!(i128::from(order.total), exact);
            prop_assert_eq!(order.into_lines(), lines(&prices));
        }

        #[test]
        fn the_lines_as_they_are_shown_add_up_to_the_total_as_it_is_shown(
            prices in orders(),
            code in prop::sample::select(vec!["JPY", "USD", "KWD"]),
        ) {
            let currency = Currency::try_from(code.to_owned()).expect("a currency");
            let format = MoneyFormat { symbol: String::new(), ..currency.into() };
            let units = |minor| -> i128 {
                format.show(minor).replace([',', '.'], "").parse().expect("digits")
            };
            let order = quote(lines(&prices)).expect("a sum");
            let shown: i128 = order.lines.iter().map(|line| units(line.amount)).sum();
            prop_assert_eq!(shown, units(order.total));
        }

        #[test]
        fn the_order_of_lines_does_not_matter(
            (prices, mixed) in orders().prop_flat_map(|prices| (Just(prices.clone()), Just(prices).prop_shuffle())),
        ) {
            prop_assert_eq!(quote(lines(&prices)).expect("a sum").total, quote(lines(&mixed)).expect("a sum").total);
        }

        #[test]
        fn a_line_is_its_price_so_many_times(price in 0..=Money::MAX_MINOR, quantity in 0..=200_u32) {
            let once_each = vec![(price, 1); quantity as usize];
            let total = quote(lines(&once_each)).expect("a sum").total;
            prop_assert_eq!(quote(lines(&[(price, quantity)])).expect("a sum").lines[0].amount, total);
            prop_assert_eq!(Money::new(price, Currency::USD).times(quantity.into()), Ok(Money::new(total, Currency::USD)));
        }

        #[test]
        fn no_numbers_make_it_panic(prices in prop::collection::vec((any::<i64>(), any::<u32>()), 0..30)) {
            let exact: i128 = prices.iter().map(|(price, quantity)| i128::from(*price) * i128::from(*quantity)).sum();
            if let Ok(order) = quote(lines(&prices)) {
                prop_assert_eq!(i128::from(order.total), exact);
            }
        }
    }
}
