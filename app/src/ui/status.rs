//! A dot and a word.

use leptos::prelude::*;

/// What a colour means; it never says it alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// Nothing special.
    #[default]
    Neutral,
    /// Ours: in progress, selected.
    Accent,
    /// It went well.
    Good,
    /// Somebody should look.
    Warn,
    /// It went wrong.
    Bad,
}

impl Tone {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Neutral => "neutral",
            Self::Accent => "accent",
            Self::Good => "good",
            Self::Warn => "warn",
            Self::Bad => "bad",
        }
    }
}

/// A status: a coloured dot and the word that says the same.
#[component]
pub fn Status(#[prop(optional, into)] tone: Signal<Tone>, #[prop(into)] label: Signal<String>) -> impl IntoView {
    view! { <span class="status" data-tone=move || tone.get().name()>{move || label.get()}</span> }
}
