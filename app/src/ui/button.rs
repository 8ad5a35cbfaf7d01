//! Buttons, and links that look like them.

use leptos::prelude::*;

/// How much a button asks to be pressed: one `Primary` for each screen, the rest quieter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Variant {
    /// The thing to do here.
    Primary,
    /// One of several things to do.
    #[default]
    Secondary,
    /// Without a border, for rows and corners.
    Quiet,
    /// Destroys something.
    Danger,
}

impl Variant {
    fn class(self, small: bool) -> &'static str {
        match (self, small) {
            (Self::Primary, false) => "button primary",
            (Self::Primary, true) => "button primary small",
            (Self::Secondary, false) => "button",
            (Self::Secondary, true) => "button small",
            (Self::Quiet, false) => "button quiet",
            (Self::Quiet, true) => "button quiet small",
            (Self::Danger, false) => "button danger",
            (Self::Danger, true) => "button danger small",
        }
    }
}

/// A button; `kind="submit"` sends its form. While `busy` it stays in focus and says so, but does nothing twice.
#[component]
pub fn Button(
    #[prop(optional)] variant: Variant,
    #[prop(optional)] small: bool,
    #[prop(default = "button")] kind: &'static str,
    #[prop(optional, into)] disabled: Signal<bool>,
    #[prop(optional, into)] busy: Signal<bool>,
    children: Children,
) -> impl IntoView {
    view! {
        <button
            type=kind
            class=variant.class(small)
            disabled=move || disabled.get()
            aria-busy=move || busy.get().then_some("true")
            aria-disabled=move || busy.get().then_some("true")
            on:click=move |event| {
                if busy.get_untracked() {
                    event.prevent_default();
                    event.stop_immediate_propagation();
                }
            }
        >
            {children()}
        </button>
    }
}

/// A link that looks like a button, for going somewhere rather than doing something.
#[component]
pub fn LinkButton(
    #[prop(into)] href: String,
    #[prop(optional)] variant: Variant,
    #[prop(optional)] small: bool,
    children: Children,
) -> impl IntoView {
    view! { <a href=href class=variant.class(small)>{children()}</a> }
}
