//! The page where a person stops messages: opening it changes nothing, the button does.

use leptos::prelude::*;

use super::{OptOutView, Stopping};

/// Stops messages from one business.
#[component]
pub fn OptOut(
    /// What it shows.
    view: OptOutView,
) -> impl IntoView {
    let from = view.business.clone();
    let heading = |text: &'static str| view! { <h1 class="checkout-heading">{text}</h1> };
    let body = match (view.is_done(), view.wanted, view.email, view.texts) {
        (true, _, _, true) => view! {
            {heading("You will get no more email")}
            <p>"You have been taken off the email messages from " <strong>{from}</strong> ". It takes effect now."</p>
            <p>"You still get texts."</p>
            {stop(&view.action, Stopping::All, "Stop texts, too")}
        }
        .into_any(),
        (true, Stopping::Email, ..) => view! {
            {heading("You will get no more email")}
            <p>
                "You have been taken off the email messages from " <strong>{from}</strong>
                ". It takes effect now. You get no texts either."
            </p>
        }
        .into_any(),
        (true, Stopping::All, ..) => view! {
            {heading("You will get no more messages")}
            <p>"You get no email and no texts from " <strong>{from}</strong> " any more. It takes effect now."</p>
        }
        .into_any(),
        (false, Stopping::Email, _, texts) => view! {
            {heading("Stop email messages?")}
            <p>"You will get no more email from " <strong>{from}</strong> " through this service."</p>
            {stop(&view.action, Stopping::Email, "Stop email messages")}
            {texts.then(|| view! {
                <p>"Texts are not stopped by it."</p>
                {stop(&view.action, Stopping::All, "Stop email and texts")}
            })}
        }
        .into_any(),
        (false, Stopping::All, true, true) => view! {
            {heading("Stop email and texts?")}
            <p>"You will get no more email and no more texts from " <strong>{from}</strong> " through this service."</p>
            {stop(&view.action, Stopping::All, "Stop email and texts")}
        }
        .into_any(),
        (false, Stopping::All, true, false) => view! {
            {heading("Stop email messages?")}
            <p>"You will get no more email from " <strong>{from}</strong> " through this service. You get no texts."</p>
            {stop(&view.action, Stopping::All, "Stop email messages")}
        }
        .into_any(),
        (false, Stopping::All, false, _) => view! {
            {heading("Stop texts?")}
            <p>
                "You will get no more texts from " <strong>{from}</strong>
                " through this service. You get no email any more."
            </p>
            {stop(&view.action, Stopping::All, "Stop texts")}
        }
        .into_any(),
    };
    view! { <div class="checkout">{body}</div> }
}

/// A button that stops something; its form works without scripts.
fn stop(action: &str, stopping: Stopping, label: &'static str) -> impl IntoView + use<> {
    view! {
        <form method="post" action=action.to_owned()>
            <input type="hidden" name="stop" value=stopping.as_str()/>
            <button type="submit">{label}</button>
        </form>
    }
}
