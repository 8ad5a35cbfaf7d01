//! The browser's entry: takes over the form that the server rendered, without changing what was typed.

use leptos::mount::hydrate_from;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::{Document, Element, Event, EventInit, HtmlElement, HtmlFormElement};

use super::{Checkout, CheckoutView};

/// Brings the checkout to life. Does nothing on a page that has none.
#[wasm_bindgen]
pub fn hydrate_checkout() {
    let document = document();
    let Some((main, view)) = rendered(&document) else {
        return;
    };
    let seen = [&view.standard_url, "/view"].concat();
    let token = view.token.clone().unwrap_or_default();
    hydrate_from(main, move || view! { <Checkout view/> }).forget();
    adopt(&document);
    if let Some(body) = document.body() {
        let _ = body.set_attribute("data-hydrated", "");
    }
    // Only a page that came alive counts as seen by a person.
    let _ = window().navigator().send_beacon_with_opt_str(&seen, Some(&token));
}

/// The server's form and the very data that it was rendered from.
fn rendered(document: &Document) -> Option<(HtmlElement, CheckoutView)> {
    let main: HtmlElement = document.get_element_by_id("checkout")?.dyn_into().ok()?;
    let data = document.get_element_by_id("checkout-view")?.text_content()?;
    Some((main, serde_json::from_str(&data).ok()?))
}

/// Lets the form hear what was typed, filled in or chosen before it came alive.
fn adopt(document: &Document) {
    let form = document.query_selector("#checkout form").ok().flatten();
    let Some(form) = form.and_then(|form: Element| form.dyn_into::<HtmlFormElement>().ok()) else {
        return;
    };
    // Our own messages stand next to the fields; the browser's bubbles would come first.
    form.set_no_validate(true);
    let rises = EventInit::new();
    rises.set_bubbles(true);
    for field in (0..).map_while(|index| form.get_with_index(index)) {
        // The form listens for its fields: the event must rise to it.
        if let Ok(event) = Event::new_with_event_init_dict("input", &rises) {
            let _ = field.dispatch_event(&event);
        }
    }
}
