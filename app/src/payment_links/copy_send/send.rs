//! The tab "Send to contacts": who, by which channel, in which words.

use leptos::prelude::*;

use super::{
    people::People,
    sending::Sending,
    wording::{Previews, WordingFields},
};
use crate::ui::{Notice, Tone};

/// All of the tab but its foot.
#[component]
pub fn SendToContacts(sending: Sending) -> impl IntoView {
    view! {
        <div class="stack">
            {move || sending.error.get().map(|error| view! { <Notice tone=Tone::Bad>{error.to_string()}</Notice> })}
            <People sending=sending/>
            <WordingFields sending=sending/>
            <Show when=move || sending.is_previewed.get()>
                <Previews sending=sending/>
            </Show>
        </div>
    }
}
