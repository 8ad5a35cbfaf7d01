//! The tab "Send to contacts": who, by which channel, in which words.

use leptos::prelude::*;

use super::{
    people::People,
    reminders::RemindersFields,
    sending::Sending,
    when::WhenFields,
    wording::{Previews, WordingFields},
};
/// All of the tab but its foot.
#[component]
pub fn SendToContacts(sending: Sending) -> impl IntoView {
    view! {
        <div class="stack">
            <People sending=sending/>
            <WordingFields sending=sending/>
            <WhenFields when=sending.when/>
            <RemindersFields sending=sending/>
            <Show when=move || sending.is_previewed.get()>
                <Previews sending=sending/>
            </Show>
        </div>
    }
}
