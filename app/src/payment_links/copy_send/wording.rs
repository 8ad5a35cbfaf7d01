//! By which channel and in which words, and how it reads for any chosen contact.

use leptos::{html::Input, prelude::*};
use wasm_bindgen::JsCast;

use super::sending::Sending;
use crate::{
    channel::Channel,
    id::ContactId,
    sms::Segments,
    templates::{Preview, PreviewRequest, preview_message},
    ui::{Checkbox, Field, Notice, Select, Tone},
};

/// The channels, their templates and the subject.
#[component]
pub fn WordingFields(sending: Sending) -> impl IntoView {
    let subject = NodeRef::<Input>::new();
    // A template brings its subject into the field; what is typed is already there.
    Effect::new(move |_| {
        let text = sending.subject.get();
        if let Some(input) = subject.get().filter(|input| input.value() != text) {
            input.set_value(&text);
        }
    });
    let typed = move |event: web_sys::Event| {
        if let Some(input) = event.target().and_then(|to| to.dyn_into::<web_sys::HtmlInputElement>().ok()) {
            sending.subject.set(input.value());
        }
    };
    let no_email = Signal::derive(move || !sending.email.on.get());
    view! {
        <div class="wordings">
            <div class="wording">
                <ChannelFields sending=sending channel=Channel::Email label="Email template"/>
                <Field
                    name="send-subject"
                    label="Subject"
                    value=sending.subject.get_untracked()
                    maxlength=200
                    disabled=no_email
                    node_ref=subject
                    on:input=typed
                />
            </div>
            <div class="wording">
                <ChannelFields sending=sending channel=Channel::Sms label="SMS template"/>
            </div>
        </div>
    }
}

#[component]
fn ChannelFields(sending: Sending, channel: Channel, label: &'static str) -> impl IntoView {
    let wording = sending.wording(channel);
    let options = Signal::derive(move || {
        wording.templates.with(|all| all.iter().map(|one| (one.key(), one.name.clone())).collect::<Vec<_>>())
    });
    let is_off = Signal::derive(move || !wording.on.get());
    let ticked = move |event: web_sys::Event| wording.on.set(event_target_checked(&event));
    let chose = move |event: web_sys::Event| {
        if let Some(select) = event.target().and_then(|to| to.dyn_into::<web_sys::HtmlSelectElement>().ok()) {
            sending.choose_template(channel, &select.value());
        }
    };
    view! {
        <Checkbox
            name=format!("send-{channel}")
            label=channel.label()
            checked=wording.on.get_untracked()
            on:change=ticked
        />
        <Select
            name=format!("send-{channel}-template")
            label=label
            options=options
            value=wording.chosen.get_untracked()
            disabled=is_off
            on:change=chose
        />
    }
}

/// The messages as one of the chosen contacts would get them.
#[component]
pub fn Previews(sending: Sending) -> impl IntoView {
    let wanted = RwSignal::new(String::new());
    let options = Signal::derive(move || {
        let chosen: Vec<_> =
            sending.chosen.with(|all| all.iter().map(|one| (one.id.to_string(), one.name())).collect());
        if chosen.is_empty() { vec![(String::new(), "An example".to_owned())] } else { chosen }
    });
    // Whoever was looked at may have been taken out of the selection.
    let contact = Memo::new(move |_| {
        let wanted = wanted.get();
        sending.chosen.with(|all| {
            let found = all.iter().find(|one| one.id.as_str() == wanted).or_else(|| all.first());
            found.map(|one| one.id.clone())
        })
    });
    view! {
        <section class="previews stack" aria-label="Preview">
            <Select
                name="send-preview-for"
                label="Preview for"
                options=options
                on:change=move |event| {
                    if let Some(to) = event.target().and_then(|to| to.dyn_into::<web_sys::HtmlSelectElement>().ok()) {
                        wanted.set(to.value());
                    }
                }
            />
            {move || {
                let channels = sending.channels().into_iter();
                channels.map(|channel| view! { <OnePreview sending=sending channel=channel contact=contact/> }).collect_view()
            }}
        </section>
    }
}

#[component]
fn OnePreview(sending: Sending, channel: Channel, contact: Memo<Option<ContactId>>) -> impl IntoView {
    let preview = LocalResource::new(move || {
        let request = sending.says(channel).map(|wording| PreviewRequest {
            channel,
            wording,
            contact: contact.get(),
            payment_link: Some(sending.payment_link()),
        });
        async move {
            match request {
                Some(request) => preview_message(request).await.map(Some),
                None => Ok(None),
            }
        }
    });
    view! {
        {move || match preview.get() {
            None | Some(Ok(None)) => view! { <p class="muted">"Making the preview …"</p> }.into_any(),
            Some(Ok(Some(preview))) => view! { <Message channel=channel preview=preview/> }.into_any(),
            Some(Err(error)) => view! { <Notice tone=Tone::Bad>{error.to_string()}</Notice> }.into_any(),
        }}
    }
}

#[component]
fn Message(channel: Channel, preview: Preview) -> impl IntoView {
    let note = (channel == Channel::Sms).then(|| {
        let segments = Segments::of(&preview.text);
        let plural = if segments.segments == 1 { "" } else { "s" };
        format!("{} characters · {} segment{plural}", segments.characters, segments.segments)
    });
    view! {
        <article class="message" aria-label=channel.label()>
            <h3 class="message-title">{channel.label()}</h3>
            {(!preview.subject.is_empty()).then(|| view! { <p class="message-subject">{preview.subject}</p> })}
            <p class="message-text">{preview.text}</p>
            {note.map(|note| view! { <p class="muted">{note}</p> })}
        </article>
    }
}
