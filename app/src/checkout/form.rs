//! The checkout's form: plain HTML that can be read, filled and paid with scripts off; the browser's entry adopts it as it stands.

use leptos::prelude::*;

use super::CheckoutView;
use crate::{
    countries,
    error::FieldError,
    order,
    payment_links::{LineItem, QuantityRange, lines},
};

/// One labelled field.
struct Field<'a> {
    name: &'a str,
    label: &'a str,
    kind: &'static str,
    autocomplete: &'static str,
    need: Need,
    value: &'a str,
}

impl<'a> Field<'a> {
    const fn new(
        name: &'a str,
        label: &'a str,
        kind: &'static str,
        autocomplete: &'static str,
        need: Need,
        value: &'a str,
    ) -> Self {
        Self { name, label, kind, autocomplete, need, value }
    }
}

/// Whether a field has to be filled in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Need {
    Always,
    Never,
    /// The chosen country decides: the server asks for it where its post needs it.
    ByCountry,
}

impl Need {
    const fn by_link(required: bool) -> Self {
        if required { Self::Always } else { Self::Never }
    }

    /// What stands behind the label.
    const fn note(self) -> Option<&'static str> {
        match self {
            Self::Always => None,
            Self::Never => Some(" (optional)"),
            Self::ByCountry => Some(" (if your country uses one)"),
        }
    }
}

/// Where a customer pays. `preview` is the editor's picture of it, which is never submitted.
#[component]
pub fn Checkout(
    /// What it shows.
    view: CheckoutView,
    /// It is looked at and not used.
    #[prop(optional)]
    preview: bool,
) -> impl IntoView {
    let quote = order::quote(lines(&view.items, |item| item.quantity)).ok();
    // An order that no number holds has no amounts to show.
    let show = |minor: Option<i64>| minor.map(|minor| view.currency.show(minor)).unwrap_or_default();
    let total = show(quote.as_ref().map(|quote| quote.total));
    let text_fields =
        |fields: Vec<Field<'_>>| fields.into_iter().map(|field| text_field(field, &view.errors)).collect_view();
    let person = text_fields(person_fields(&view));
    let address = view.collect_address.then(|| view! { {country_field(&view)} {text_fields(address_fields(&view))} });
    let amount = |index: usize| show(quote.as_ref().and_then(|quote| Some(quote.lines.get(index)?.amount)));
    let items = view.items.iter().enumerate().map(|place| item(&view, place, amount(place.0))).collect_view();
    let summary = summary(&view);
    let title = view.title;
    let title = if preview { view! { <h2>{title}</h2> }.into_any() } else { view! { <h1>{title}</h1> }.into_any() };
    let initial = view.business.chars().next().unwrap_or('·').to_uppercase().to_string();
    let notice = view.notice.map(|notice| {
        view! { <p class="checkout-notice" class:bad=notice.bad role="status">{notice.text}</p> }
    });
    let paying_as = view.paying_as.map(|name| {
        view! {
            <p class="checkout-as">
                <span>"Paying as " <strong>{name}</strong></span>
                <a href=view.standard_url.clone()>"Not you?"</a>
            </p>
        }
    });
    let opt_out = view.opt_out_url.map(|url| view! { " · " <a href=url>"Stop messages"</a> });
    let stopped = view.is_stopped.then_some(" · You get no messages any more.");
    view! {
        <form
            class="checkout"
            method="post"
            action=view.standard_url
            data-symbol=view.currency.symbol
            data-exponent=view.currency.exponent.to_string()
        >
            <p class="checkout-business"><span aria-hidden="true">{initial}</span>{view.business}</p>
            {title}
            <p class="checkout-amount" aria-live="polite" data-total="">{total.clone()}</p>
            {notice}
            {summary}
            <ul class="checkout-items">{items}</ul>
            {paying_as}
            {person}
            {address}
            <input type="hidden" name="attempt" value=view.attempt/>
            <input type="hidden" name="version" value=view.version.to_string()/>
            <input type="hidden" name="t" value=view.token.unwrap_or_default()/>
            <button type="submit">{view.verb} " " <span data-total="">{total}</span></button>
            <p class="checkout-small">{view.small_print} {opt_out} {stopped}</p>
        </form>
    }
}

/// One line of what is bought; its price of one is written where the browser's entry finds it.
fn item(view: &CheckoutView, (index, item): (usize, &LineItem), amount: String) -> AnyView {
    let LineItem { price_minor, quantity, .. } = *item;
    let description = (!item.description.is_empty()).then(|| view! { <small>{item.description.clone()}</small> });
    let how_many = match item.range {
        Some(range) => quantity_field(view, (index, item), range).into_any(),
        None if quantity > 1 => {
            view! { <small>{format!("{quantity} × {}", view.currency.show(price_minor))}</small> }.into_any()
        }
        None => ().into_any(),
    };
    view! {
        <li data-price=price_minor.to_string() data-quantity=quantity.to_string()>
            <div><span>{item.item.clone()}</span>{description}{how_many}</div>
            <span class="checkout-price">{amount}</span>
        </li>
    }
    .into_any()
}

/// The quantity of one item; its label names the item where there are several to choose.
fn quantity_field(view: &CheckoutView, (index, item): (usize, &LineItem), range: QuantityRange) -> impl IntoView {
    let several = view.items.iter().filter(|item| item.range.is_some()).count() > 1;
    let label = if several { format!("Quantity, {}", item.item) } else { "Quantity".to_owned() };
    let name = quantity_name(index);
    let id = format!("pay-{name}");
    view! {
        <div class="checkout-field quantity">
            <label for=id.clone()>{label}</label>
            <input
                id=id.clone()
                name=name.clone()
                type="number"
                inputmode="numeric"
                autocomplete="off"
                required=true
                step="1"
                min=range.minimum.to_string()
                max=range.maximum.to_string()
                value=item.quantity.to_string()
                aria-invalid=invalid(&view.errors, &name)
                aria-describedby=format!("{id}-error")
            />
            {error_line(&id, &name, &view.errors)}
        </div>
    }
}

fn text_field(field: Field<'_>, errors: &[FieldError]) -> impl IntoView + use<> {
    let id = format!("pay-{}", field.name);
    let note = field.need.note().map(|note| view! { <small>{note}</small> });
    view! {
        <div class="checkout-field">
            <label for=id.clone()>{field.label.to_owned()}</label>
            {note}
            <input
                id=id.clone()
                name=field.name.to_owned()
                type=field.kind
                autocomplete=field.autocomplete
                required=field.need == Need::Always
                value=field.value.to_owned()
                maxlength="254"
                aria-invalid=invalid(errors, field.name)
                aria-describedby=format!("{id}-error")
            />
            {error_line(&id, field.name, errors)}
        </div>
    }
}

/// Countries by name. The browser's entry reads from it which of them need which field.
fn country_field(view: &CheckoutView) -> impl IntoView + use<> {
    let chosen = view.values.address.country.clone();
    let options = countries::COUNTRIES
        .map(|(code, name)| view! { <option value=code selected=code == chosen>{name}</option> })
        .collect_view();
    view! {
        <div class="checkout-field">
            <label for="pay-country">"Country"</label>
            <select
                id="pay-country"
                name="country"
                autocomplete="country"
                required=true
                data-postal-code=countries::POSTAL_CODE_NEEDED
                data-no-city=countries::NO_CITY_NEEDED
                aria-invalid=invalid(&view.errors, "country")
                aria-describedby="pay-country-error"
            >
                <option value="">"Choose your country"</option>
                {options}
            </select>
            {error_line("pay-country", "country", &view.errors)}
        </div>
    }
}

/// Every field has its line from the start, so that a message never has to be put into the page, only shown.
fn error_line(id: &str, name: &str, errors: &[FieldError]) -> impl IntoView + use<> {
    let message = message(errors, name);
    let hidden = message.is_empty();
    view! { <p class="checkout-error" id=format!("{id}-error") hidden=hidden>{message}</p> }
}

/// What is wrong in one place, each with the way to its field.
fn summary(view: &CheckoutView) -> impl IntoView + use<> {
    let chosen = view.items.iter().enumerate().filter(|(_, item)| item.range.is_some());
    let names = chosen
        .map(|(index, _)| quantity_name(index))
        .chain(person_fields(view).into_iter().map(|field| field.name.to_owned()))
        .chain(view.collect_address.then(|| "country".to_owned()))
        .chain(address_fields(view).into_iter().map(|field| field.name.to_owned()));
    let lines = names.map(|name| {
        let message = message(&view.errors, &name);
        let hidden = message.is_empty();
        view! {
            <li hidden=hidden>
                <a id=format!("pay-{name}-summary") href=format!("#pay-{name}")>{message}</a>
            </li>
        }
    });
    let lines = lines.collect_view();
    view! {
        <div class="checkout-notice bad" id="pay-summary" role="alert" hidden=view.errors.is_empty()>
            <p>"Please check these details:"</p>
            <ul>{lines}</ul>
        </div>
    }
}

fn person_fields(view: &CheckoutView) -> Vec<Field<'_>> {
    let values = &view.values;
    vec![
        Field::new("name", "Full name", "text", "name", Need::Always, &values.name),
        Field::new("email", "Email", "email", "email", Need::Always, &values.email),
        Field::new("phone", "Phone", "tel", "tel", Need::by_link(view.phone_required), &values.phone),
    ]
}

/// The address without its country; nothing where the link does not ask for it.
fn address_fields(view: &CheckoutView) -> Vec<Field<'_>> {
    if !view.collect_address {
        return Vec::new();
    }
    let address = &view.values.address;
    vec![
        Field::new("street", "Street address", "text", "street-address", Need::Always, &address.street),
        Field::new("city", "City", "text", "address-level2", Need::ByCountry, &address.city),
        Field::new("region", "State or region", "text", "address-level1", Need::Never, &address.region),
        Field::new("postal_code", "Postal code", "text", "postal-code", Need::ByCountry, &address.postal_code),
    ]
}

/// Quantities are posted as `quantity-0`, `quantity-1` … in the order of the items.
fn quantity_name(index: usize) -> String {
    format!("quantity-{index}")
}

fn invalid(errors: &[FieldError], name: &str) -> Option<&'static str> {
    errors.iter().any(|error| error.field == name).then_some("true")
}

fn message(errors: &[FieldError], name: &str) -> String {
    errors.iter().find(|error| error.field == name).map(|error| error.message.clone()).unwrap_or_default()
}
