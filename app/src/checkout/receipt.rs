//! A payment's receipt, in whatever state the payment is.

use leptos::prelude::*;

use super::ReceiptView;

/// A payment's receipt.
#[component]
pub fn Receipt(
    /// What it shows.
    view: ReceiptView,
) -> impl IntoView {
    let lines = view.lines.into_iter().map(|(label, value)| view! { <div><dt>{label}</dt><dd>{value}</dd></div> });
    let next = view.next.into_iter().map(|(label, url)| view! { <p><a class="checkout-next" href=url>{label}</a></p> });
    view! {
        <div class="checkout">
            <p class="checkout-business">{view.business}</p>
            <h1 class="checkout-heading" class:paid=view.paid>{view.heading}</h1>
            <p class="checkout-amount">{view.amount}</p>
            <p>{view.text}</p>
            {view.message.map(|message| view! { <p class="checkout-notice">{message}</p> })}
            <dl class="checkout-lines">{lines.collect_view()}</dl>
            {next.collect_view()}
        </div>
    }
}
