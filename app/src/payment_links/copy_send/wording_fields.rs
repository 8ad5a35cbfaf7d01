//! The fields of the wording: the channels, their templates and the email's subject.

use leptos::{html::Input, prelude::*};
use wasm_bindgen::JsCast;

use super::{outlook::Outlook, wording::Wordings};
use crate::{
    channel::Channel,
    form::problem_with,
    templates::{
        MessageTemplate,
        report::{ReportFault, ReportNotes},
    },
    ui::{Checkbox, Failure, Field, Notice, Select, Tone},
};

/// What is wrong with one of these is said there.
const FIELDS: &[&str] = &["email_template", "sms_template", "subject"];

/// The channels, their templates and the subject.
#[component]
pub fn WordingFields(wording: Wordings, outlook: Outlook) -> impl IntoView {
    let subject = NodeRef::<Input>::new();
    // A template brings its subject into the field; what is typed is already there.
    Effect::new(move |_| {
        let text = wording.subject.get();
        if let Some(input) = subject.get().filter(|input| input.value() != text) {
            input.set_value(&text);
        }
    });
    let typed = move |event: web_sys::Event| {
        if let Some(input) = event.target().and_then(|to| to.dyn_into::<web_sys::HtmlInputElement>().ok()) {
            wording.subject.set(input.value());
        }
    };
    let no_email = Signal::derive(move || !wording.of(Channel::Email).on.get());
    let report = Signal::derive(move || outlook.report.known(Clone::clone));
    let fault = Signal::derive(move || outlook.report.failure());
    view! {
        <div class="wordings">
            <div class="wording">
                <ChannelFields
                    wording=wording
                    channel=Channel::Email
                    label="Email template"
                    error=problem_with(fault, "email_template")
                />
                <Field
                    name="send-subject"
                    label="Subject"
                    value=wording.subject.get_untracked()
                    maxlength=200
                    hint="Leave it empty to use the template's subject."
                    error=problem_with(fault, "subject")
                    disabled=no_email
                    node_ref=subject
                    on:input=typed
                />
            </div>
            <div class="wording">
                <ChannelFields wording=wording channel=Channel::Sms label="SMS template" error=problem_with(fault, "sms_template")/>
            </div>
        </div>
        <ReportNotes report=report/>
        <ReportFault fault=fault fields=FIELDS on_again=move |()| outlook.ask_again()/>
        {move || wording.error.get().map(|error| view! { <Failure error/> })}
    }
}

#[component]
fn ChannelFields(
    wording: Wordings,
    channel: Channel,
    label: &'static str,
    error: Signal<Option<String>>,
) -> impl IntoView {
    let chosen = wording.of(channel);
    let options = Signal::derive(move || {
        chosen.templates.with(|all| all.iter().map(MessageTemplate::choice).collect::<Vec<_>>())
    });
    let is_off = Signal::derive(move || !chosen.on.get());
    let lacks_way_out =
        move || chosen.on.get() && chosen.template().as_ref().is_some_and(MessageTemplate::lacks_way_out);
    let ticked = move |event: web_sys::Event| chosen.on.set(event_target_checked(&event));
    let chose = move |event: web_sys::Event| {
        if let Some(select) = event.target().and_then(|to| to.dyn_into::<web_sys::HtmlSelectElement>().ok()) {
            wording.choose_template(channel, &select.value());
        }
    };
    view! {
        <Checkbox
            name=format!("send-{channel}")
            label=channel.label()
            checked=chosen.on.get_untracked()
            on:change=ticked
        />
        <Select
            name=format!("send-{channel}-template")
            label=label
            options=options
            value=chosen.chosen.get_untracked()
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
