//! Boxes that group what belongs together.

use leptos::prelude::*;

/// A raised box, headed by an `h2` when it has a title.
#[component]
pub fn Card(
    #[prop(optional, into)] title: Option<String>,
    #[prop(optional, into)] text: Option<String>,
    children: Children,
) -> impl IntoView {
    view! {
        <section class="card">
            {title.map(|title| view! { <h2 class="card-title">{title}</h2> })}
            {text.map(|text| view! { <p class="card-text">{text}</p> })}
            {children()}
        </section>
    }
}

/// Fields side by side where there is room for it.
#[component]
pub fn FieldRow(children: Children) -> impl IntoView {
    view! { <div class="field-row">{children()}</div> }
}

/// The buttons that end a form.
#[component]
pub fn FormActions(children: Children) -> impl IntoView {
    view! { <div class="form-actions">{children()}</div> }
}

/// The line above a list: search and filters.
#[component]
pub fn Toolbar(children: Children) -> impl IntoView {
    view! { <div class="toolbar">{children()}</div> }
}
