//! The checkout's form: it can be read, filled and paid with scripts off; hydration adds live totals and inline checks.

use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, HtmlFormElement, HtmlInputElement};

use super::{CheckoutView, QuantityLimits};
use crate::error::FieldError;

/// Quantities are posted as `quantity-0`, `quantity-1` … in the order of the items.
const QUANTITY: &str = "quantity-";

/// One labelled text field.
struct Field {
    name: &'static str,
    label: &'static str,
    kind: &'static str,
    autocomplete: &'static str,
    required: bool,
    value: String,
}

/// Where a customer pays. `preview` is the editor's picture of it, which is never submitted.
#[component]
pub fn Checkout(view: CheckoutView, #[prop(optional)] preview: bool) -> impl IntoView {
    let quantities = RwSignal::new(view.items.iter().map(|item| item.quantity).collect::<Vec<_>>());
    let errors = RwSignal::new(view.errors.clone());
    let fields = fields(&view);
    let shown = StoredValue::new(view.clone());
    let total = move || shown.with_value(|view| view.currency.show(quantities.with(|chosen| view.total(chosen))));

    // One listener each for the whole form: small, and the same path for a key press and for adopted values.
    let on_input = move |event: ev::Event| {
        let Some(input) = input_of(&event) else {
            return;
        };
        let name = input.name();
        if let Some(index) = name.strip_prefix(QUANTITY).and_then(|index| index.parse::<usize>().ok()) {
            if let Some(chosen) = quantity_of(&input) {
                quantities.update(|all| all.get_mut(index).into_iter().for_each(|quantity| *quantity = chosen));
            }
        }
        if errors.with_untracked(|all| all.iter().any(|error| error.field == name)) {
            recheck(errors, &input);
        }
    };
    let on_leave = move |event: ev::FocusEvent| {
        // An empty field that was only passed by is not a mistake yet.
        if let Some(input) = input_of(&event).filter(|input| !input.value().is_empty()) {
            recheck(errors, &input);
        }
    };
    let on_submit = move |event: ev::SubmitEvent| {
        let Some(form) = event.target().and_then(|target| target.dyn_into::<HtmlFormElement>().ok()) else {
            return;
        };
        let mut first: Option<HtmlInputElement> = None;
        let elements = (0..).map_while(|index| form.get_with_index(index));
        for input in elements.filter_map(|element| element.dyn_into::<HtmlInputElement>().ok()) {
            if !recheck(errors, &input) && first.is_none() {
                first = Some(input);
            }
        }
        if let Some(input) = first {
            event.prevent_default();
            let _ = AsRef::<HtmlElement>::as_ref(&input).focus();
        }
    };

    let chosen = view.items.iter().enumerate().filter(|(_, item)| item.limits.is_some());
    let names = chosen.map(|(index, _)| quantity_name(index)).chain(fields.iter().map(|field| field.name.to_owned()));
    let summary = names.map(|name| summary_line(name, errors)).collect_view();
    let inputs = fields.into_iter().map(|field| text_field(field, errors)).collect_view();
    let several = view.items.iter().filter(|item| item.limits.is_some()).count() > 1;
    let single = view.items.len() == 1 && !several;
    let items = view.items.iter().enumerate().map(|(index, item)| {
        let price = item.price;
        let amount = move || {
            let quantity = quantities.with(|chosen| chosen.get(index).copied().unwrap_or_default());
            shown.with_value(|view| view.currency.show(price.saturating_mul(quantity)))
        };
        let label = if several { ["Quantity, ", &item.name].concat() } else { "Quantity".to_owned() };
        let how_many = match item.limits {
            Some(limits) => quantity_field(index, label, item.quantity, limits, errors),
            None if item.quantity > 1 => {
                let each = view.currency.show(price);
                view! { <small>{[&item.quantity.to_string(), " × ", &each].concat()}</small> }.into_any()
            }
            None => ().into_any(),
        };
        let description =
            (!item.description.is_empty()).then(|| view! { <small>{item.description.clone()}</small> }.into_any());
        view! {
            <li>
                <div><span>{item.name.clone()}</span>{description}{how_many}</div>
                <span class="checkout-price">{amount}</span>
            </li>
        }
        .into_any()
    });
    let items = items.collect_view();
    let title = view.title.clone();
    let title = if preview { view! { <h2>{title}</h2> }.into_any() } else { view! { <h1>{title}</h1> }.into_any() };
    let initial = view.business.chars().next().unwrap_or('·').to_uppercase().to_string();
    let notice = view.notice.map(|notice| {
        view! { <p class="checkout-notice" class:bad=notice.bad role="status">{notice.text}</p> }.into_any()
    });
    let paying_as = view.paying_as.map(|name| {
        view! {
            <p class="checkout-as">
                <span>"Paying as " <strong>{name}</strong></span>
                <a href=view.standard_url.clone()>"Not you?"</a>
            </p>
        }
        .into_any()
    });
    let opt_out = view.opt_out_url.map(|url| view! { <a href=url>"Stop messages"</a> }.into_any());
    let verb = [&view.verb, " "].concat();

    view! {
        <form class="checkout" method="post" action=view.standard_url on:input=on_input on:focusout=on_leave on:submit=on_submit>
            <p class="checkout-business"><span aria-hidden="true">{initial}</span>{view.business}</p>
            {title}
            <p class="checkout-amount" aria-live="polite">{total}</p>
            {notice}
            <div class="checkout-notice bad" role="alert" hidden=move || errors.with(Vec::is_empty)>
                <p>"Please check these details:"</p>
                <ul>{summary}</ul>
            </div>
            <ul class="checkout-items" class:single=single>{items}</ul>
            {paying_as}
            {inputs}
            <input type="hidden" name="attempt" value=view.attempt/>
            <input type="hidden" name="version" value=view.version.to_string()/>
            <input type="hidden" name="t" value=view.token.unwrap_or_default()/>
            <button type="submit">{verb}{total}</button>
            <p class="checkout-small">{view.small_print} {opt_out}</p>
        </form>
    }
}

fn fields(view: &CheckoutView) -> Vec<Field> {
    let field = |name, label, kind, autocomplete, required, value: &str| Field {
        name,
        label,
        kind,
        autocomplete,
        required,
        value: value.to_owned(),
    };
    let values = &view.values;
    let mut fields = vec![
        field("name", "Full name", "text", "name", true, &values.name),
        field("email", "Email", "email", "email", true, &values.email),
        field("phone", "Phone", "tel", "tel", view.phone_required, &values.phone),
    ];
    if view.collect_address {
        let address = &values.address;
        fields.extend([
            field("street", "Street address", "text", "street-address", true, &address.street),
            field("city", "City", "text", "address-level2", true, &address.city),
            field("region", "State or region", "text", "address-level1", false, &address.region),
            field("postal_code", "Postal code", "text", "postal-code", true, &address.postal_code),
            field("country", "Country", "text", "country-name", true, &address.country),
        ]);
    }
    fields
}

fn text_field(field: Field, errors: RwSignal<Vec<FieldError>>) -> AnyView {
    let Field { name, label, kind, autocomplete, required, value } = field;
    let id = ["pay-", name].concat();
    let error_id = [&id, "-error"].concat();
    let optional = (!required).then(|| view! { <small>" (optional)"</small> }.into_any());
    view! {
        <div class="checkout-field">
            <label for=id.clone()>{label}</label>
            {optional}
            <input id=id name=name type=kind autocomplete=autocomplete required=required value=value maxlength="254"
                aria-invalid=move || invalid(errors, name) aria-describedby=error_id.clone()/>
            {error_line(error_id, name.to_owned(), errors)}
        </div>
    }
    .into_any()
}

fn quantity_field(
    index: usize,
    label: String,
    quantity: i64,
    limits: QuantityLimits,
    errors: RwSignal<Vec<FieldError>>,
) -> AnyView {
    let name = quantity_name(index);
    let id = ["pay-", &name].concat();
    let error_id = [&id, "-error"].concat();
    let named = name.clone();
    view! {
        <div class="checkout-field quantity">
            <label for=id.clone()>{label}</label>
            <input id=id name=name.clone() type="number" inputmode="numeric" autocomplete="off" required=true step="1"
                min=limits.min.to_string() max=limits.max.to_string() value=quantity.to_string()
                aria-invalid=move || invalid(errors, &named) aria-describedby=error_id.clone()/>
            {error_line(error_id, name, errors)}
        </div>
    }
    .into_any()
}

fn quantity_name(index: usize) -> String {
    [QUANTITY, &index.to_string()].concat()
}

fn error_line(id: String, name: String, errors: RwSignal<Vec<FieldError>>) -> AnyView {
    let other = name.clone();
    view! {
        <p class="checkout-error" id=id hidden=move || message_of(errors, &other).is_empty()>
            {move || message_of(errors, &name)}
        </p>
    }
    .into_any()
}

fn summary_line(name: String, errors: RwSignal<Vec<FieldError>>) -> AnyView {
    let other = name.clone();
    let href = ["#pay-", &name].concat();
    view! {
        <li hidden=move || message_of(errors, &other).is_empty()><a href=href>{move || message_of(errors, &name)}</a></li>
    }
    .into_any()
}

fn invalid(errors: RwSignal<Vec<FieldError>>, name: &str) -> Option<&'static str> {
    errors.with(|all| all.iter().any(|error| error.field == name)).then_some("true")
}

fn message_of(errors: RwSignal<Vec<FieldError>>, name: &str) -> String {
    errors
        .with(|all| all.iter().find(|error| error.field == name).map(|error| error.message.clone()).unwrap_or_default())
}

fn input_of(event: &ev::Event) -> Option<HtmlInputElement> {
    event.target()?.dyn_into().ok()
}

/// A quantity within the field's own limits, or none while it is half typed.
fn quantity_of(input: &HtmlInputElement) -> Option<i64> {
    let chosen: i64 = input.value().parse().ok()?;
    let limit = |text: String, otherwise| text.parse().unwrap_or(otherwise);
    (limit(input.min(), 1)..=limit(input.max(), i64::MAX)).contains(&chosen).then_some(chosen)
}

/// Checks one field again and shows or clears its message; true when it may be sent.
fn recheck(errors: RwSignal<Vec<FieldError>>, input: &HtmlInputElement) -> bool {
    let field = input.name();
    let message = problem(input);
    let fine = message.is_none();
    errors.update(|all| {
        all.retain(|error| error.field != field);
        all.extend(message.map(|message| FieldError { field, message: message.to_owned() }));
    });
    fine
}

/// What is plainly wrong with a field. The server has the last word.
fn problem(input: &HtmlInputElement) -> Option<&'static str> {
    let kind = input.type_();
    let value = input.value();
    let value = value.trim();
    match kind.as_str() {
        "hidden" => None,
        "number" => quantity_of(input).is_none().then_some("Choose a quantity within the limits."),
        _ if value.is_empty() => input.required().then_some("Please fill in this field."),
        "email" => (!looks_like_email(value)).then_some("Enter an email address like name@example.com."),
        "tel" if input.required() => (value.bytes().filter(u8::is_ascii_digit).count() < 5)
            .then_some("Enter a phone number, with its country code if it is from abroad."),
        _ => None,
    }
}

fn looks_like_email(value: &str) -> bool {
    let Some((local, domain)) = value.split_once('@') else {
        return false;
    };
    let dotted = domain.split_once('.').is_some_and(|(name, rest)| !name.is_empty() && !rest.is_empty());
    !local.is_empty()
        && dotted
        && !domain.ends_with('.')
        && !domain.contains('@')
        && !value.contains(char::is_whitespace)
}
