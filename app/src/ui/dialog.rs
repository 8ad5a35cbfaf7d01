//! A window above the page.

use leptos::{ev::KeyboardEvent, html, prelude::*};

use super::{
    icon::{Glyph, Icon},
    scope::Scope,
};

/// A native modal dialog named by its `h2`: the browser keeps the focus inside, closes it with Escape and gives the
/// focus back. The content exists only while it is open. On a phone it is a sheet. The `footer` stays in view.
#[component]
pub fn Dialog(
    #[prop(into)] id: String,
    #[prop(into)] title: Signal<String>,
    open: RwSignal<bool>,
    #[prop(optional)] wide: bool,
    #[prop(optional, into)] footer: Option<ViewFn>,
    children: ChildrenFn,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let scope = Scope::here();
    let title_id = format!("{id}-title");
    Effect::new(move |_| {
        let wanted = open.get();
        // The content is rendered first, so that the focus goes to its first field.
        scope.next_frame(move || match dialog.get_untracked() {
            Some(dialog) if wanted && !dialog.open() => drop(dialog.show_modal()),
            Some(dialog) if !wanted && dialog.open() => dialog.close(),
            _ => {}
        });
    });
    view! {
        <dialog
            node_ref=dialog
            class="dialog"
            class:wide=wide
            id=id
            aria-labelledby=title_id
            on:close=move |_| open.set(false)
        >
            <h2 class="dialog-title" id=title_id.clone()>{move || title.get()}</h2>
            <Show when=move || open.get()>
                <div class="dialog-body">{children()}</div>
                // In a scope of its own: a foot that changes must not make the body anew.
                {footer.clone().map(|footer| view! { <div class="dialog-foot">{move || footer.run()}</div> })}
            </Show>
            <button type="button" class="dialog-close" aria-label="Close" on:click=move |_| open.set(false)>
                <Icon glyph=Glyph::Close/>
            </button>
        </dialog>
    }
}

/// Escape in a part of a dialog leaves the part, where `leave` says that there was something to leave, and not the dialog.
pub fn on_escape(leave: impl Fn() -> bool + Clone) -> impl Fn(KeyboardEvent) + Clone {
    move |event| {
        if event.key() == "Escape" && !event.default_prevented() && leave() {
            event.prevent_default();
        }
    }
}
