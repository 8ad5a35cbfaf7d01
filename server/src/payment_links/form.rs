//! The editor's fields as people type them, read into what is sold and how, and written back.

use app::{
    brand_color,
    error::{FieldErrors, Result},
    money::{AmountProblem, Currency, Money},
    order::{self, Quote},
    payment_links::{
        AfterPayment, ButtonText, LineItem, LineItemForm, PaymentLinkDetails, PaymentLinkForm, QuantityRange, lines,
    },
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use url::Url;

use crate::names;

const MAX_ITEMS: usize = 20;
const MAX_QUANTITY: u32 = 9_999;
const MAX_TEXT: usize = 1_000;
const MAX_ADDRESS: usize = 2_000;
const MAX_PERSONAL_LINK_DAYS: u32 = 365;

/// What is sold and how; everything that is wrong with it is said at once.
pub fn read(form: &PaymentLinkForm) -> Result<PaymentLinkDetails> {
    let mut errors = FieldErrors::default();
    let name = names::clean(&form.name);
    if name.is_empty() {
        errors.push("name", "Enter a name for the payment link.");
    }
    let currency = form.currency.parse::<Currency>().unwrap_or_else(|_| {
        errors.push("currency", "Choose a currency.");
        Currency::USD
    });
    if form.items.is_empty() {
        errors.push("", "Add at least one item.");
    }
    if form.items.len() > MAX_ITEMS {
        errors.push("", format!("A payment link can have at most {MAX_ITEMS} items."));
    }
    let items: Vec<_> = form.items.iter().map(|item| read_item(item, currency, &mut errors)).collect();
    let most = order::quote(lines(&items, LineItem::most)).and_then(Quote::within_limit);
    if let Some(first) = form.items.first().filter(|_| most.is_err()) {
        errors.push(
            format!("item-{}-price", first.row),
            "All items together cost too much. Lower a price or a quantity.",
        );
    }
    let details = PaymentLinkDetails {
        name,
        items,
        currency,
        require_phone: form.require_phone,
        collect_address: form.collect_address,
        after_payment: read_after_payment(form, &mut errors),
        button_text: read_button_text(&form.button_text, &mut errors),
        brand_color: read_color(&form.brand_color, &mut errors),
        expires_at: read_last_day(&form.expires, &mut errors),
        can_pay_again: form.can_pay_again,
        personal_link_days: read_days(&form.personal_link_days, &mut errors),
    };
    errors.check()?;
    Ok(details)
}

/// The fields of a link as the editor shows them.
pub fn write(details: &PaymentLinkDetails) -> PaymentLinkForm {
    let (after_payment, message, redirect) = match &details.after_payment {
        AfterPayment::Message(message) => ("message", message.clone(), String::new()),
        AfterPayment::Redirect(address) => ("redirect", String::new(), address.clone()),
    };
    let items = details.items.iter().zip(0..).map(|(item, row)| write_item(item, row, details.currency)).collect();
    PaymentLinkForm {
        id: String::new(),
        version: 0,
        name: details.name.clone(),
        items,
        currency: details.currency.to_string(),
        require_phone: details.require_phone,
        collect_address: details.collect_address,
        after_payment: after_payment.to_owned(),
        message,
        redirect,
        button_text: details.button_text.label().to_lowercase(),
        brand_color: details.brand_color.clone().unwrap_or_default(),
        expires: details.expires_at.and_then(last_day).unwrap_or_default(),
        can_pay_again: details.can_pay_again,
        personal_link_days: details.personal_link_days.to_string(),
    }
}

fn read_item(form: &LineItemForm, currency: Currency, errors: &mut FieldErrors) -> LineItem {
    let field = |name: &str| format!("item-{}-{name}", form.row);
    let item = names::clean(&form.item);
    if item.is_empty() {
        errors.push(field("item"), "Enter a name for the item.");
    }
    let description = form.description.trim().to_owned();
    if description.chars().count() > MAX_TEXT {
        errors.push(field("description"), format!("Use at most {MAX_TEXT} characters."));
    }
    let price = match Money::read(&form.price, currency) {
        Ok(price) if price.minor > 0 => Some(price),
        Ok(_) | Err(AmountProblem::Empty) => {
            let example = Money::new(9 * 10_i64.pow(currency.exponent() + 1), currency).to_input();
            errors.push(field("price"), format!("Enter a price above zero in {currency}, such as {example}."));
            None
        }
        Err(problem) => {
            errors.push(field("price"), problem.sentence(currency));
            None
        }
    };
    let mut count = |name: &str, typed: &str| {
        let count = typed.trim().parse().ok().filter(|count| (1..=MAX_QUANTITY).contains(count));
        if count.is_none() {
            errors.push(field(name), format!("Enter a whole number from 1 to {MAX_QUANTITY}."));
        }
        count
    };
    let quantity = count("quantity", &form.quantity);
    let range = form.changeable.then(|| (count("minimum", &form.minimum), count("maximum", &form.maximum)));
    let range = range.and_then(|(minimum, maximum)| Some(QuantityRange { minimum: minimum?, maximum: maximum? }));
    if let Some(range) = range {
        if range.maximum < range.minimum {
            errors.push(field("maximum"), "The maximum must not be below the minimum.");
        } else if quantity.is_some_and(|quantity| !(range.minimum..=range.maximum).contains(&quantity)) {
            errors.push(field("quantity"), "The quantity must lie between the minimum and the maximum.");
        }
    }
    LineItem {
        item,
        description,
        price_minor: price.map_or(0, |price| price.minor),
        quantity: quantity.unwrap_or(1),
        range,
    }
}

fn write_item(item: &LineItem, row: u32, currency: Currency) -> LineItemForm {
    // A new link has no price yet: an empty field asks for one.
    let price = if item.price_minor == 0 { String::new() } else { Money::new(item.price_minor, currency).to_input() };
    LineItemForm {
        row,
        item: item.item.clone(),
        description: item.description.clone(),
        price,
        quantity: item.quantity.to_string(),
        changeable: item.range.is_some(),
        minimum: item.range.map_or(1, |range| range.minimum).to_string(),
        maximum: item.range.map_or(10, |range| range.maximum).to_string(),
    }
}

fn read_after_payment(form: &PaymentLinkForm, errors: &mut FieldErrors) -> AfterPayment {
    if form.after_payment == "redirect" {
        let typed = form.redirect.trim();
        let url = Url::parse(typed).ok().filter(|url| {
            url.scheme() == "https" && url.host().is_some() && url.username().is_empty() && url.password().is_none()
        });
        if url.is_none() || typed.len() > MAX_ADDRESS {
            errors.push("redirect", "Enter an address that begins with https://, such as https://example.com/thanks.");
        }
        return AfterPayment::Redirect(url.map(String::from).unwrap_or_default());
    }
    let message = form.message.trim().to_owned();
    if message.chars().count() > MAX_TEXT {
        errors.push("message", format!("Use at most {MAX_TEXT} characters."));
    }
    AfterPayment::Message(message)
}

fn read_button_text(typed: &str, errors: &mut FieldErrors) -> ButtonText {
    let known = [ButtonText::Pay, ButtonText::Book, ButtonText::Donate];
    let found = known.into_iter().find(|text| text.label().eq_ignore_ascii_case(typed));
    if found.is_none() {
        errors.push("button_text", "Choose Pay, Book or Donate.");
    }
    found.unwrap_or_default()
}

fn read_color(typed: &str, errors: &mut FieldErrors) -> Option<String> {
    let color = Some(typed.trim().to_lowercase()).filter(|color| !color.is_empty())?;
    if let Some(problem) = brand_color::problem(&color) {
        errors.push("brand_color", problem);
    }
    Some(color)
}

fn read_days(typed: &str, errors: &mut FieldErrors) -> u32 {
    if typed.trim().is_empty() {
        return PaymentLinkDetails::DEFAULT_PERSONAL_LINK_DAYS;
    }
    let days = typed.trim().parse().ok().filter(|days| (1..=MAX_PERSONAL_LINK_DAYS).contains(days));
    if days.is_none() {
        errors.push("personal_link_days", format!("Enter a whole number from 1 to {MAX_PERSONAL_LINK_DAYS}."));
    }
    days.unwrap_or(PaymentLinkDetails::DEFAULT_PERSONAL_LINK_DAYS)
}

/// The end of the last day, in UTC.
fn read_last_day(typed: &str, errors: &mut FieldErrors) -> Option<i64> {
    let typed = Some(typed.trim()).filter(|typed| !typed.is_empty())?;
    let end = typed
        .parse::<Date>()
        .ok()
        .filter(|date| (2000..=2200).contains(&date.year()))
        .and_then(|date| date.tomorrow().ok()?.to_zoned(TimeZone::UTC).ok());
    if end.is_none() {
        errors.push("expires", "Enter a date such as 2026-12-31, or leave it empty.");
    }
    Some(end?.timestamp().as_millisecond())
}

fn last_day(expires_at: i64) -> Option<String> {
    let last = Timestamp::from_millisecond(expires_at - 1).ok()?;
    Some(last.to_zoned(TimeZone::UTC).date().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use app::error::Error;

    fn typed() -> PaymentLinkForm {
        PaymentLinkForm {
            name: "Pottery".into(),
            items: vec![LineItemForm {
                item: "Spring class".into(),
                price: "90".into(),
                quantity: "2".into(),
                changeable: true,
                minimum: "1".into(),
                maximum: "5".into(),
                ..LineItemForm::default()
            }],
            currency: "USD".into(),
            after_payment: "message".into(),
            button_text: "book".into(),
            brand_color: "#0B6E5F".into(),
            expires: "2026-12-31".into(),
            personal_link_days: "30".into(),
            ..PaymentLinkForm::default()
        }
    }

    fn refused(form: &PaymentLinkForm) -> Vec<String> {
        match read(form) {
            Err(Error::Invalid(fields)) => fields.into_iter().map(|field| field.field).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_was_read_is_written_back_the_same() {
        let details = read(&typed()).expect("a form that is right");
        assert_eq!(details.expires_at, Some(1_798_761_600_000));
        assert_eq!(details.brand_color.as_deref(), Some("#0b6e5f"));
        assert_eq!(read(&write(&details)).expect("the same form"), details);
        assert_eq!(write(&details).expires, "2026-12-31");
    }

    #[test]
    fn everything_that_is_wrong_is_said_at_once_by_field() {
        let mut form = typed();
        form.name = " \u{200b} ".into();
        form.after_payment = "redirect".into();
        form.redirect = "javascript:alert(1)".into();
        form.brand_color = "#ffff00".into();
        form.expires = "31.12.2026".into();
        form.personal_link_days = "0".into();
        form.button_text = "Buy".into();
        form.items[0] = LineItemForm { row: 7, price: "9.999".into(), quantity: "0".into(), ..LineItemForm::default() };
        assert_eq!(
            refused(&form),
            [
                "name",
                "item-7-item",
                "item-7-price",
                "item-7-quantity",
                "redirect",
                "button_text",
                "brand_color",
                "expires",
                "personal_link_days",
            ]
        );
    }

    #[test]
    fn quantities_and_sums_stay_within_their_limits() {
        let mut form = typed();
        form.items[0].maximum = "1".into();
        assert_eq!(refused(&form), ["item-0-quantity"]);
        form.items[0].minimum = "3".into();
        assert_eq!(refused(&form), ["item-0-maximum"]);
        form.items[0].changeable = false;
        assert!(read(&form).is_ok(), "limits of a fixed quantity do not count");
        form.items[0].price = "999999999".into();
        form.items[0].quantity = "9999".into();
        assert_eq!(refused(&form), ["item-0-price"]);
        form.items.clear();
        assert_eq!(refused(&form), [""]);
    }

    #[test]
    fn a_price_is_read_as_it_was_meant_or_refused_with_what_to_type() {
        let read_price = |price: &str, currency: &str| {
            let mut form = typed();
            form.currency = currency.into();
            form.items[0].price = price.into();
            match read(&form) {
                Ok(details) => Ok(details.items[0].price_minor),
                Err(error) => Err(error.message_for("item-0-price").expect("a sentence")),
            }
        };
        assert_eq!(read_price("12,50", "EUR"), Ok(1_250));
        assert_eq!(read_price("0,99", "EUR"), Ok(99));
        assert_eq!(read_price("10,5", "USD"), Ok(1_050));
        assert_eq!(read_price("1,234.50", "USD"), Ok(123_450));
        for (price, currency, sentence) in [
            ("12.50", "JPY", "JPY has no decimals. Enter a whole amount, such as 1250."),
            ("1.234", "EUR", "This can mean €1,234.00 or €1.234. Type 1234 or 1.23 to say which."),
            ("", "USD", "Enter a price above zero in USD, such as 90.00."),
            ("0,00", "USD", "Enter a price above zero in USD, such as 90.00."),
        ] {
            assert_eq!(read_price(price, currency), Err(sentence.to_owned()), "{price} {currency}");
        }
    }
}
