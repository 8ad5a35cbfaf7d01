//! "Add a reminder": what is sent again some days later to people who have not paid by then.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::{plan::Plan, wording::Wordings};
use crate::{
    channel::Channel,
    reminders::{MAX_AFTER_DAYS, MAX_REMINDERS, NewReminder, with_same_words},
    templates::MessageTemplate,
    ui::{Button, Field, Select, Variant},
};

/// Days between one reminder and the next that is offered.
const STEP: u32 = 4;
/// Days until the first reminder that is offered.
const FIRST: u32 = 3;

/// Up to three reminders, each with its days and its words.
#[component]
pub fn RemindersFields(plan: Plan, wording: Wordings) -> impl IntoView {
    let count = Memo::new(move |_| plan.reminders.with(Vec::len));
    let can_add = move || {
        count.get() < MAX_REMINDERS
            && plan.reminders.with(|all| all.last().is_none_or(|last| last.after_days < MAX_AFTER_DAYS))
    };
    let add = move |_| {
        plan.reminders.update(|all| {
            let after_days = all.last().map_or(FIRST, |last| (last.after_days + STEP).min(MAX_AFTER_DAYS));
            all.push(NewReminder { after_days, email_template: None, sms_template: None });
        });
    };
    view! {
        <section class="stack" aria-label="Reminders">
            {move || (0..count.get()).map(|index| view! { <OneReminder plan=plan wording=wording index=index/> }).collect_view()}
            <Show when=move || { count.get() > 0 }>
                <p class="muted">"A reminder goes to people who have not paid by then, on the channels that worked."</p>
            </Show>
            <Show when=can_add>
                <div>
                    <Button variant=Variant::Quiet small=true on:click=add>"Add a reminder"</Button>
                </div>
            </Show>
        </section>
    }
}

#[component]
fn OneReminder(plan: Plan, wording: Wordings, index: usize) -> impl IntoView {
    let number = index + 1;
    let start = plan.reminders.with_untracked(|all| all.get(index).map_or(FIRST, |one| one.after_days));
    let change = move |change: &dyn Fn(&mut NewReminder)| {
        plan.reminders.update(|all| {
            if let Some(one) = all.get_mut(index) {
                change(one);
            }
        });
    };
    let days = move |event: web_sys::Event| {
        if let Some(input) = event.target().and_then(|to| to.dyn_into::<web_sys::HtmlInputElement>().ok()) {
            // The server says what is wrong with what is no number of days.
            let typed = input.value().trim().parse().unwrap_or_default();
            change(&|one| one.after_days = typed);
        }
    };
    let key = move |channel| {
        let key = |one: &NewReminder| match channel {
            Channel::Email => one.email_template.clone(),
            Channel::Sms => one.sms_template.clone(),
        };
        plan.reminders.with_untracked(|all| all.get(index).and_then(key)).unwrap_or_default()
    };
    let choose = move |channel: Channel| {
        let options = Signal::derive(move || {
            let named = |all: &Vec<_>| all.iter().map(MessageTemplate::choice).collect();
            with_same_words(wording.of(channel).templates.with(named))
        });
        let chose = move |event: web_sys::Event| {
            if let Some(select) = event.target().and_then(|to| to.dyn_into::<web_sys::HtmlSelectElement>().ok()) {
                let key = Some(select.value()).filter(|key| !key.is_empty());
                change(&|one| match channel {
                    Channel::Email => one.email_template.clone_from(&key),
                    Channel::Sms => one.sms_template.clone_from(&key),
                });
            }
        };
        view! {
            <Show when=move || wording.of(channel).on.get()>
                <Select
                    name=format!("reminder-{number}-{channel}")
                    label=format!("Reminder {number}: {} template", channel.label())
                    options=options
                    value=key(channel)
                    on:change=chose
                />
            </Show>
        }
    };
    view! {
        <div class="reminder-fields">
            <Field
                name=format!("reminder-{number}-days")
                label=format!("Reminder {number}: days after sending")
                kind="number"
                min=1
                max=i64::from(MAX_AFTER_DAYS)
                value=start.to_string()
                on:input=days
            />
            {Channel::ALL.map(choose).collect_view()}
            <Show when=move || { plan.reminders.with(Vec::len) == number }>
                <div>
                    <Button
                        small=true
                        on:click=move |_| plan.reminders.update(|all| all.truncate(index))
                    >
                        {format!("Remove reminder {number}")}
                    </Button>
                </div>
            </Show>
        </div>
    }
}
