//! The foot of the dialog: what will happen, next to the button that does it; and what it made.

use leptos::prelude::*;

use super::{
    not_foretold::NotForetold, outlook::Outlook, plan::Plan, press::Press, selection::Selection,
    send_anyway::SendAnyway, when::WhenReview, wording::Wordings,
};
use crate::{
    campaigns::progress::LiveProgress,
    care::CareForecast,
    channel::Channel,
    eligibility::Reason,
    id::{CampaignId, ContactId},
    paths,
    payment_links::Closed,
    ui::{Button, Failure, LinkButton, Variant},
};

/// "Will be sent to 41 people", "9 skipped" with the reasons, and "Send to 41 people".
#[component]
pub fn Review(
    selection: Selection,
    wording: Wordings,
    plan: Plan,
    outlook: Outlook,
    press: Press,
    closed: Signal<Option<Closed>>,
) -> impl IntoView {
    let forecast = outlook.forecast;
    let is_previewed = wording.is_previewed;
    let people = move || forecast.with(|forecast| counted(forecast.people()));
    let cannot_send =
        Signal::derive(move || closed.with(Option::is_some) || forecast.with(|forecast| forecast.people() == 0));
    let hint = move || match () {
        () if closed.with(Option::is_some) => Some("Nobody can pay with this link now, so it cannot be sent."),
        () if selection.chosen.with(Vec::is_empty) => Some("Choose contacts above."),
        () if wording.channels().is_empty() => Some("Choose Email, SMS or both."),
        () => None,
    };
    view! {
        {move || press.refusal.get().map(|error| view! { <Failure error/> })}
        <div class="review" role="status">
            <p class="review-people">"Will be sent to "{people}</p>
            <WhenReview plan=plan/>
            {move || hint().map(|text| view! { <p class="muted">{text}</p> })}
            {move || forecast.with(|forecast| (forecast.skipped > 0).then(|| {
                let text = format!("{} skipped: {}", forecast.skipped, said(&forecast.reasons));
                view! { <p class="muted">{text}</p> }
            }))}
            {move || forecast.with(|forecast| {
                let partly = forecast.partly.iter().filter_map(|(reason, count)| one_channel(*reason, *count));
                partly.map(|text| view! { <p class="muted">{text}</p> }).collect_view()
            })}
            {move || forecast.with(|forecast| outlook.care.known(|care| quiet(care, &forecast.sent_to))).map(|text| {
                view! { <p class="muted">{text}</p> }
            })}
            {move || outlook.approval.known(Clone::clone).map(|text| view! { <p class="muted">{text}</p> })}
        </div>
        <NotForetold outlook=outlook/>
        <SendAnyway selection=selection outlook=outlook/>
        <div class="review-actions">
            <Button
                variant=Variant::Quiet
                attr:aria-expanded=move || is_previewed.get().to_string()
                on:click=move |_| is_previewed.update(|shown| *shown = !*shown)
            >
                {move || if is_previewed.get() { "Hide preview" } else { "Preview" }}
            </Button>
            <Button
                variant=Variant::Primary
                disabled=cannot_send
                busy=press.is_pending
                on:click=move |_| press.send()
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

/// "1 person gets only the SMS, because do not disturb is on for email."
fn one_channel(reason: Reason, count: usize) -> Option<String> {
    let (only, not) = match reason.concerns()? {
        Channel::Email => ("the SMS", "email"),
        Channel::Sms => ("the email", "SMS"),
    };
    let get = if count == 1 { "gets" } else { "get" };
    Some(format!("{} {get} only {only}, because do not disturb is on for {not}.", counted(count)))
}

/// "1 person", "12 people"
fn counted(people: usize) -> String {
    format!("{people} {}", if people == 1 { "person" } else { "people" })
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
                <LinkButton href=paths::campaign(&campaign)>"Open the campaign"</LinkButton>
            </div>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            drawn::{contact, link, words_of},
            send::Sending,
        },
        *,
    };
    use crate::{care::Waiting, eligibility::Warning, error::Error, preflight::Warned};

    fn drawn(closed: Option<Closed>, arrange: impl FnOnce(Sending)) -> String {
        words_of(|| {
            let sending = Sending::new(link());
            arrange(sending);
            let Sending { selection, wording, plan, outlook, press, .. } = sending;
            view! { <Review selection wording plan outlook press closed=Signal::stored(closed)/> }
        })
    }

    #[test]
    fn the_review_says_who_gets_something_who_waits_and_who_is_skipped() {
        let (ada, mut bea, cy) = (contact(1, "Ada"), contact(2, "Bea"), contact(3, "Cy"));
        bea.dnd.sms = true;
        let words = drawn(None, |sending| {
            sending.selection.choose_all(vec![ada.clone(), bea, cy.clone()]);
            let Outlook { care, warnings, approval, .. } = sending.outlook;
            let waiting = [&ada, &cy].map(|one| Waiting {
                contact: one.id.clone(),
                until: 0,
                ends: "08:00 in Berlin".to_owned(),
            });
            care.take(care.begin(), Ok(CareForecast { waiting: waiting.to_vec(), ..CareForecast::default() }));
            let words = "Was sent this link 2 hours ago".to_owned();
            let warned = Warned { contact: cy.id.clone(), warning: Warning::SentRecently, words };
            warnings.take(warnings.begin(), Ok(vec![warned]));
            approval.take(approval.begin(), Ok(Some("Needs a second pair of eyes.".to_owned())));
        });
        for said in [
            "Will be sent to 2 people",
            "1 skipped: was sent this link within 24 hours 1",
            "1 person gets only the email, because do not disturb is on for SMS.",
            "1 will wait for quiet hours; the first leaves at 08:00 in Berlin.",
            "Needs a second pair of eyes.",
            "Send anyway to people who were sent this link within 24 hours 1 person",
            "Send to 2 people",
        ] {
            assert!(words.contains(said), "{said}: {words}");
        }
    }

    #[test]
    fn the_review_says_what_is_missing_and_why_sending_was_refused() {
        let words = drawn(None, |sending| sending.press.refusal.set(Some(Error::Unavailable)));
        assert!(words.contains("Choose contacts above.") && words.contains("Send to 0 people"), "{words}");
        assert!(words.contains(&Error::Unavailable.to_string()), "{words}");
        let words = drawn(Some(Closed::Inactive), |_| ());
        assert!(words.contains("Nobody can pay with this link now"), "{words}");
    }
}
