//! The checkout's form: plain HTML that can be read, filled and paid with scripts off; the browser's entry adopts it as it stands.

use leptos::prelude::*;

use super::{CheckoutItem, CheckoutView};
use crate::error::FieldError;

/// One labelled field.
struct Field<'a> {
    name: &'a str,
    label: &'a str,
    kind: &'static str,
    autocomplete: &'static str,
    required: bool,
    value: &'a str,
}

/// Where a customer pays. `preview` is the editor's picture of it, which is never submitted.
#[component]
pub fn Checkout(view: CheckoutView, #[prop(optional)] preview: bool) -> impl IntoView {
    let total = view.currency.show(view.total());
    let fields = fields(&view).into_iter().map(|field| text_field(field, &view.errors)).collect_view();
    let items = (0..view.items.len()).map(|index| item(&view, index)).collect_view();
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
            {fields}
            <input type="hidden" name="attempt" value=view.attempt/>
            <input type="hidden" name="version" value=view.version.to_string()/>
            <input type="hidden" name="t" value=view.token.unwrap_or_default()/>
            <button type="submit">{view.verb} " " <span data-total="">{total}</span></button>
            <p class="checkout-small">{view.small_print} {opt_out}</p>
        </form>
    }
}

/// One line of what is bought; its price of one is written where the browser's entry finds it.
fn item(view: &CheckoutView, index: usize) -> AnyView {
    let item = &view.items[index];
    let CheckoutItem { price, quantity, .. } = *item;
    let description = (!item.description.is_empty()).then(|| view! { <small>{item.description.clone()}</small> });
    let how_many = match item.limits {
        Some(_) => quantity_field(view, index).into_any(),
        None if quantity > 1 => {
            view! { <small>{format!("{quantity} × {}", view.currency.show(price))}</small> }.into_any()
        }
        None => ().into_any(),
    };
    view! {
        <li data-price=price.to_string() data-quantity=quantity.to_string()>
            <div><span>{item.name.clone()}</span>{description}{how_many}</div>
            <span class="checkout-price">{view.currency.show(price.saturating_mul(quantity))}</span>
        </li>
    }
    .into_any()
}

/// The quantity of one item; its label names the item where there are several to choose.
fn quantity_field(view: &CheckoutView, index: usize) -> impl IntoView {
    let item = &view.items[index];
    let limits = item.limits.unwrap_or_default();
    let several = view.items.iter().filter(|item| item.limits.is_some()).count() > 1;
    let label = if several { format!("Quantity, {}", item.name) } else { "Quantity".to_owned() };
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
                min=limits.min.to_string()
                max=limits.max.to_string()
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
    let optional = (!field.required).then(|| view! { <small>" (optional)"</small> });
    view! {
        <div class="checkout-field">
            <label for=id.clone()>{field.label.to_owned()}</label>
            {optional}
            <input
                id=id.clone()
                name=field.name.to_owned()
                type=field.kind
                autocomplete=field.autocomplete
                required=field.required
                value=field.value.to_owned()
                maxlength="254"
                aria-invalid=invalid(errors, field.name)
                aria-describedby=format!("{id}-error")
            />
            {error_line(&id, field.name, errors)}
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
    let chosen = view.items.iter().enumerate().filter(|(_, item)| item.limits.is_some());
    let names = chosen
        .map(|(index, _)| quantity_name(index))
        .chain(fields(view).into_iter().map(|field| field.name.to_owned()));
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

fn fields(view: &CheckoutView) -> Vec<Field<'_>> {
    let field =
        |name, label, kind, autocomplete, required, value| Field { name, label, kind, autocomplete, required, value };
    let values = &view.values;
    let mut fields = vec![
        field("name", "Full name", "text", "name", true, values.name.as_str()),
        field("email", "Email", "email", "email", true, &values.email),
        field("phone", "Phone", "tel", "tel", view.phone_required, &values.phone),
    ];
    if view.collect_address {
        let address = &values.address;
        fields.extend([
            field("street", "Street address", "text", "street-address", true, address.street.as_str()),
            field("city", "City", "text", "address-level2", true, &address.city),
            field("region", "State or region", "text", "address-level1", false, &address.region),
            field("postal_code", "Postal code", "text", "postal-code", true, &address.postal_code),
            field("country", "Country", "text", "country-name", true, &address.country),
        ]);
    }
    fields
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
