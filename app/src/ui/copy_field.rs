//! Texts to take away.

use std::time::Duration;

use leptos::{html::Input, prelude::*};
use wasm_bindgen::{JsCast, JsValue};

use super::scope::Scope;

/// A button that copies `text` and says "Copied" for a moment. `describes` tells the buttons of a list apart for
/// those who hear them.
#[component]
pub fn CopyButton(
    #[prop(into)] text: Signal<String>,
    #[prop(default = "Copy".into(), into)] label: String,
    #[prop(optional, into)] describes: Option<String>,
    #[prop(optional)] small: bool,
    /// Where the text can be selected when the clipboard is refused.
    #[prop(optional)]
    fallback: Option<NodeRef<Input>>,
) -> impl IntoView {
    let said = RwSignal::new("");
    let scope = Scope::here();
    let copy = move |_| {
        scope.spawn(async move {
            let copied = write_to_clipboard(&text.get_untracked()).await.is_ok();
            if !copied && let Some(input) = fallback.and_then(|input| input.get_untracked()) {
                let _ = input.focus();
                input.select();
            }
            said.set(match (copied, fallback.is_some()) {
                (true, _) => "Copied",
                (false, true) => "Press Ctrl+C to copy",
                (false, false) => "The browser refused to copy",
            });
            scope.after(Duration::from_secs(4), move || said.set(""));
        });
    };
    view! {
        <button type="button" class="button copy" class:small=small data-said=move || said.get() on:click=copy>
            <span class="copy-label">{label}</span>
            {describes.map(|text| view! { <span class="visually-hidden">" "{text}</span> })}
        </button>
        <span class="visually-hidden" role="status">{move || said.get()}</span>
    }
}

/// A read-only text with a button "Copy"; where the clipboard is refused the text is selected instead.
#[component]
pub fn CopyField(
    #[prop(into)] id: String,
    #[prop(into)] label: String,
    #[prop(into)] value: Signal<String>,
    #[prop(optional, into)] hint: Option<String>,
) -> impl IntoView {
    let input = NodeRef::<Input>::new();
    let hint_id = hint.is_some().then(|| format!("{id}-hint"));
    view! {
        <div class="field">
            <label class="field-label" for=id.clone()>{label}</label>
            <div class="copy-field">
                <input
                    node_ref=input
                    class="input"
                    id=id
                    type="text"
                    readonly
                    value=move || value.get()
                    aria-describedby=hint_id.clone()
                    on:focus=move |_| {
                        if let Some(input) = input.get_untracked() {
                            input.select();
                        }
                    }
                />
                <CopyButton text=value fallback=input/>
            </div>
            {hint.map(|text| view! { <p class="field-hint" id=hint_id>{text}</p> })}
        </div>
    }
}

/// The clipboard is missing on plain-http addresses and may be refused on any.
async fn write_to_clipboard(text: &str) -> Result<(), JsValue> {
    let navigator = window().navigator();
    let clipboard = js_sys::Reflect::get(&navigator, &"clipboard".into())?;
    let clipboard: web_sys::Clipboard = clipboard.dyn_into()?;
    js_sys::futures::JsFuture::from(clipboard.write_text(text)).await?;
    Ok(())
}
