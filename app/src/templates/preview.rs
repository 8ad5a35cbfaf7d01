//! A message as its receiver would see it.

use super::Preview;
use crate::{
    channel::Channel,
    sms::{MAX_CHARACTERS, Segments},
    ui::MailFrame,
};
use leptos::prelude::*;

/// An SMS over this many parts is seldom worth its price.
const MANY_SEGMENTS: u32 = 3;

/// The email in a frame of its own, or the SMS as a phone shows it.
#[component]
pub fn MessagePreview(
    /// Email or SMS.
    channel: Channel,
    /// What to show.
    #[prop(into)]
    preview: Signal<Preview>,
) -> impl IntoView {
    match channel {
        Channel::Email => view! {
            <p class="preview-subject" dir="auto">
                <span class="muted">"Subject: "</span>
                {move || preview.with(|preview| preview.subject.clone())}
            </p>
            <MailFrame title="Email preview" html=Signal::derive(move || preview.with(|preview| preview.html.clone()))/>
        }
        .into_any(),
        Channel::Sms => view! {
            <div class="phone">
                <p class="bubble" dir="auto">{move || preview.with(|preview| preview.text.clone())}</p>
            </div>
            <SegmentCount text=Signal::derive(move || preview.with(|preview| preview.text.clone()))/>
        }
        .into_any(),
    }
}

/// What an SMS costs: "118 characters · 1 segment · GSM-7", and a warning when that is much.
#[component]
pub fn SegmentCount(
    /// The text with its fields filled.
    #[prop(into)]
    text: Signal<String>,
) -> impl IntoView {
    let counted = Memo::new(move |_| text.with(|text| Segments::of(text)));
    let warning = move || match counted.get() {
        counted if counted.is_too_long() => Some(format!("This is too long: {MAX_CHARACTERS} characters are allowed.")),
        counted if counted.segments > MANY_SEGMENTS => Some("Each segment is charged as one SMS.".to_owned()),
        _ => None,
    };
    view! {
        <p class="segments muted number" role="status">
            {move || counted.get().to_string()}
            {move || warning().map(|text| view! { <span class="segments-warning">{text}</span> })}
        </p>
    }
}
