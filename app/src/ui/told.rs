//! What became of the last step, told where the eye is.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::status::Tone;

/// A sentence in a box that stays in view however far the page is scrolled. The place for it is always there, so that it is
/// heard when the sentence comes.
#[component]
pub fn Told(#[prop(into)] said: Signal<Option<(Tone, String)>>) -> impl IntoView {
    view! {
        <div class="told" role="status">
            {move || said.get().map(|(tone, text)| view! {
                <p class="notice" data-tone=tone.name()>{text}</p>
            })}
        </div>
    }
}

/// Something longer than a sentence, with what can be done about it, in view in the same way.
#[component]
pub fn InView(children: Children) -> impl IntoView {
    view! { <div class="told">{children()}</div> }
}

/// What the page after this one says when it is shown; the frame around all pages provides it.
#[derive(Clone, Copy)]
pub struct NextPage {
    waits: StoredValue<Option<&'static str>>,
    shown: RwSignal<Option<&'static str>>,
}

impl NextPage {
    /// Nothing to say yet. Each page that is gone to says what waited, and only that page.
    pub fn provide() -> Self {
        let next = Self { waits: StoredValue::new(None), shown: RwSignal::new(None) };
        provide_context(next);
        let path = use_location().pathname;
        Effect::new(move |before: Option<String>| {
            let now = path.get();
            if before.is_some_and(|before| before != now) {
                next.shown.set(next.waits.get_value());
                next.waits.set_value(None);
            }
            now
        });
        next
    }

    /// Lets this wait for the next page, or nothing.
    pub fn say(self, sentence: Option<&'static str>) {
        self.waits.set_value(sentence);
    }

    /// Somebody goes on with the page: it has been said.
    pub fn forget(self) {
        self.shown.set(None);
    }

    /// What this page says.
    pub fn said(self) -> Signal<Option<(Tone, String)>> {
        Signal::derive(move || self.shown.get().map(|sentence| (Tone::Good, sentence.to_owned())))
    }
}
