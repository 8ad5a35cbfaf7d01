//! What the account's forms share: their choices, and the place of each error.

use leptos::prelude::*;

use super::countries::COUNTRIES;
use crate::{error::Error, money::Currency};

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

/// The sentence for one field.
pub(super) fn problem_with(error: Signal<Option<Error>>, field: &'static str) -> Signal<Option<String>> {
    Signal::derive(move || error.with(|error| error.as_ref()?.message_for(field)))
}

/// Every sentence with the id of its field, for the summary.
pub(super) fn problems(error: Signal<Option<Error>>) -> Signal<Vec<(String, String)>> {
    Signal::derive(move || match error.get() {
        None => Vec::new(),
        Some(Error::Invalid(fields)) => fields.into_iter().map(|problem| (problem.field, problem.message)).collect(),
        Some(error) => vec![(String::new(), error.to_string())],
    })
}
