//! A box to tick.

use leptos::prelude::*;

/// A checkbox whose accessible name is its label alone; `detail` explains it. A form carries `name=value` when ticked.
#[component]
pub fn Checkbox(
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    #[prop(optional, into)] id: Option<String>,
    #[prop(optional)] checked: bool,
    #[prop(optional, into)] detail: Option<String>,
    #[prop(optional, into)] disabled: Signal<bool>,
) -> impl IntoView {
    let id = id.unwrap_or_else(|| name.clone());
    let detail_id = format!("{id}-hint");
    view! {
        <div class="checkbox">
            <input
                class="checkbox-box"
                type="checkbox"
                id=id.clone()
                name=name
                value="true"
                checked=checked
                disabled=move || disabled.get()
                aria-describedby=detail.is_some().then(|| detail_id.clone())
            />
            <label class="checkbox-label" for=id>{label}</label>
            {detail.map(|text| view! { <p class="field-hint" id=detail_id>{text}</p> })}
        </div>
    }
}
