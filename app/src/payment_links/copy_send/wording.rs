//! By which channel and in which words, and how it reads for any chosen contact.

use leptos::{
    html::{self, Input},
    prelude::*,
};
use wasm_bindgen::JsCast;

use super::sending::Sending;
use crate::{
    channel::Channel,
    error::Error,
    form::problem_with,
    id::ContactId,
    templates::{
        MessageTemplate, Preview, PreviewRequest, WordingReport, WordingReportRequest,
        ask::ask_on_pause,
        calls::report_wording,
        preview::{MessagePreview, follow},
        report::{ReportFault, ReportNotes},
        send_test::SendTest,
    },
    ui::{Checkbox, Failure, Field, Notice, Scope, Select, Tone},
};

/// What is wrong with one of these is said there.
const FIELDS: &[&str] = &["email_template", "sms_template", "subject"];

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
    let report = RwSignal::new(WordingReport::default());
    let fault = RwSignal::new(None::<Error>);
    let again = RwSignal::new(0_u32);
    let question = move || {
        again.track();
        let said = |channel| sending.says(channel).filter(|_| sending.wording(channel).on.get());
        Some(WordingReportRequest {
            payment_link: sending.payment_link(),
            // Who is skipped costs nothing, and an empty field of theirs is seen by nobody.
            contacts: sending.sent_to(),
            email: said(Channel::Email),
            sms: said(Channel::Sms),
        })
    };
    ask_on_pause(question, report_wording, move |answer| {
        fault.set(answer.as_ref().err().cloned());
        report.set(answer.unwrap_or_default());
    });
    view! {
        <div class="wordings">
            <div class="wording">
                <ChannelFields
                    sending=sending
                    channel=Channel::Email
                    label="Email template"
                    error=problem_with(fault, "email_template")
                />
                <Field
                    name="send-subject"
                    label="Subject"
                    value=sending.subject.get_untracked()
                    maxlength=200
                    hint="Left empty, it is the template's."
                    error=problem_with(fault, "subject")
                    disabled=no_email
                    node_ref=subject
                    on:input=typed
                />
            </div>
            <div class="wording">
                <ChannelFields sending=sending channel=Channel::Sms label="SMS template" error=problem_with(fault, "sms_template")/>
            </div>
        </div>
        <ReportNotes report=report/>
        <ReportFault fault=fault fields=FIELDS on_again=move |()| again.update(|times| *times += 1)/>
    }
}

#[component]
fn ChannelFields(
    sending: Sending,
    channel: Channel,
    label: &'static str,
    error: Signal<Option<String>>,
) -> impl IntoView {
    let wording = sending.wording(channel);
    let options = Signal::derive(move || {
        wording.templates.with(|all| all.iter().map(MessageTemplate::choice).collect::<Vec<_>>())
    });
    let is_off = Signal::derive(move || !wording.on.get());
    let lacks_way_out =
        move || wording.on.get() && wording.template().as_ref().is_some_and(MessageTemplate::lacks_way_out);
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
            error=error
            disabled=is_off
            on:change=chose
        />
        <Show when=lacks_way_out>
            <Notice tone=Tone::Warn>
                "This text does not say how to opt out. Many carriers block such texts: add “Reply STOP to opt out.” to the template."
            </Notice>
        </Show>
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
    // It opens below everything else: what was asked for is brought before the eye.
    let section = NodeRef::<html::Section>::new();
    let scope = Scope::here();
    Effect::new(move |_| {
        if let Some(section) = section.get() {
            scope.next_frame(move || section.scroll_into_view());
        }
    });
    view! {
        <section node_ref=section class="previews stack" aria-label="Preview">
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
    let shown = RwSignal::new(None::<Preview>);
    let fault = RwSignal::new(None::<Error>);
    let request = move || {
        let (wording, contact) = (sending.says(channel)?, contact.get());
        Some(PreviewRequest { channel, wording, contact, payment_link: Some(sending.payment_link()) })
    };
    follow(request, shown, fault);
    let preview = Signal::derive(move || shown.get().unwrap_or_default());
    view! {
        <article class="message" aria-label=channel.label()>
            <h3 class="message-title">{channel.label()}</h3>
            {move || fault.get().map(|error| view! { <Failure error/> })}
            <Show
                when=move || shown.with(Option::is_some)
                fallback=move || fault.with(Option::is_none).then(|| view! { <p class="muted">"Making the preview …"</p> })
            >
                <MessagePreview channel=channel preview=preview/>
            </Show>
            <SendTest channel=channel message=Signal::derive(request)/>
        </article>
    }
}
