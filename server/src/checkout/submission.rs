//! The checkout's form as it was posted, and what it means.

use crate::{db::checkouts::OfferedLink, email, names, phone, tokens::random_code};
use app::{
    address::PhoneProblem,
    checkout::{CheckoutValues, PostalAddress},
    countries,
    error::FieldError,
    order::{self, Quote},
    payment_links::PaymentLinkDetails,
};
use std::collections::HashMap;

/// What the form said, as it was typed.
#[derive(Clone, PartialEq, Eq)]
pub struct Submission {
    /// The text fields.
    pub values: CheckoutValues,
    /// The quantities by the item's place.
    pub quantities: HashMap<usize, String>,
    /// The form's own key.
    pub attempt: String,
    /// The state of the link that the form was made from.
    pub version: Option<i64>,
    /// The token that the page was opened with.
    pub token: Option<String>,
}

impl Submission {
    /// Reads the form's fields; what it does not know, it passes over.
    pub fn read(fields: Vec<(String, String)>) -> Self {
        let mut all: HashMap<String, String> = HashMap::new();
        for (name, value) in fields {
            all.entry(name).or_insert(value);
        }
        let mut take = |name: &str| all.remove(name).unwrap_or_default();
        let address = PostalAddress {
            street: take("street"),
            city: take("city"),
            region: take("region"),
            postal_code: take("postal_code"),
            country: take("country"),
        };
        let values = CheckoutValues { name: take("name"), email: take("email"), phone: take("phone"), address };
        let attempt = Some(take("attempt")).filter(|key| is_key(key)).unwrap_or_else(|| random_code(22));
        let version = take("version").parse().ok();
        let token = Some(take("t")).filter(|token| !token.is_empty());
        let quantities = all
            .into_iter()
            .filter_map(|(name, value)| Some((name.strip_prefix("quantity-")?.parse().ok()?, value)))
            .collect();
        Self { values, quantities, attempt, version, token }
    }

    /// What the customer typed, cleaned; or what is wrong with it, by field.
    pub fn customer(&self, link: &OfferedLink) -> Result<CheckoutValues, Vec<FieldError>> {
        let mut errors = Vec::new();
        let mut wrong = |field: &str, message: String| errors.push(FieldError { field: field.to_owned(), message });
        let name = names::clean(&self.values.name);
        if name.is_empty() {
            wrong("name", "Enter your full name.".to_owned());
        }
        let email = match email::parse(&self.values.email) {
            Ok(email) => email.to_string(),
            Err(problem) => {
                wrong("email", problem.to_string());
                String::new()
            }
        };
        let address = if link.details.collect_address { self.address(&mut wrong) } else { PostalAddress::default() };
        // A national number is of the country that its owner lives in, as far as we are told.
        let country = if address.country.is_empty() { &link.country } else { &address.country };
        let typed = names::clean(&self.values.phone);
        let phone = match phone::parse(&self.values.phone, country) {
            Ok(phone) => phone.to_string(),
            // Who pays may be called on any phone, and on none unless the link insists.
            Err(PhoneProblem::CannotReceiveTexts) => typed,
            Err(_) if !link.details.require_phone => typed,
            Err(problem) => {
                wrong("phone", problem.to_string());
                String::new()
            }
        };
        if errors.is_empty() { Ok(CheckoutValues { name, email, phone, address }) } else { Err(errors) }
    }

    /// The postal address, cleaned. What it needs, its country says.
    fn address(&self, wrong: &mut impl FnMut(&str, String)) -> PostalAddress {
        let given = &self.values.address;
        let known = Some(given.country.trim().to_uppercase()).filter(|code| countries::is_known(code));
        let address = PostalAddress {
            street: names::clean(&given.street),
            city: names::clean(&given.city),
            region: names::clean(&given.region),
            postal_code: names::clean(&given.postal_code),
            country: known.unwrap_or_default(),
        };
        let country = &address.country;
        for (field, value, is_needed, message) in [
            ("country", country, true, "Choose your country."),
            ("street", &address.street, true, "Enter your street and number."),
            ("city", &address.city, countries::needs_city(country), "Enter your city."),
            ("postal_code", &address.postal_code, countries::needs_postal_code(country), "Enter your postal code."),
        ] {
            if is_needed && value.is_empty() {
                wrong(field, message.to_owned());
            }
        }
        address
    }

    /// What is bought and at which price; or which quantity cannot be, by field.
    pub fn order(&self, details: &PaymentLinkDetails) -> Result<Quote, Vec<FieldError>> {
        let mut errors = Vec::new();
        let mut lines = Vec::with_capacity(details.items.len());
        for (index, item) in details.items.iter().enumerate() {
            let mut quantity = item.quantity;
            if let (Some(range), Some(typed)) = (item.range, self.quantities.get(&index)) {
                match typed.trim().parse::<u32>() {
                    Ok(chosen) if (range.minimum..=range.maximum).contains(&chosen) => quantity = chosen,
                    _ => errors.push(FieldError {
                        field: format!("quantity-{index}"),
                        message: format!("Choose a quantity from {} to {}.", range.minimum, range.maximum),
                    }),
                }
            }
            lines.push(item.line(quantity));
        }
        match order::quote(lines).and_then(Quote::within_limit) {
            Ok(quote) if errors.is_empty() => return Ok(quote),
            Ok(_) => {}
            Err(_) => errors.push(FieldError {
                field: "quantity-0".to_owned(),
                message: "This is more than can be paid at once. Choose smaller quantities.".to_owned(),
            }),
        }
        Err(errors)
    }

    /// The quantities to show the form with again, where they can be read.
    pub fn shown_quantities(&self, details: &PaymentLinkDetails) -> Vec<u32> {
        let typed = |index| self.quantities.get(&index).and_then(|typed: &String| typed.trim().parse().ok());
        details.items.iter().enumerate().map(|(index, item)| typed(index).unwrap_or(item.quantity)).collect()
    }
}

/// A key that a form of ours could hold.
fn is_key(text: &str) -> bool {
    (16..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
