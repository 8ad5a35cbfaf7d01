//! What can be done to a campaign: the right buttons for where it stands, and the history of what was done.

use super::{
    HistoryEntry, Standing,
    actions::{Actions, AskStep},
    step::{Named, Step},
};
use crate::{
    channel::Channel,
    deliveries::DeliveryState,
    id::{CampaignId, ContactId},
    ui::{Button, Card, Field, RelativeTime, Status, Variant},
};
use leptos::prelude::*;

/// Where the campaign stands, with the buttons that make sense there.
#[component]
pub(super) fn ControlBar(
    id: CampaignId,
    standing: Standing,
    /// The messages that failed.
    failed: Named,
    actions: Actions,
    now: i64,
) -> impl IntoView {
    let line = standing.line(now).map(|(tone, line)| view! { <Status tone=tone label=line/> });
    let (campaign, id) = (id.clone(), StoredValue::new(id.to_string()));
    let hidden = move || view! { <input type="hidden" name="id" value=id.get_value()/> };
    let send_now = standing.can_send_now().then(|| {
        if standing.is_quiet() {
            view! {
                <AskStep id=campaign.clone() step=Step::QuietHours actions>
                    <Button kind="submit" busy=actions.send_now.pending()>"Send now"</Button>
                </AskStep>
            }
            .into_any()
        } else {
            view! {
                <ActionForm action=actions.send_now>
                    {hidden()}
                    <Button kind="submit" busy=actions.send_now.pending()>"Send now"</Button>
                </ActionForm>
            }
            .into_any()
        }
    });
    let pause = standing.can_pause().then(|| {
        view! {
            <ActionForm action=actions.pause>
                {hidden()}
                <Button kind="submit" busy=actions.pause.pending()>"Pause"</Button>
            </ActionForm>
        }
    });
    let resume = standing.can_resume().then(|| {
        view! {
            <ActionForm action=actions.resume>
                {hidden()}
                <Button kind="submit" variant=Variant::Primary busy=actions.resume.pending()>"Resume"</Button>
            </ActionForm>
        }
    });
    let retry = standing.can_retry().then(|| {
        view! {
            <AskStep id=campaign.clone() step=Step::RetryFailed named=failed actions>
                <Button kind="submit" busy=actions.retry.pending()>"Retry failed"</Button>
            </AskStep>
        }
    });
    let cancel_label = if standing.has_started() { "Cancel the rest" } else { "Cancel" };
    let cancel = standing.can_cancel().then(|| {
        view! {
            <AskStep id=campaign.clone() step=Step::Cancel actions>
                <Button kind="submit" busy=actions.cancel.pending()>{cancel_label}</Button>
            </AskStep>
        }
    });
    let recall = standing.can_recall().then(|| {
        view! {
            <AskStep
                id=campaign
                step=Step::Recall
                named=Named { is_reminder: standing.is_reminder, ..Named::default() }
                actions
            >
                <Button kind="submit" busy=actions.recall.pending()>"Recall"</Button>
            </AskStep>
        }
    });
    let can_reschedule = standing.can_reschedule(now);
    let (starts_at, hint) = (standing.starts_field.clone(), format!("In the time zone {}.", standing.time_zone));
    let reschedule = can_reschedule.then(move || {
        view! {
            <details class="campaign-time">
                <summary>"Change time"</summary>
                <ActionForm action=actions.reschedule attr:class="stack">
                    {hidden()}
                    <Field
                        name="starts_at"
                        label="Date and time"
                        kind="datetime-local"
                        value=starts_at
                        hint=hint
                        required=true
                    />
                    <Button kind="submit" busy=actions.reschedule.pending()>"Save time"</Button>
                </ActionForm>
            </details>
        }
    });
    view! {
        <section class="campaign-controls" aria-label="Controls">
            {line}
            <div class="campaign-buttons">{send_now}{pause}{resume}{retry}{cancel}{recall}</div>
            {reschedule}
        </section>
    }
}

/// What can be done for one person: taken out while something waits, decided while a text is in doubt.
#[component]
pub(super) fn RowControls(
    id: CampaignId,
    contact: ContactId,
    name: String,
    email: Option<DeliveryState>,
    sms: Option<DeliveryState>,
    /// The campaign goes on.
    is_open: bool,
    actions: Actions,
) -> impl IntoView {
    let is_waiting = [&email, &sms].into_iter().flatten().any(|delivery| delivery.is_waiting);
    let undecided = [(Channel::Email, &email), (Channel::Sms, &sms)]
        .into_iter()
        .find_map(|(channel, delivery)| delivery.as_ref()?.is_undecided().then_some(channel));
    let who = StoredValue::new(name);
    let ask = move |step: Step, label: &'static str| {
        let name = who.get_value();
        view! {
            <AskStep id=id.clone() step named=Named::person(&name) actions>
                <Button kind="submit" small=true>{label}<span class="visually-hidden">" "{name}</span></Button>
            </AskStep>
        }
    };
    let take_out = is_waiting.then(|| ask(Step::TakeOut(contact.clone()), "Remove"));
    let arrived = undecided.map(|channel| ask(Step::Arrived(contact.clone(), channel), "It arrived"));
    let again =
        undecided.filter(|_| is_open).map(|channel| ask(Step::SendAgain(contact.clone(), channel), "Send again"));
    view! { <div class="campaign-buttons">{take_out}{arrived}{again}</div> }
}

/// Who did what to the campaign, newest first.
#[component]
pub(super) fn History(entries: Vec<HistoryEntry>, now: i64) -> impl IntoView {
    (!entries.is_empty()).then(|| {
        view! {
            <Card title="History">
                <ol class="timeline timeline-history">
                    {entries
                        .into_iter()
                        .map(|entry| {
                            let who = entry.who.unwrap_or_else(|| "Handbill".to_owned());
                            view! {
                                <li class="timeline-entry">
                                    <span>{entry.words}</span>
                                    <span class="timeline-at">{who}" · "<RelativeTime at=entry.at now/></span>
                                </li>
                            }
                        })
                        .collect_view()}
                </ol>
            </Card>
        }
    })
}
