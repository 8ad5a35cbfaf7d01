//! A message as its receiver would see it.

use super::{Preview, PreviewRequest, ask::ask_on_pause, calls::preview_message};
use crate::{
    channel::Channel,
    error::Error,
    sms::{MAX_CHARACTERS, Segments, letters_of},
    ui::{Button, MailFrame, TabPanel, Tabs},
};
use leptos::prelude::*;

/// An SMS over this many parts is seldom worth its price.
const MANY_SEGMENTS: u32 = 3;

const PARTS: &str = "mail";
const HTML: &str = "html";
const TEXT: &str = "text";

/// Keeps a preview up to date. While the words cannot be understood, the last good one stays and `fault` says why. What is
/// there at the beginning is not asked for again.
pub(crate) fn follow(
    request: impl Fn() -> Option<PreviewRequest> + 'static,
    shown: RwSignal<Option<Preview>>,
    fault: RwSignal<Option<Error>>,
) {
    let is_there = StoredValue::new(shown.with_untracked(Option::is_some) || fault.with_untracked(Option::is_some));
    let question = move || {
        let request = request();
        if is_there.get_value() {
            is_there.set_value(false);
            return None;
        }
        request
    };
    ask_on_pause(question, preview_message, move |answer| match answer {
        Ok(preview) => {
            shown.set(Some(preview));
            fault.set(None);
        }
        Err(error) => fault.set(Some(error)),
    });
}

/// The email as a mail program shows it, with both of its parts, or the SMS as a phone shows it.
#[component]
pub fn MessagePreview(
    /// Email or SMS.
    channel: Channel,
    /// What to show.
    #[prop(into)]
    preview: Signal<Preview>,
    /// Writes letters for a currency sign that makes an SMS dearer, where the words can be changed.
    #[prop(optional_no_strip)]
    on_letters: Option<Callback<()>>,
) -> impl IntoView {
    let part = move |of: fn(&Preview) -> &String| Signal::derive(move || preview.with(|preview| of(preview).clone()));
    let (from, to, text) = (part(|preview| &preview.from), part(|preview| &preview.to), part(|preview| &preview.text));
    match channel {
        Channel::Email => {
            let current = RwSignal::new(HTML);
            let subject = part(|preview| &preview.subject);
            view! {
                <div class="mail">
                    <dl class="mail-head">
                        <dt>"From"</dt>
                        <dd dir="auto">{from}</dd>
                        <dt>"To"</dt>
                        <dd dir="auto">{to}</dd>
                        <dt>"Subject"</dt>
                        <dd class="mail-subject" dir="auto">{subject}</dd>
                    </dl>
                    <Tabs id=PARTS label="Parts of the email" tabs=vec![(HTML, "HTML"), (TEXT, "Text")] current=current/>
                    <TabPanel tabs=PARTS tab=HTML current=current>
                        <MailFrame title="Email preview" html=part(|preview| &preview.html)/>
                    </TabPanel>
                    <TabPanel tabs=PARTS tab=TEXT current=current>
                        <p class="mail-text" dir="auto">{text}</p>
                    </TabPanel>
                </div>
            }
            .into_any()
        }
        Channel::Sms => {
            let sender = move || match from.get() {
                from if from.is_empty() => "No SMS sender is set".to_owned(),
                from => from,
            };
            view! {
                <div class="phone">
                    <p class="phone-sender">{sender}</p>
                    <p class="bubble" dir="auto">{text}</p>
                </div>
                <SegmentCount text=text on_letters=on_letters/>
            }
            .into_any()
        }
    }
}

/// What an SMS costs: "118 characters · 1 segment · GSM-7", why it needs the dearer alphabet, and a warning when that is much.
#[component]
pub fn SegmentCount(
    /// The text with its fields filled.
    #[prop(into)]
    text: Signal<String>,
    /// Writes letters for a currency sign.
    on_letters: Option<Callback<()>>,
) -> impl IntoView {
    let counted = Memo::new(move |_| text.with(|text| Segments::of(text)));
    let warning = move || match counted.get() {
        counted if counted.is_too_long() => Some(format!("This is too long: {MAX_CHARACTERS} characters are allowed.")),
        counted if counted.segments > MANY_SEGMENTS => Some("Each segment is charged as one SMS.".to_owned()),
        _ => None,
    };
    let foreign = move || counted.get().foreign.map(|foreign| foreign.to_string());
    let note = |text: String| view! { <span class="segments-warning">{text}</span> };
    let offer = move || {
        let write = on_letters?;
        let letters = letters_of(counted.get().foreign?.character)?;
        Some(view! { <Button small=true on:click=move |_| write.run(())>{format!("Use “{letters}”")}</Button> })
    };
    view! {
        <p class="segments muted number" role="status">
            {move || counted.get().to_string()}
            {move || foreign().map(note)}
            {move || warning().map(note)}
            {offer}
        </p>
    }
}
