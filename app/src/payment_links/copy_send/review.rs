//! The foot of the dialog: what will happen, next to the button that does it; and what it made.

use std::time::Duration;

use leptos::{leptos_dom::helpers::debounce, prelude::*};

use super::{sending::Sending, warnings::SendAnyway, when::WhenReview};
use crate::{
    campaigns::progress::LiveProgress,
    care::CareForecast,
    eligibility::Reason,
    id::{CampaignId, ContactId},
    payment_links::Closed,
    ui::{Button, Failure, LinkButton, Variant},
};

/// How long choosing pauses before the server is asked who would wait.
const PAUSE: Duration = Duration::from_millis(200);

/// "Will be sent to 41 people", "9 skipped" with the reasons, and "Send to 41 people".
#[component]
pub fn Review(sending: Sending, closed: Signal<Option<Closed>>) -> impl IntoView {
    let forecast = Memo::new(move |_| sending.forecast());
    let mut look_for_warnings = debounce(PAUSE, move |contacts| sending.look_for_warnings(contacts));
    let mut look_ahead = debounce(PAUSE, move |(contacts, channels, starts_at)| {
        sending.look_ahead(contacts, channels, starts_at);
    });
    Effect::new(move |_| look_for_warnings(sending.chosen_ids()));
    Effect::new(move |_| look_ahead((sending.chosen_ids(), sending.channels(), sending.when.starts_at())));
    let mut ask_for_approval = debounce(PAUSE, move |people| sending.ask_for_approval(people));
    let to_approve = Memo::new(move |_| forecast.with(|forecast| u32::try_from(forecast.people).unwrap_or(u32::MAX)));
    Effect::new(move |_| ask_for_approval(to_approve.get()));
    let people = move || {
        let count = forecast.with(|forecast| forecast.people);
        format!("{count} {}", if count == 1 { "person" } else { "people" })
    };
    let cannot_send =
        Signal::derive(move || closed.with(Option::is_some) || forecast.with(|forecast| forecast.people == 0));
    let hint = move || match () {
        () if closed.with(Option::is_some) => Some("Nobody can pay with this link now, so it cannot be sent."),
        () if sending.chosen.with(Vec::is_empty) => Some("Choose contacts above."),
        () if sending.channels().is_empty() => Some("Choose Email, SMS or both."),
        () => None,
    };
    view! {
        {move || sending.error.get().map(|error| view! { <Failure error/> })}
        <div class="review" role="status">
            <p class="review-people">"Will be sent to "{people}</p>
            <WhenReview when=sending.when/>
            {move || hint().map(|text| view! { <p class="muted">{text}</p> })}
            {move || forecast.with(|forecast| (forecast.skipped > 0).then(|| {
                let text = format!("{} skipped: {}", forecast.skipped, said(&forecast.reasons));
                view! { <p class="muted">{text}</p> }
            }))}
            {move || forecast.with(|forecast| (!forecast.partly.is_empty()).then(|| {
                view! { <p class="muted">{format!("By one channel only: {}", said(&forecast.partly))}</p> }
            }))}
            {move || forecast.with(|forecast| sending.care.with(|care| quiet(care, &forecast.sent_to))).map(|text| {
                view! { <p class="muted">{text}</p> }
            })}
            {move || sending.approval.get().map(|text| view! { <p class="muted">{text}</p> })}
        </div>
        <SendAnyway sending=sending/>
        <div class="review-actions">
            <Button
                variant=Variant::Quiet
                attr:aria-expanded=move || sending.is_previewed.get().to_string()
                on:click=move |_| sending.is_previewed.update(|shown| *shown = !*shown)
            >
                {move || if sending.is_previewed.get() { "Hide preview" } else { "Preview" }}
            </Button>
            <Button
                variant=Variant::Primary
                disabled=cannot_send
                busy=sending.is_pending
                on:click=move |_| sending.send()
            >
                "Send to "{people}
            </Button>
        </div>
    }
}

/// "3 will wait for quiet hours; the first leaves at 08:00 in Berlin."
fn quiet(care: &CareForecast, sent_to: &[ContactId]) -> Option<String> {
    let waiting: Vec<_> = care.waiting.iter().filter(|waiting| sent_to.contains(&waiting.contact)).collect();
    let first = waiting.iter().min_by_key(|waiting| waiting.until)?;
    Some(format!("{} will wait for quiet hours; the first leaves at {}.", waiting.len(), first.ends))
}

/// "no email address 1, do not disturb 2"
fn said(reasons: &[(Reason, usize)]) -> String {
    let said = reasons.iter().map(|(reason, count)| {
        let label = reason.label();
        // Names of things keep their capitals inside a sentence.
        let (first, rest) = label.split_at(1);
        format!("{}{rest} {count}", first.to_lowercase())
    });
    said.collect::<Vec<_>>().join(", ")
}

/// What "Send" made: it goes on when the dialog is closed.
#[component]
pub fn Sent(campaign: CampaignId) -> impl IntoView {
    view! {
        <div class="stack">
            <LiveProgress id=campaign.clone()/>
            <div>
                <LinkButton href=format!("/payments/campaigns/{campaign}")>"Open the campaign"</LinkButton>
            </div>
        </div>
    }
}
