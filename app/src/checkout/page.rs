//! Calm pages around the checkout: a link that cannot be paid, and the test gateway's own page.

use leptos::prelude::*;

/// A page that says one thing and what to do next.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CalmView {
    /// Who is asking for money, where that may be said.
    pub business: Option<String>,
    /// The heading.
    pub heading: String,
    /// What happened and what to do.
    pub text: String,
    /// A way on: what it is called, and where it leads.
    pub next: Option<(String, String)>,
}

/// One sentence and, perhaps, one way on.
#[component]
pub fn CalmPage(view: CalmView) -> impl IntoView {
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

/// What the test gateway shows: it plays the part of a payment provider's own page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TestGatewayView {
    /// Who is paid.
    pub business: String,
    /// What is paid for.
    pub title: String,
    /// How much, written out.
    pub amount: String,
    /// Where the decision is posted.
    pub action: String,
}

/// The hosted-style page of the test gateway.
#[component]
pub fn TestGateway(view: TestGatewayView) -> impl IntoView {
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
