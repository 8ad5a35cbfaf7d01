//! The choices that the account's forms share.

use super::countries::COUNTRIES;
use crate::money::Currency;

/// Every country, by name.
pub(super) fn country_options() -> Vec<(String, String)> {
    COUNTRIES.iter().map(|(code, name)| ((*code).to_owned(), (*name).to_owned())).collect()
}

/// Every currency, by code.
pub(super) fn currency_options() -> Vec<(String, String)> {
    Currency::all()
        .into_iter()
        .map(|(currency, name)| (currency.code().to_owned(), format!("{} – {name}", currency.code())))
        .collect()
}
