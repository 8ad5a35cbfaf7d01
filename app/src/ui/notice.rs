//! A message about the page.

use leptos::prelude::*;

use super::status::Tone;

/// A message in a box. What went wrong is announced at once, the rest when the reader has a moment.
#[component]
pub fn Notice(
    #[prop(optional)] tone: Tone,
    #[prop(optional, into)] title: Option<String>,
    children: Children,
) -> impl IntoView {
    let role = if tone == Tone::Bad { "alert" } else { "status" };
    view! {
        <div class="notice" data-tone=tone.name() role=role>
            {title.map(|title| view! { <p class="notice-title">{title}</p> })}
            <div class="notice-text">{children()}</div>
        </div>
    }
}
