//! One campaign: live progress, and a row for each recipient that opens its timeline.

use super::{
    CampaignReport, Standing,
    actions::{Actions, Answers},
    approval::Decision,
    calls::find_campaign,
    controls::{ControlBar, History, RowControls},
    progress::{ProgressCard, follow},
    reminders::{Reminders, Words},
    step::{Named, has_failed},
};
use crate::{
    approval::Awaited,
    channel::Channel,
    deliveries::{DeliveryState, DeliveryStatus},
    id::{CampaignId, ContactId},
    paths,
    results::{Recipient, TimelineEntry, timeline::Timeline, totals::TotalsRow},
    templates::Wording,
    ui::{Card, Cell, Column, Loaded, PageHead, RelativeTime, Row, Scope, Status, Table, Tone},
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
    let first = Resource::new_blocking(
        move || (id.get(), open.get_untracked()),
        |(id, open)| async move { find_campaign(id, open).await },
    );
    let newest = RwSignal::new(None);
    let scope = Scope::here();
    let refresh = move || {
        scope.spawn(async move {
            // What cannot be read now stays as it was read last.
            if let Ok(report) = find_campaign(id.get_untracked(), open.get_untracked()).await {
                newest.set(Some(report));
            }
        });
    };
    Effect::new(move |before: Option<_>| {
        let now = (open.get(), actions.answers());
        if before.is_some_and(|before| before != now) {
            refresh();
        }
        now
    });
    Effect::new(move |_| {
        // What was done may have begun anew what was over.
        actions.answers();
        if let Some(id) = known.get() {
            follow(id, move |_| refresh());
        }
    });
    let changed = Callback::new(move |()| refresh());
    view! {
        <Answers actions id=known/>
        <Loaded from=first page=("Campaign", (paths::CAMPAIGNS, "Campaigns")) let:first>
            <Report first newest actions changed/>
        </Loaded>
    }
}

#[component]
fn Report(
    first: CampaignReport,
    newest: RwSignal<Option<CampaignReport>>,
    actions: Actions,
    changed: Callback<()>,
) -> impl IntoView {
    let (id, link, name) = (first.id.clone(), first.payment_link.clone(), first.payment_link_name.clone());
    let (export, timelines) = (paths::campaign_export(&id), paths::campaign_timeline(&id));
    let title = format!("Campaign “{name}”");
    let columns = vec![
        Column::new("Person"),
        Column::new("Email"),
        Column::new("SMS"),
        Column::new("Link"),
        Column::hidden("Actions"),
    ];
    let id = StoredValue::new(id);
    let is_awaited = first.standing.awaited.is_some();
    let (words, clock) = (first.words.clone(), RwSignal::new(first.now));
    let report = RwSignal::new(first);
    Effect::new(move |_| {
        // Answers may overtake each other, and the one before may be about another campaign.
        let newer =
            newest.get().filter(|newer| report.with_untracked(|old| newer.id == old.id && newer.now >= old.now));
        if let Some(newer) = newer {
            clock.set(newer.now);
            report.set(newer);
        }
    });
    count_down(clock, Memo::new(move |_| report.with(|report| report.standing.held > 0)));
    let people = Memo::new(move |_| {
        report.with(|report| report.recipients.iter().map(|recipient| recipient.contact.clone()).collect::<Vec<_>>())
    });
    view! {
        <PageHead title=title parent=(paths::CAMPAIGNS, "Campaigns")>
            <a class="button" href=export download="campaign.csv" rel="external">"Export CSV"</a>
            <a class="button" href=timelines download="timeline.csv" rel="external">"Export timeline"</a>
        </PageHead>
        <p class="muted campaign-about">
            {part(report, made, |(made, at), now| view! { {made}" " <RelativeTime at now/> })} " with the payment link "
            <a href=paths::payment_link(&link)>{name}</a>
        </p>
        {part(report, failed, move |(standing, failed), now| {
            (!standing.is_idle(now)).then(|| view! { <ControlBar id=id.get_value() standing failed actions now/> })
        })}
        {part(report, awaited, move |awaited, _| {
            awaited.map(|(awaited, waiting)| view! { <Decision id=id.get_value() awaited waiting actions/> })
        })}
        {part(report, |report| report.progress.clone(), |progress, _| view! { <ProgressCard progress/> })}
        {part(report, |report| report.totals.clone(), |totals, _| view! { <TotalsRow totals/> })}
        <Table caption="Recipients" columns=columns>
            <For each=move || people.get() key=ContactId::clone let:contact>
                {part(report, move |report| person(report, &contact), move |person, now| {
                    person.map(|person| view! { <PersonRows campaign=id.get_value() person actions clock now/> })
                })}
            </For>
        </Table>
        <Message words open=is_awaited/>
        {part(report, |report| report.reminders.clone(), move |plan, now| {
            view! { <Reminders campaign=id.get_value() plan actions now changed/> }
        })}
        {part(report, |report| report.standing.history.clone(), |entries, now| view! { <History entries now/> })}
    }
}

/// A part of the page that is drawn anew only when what it shows is another: what is typed or opened elsewhere stays.
fn part<T, V>(
    report: RwSignal<CampaignReport>,
    of: impl Fn(&CampaignReport) -> T + Send + Sync + 'static,
    draw: impl Fn(T, i64) -> V + Send + 'static,
) -> impl IntoView
where
    T: Clone + PartialEq + Send + Sync + 'static,
    V: IntoView + 'static,
{
    let shown = Memo::new(move |_| report.with(&of));
    move || draw(shown.get(), report.with_untracked(|report| report.now))
}

/// Where the campaign stands, and the messages that failed.
fn failed(report: &CampaignReport) -> (Standing, Named) {
    (report.standing.clone(), Named::messages(&report.recipients, has_failed))
}

/// What waits for approval, and its messages.
fn awaited(report: &CampaignReport) -> Option<(Awaited, Named)> {
    let awaited = report.standing.awaited.clone()?;
    Some((awaited, Named::messages(&report.recipients, |delivery| delivery.is_waiting)))
}

/// Moves the clock on while something counts down.
fn count_down(clock: RwSignal<i64>, is_counting: Memo<bool>) {
    Effect::new(move |_| {
        let tick = move || clock.update(|now| *now += i64::try_from(TICK.as_millis()).unwrap_or_default());
        if is_counting.get()
            && let Ok(handle) = set_interval_with_handle(tick, TICK)
        {
            on_cleanup(move || handle.clear());
        }
    });
}

/// The first word of what the page says of itself, and since when that is so.
fn made(report: &CampaignReport) -> (&'static str, i64) {
    let standing = &report.standing;
    let has_not_left = standing.held > 0 || standing.awaited.is_some() || standing.declined_at.is_some();
    (if has_not_left { "Made" } else { "Sent" }, report.created_at)
}

/// One person of the campaign, as the table shows them.
#[derive(Clone, PartialEq)]
struct ListedPerson {
    recipient: Recipient,
    /// What happened to them, where their row is open.
    timeline: Option<Vec<TimelineEntry>>,
    /// The campaign goes on.
    is_open: bool,
}

fn person(report: &CampaignReport, contact: &ContactId) -> Option<ListedPerson> {
    let recipient = report.recipients.iter().find(|recipient| recipient.contact == *contact)?.clone();
    let timeline = report.timeline.as_ref().filter(|(open, _)| open == contact).map(|(_, entries)| entries.clone());
    let is_open = report.standing.canceled_at.is_none() && report.standing.recalled_at.is_none();
    Some(ListedPerson { recipient, timeline, is_open })
}

/// What everyone is sent, before it is filled for anyone.
#[component]
fn Message(words: Vec<(Channel, Wording)>, open: bool) -> impl IntoView {
    view! {
        <Card title="Message">
            <details class="campaign-words" open=open>
                <summary>"Show the text"</summary>
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
fn PersonRows(
    campaign: CampaignId,
    person: ListedPerson,
    actions: Actions,
    clock: RwSignal<i64>,
    now: i64,
) -> impl IntoView {
    let ListedPerson { recipient, timeline, is_open } = person;
    let Recipient { contact, name, email, sms, opened_at, paid } = recipient;
    let is_shown = timeline.is_some();
    let is_skipped = [&email, &sms].into_iter().flatten().all(|delivery| delivery.status == DeliveryStatus::Suppressed);
    // A person to whom nothing is sent at all has the reason once.
    let repeats =
        email.as_ref().zip(sms.as_ref()).is_some_and(|(email, sms)| is_skipped && email.reasons == sms.reasons);
    let href = if is_shown { paths::campaign(&campaign) } else { paths::recipient(&campaign, &contact) };
    let used = match (paid, opened_at) {
        (Some(paid), _) => {
            view! { <strong class="amount">{format!("Paid {}", paid.amount)}</strong> " " <RelativeTime at=paid.at now/> }.into_any()
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
            let label = Signal::derive(move || delivery.label_at(clock.get()));
            view! { <span class="delivery"><Status tone label/></span> }.into_any()
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
