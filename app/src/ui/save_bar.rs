//! The bar that keeps "Save" in reach.

use leptos::prelude::*;

use super::button::{Button, Variant};

/// Ends a form with its one "Save"; while something is unsaved it stays in view and offers "Discard".
#[component]
pub fn SaveBar(
    #[prop(into)] dirty: Signal<bool>,
    #[prop(optional, into)] saving: Signal<bool>,
    #[prop(into)] on_discard: Callback<()>,
) -> impl IntoView {
    view! {
        <div class="save-bar" class:dirty=move || dirty.get()>
            <p class="save-bar-text" role="status">{move || dirty.get().then_some("Unsaved changes")}</p>
            <Show when=move || dirty.get()>
                <Button on:click=move |_| on_discard.run(())>"Discard"</Button>
            </Show>
            <Button kind="submit" variant=Variant::Primary busy=saving>"Save"</Button>
        </div>
    }
}
