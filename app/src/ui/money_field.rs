//! A text input for an amount of money.

use leptos::prelude::*;

use super::field::{FieldNotes, described_by};

/// An amount as people write it, with its currency beside it; the server parses it.
#[component]
pub fn MoneyField(
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    #[prop(into)] currency: Signal<String>,
    #[prop(optional, into)] id: Option<String>,
    #[prop(optional, into)] value: String,
    #[prop(optional, into)] hint: Option<String>,
    #[prop(optional, into)] error: MaybeProp<String>,
    #[prop(optional)] required: bool,
) -> impl IntoView {
    let id = id.unwrap_or_else(|| name.clone());
    let described_by = described_by(&id, hint.is_some(), error);
    view! {
        <div class="field">
            <label class="field-label" for=id.clone()>{label}</label>
            <div class="money">
                <input
                    class="input"
                    id=id.clone()
                    name=name
                    type="text"
                    inputmode="decimal"
                    autocomplete="off"
                    value=value
                    required=required
                    aria-describedby=described_by
                    aria-invalid=move || error.get().map(|_| "true")
                />
                <span class="money-currency">{move || currency.get()}</span>
            </div>
            <FieldNotes id=id hint=hint error=error/>
        </div>
    }
}
