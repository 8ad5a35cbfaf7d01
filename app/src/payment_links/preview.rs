//! The editor's picture of the checkout: the real component, inert, from whatever can be read of the form so far.

use leptos::{html::Div, prelude::*};
use wasm_bindgen::JsCast;

use super::{AfterPayment, ButtonText, LineItem, LineItemForm, PaymentLinkDetails, PaymentLinkForm, QuantityRange};
use crate::{
    brand_color,
    checkout::{CheckoutView, form::Checkout},
    money::{Currency, Money},
};

/// The checkout as it would look now. It cannot be used, and those who hear the page skip it.
#[component]
pub fn Preview(#[prop(into)] form: Signal<PaymentLinkForm>, business: String) -> impl IntoView {
    let frame = NodeRef::<Div>::new();
    let details = Memo::new(move |_| form.with(read));
    let shown = move || CheckoutView {
        small_print: "Preview".to_owned(),
        ..details.with(|details| CheckoutView::blank(&business, details))
    };
    // Set by script: the policy of our pages allows no style in the HTML.
    Effect::new(move |_| {
        let color = details.with(|details| details.brand_color.clone());
        let checkout = frame.get().and_then(|frame| frame.query_selector(".checkout").ok().flatten());
        let Some(checkout) = checkout.and_then(|checkout| checkout.dyn_into::<web_sys::HtmlElement>().ok()) else {
            return;
        };
        let style = checkout.style();
        // A refused change leaves the colour as it was, which is all that a preview can do.
        if let Some(color) = color {
            let _ = style.set_property("--brand", &color);
            let _ = style.set_property("--on-brand", "#fff");
        } else {
            let _ = style.remove_property("--brand");
            let _ = style.remove_property("--on-brand");
        }
    });
    view! {
        <div class="link-preview" node_ref=frame inert>
            {move || view! { <Checkout view=shown() preview=true/> }}
        </div>
    }
}

/// What can be understood of the form; the rest is left out. Saving checks everything.
fn read(form: &PaymentLinkForm) -> PaymentLinkDetails {
    let currency = form.currency.parse().unwrap_or(Currency::USD);
    let name = form.name.trim();
    PaymentLinkDetails {
        name: if name.is_empty() { "Name of the payment link" } else { name }.to_owned(),
        items: form.items.iter().map(|item| read_item(item, currency)).collect(),
        require_phone: form.require_phone,
        collect_address: form.collect_address,
        after_payment: AfterPayment::Message(String::new()),
        button_text: match form.button_text.as_str() {
            "book" => ButtonText::Book,
            "donate" => ButtonText::Donate,
            _ => ButtonText::Pay,
        },
        brand_color: Some(form.brand_color.trim().to_lowercase()).filter(|color| brand_color::problem(color).is_none()),
        ..PaymentLinkDetails::blank(currency)
    }
}

fn read_item(form: &LineItemForm, currency: Currency) -> LineItem {
    let count = |typed: &str| typed.trim().parse().unwrap_or(1_u32).clamp(1, 9_999);
    let range = form.changeable.then(|| QuantityRange {
        minimum: count(&form.minimum),
        maximum: count(&form.maximum).max(count(&form.minimum)),
    });
    let item = form.item.trim();
    LineItem {
        item: if item.is_empty() { "Item" } else { item }.to_owned(),
        description: form.description.trim().to_owned(),
        price_minor: Money::read(&form.price, currency).map_or(0, |price| price.minor),
        quantity: count(&form.quantity),
        range,
    }
}
