//! A labelled input for several lines.

use leptos::{html::Textarea, prelude::*};

use super::field::{FieldNotes, described_by};
use crate::markup::raw_content;

/// A labelled `<textarea>`, with the same manners as a field.
#[component]
pub fn TextArea(
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    #[prop(optional, into)] id: Option<String>,
    #[prop(optional, into)] value: String,
    #[prop(optional, into)] hint: Option<String>,
    #[prop(optional, into)] error: MaybeProp<String>,
    #[prop(default = 6)] rows: u32,
    #[prop(optional)] maxlength: Option<u32>,
    #[prop(optional)] required: bool,
    #[prop(optional)] readonly: bool,
    #[prop(optional)] node_ref: NodeRef<Textarea>,
) -> impl IntoView {
    let id = id.unwrap_or_else(|| name.clone());
    let described_by = described_by(&id, hint.is_some(), error);
    view! {
        <div class="field">
            <label class="field-label" for=id.clone()>{label}</label>
            <textarea
                node_ref=node_ref
                class="input text-area"
                id=id.clone()
                name=name
                rows=rows.to_string()
                maxlength=maxlength.map(|n| n.to_string())
                required=required
                readonly=readonly
                aria-describedby=described_by
                aria-invalid=move || error.get().map(|_| "true")
            >
                {raw_content(value)}
            </textarea>
            <FieldNotes id=id hint=hint error=error/>
        </div>
    }
}
