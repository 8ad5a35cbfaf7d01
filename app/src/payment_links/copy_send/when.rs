//! When a campaign leaves: now, which may be after the business's hold, or at a date and time.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::plan::Plan;
use crate::{
    account::current::CurrentBusiness,
    ui::{Field, Select},
};

const NOW: &str = "now";
const LATER: &str = "later";

/// The name of the business's time zone, and its hold in minutes.
fn business() -> (Signal<String>, Signal<u32>) {
    let current = use_context::<CurrentBusiness>();
    let found = move || current.and_then(|current| current.get()).and_then(Result::ok);
    (
        Signal::derive(move || found().map(|business| business.time_zone).unwrap_or_default()),
        Signal::derive(move || found().map(|business| business.hold_minutes).unwrap_or_default()),
    )
}

/// "Now" or "Later", with the date and time for later.
#[component]
pub fn WhenFields(plan: Plan) -> impl IntoView {
    let (zone, _) = business();
    let options = [(NOW, "Now"), (LATER, "Later")].map(|(value, text)| (value.to_owned(), text.to_owned())).to_vec();
    let chosen = if plan.is_later.get_untracked() { LATER } else { NOW };
    let chose = move |event: web_sys::Event| {
        if let Some(select) = event.target().and_then(|to| to.dyn_into::<web_sys::HtmlSelectElement>().ok()) {
            plan.is_later.set(select.value() == LATER);
        }
    };
    let typed = move |event: web_sys::Event| {
        if let Some(input) = event.target().and_then(|to| to.dyn_into::<web_sys::HtmlInputElement>().ok()) {
            plan.local.set(input.value());
        }
    };
    view! {
        <div class="wordings">
            <Select name="send-when" label="When" options=options value=chosen on:change=chose/>
            <Show when=move || plan.is_later.get()>
                <Field
                    name="send-starts-at"
                    label="Date and time"
                    kind="datetime-local"
                    value=plan.local.get_untracked()
                    hint=format!("In the time zone {}.", zone.get_untracked())
                    on:input=typed
                />
            </Show>
        </div>
    }
}

/// When it will leave, if not at once.
#[component]
pub fn WhenReview(plan: Plan) -> impl IntoView {
    let (zone, hold) = business();
    let words = move || match (plan.is_later.get(), hold.get()) {
        (true, _) => {
            let local = plan.local.get().replace('T', " ");
            (!local.is_empty()).then(|| format!("Leaves on {local} ({})", zone.get()))
        }
        (false, 0) => None,
        (false, 1) => Some("Leaves after a hold of 1 minute".to_owned()),
        (false, minutes) => Some(format!("Leaves after a hold of {minutes} minutes")),
    };
    move || words().map(|words| view! { <p class="muted">{words}</p> })
}
