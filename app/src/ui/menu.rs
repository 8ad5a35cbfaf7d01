//! The menu at the end of a row.

use leptos::{ev::KeyboardEvent, html::Div, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::icon::{Glyph, Icon};

/// A button that opens a menu. The browser opens and closes it by itself, also without scripts; with them the arrow
/// keys move through it. Its children are [`MenuLink`], [`MenuItem`], or forms with a `MenuItem` that submits.
#[component]
pub fn Menu(
    #[prop(into)] id: String,
    /// Says which row it belongs to, for those who hear it.
    #[prop(into)]
    label: String,
    children: Children,
) -> impl IntoView {
    let list = NodeRef::<Div>::new();
    let id = format!("menu-{id}");
    let opened = move |_| {
        if let Some(list) = list.get_untracked().filter(|list| list.matches(":popover-open").unwrap_or(false)) {
            focus_item(&list, "Home");
        }
    };
    let on_key = move |event: KeyboardEvent| {
        if let Some(list) = list.get_untracked()
            && focus_item(&list, &event.key())
        {
            event.prevent_default();
        }
    };
    let chosen = move |_| {
        if let Some(list) = list.get_untracked() {
            let _ = list.hide_popover();
        }
    };
    view! {
        <button
            type="button"
            class="button quiet small menu-button"
            aria-haspopup="menu"
            aria-label=label.clone()
            popovertarget=id.clone()
        >
            <Icon glyph=Glyph::More/>
        </button>
        <div
            node_ref=list
            class="menu"
            id=id
            role="menu"
            aria-label=label
            popover="auto"
            on:toggle=opened
            on:keydown=on_key
            on:click=chosen
        >
            {children()}
        </div>
    }
}

/// A thing to do; `kind="submit"` sends the form around it.
#[component]
pub fn MenuItem(
    #[prop(default = "button")] kind: &'static str,
    #[prop(optional)] danger: bool,
    children: Children,
) -> impl IntoView {
    view! {
        <button type=kind role="menuitem" class="menu-item" class:danger=danger>
            {children()}
        </button>
    }
}

/// A place to go.
#[component]
pub fn MenuLink(#[prop(into)] href: String, children: Children) -> impl IntoView {
    view! { <a href=href role="menuitem" class="menu-item">{children()}</a> }
}

/// Moves the focus as the key asks; false when it asks for nothing.
fn focus_item(list: &HtmlElement, key: &str) -> bool {
    let Ok(items) = list.query_selector_all("[role=menuitem]") else {
        return false;
    };
    let count = items.length();
    let focused = document().active_element();
    let at = (0..count).find(|index| items.item(*index).as_ref() == focused.as_ref().map(AsRef::as_ref));
    let to = match (key, at) {
        _ if count == 0 => return false,
        ("ArrowDown", Some(at)) => (at + 1) % count,
        ("ArrowUp", Some(at)) => (at + count - 1) % count,
        ("Home" | "ArrowDown", _) => 0,
        ("End" | "ArrowUp", _) => count - 1,
        _ => return false,
    };
    items.item(to).and_then(|item| item.dyn_into::<HtmlElement>().ok()).is_some_and(|item| item.focus().is_ok())
}
