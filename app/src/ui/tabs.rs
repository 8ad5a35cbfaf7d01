//! Panels of which one is seen.

use leptos::{ev::KeyboardEvent, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// A row of tabs as (key, text) pairs; `current` holds the key of the chosen one. Arrow keys, Home and End move and
/// choose; only the chosen tab is a stop for Tab.
#[component]
pub fn Tabs(
    id: &'static str,
    #[prop(into)] label: String,
    tabs: Vec<(&'static str, &'static str)>,
    current: RwSignal<&'static str>,
) -> impl IntoView {
    let keys: Vec<_> = tabs.iter().map(|(key, _)| *key).collect();
    let on_key = move |event: KeyboardEvent| {
        if let Some(key) = tab_after(&keys, current.get_untracked(), &event.key()) {
            event.prevent_default();
            current.set(key);
            let tab = document().get_element_by_id(&format!("{id}-tab-{key}"));
            if let Some(tab) = tab.and_then(|tab| tab.dyn_into::<HtmlElement>().ok()) {
                let _ = tab.focus();
            }
        }
    };
    view! {
        <div class="tabs" role="tablist" aria-label=label on:keydown=on_key>
            {tabs
                .into_iter()
                .map(|(key, text)| {
                    let chosen = move || current.get() == key;
                    view! {
                        <button
                            type="button"
                            role="tab"
                            class="tab"
                            id=format!("{id}-tab-{key}")
                            aria-controls=format!("{id}-panel-{key}")
                            aria-selected=move || if chosen() { "true" } else { "false" }
                            tabindex=move || if chosen() { "0" } else { "-1" }
                            on:click=move |_| current.set(key)
                        >
                            {text}
                        </button>
                    }
                })
                .collect_view()}
        </div>
    }
}

/// What belongs to one tab. It stays in the page while hidden, so that nothing typed is lost.
#[component]
pub fn TabPanel(
    /// The `id` of the row of tabs.
    tabs: &'static str,
    tab: &'static str,
    current: RwSignal<&'static str>,
    children: Children,
) -> impl IntoView {
    view! {
        <div
            class="tab-panel"
            role="tabpanel"
            id=format!("{tabs}-panel-{tab}")
            // Not its name: a field in it is often called like the tab.
            aria-describedby=format!("{tabs}-tab-{tab}")
            hidden=move || current.get() != tab
        >
            {children()}
        </div>
    }
}

fn tab_after(keys: &[&'static str], current: &str, pressed: &str) -> Option<&'static str> {
    let last = keys.len().checked_sub(1)?;
    let at = keys.iter().position(|key| *key == current).unwrap_or(0);
    let to = match pressed {
        "ArrowRight" => (at + 1) % keys.len(),
        "ArrowLeft" => at.checked_sub(1).unwrap_or(last),
        "Home" => 0,
        "End" => last,
        _ => return None,
    };
    Some(keys[to])
}

#[cfg(test)]
mod tests {
    use super::tab_after;

    #[test]
    fn arrows_wrap_around_and_home_and_end_jump() {
        let keys = ["one", "two", "three"];
        assert_eq!(tab_after(&keys, "three", "ArrowRight"), Some("one"));
        assert_eq!(tab_after(&keys, "one", "ArrowLeft"), Some("three"));
        assert_eq!(tab_after(&keys, "two", "Home"), Some("one"));
        assert_eq!(tab_after(&keys, "two", "End"), Some("three"));
        assert_eq!(tab_after(&keys, "two", "Enter"), None);
    }
}
