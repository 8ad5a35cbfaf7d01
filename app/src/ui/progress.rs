//! How far a long job has come.

use leptos::prelude::*;

/// A bar with its sentence; screen readers hear the sentence when it changes.
#[component]
pub fn Progress(
    #[prop(into)] label: Signal<String>,
    #[prop(into)] done: Signal<i64>,
    #[prop(into)] total: Signal<i64>,
) -> impl IntoView {
    view! {
        <div class="progress">
            <p class="progress-text">
                <strong role="status">{move || label.get()}</strong>
            </p>
            <progress
                class="progress-bar"
                aria-label=move || label.get()
                value=move || done.get().to_string()
                max=move || total.get().max(1).to_string()
            ></progress>
        </div>
    }
}
