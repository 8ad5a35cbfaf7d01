//! A labelled choice from a short list.

use leptos::prelude::*;

use super::field::{FieldNotes, described_by};

/// A labelled `<select>` of (value, text) pairs; `value` is the one chosen at first.
#[component]
pub fn Select(
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    #[prop(into)] options: Signal<Vec<(String, String)>>,
    #[prop(optional, into)] id: Option<String>,
    #[prop(optional, into)] value: String,
    #[prop(optional, into)] hint: Option<String>,
    #[prop(optional, into)] error: MaybeProp<String>,
    #[prop(default = "off")] autocomplete: &'static str,
    #[prop(optional)] required: bool,
    /// Hides the label from sight, for a filter in a toolbar.
    #[prop(optional)]
    bare: bool,
    #[prop(optional, into)] disabled: Signal<bool>,
) -> impl IntoView {
    let id = id.unwrap_or_else(|| name.clone());
    let described_by = described_by(&id, hint.is_some(), error);
    view! {
        <div class="field" class:bare=bare>
            <label class=if bare { "visually-hidden" } else { "field-label" } for=id.clone()>{label}</label>
            <select
                class="input select"
                id=id.clone()
                name=name
                autocomplete=autocomplete
                required=required
                disabled=move || disabled.get()
                aria-describedby=described_by
                aria-invalid=move || error.get().map(|_| "true")
            >
                {move || {
                    options
                        .get()
                        .into_iter()
                        .map(|(option, text)| {
                            let selected = option == value;
                            view! { <option value=option selected=selected>{text}</option> }
                        })
                        .collect_view()
                }}
            </select>
            <FieldNotes id=id hint=hint error=error/>
        </div>
    }
}
