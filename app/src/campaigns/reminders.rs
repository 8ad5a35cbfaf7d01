//! The section "Reminders" of a campaign's page.

use super::{
    actions::{Actions, AskStep},
    step::{Named, Step},
};
use crate::{
    error::Error,
    form::{action, problem_with, refusal, times_done},
    id::CampaignId,
    paths,
    reminders::{
        MAX_AFTER_DAYS, Reminder, ReminderPerson, ReminderPlan, ReminderState,
        calls::{AddReminder, SkipReminder},
        with_same_words,
    },
    templates::Wording,
    ui::{
        Button, Card, Failure, Field, FieldRow, FormActions, Notice, RelativeTime, Select, Status, Tone, Variant,
        WarnUnsaved,
    },
};
use leptos::{prelude::*, server_fn::ServerFn};

/// The section "Reminders" of a campaign's page; `changed` reads the page again.
#[component]
pub(super) fn Reminders(
    campaign: CampaignId,
    plan: ReminderPlan,
    actions: Actions,
    now: i64,
    changed: Callback<()>,
) -> impl IntoView {
    if let Some((parent, number)) = plan.reminder_of {
        return view! {
            <p class="muted campaign-about">
                {format!("This is reminder {number} of ")} <a href=paths::campaign(&parent)>"an earlier campaign"</a>
            </p>
        }
        .into_any();
    }
    if plan.reminders.is_empty() && plan.earliest.is_none() {
        return ().into_any();
    }
    let skip = action::<SkipReminder>();
    let add = action::<AddReminder>();
    follow(skip, changed);
    follow(add, changed);
    let not_skipped = refusal(skip);
    let failed = move || not_skipped.get().map(|error| view! { <Failure error/> });
    let next = plan.reminders.iter().find(|reminder| reminder.state == ReminderState::Planned);
    let next = next.map(|reminder| reminder.number);
    let form = (campaign.clone(), plan.earliest, plan.email_templates, plan.sms_templates);
    view! {
        <div class="reminders">
            <Card title="Reminders" text="A reminder goes to people who have not paid by then, on the channels that worked.">
                {failed}
                {plan.reminders.is_empty().then(|| view! { <p class="muted">"No reminder is planned."</p> })}
                <ol class="reminder-list">
                    {plan
                        .reminders
                        .into_iter()
                        .map(|reminder| {
                            let is_next = next == Some(reminder.number);
                            let awaits = plan.awaits_approval;
                            view! { <OneReminder campaign=campaign.clone() reminder is_next awaits now actions/> }
                        })
                        .collect_view()}
                </ol>
                {next.map(|number| view! {
                    <People campaign=campaign.clone() number people=plan.people is_leaving=plan.is_leaving skip actions/>
                })}
                {form.1.map(|earliest| view! {
                    <AddForm campaign=form.0 earliest email_templates=form.2 sms_templates=form.3 add/>
                })}
            </Card>
        </div>
    }
    .into_any()
}

/// The page is read again once an action went well.
fn follow<S>(action: ServerAction<S>, changed: Callback<()>)
where
    S: ServerFn<Output = (), Error = Error> + Clone + Send + Sync + 'static,
{
    Effect::new(move |_| {
        if matches!(action.value().get(), Some(Ok(()))) {
            changed.run(());
        }
    });
}

#[component]
fn OneReminder(
    campaign: CampaignId,
    reminder: Reminder,
    is_next: bool,
    /// The campaign waits for approval.
    awaits: bool,
    now: i64,
    actions: Actions,
) -> impl IntoView {
    let Reminder { number, after_days, due_at, due, email, sms, doubt, state } = reminder;
    let days = if after_days == 1 { "1 day".to_owned() } else { format!("{after_days} days") };
    let (tone, label) = match &state {
        ReminderState::Planned if awaits => (Tone::Neutral, format!("Planned: {days} after the campaign has left")),
        ReminderState::Planned if is_next => (Tone::Neutral, format!("Next: {due}")),
        ReminderState::Planned => (Tone::Neutral, format!("Planned: {due}")),
        ReminderState::Made(_) => (Tone::Good, "Gone out".to_owned()),
        ReminderState::AwaitsApproval(_) => (Tone::Warn, "Waits for another user's approval".to_owned()),
        ReminderState::Declined(_) => (Tone::Warn, "Declined".to_owned()),
        ReminderState::NobodyLeft => (Tone::Neutral, "Nobody was left to remind".to_owned()),
        ReminderState::LinkClosed => (Tone::Warn, "Not sent: the payment link took no payments any more".to_owned()),
        ReminderState::Canceled => (Tone::Neutral, "Canceled".to_owned()),
    };
    let is_planned = state == ReminderState::Planned;
    view! {
        <li class="reminder">
            <h3 class="reminder-title">{format!("Reminder {number}, after {days}")}</h3>
            <p>
                <Status tone=tone label=label/>
                " "
                {(is_planned && !awaits).then(|| view! { <span class="muted"><RelativeTime at=due_at now/></span> })}
                {match state {
                    ReminderState::Made(made) | ReminderState::AwaitsApproval(made) | ReminderState::Declined(made) => {
                        Some(view! { <a href=paths::campaign(&made)>{format!("Open reminder {number}")}</a> })
                    }
                    _ => None,
                }}
            </p>
            {doubt.map(|doubt| view! { <Notice tone=Tone::Warn>{doubt}</Notice> })}
            {is_planned.then(|| view! {
                <details class="reminder-words">
                    <summary>"Show the text"<span class="visually-hidden">{format!(" of reminder {number}")}</span></summary>
                    {email.map(|email| view! { <Words label="Email" wording=email/> })}
                    {sms.map(|sms| view! { <Words label="SMS" wording=sms/> })}
                </details>
                <AskStep id=campaign step=Step::CancelReminder(number) actions>
                    <Button kind="submit" small=true busy=actions.cancel_reminder.pending()>
                        "Cancel reminder"<span class="visually-hidden">{format!(" {number}")}</span>
                    </Button>
                </AskStep>
            })}
        </li>
    }
}

/// What is said on one channel.
#[component]
pub(super) fn Words(label: &'static str, wording: Wording) -> impl IntoView {
    view! {
        <article class="message" aria-label=label>
            <p class="message-title">{label}</p>
            {(!wording.subject.is_empty()).then(|| view! { <p class="message-subject">{wording.subject}</p> })}
            <p class="message-text">{wording.body}</p>
        </article>
    }
}

/// Whom the next reminder goes to; each can be left out of it, or of all that are still to come.
#[component]
fn People(
    campaign: CampaignId,
    number: u32,
    people: Vec<ReminderPerson>,
    /// Some of the campaign's messages have still to leave.
    is_leaving: bool,
    skip: ServerAction<SkipReminder>,
    actions: Actions,
) -> impl IntoView {
    let said = goes_to(people.iter().filter(|person| !person.skipped).count(), is_leaving);
    let help = (!people.is_empty()).then(|| {
        let words =
            "“Skip” leaves a person out of the next reminder only, “No more reminders” out of all that are to come.";
        view! { <p class="muted">{words}</p> }
    });
    let row = move |person| view! { <Person campaign=campaign.clone() number person skip actions/> };
    view! {
        <p>{said}</p>
        {help}
        <ul class="reminder-people" aria-label="Next reminder">{people.into_iter().map(row).collect_view()}</ul>
    }
}

/// Whom the next reminder goes to, in one sentence: who has still to get the campaign cannot be counted yet.
fn goes_to(count: usize, is_leaving: bool) -> String {
    let people = if count == 1 { "1 person".to_owned() } else { format!("{count} people") };
    match (count, is_leaving) {
        (0, true) => "The next reminder goes to those who have not paid by then.".to_owned(),
        (0, false) => "As things stand nobody gets the next reminder.".to_owned(),
        (_, true) => format!(
            "As things stand the next reminder goes to {people}, and to those who have still to get the campaign and have not \
             paid by then."
        ),
        (_, false) => format!("As things stand the next reminder goes to {people}."),
    }
}

#[component]
fn Person(
    campaign: CampaignId,
    number: u32,
    person: ReminderPerson,
    skip: ServerAction<SkipReminder>,
    actions: Actions,
) -> impl IntoView {
    let ReminderPerson { contact, name, channels, skipped } = person;
    let channels = channels.iter().map(|channel| channel.label()).collect::<Vec<_>>().join(" and ");
    let (note, button) =
        if skipped { (format!("Left out of reminder {number}"), "Undo skip") } else { (channels, "Skip") };
    let (of, campaign, id) = (campaign.clone(), campaign.to_string(), contact.to_string());
    let whom = StoredValue::new(name.clone());
    let who = move || view! { <span class="visually-hidden">" "{whom.get_value()}</span> };
    view! {
        <li class="reminder-person">
            <a href=paths::contact(&contact)>{name}</a>
            <span class="muted">{note}</span>
            <div class="campaign-buttons">
                <ActionForm action=skip>
                    <input type="hidden" name="skip[campaign]" value=campaign/>
                    <input type="hidden" name="skip[number]" value=number.to_string()/>
                    <input type="hidden" name="skip[contact]" value=id/>
                    <input type="hidden" name="skip[skipped]" value=(!skipped).to_string()/>
                    <Button kind="submit" variant=Variant::Quiet small=true busy=skip.pending()>{button}{who()}</Button>
                </ActionForm>
                <AskStep id=of step=Step::NoMoreReminders(contact) named=Named::person(whom.get_value()) actions>
                    <Button kind="submit" variant=Variant::Quiet small=true busy=actions.take_out.pending()>
                        "No more reminders"{who()}
                    </Button>
                </AskStep>
            </div>
        </li>
    }
}

#[component]
fn AddForm(
    campaign: CampaignId,
    earliest: u32,
    email_templates: Vec<(String, String)>,
    sms_templates: Vec<(String, String)>,
    add: ServerAction<AddReminder>,
) -> impl IntoView {
    let error = refusal(add);
    let other = move || {
        let error = error.get().filter(|error| error.message_for("after_days").is_none());
        error.map(|error| view! { <Failure error/> })
    };
    let choose = |name: &'static str, label: &'static str, templates: Vec<(String, String)>| {
        (!templates.is_empty()).then(|| view! { <Select name=name label=label options=with_same_words(templates)/> })
    };
    view! {
        <details class="reminder-add">
            <summary>"Add a reminder"</summary>
            <ActionForm action=add attr:class="stack">
                <WarnUnsaved what="the new reminder" saved=times_done(add)/>
                {other}
                <input type="hidden" name="form[campaign]" value=campaign.to_string()/>
                <Field
                    name="form[after_days]"
                    id="after_days"
                    label="Days after the campaign"
                    kind="number"
                    value=earliest.max(3).to_string()
                    min=i64::from(earliest)
                    max=i64::from(MAX_AFTER_DAYS)
                    hint="Counted from the day the campaign was sent."
                    error=problem_with(error, "after_days")
                    required=true
                />
                <FieldRow>
                    {choose("form[email_template]", "Email template", email_templates)}
                    {choose("form[sms_template]", "SMS template", sms_templates)}
                </FieldRow>
                <FormActions>
                    <Button kind="submit" busy=add.pending()>"Add reminder"</Button>
                </FormActions>
            </ActionForm>
        </details>
    }
}
