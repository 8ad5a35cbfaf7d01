//! The browser's entry: adopts the form that the server rendered, with whatever was typed into it, and adds live totals and
//! inline checks. It builds no view of its own: that is what keeps it small, and why it cannot wipe anything.

use js_sys::Reflect;
use wasm_bindgen::{JsCast, closure::Closure, prelude::wasm_bindgen};
use web_sys::{
    Document, Element, Event, EventTarget, HtmlElement, HtmlFormElement, HtmlInputElement, HtmlSelectElement,
};

use crate::{
    money::MoneyFormat,
    order::{self, Line},
};

/// Each line of what is bought.
const LINES: &str = "li[data-price]";

/// Brings the checkout to life. Does nothing on a page that has none.
#[wasm_bindgen]
pub fn hydrate_checkout() {
    let Some(window) = web_sys::window() else { return };
    let Some(document) = window.document() else { return };
    let Some(form) = document.query_selector("form.checkout").ok().flatten() else { return };
    let Ok(form) = form.dyn_into::<HtmlFormElement>() else { return };
    // Our own messages stand next to the fields; the browser's bubbles would come first.
    form.set_no_validate(true);
    show_totals(&form);
    let token = input(&form, "t").map(|field| field.value()).unwrap_or_default();
    let seen = [&form.get_attribute("action").unwrap_or_default(), "/view"].concat();
    listen(form);
    if let Some(body) = document.body() {
        let _ = body.set_attribute("data-hydrated", "");
    }
    let is_prerendered =
        Reflect::get(&document, &"prerendering".into()).is_ok_and(|prerendering| prerendering.is_truthy());
    let tell = move || {
        let _ = window.navigator().send_beacon_with_opt_str(&seen, Some(&token));
    };
    // Only a page that came alive counts as seen by a person, and one that was made ahead of a click only after it.
    if is_prerendered {
        let shown = Closure::once_into_js(tell);
        let _ = document.add_event_listener_with_callback("prerenderingchange", shown.unchecked_ref());
    } else {
        tell();
    }
}

/// One listener of each kind for the whole form.
fn listen(form: HtmlFormElement) {
    let target: EventTarget = form.clone().into();
    let hear = Closure::<dyn Fn(Event)>::new(move |event: Event| match event.type_().as_str() {
        "submit" => check_all(&form, &event),
        kind => {
            let Some(field) = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok()) else {
                return;
            };
            if kind == "input" {
                show_totals(&form);
            }
            // While typing, a message only goes away; an empty field that was passed by is not a mistake yet.
            if field.has_attribute("aria-invalid") || (kind == "focusout" && !field.value().is_empty()) {
                check(&field);
                show_summary(&form);
            }
        }
    });
    for kind in ["input", "focusout", "submit"] {
        let _ = target.add_event_listener_with_callback(kind, hear.as_ref().unchecked_ref());
    }
    // The page lives as long as its listeners.
    hear.forget();
}

/// Writes each line's amount and the sum, from the quantities as they stand in the form.
fn show_totals(form: &HtmlFormElement) {
    let symbol = form.get_attribute("data-symbol").unwrap_or_default();
    let money = MoneyFormat { symbol, exponent: number(form, "data-exponent").try_into().unwrap_or_default() };
    let Ok(quote) = order::quote(all(form, LINES).map(|place| line(&place))) else { return };
    for (place, line) in all(form, LINES).zip(quote.lines) {
        if let Ok(Some(price)) = place.query_selector(".checkout-price") {
            write(&price, &money.show(line.amount));
        }
    }
    let total = money.show(quote.total);
    all(form, "[data-total]").for_each(|place| write(&place, &total));
}

/// A line with the quantity that stands in the form; its name is not needed here.
fn line(place: &Element) -> Line {
    let chosen = place.query_selector("input").ok().flatten().and_then(|field| quantity(field.unchecked_ref()));
    let quantity = chosen.unwrap_or_else(|| number(place, "data-quantity"));
    Line {
        item: String::new(),
        quantity: quantity.try_into().unwrap_or_default(),
        price_minor: number(place, "data-price"),
    }
}

/// Checks every field; a form with a mistake stays, with the first of them in focus.
fn check_all(form: &HtmlFormElement, event: &Event) {
    let wrong = all(form, "input").filter_map(|field| field.dyn_into().ok()).filter(|field| !check(field));
    let wrong: Vec<HtmlInputElement> = wrong.collect();
    show_summary(form);
    if let Some(first) = wrong.first() {
        event.prevent_default();
        let _ = AsRef::<HtmlElement>::as_ref(first).focus();
    }
}

/// Shows or clears the message of one field; true when it may be sent.
fn check(field: &HtmlInputElement) -> bool {
    let problem = problem(field);
    let _ = match problem {
        Some(_) => field.set_attribute("aria-invalid", "true"),
        None => field.remove_attribute("aria-invalid"),
    };
    let Some(document) = field.owner_document() else { return true };
    let message = problem.unwrap_or_default();
    if let Some(line) = document.get_element_by_id(&[&field.id(), "-error"].concat()) {
        write(&line, message);
        show(&line, problem.is_some());
    }
    if let Some(link) = document.get_element_by_id(&[&field.id(), "-summary"].concat()) {
        // Away from its field, a message says which one it is about.
        let label = document.query_selector(&["label[for='", &field.id(), "']"].concat()).ok().flatten();
        let label = label.and_then(|label| label.text_content()).unwrap_or_default();
        write(&link, &[&label, ": ", message].concat());
        if let Some(line) = link.parent_element() {
            show(&line, problem.is_some());
        }
    }
    problem.is_none()
}

/// The summary stands as long as a field is marked.
fn show_summary(form: &HtmlFormElement) {
    let summary = form.owner_document().and_then(|document: Document| document.get_element_by_id("pay-summary"));
    if let Some(summary) = summary {
        show(&summary, matches!(form.query_selector("[aria-invalid]"), Ok(Some(_))));
    }
}

/// What is plainly wrong with a field. The server has the last word.
fn problem(field: &HtmlInputElement) -> Option<&'static str> {
    let value = field.value();
    let value = value.trim();
    match field.type_().as_str() {
        "hidden" => None,
        "number" => quantity(field).is_none().then_some("Choose a quantity within the limits."),
        _ if value.is_empty() => is_needed(field).then_some("Please fill in this field."),
        "email" => (!looks_like_email(value)).then_some("Enter an email address like name@example.com."),
        "tel" if field.required() => (value.bytes().filter(u8::is_ascii_digit).count() < 5)
            .then_some("Enter a phone number, with its country code if it is from abroad."),
        _ => None,
    }
}

/// Whether a field has to be filled in, always or for the country that is chosen.
fn is_needed(field: &HtmlInputElement) -> bool {
    let country = field.form().and_then(|form| form.query_selector("select[name=country]").ok().flatten());
    let Some(country) = country.filter(|_| !field.required()) else { return field.required() };
    let chosen = country.unchecked_ref::<HtmlSelectElement>().value();
    let is_listed =
        |list: &str| country.get_attribute(list).is_some_and(|codes| codes.split(' ').any(|code| code == chosen));
    match field.name().as_str() {
        "postal_code" => is_listed("data-postal-code"),
        "city" => !chosen.is_empty() && !is_listed("data-no-city"),
        _ => false,
    }
}

fn looks_like_email(value: &str) -> bool {
    let Some((local, domain)) = value.split_once('@') else { return false };
    let dotted = domain.split_once('.').is_some_and(|(name, rest)| !name.is_empty() && !rest.is_empty());
    !local.is_empty() && dotted && !domain.ends_with('.') && !domain.contains('@') && !value.contains(' ')
}

/// A quantity within the field's own limits, or none while it is half typed.
fn quantity(field: &HtmlInputElement) -> Option<i64> {
    let chosen: i64 = field.value().parse().ok()?;
    (number(field, "min")..=number(field, "max")).contains(&chosen).then_some(chosen)
}

fn input(form: &HtmlFormElement, name: &str) -> Option<HtmlInputElement> {
    all(form, "input").filter_map(|field| field.dyn_into().ok()).find(|field: &HtmlInputElement| field.name() == name)
}

fn all(form: &HtmlFormElement, selector: &str) -> impl Iterator<Item = Element> + use<> {
    let found = form.query_selector_all(selector).ok();
    (0..).map_while(move |index| found.as_ref()?.get(index)?.dyn_into().ok())
}

fn number(element: &Element, attribute: &str) -> i64 {
    element.get_attribute(attribute).and_then(|text| text.parse().ok()).unwrap_or_default()
}

fn write(element: &Element, text: &str) {
    // A live region speaks at every write: only what changed is written.
    if element.text_content().as_deref() != Some(text) {
        element.set_text_content(Some(text));
    }
}

fn show(element: &Element, shown: bool) {
    let _ = if shown { element.remove_attribute("hidden") } else { element.set_attribute("hidden", "") };
}
