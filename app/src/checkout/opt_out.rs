//! The page where a person stops email messages: opening it changes nothing, the button does.

use leptos::prelude::*;

/// What the opt-out page knows. It never says whose address it is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OptOutView {
    /// Who sent the messages.
    pub business: String,
    /// Where the button posts to.
    pub action: String,
    /// It is done.
    pub done: bool,
}

/// Stops email messages from one business.
#[component]
pub fn OptOut(view: OptOutView) -> impl IntoView {
    let body = if view.done {
        view! {
            <h1 class="checkout-heading">"You will get no more email"</h1>
            <p>"You have been taken off the email messages from " <strong>{view.business}</strong> ". It takes effect now."</p>
        }
        .into_any()
    } else {
        view! {
            <h1 class="checkout-heading">"Stop email messages?"</h1>
            <p>"You will get no more email from " <strong>{view.business}</strong> " through this service."</p>
            <form method="post" action=view.action>
                <input type="hidden" name="List-Unsubscribe" value="One-Click"/>
                <button type="submit">"Stop email messages"</button>
            </form>
        }
        .into_any()
    };
    view! { <div class="checkout">{body}</div> }
}
