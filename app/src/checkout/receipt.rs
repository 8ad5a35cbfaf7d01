//! A payment's receipt, in whatever state the payment is.

use leptos::prelude::*;

/// What a receipt says. It holds no address and no full email: its link can be passed on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReceiptView {
    /// Who was paid.
    pub business: String,
    /// Where the payment stands, as a heading.
    pub heading: String,
    /// The same in a sentence.
    pub text: String,
    /// The payment went through.
    pub paid: bool,
    /// How much, written out.
    pub amount: String,
    /// What was bought and the facts of the payment: a label and a value each.
    pub lines: Vec<(String, String)>,
    /// What the business says after a payment.
    pub message: Option<String>,
    /// Ways on: what each is called, and where it leads.
    pub next: Vec<(String, String)>,
}

/// A payment's receipt.
#[component]
pub fn Receipt(view: ReceiptView) -> impl IntoView {
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
