//! The choices that the account's forms share.

use crate::money::Currency;

/// Every currency, by code.
pub(super) fn currency_options() -> Vec<(String, String)> {
    Currency::all()
        .into_iter()
        .map(|(currency, name)| (currency.code().to_owned(), format!("{} – {name}", currency.code())))
        .collect()
}
