//! A field to search a list with.

use leptos::prelude::*;

use super::icon::{Glyph, Icon};

/// A search input; put it into a form with `method="GET"` so that it works without scripts.
#[component]
pub fn SearchField(
    #[prop(into)] label: String,
    #[prop(default = "q".into(), into)] name: String,
    #[prop(optional, into)] id: Option<String>,
    #[prop(optional, into)] value: String,
    #[prop(optional, into)] placeholder: Option<String>,
) -> impl IntoView {
    let id = id.unwrap_or_else(|| name.clone());
    let placeholder = placeholder.unwrap_or_else(|| label.clone());
    view! {
        <div class="search">
            <label class="visually-hidden" for=id.clone()>{label}</label>
            <Icon glyph=Glyph::Search/>
            <input
                class="input"
                type="search"
                id=id
                name=name
                value=value
                placeholder=placeholder
                autocomplete="off"
                enterkeyhint="search"
                spellcheck="false"
            />
        </div>
    }
}
