//! A labelled text input with its hint and its error.

use leptos::{html::Input, prelude::*};

/// A labelled `<input>`. What the server rendered as `value` is left alone afterwards; read it from the form or from
/// `on:input`, which bubbles to the component. The `kind` is the input's type, `id` defaults to `name`.
#[component]
pub fn Field(
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    #[prop(optional, into)] id: Option<String>,
    #[prop(default = "text")] kind: &'static str,
    #[prop(optional, into)] value: String,
    #[prop(optional, into)] hint: Option<String>,
    #[prop(optional, into)] error: MaybeProp<String>,
    #[prop(optional, into)] placeholder: Option<String>,
    #[prop(default = "off")] autocomplete: &'static str,
    #[prop(optional)] inputmode: Option<&'static str>,
    #[prop(optional)] minlength: Option<u32>,
    #[prop(optional)] maxlength: Option<u32>,
    #[prop(optional)] min: Option<i64>,
    #[prop(optional)] max: Option<i64>,
    #[prop(optional)] required: bool,
    #[prop(optional)] autofocus: bool,
    #[prop(optional, into)] disabled: Signal<bool>,
    #[prop(optional)] node_ref: NodeRef<Input>,
) -> impl IntoView {
    let id = id.unwrap_or_else(|| name.clone());
    let described_by = described_by(&id, hint.is_some(), error);
    view! {
        <div class="field">
            <label class="field-label" for=id.clone()>{label}</label>
            <input
                node_ref=node_ref
                class="input"
                id=id.clone()
                name=name
                type=kind
                value=value
                placeholder=placeholder
                autocomplete=autocomplete
                inputmode=inputmode
                minlength=minlength.map(|n| n.to_string())
                maxlength=maxlength.map(|n| n.to_string())
                min=min.map(|n| n.to_string())
                max=max.map(|n| n.to_string())
                required=required
                autofocus=autofocus
                disabled=move || disabled.get()
                aria-describedby=described_by
                aria-invalid=move || error.get().map(|_| "true")
            />
            <FieldNotes id=id hint=hint error=error/>
        </div>
    }
}

/// The ids of the texts that explain a field, for its `aria-describedby`.
pub(super) fn described_by(
    id: &str,
    has_hint: bool,
    error: MaybeProp<String>,
) -> impl Fn() -> Option<String> + Clone + Send + Sync + use<> {
    let (hint, problem) = (format!("{id}-hint"), format!("{id}-error"));
    move || match (error.get().is_some(), has_hint) {
        (true, true) => Some(format!("{problem} {hint}")),
        (true, false) => Some(problem.clone()),
        (false, true) => Some(hint.clone()),
        (false, false) => None,
    }
}

/// The error and the hint below a field.
#[component]
pub(super) fn FieldNotes(
    id: String,
    #[prop(optional_no_strip)] hint: Option<String>,
    error: MaybeProp<String>,
) -> impl IntoView {
    let error_id = format!("{id}-error");
    view! {
        {move || {
            let error_id = error_id.clone();
            error.get().map(move |text| view! { <p class="field-error" id=error_id>{text}</p> })
        }}
        {hint.map(|text| view! { <p class="field-hint" id=format!("{id}-hint")>{text}</p> })}
    }
}
