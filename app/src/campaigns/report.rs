//! One campaign: live progress, and a row for each recipient that opens its timeline.

use super::{
    CampaignReport, DeliveryState, DeliveryStatus, Recipient, TimelineEntry,
    approval::Decision,
    controls::{Actions, Answers, ControlBar, History, RowControls},
    find_campaign,
    progress::{ProgressCard, follow},
    reminders::{Reminders, Words},
    timeline::Timeline,
    totals::TotalsRow,
};
use crate::{
    channel::Channel,
    id::{CampaignId, ContactId},
    templates::Wording,
    ui::{Card, Cell, Column, Notice, PageHead, RelativeTime, Row, Skeleton, Status, Table, Tone},
};
use leptos::prelude::*;
use leptos_router::{
    components::A,
    hooks::{use_params_map, use_query_map},
};
use std::time::Duration;

/// How often what is held counts down.
const TICK: Duration = Duration::from_secs(5);

/// `/payments/campaigns/{id}`
#[component]
pub fn CampaignPage() -> impl IntoView {
    let params = use_params_map();
    let query = use_query_map();
    let id = Memo::new(move |_| params.read().get("id").unwrap_or_default());
    let known = Signal::derive(move || id.get().parse::<CampaignId>().ok());
    let open = Memo::new(move |_| query.read().get("recipient").and_then(|id| id.parse::<ContactId>().ok()));
    let actions = Actions::new();
    let report = Resource::new_blocking(
        move || (id.get(), open.get(), actions.answers()),
        |(id, open, _)| async move { find_campaign(id, open).await },
    );
    Effect::new(move |_| {
        // What was done may have begun anew what was over.
        actions.answers();
        if let Some(id) = known.get() {
            follow(id, move |_| report.refetch());
        }
    });
    let changed = Callback::new(move |()| report.refetch());
    view! {
        <Answers actions id=known/>
        <Transition fallback=|| view! { <Skeleton/> }>
            {move || Suspend::new(async move {
                match report.await {
                    Ok(report) => view! { <Report report actions changed/> }.into_any(),
                    Err(error) => {
                        view! {
                            <PageHead title="Campaign" parent=("/payments/campaigns", "Campaigns")/>
                            <Notice tone=Tone::Bad>{error.to_string()}</Notice>
                        }
                        .into_any()
                    }
                }
            })}
        </Transition>
    }
}

#[component]
fn Report(report: CampaignReport, actions: Actions, changed: Callback<()>) -> impl IntoView {
    let CampaignReport {
        id,
        payment_link,
        payment_link_name,
        created_at,
        progress,
        totals,
        standing,
        words,
        recipients,
        reminders,
        timeline,
        now,
    } = report;
    let (export, timelines) = ["export", "timeline"].map(|file| format!("/payments/campaigns/{id}/{file}.csv")).into();
    let columns = vec![
        Column::new("Person"),
        Column::new("Email"),
        Column::new("SMS"),
        Column::new("Link"),
        Column::hidden("Actions"),
    ];
    let clock = RwSignal::new(now);
    if standing.held > 0 {
        Effect::new(move |_| {
            let tick = move || clock.update(|now| *now += i64::try_from(TICK.as_millis()).unwrap_or_default());
            if let Ok(handle) = set_interval_with_handle(tick, TICK) {
                on_cleanup(move || handle.clear());
            }
        });
    }
    let is_open = standing.canceled_at.is_none() && standing.recalled_at.is_none();
    let (history, awaited) = (standing.history.clone(), standing.awaited.clone());
    let is_awaited = awaited.is_some();
    let after = id.clone();
    let has_not_left = standing.held > 0 || standing.awaited.is_some() || standing.declined_at.is_some();
    let made = if has_not_left { "Made" } else { "Sent" };
    view! {
        <PageHead title=format!("Campaign “{payment_link_name}”") parent=("/payments/campaigns", "Campaigns")>
            <a class="button" href=export download="campaign.csv" rel="external">"Export CSV"</a>
            <a class="button" href=timelines download="timeline.csv" rel="external">"Export timeline"</a>
        </PageHead>
        <p class="muted campaign-about">
            {made}" " <RelativeTime at=created_at now/> " with the payment link "
            <a href=format!("/payments/links/{payment_link}")>{payment_link_name}</a>
        </p>
        {(!standing.is_idle(now)).then(|| view! { <ControlBar id=id.clone() standing actions now/> })}
        {awaited.map(|awaited| view! { <Decision id=id.clone() awaited actions/> })}
        <ProgressCard progress/>
        <TotalsRow totals/>
        <Table caption="Recipients" columns=columns>
            {recipients
                .into_iter()
                .map(|recipient| {
                    let timeline = timeline
                        .as_ref()
                        .and_then(|(contact, entries)| (*contact == recipient.contact).then(|| entries.clone()));
                    view! { <RecipientRows campaign=id.clone() recipient timeline is_open actions clock now/> }
                })
                .collect_view()}
        </Table>
        <Message words open=is_awaited/>
        <Reminders campaign=after plan=reminders actions now changed/>
        <History entries=history now/>
    }
}

/// What everyone is sent, before it is filled for anyone.
#[component]
fn Message(words: Vec<(Channel, Wording)>, open: bool) -> impl IntoView {
    view! {
        <Card title="Message">
            <details class="campaign-words" open=open>
                <summary>"Words"</summary>
                {words
                    .into_iter()
                    .map(|(channel, wording)| view! { <Words label=channel.label() wording/> })
                    .collect_view()}
            </details>
        </Card>
    }
}

/// A recipient, and below it the timeline when the row is open. The name is a link, so that it opens without scripts as well.
#[component]
fn RecipientRows(
    campaign: CampaignId,
    recipient: Recipient,
    timeline: Option<Vec<TimelineEntry>>,
    is_open: bool,
    actions: Actions,
    clock: RwSignal<i64>,
    now: i64,
) -> impl IntoView {
    let Recipient { contact, name, email, sms, opened_at, paid } = recipient;
    let is_shown = timeline.is_some();
    let is_skipped = [&email, &sms].into_iter().flatten().all(|delivery| delivery.status == DeliveryStatus::Suppressed);
    // Whoever is skipped as a whole is told why once.
    let repeats =
        email.as_ref().zip(sms.as_ref()).is_some_and(|(email, sms)| is_skipped && email.reasons == sms.reasons);
    let href = if is_shown {
        format!("/payments/campaigns/{campaign}")
    } else {
        format!("/payments/campaigns/{campaign}?recipient={contact}")
    };
    let used = match (paid, opened_at) {
        (Some(paid), _) => {
            view! { <strong>{format!("Paid {}", paid.amount)}</strong> " " <RelativeTime at=paid.at now/> }.into_any()
        }
        (None, Some(at)) => view! { "Opened " <RelativeTime at now/> }.into_any(),
        (None, None) if is_skipped => view! { <span class="muted">"–"</span> }.into_any(),
        (None, None) => view! { <span class="muted">"Not opened"</span> }.into_any(),
    };
    let controls = view! {
        <RowControls
            id=campaign
            contact=contact.clone()
            name=name.clone()
            email=email.clone()
            sms=sms.clone()
            is_open
            actions
        />
    };
    view! {
        <Row quiet=is_skipped>
            <Cell head=true label="Person">
                <A href=href scroll=false attr:aria-expanded=is_shown.to_string()>{name}</A>
            </Cell>
            <Cell label="Email"><DeliveryCell delivery=email clock/></Cell>
            <Cell label="SMS"><DeliveryCell delivery=sms.filter(|_| !repeats) clock/></Cell>
            <Cell label="Link">{used}</Cell>
            <Cell actions=true>{controls}</Cell>
        </Row>
        {timeline
            .map(|entries| {
                view! {
                    <tr role="row" class="timeline-row">
                        <td role="cell" colspan="5"><Timeline entries contact now/></td>
                    </tr>
                }
            })}
    }
}

#[component]
fn DeliveryCell(delivery: Option<DeliveryState>, clock: RwSignal<i64>) -> impl IntoView {
    match delivery {
        Some(delivery) => {
            let tone = tone(delivery.status);
            view! { <Status tone label=Signal::derive(move || delivery.label_at(clock.get()))/> }.into_any()
        }
        None => view! { <span class="muted">"–"</span> }.into_any(),
    }
}

const fn tone(status: DeliveryStatus) -> Tone {
    match status {
        DeliveryStatus::Held | DeliveryStatus::Queued | DeliveryStatus::Sent | DeliveryStatus::Canceled => {
            Tone::Neutral
        }
        DeliveryStatus::Unknown | DeliveryStatus::Suppressed => Tone::Warn,
        DeliveryStatus::Delivered => Tone::Good,
        DeliveryStatus::Undelivered | DeliveryStatus::Failed => Tone::Bad,
    }
}
