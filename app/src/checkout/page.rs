//! Calm pages around the checkout: a link that cannot be paid, and the test gateway's own page.

use leptos::prelude::*;

use super::{CalmView, TestGatewayView};

/// One sentence and, perhaps, one way on.
#[component]
pub fn CalmPage(
    /// What it shows.
    view: CalmView,
) -> impl IntoView {
    let next = view.next.map(|(label, url)| view! { <p><a class="checkout-next" href=url>{label}</a></p> });
    view! {
        <div class="checkout">
            <p class="checkout-business">{view.business}</p>
            <h1 class="checkout-heading">{view.heading}</h1>
            <p>{view.text}</p>
            {next}
        </div>
    }
}

/// The hosted-style page of the test gateway.
#[component]
pub fn TestGateway(
    /// What it shows.
    view: TestGatewayView,
) -> impl IntoView {
    view! {
        <form class="checkout" method="post" action=view.action>
            <p class="checkout-business">{view.business}</p>
            <h1>"Test payment: " {view.title}</h1>
            <p class="checkout-amount">{view.amount}</p>
            <p class="checkout-notice">"This is the built-in test gateway. No money moves: choose how the payment ends."</p>
            <button type="submit" name="outcome" value="approve">"Approve"</button>
            <button type="submit" name="outcome" value="decline" class="quiet">"Decline"</button>
        </form>
    }
}
