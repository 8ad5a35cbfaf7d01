//! A campaign that waits for a second pair of eyes: what is said, and the two answers.

use super::controls::Actions;
#[cfg(feature = "ssr")]
use crate::backend::{backend, respond, signed_in};
use crate::{
    error::Error,
    id::{CampaignId, PaymentLinkId},
    ui::{Button, Card, Field, FormActions, LinkButton, Notice, Tone, Variant},
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// What a campaign that waits for approval says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Awaited {
    /// The address of who pressed "Send".
    pub sender: String,
    /// The asker is the sender, and cannot approve.
    pub is_yours: bool,
    /// How many people get something.
    pub people: u32,
    /// What each of them is asked for now, as people read it: what is approved.
    pub each: String,
    /// The same for all of them.
    pub total: String,
    /// What each was to be asked for when it began to wait, if that was something else.
    pub asked_before: Option<String>,
    /// There is no other user who could approve.
    pub is_nobody_else: bool,
    /// The asker may let it leave, because the settings ask for no approval of it any more.
    pub can_release: bool,
}

impl Awaited {
    /// "4 people are asked for $90.00 each, $360.00 in total."
    fn sum(&self) -> String {
        let Self { people, each, total, .. } = self;
        match people {
            1 => format!("1 person is asked for {each}."),
            _ => format!("{people} people are asked for {each} each, {total} in total."),
        }
    }
}

/// Why a campaign with this link to so many people would wait for another user; none when it would not.
#[server(prefix = "/api/fn", endpoint = "forecast_approval")]
pub async fn forecast_approval(
    /// What is sent.
    payment_link: PaymentLinkId,
    /// How many people would get something.
    people: u32,
) -> Result<Option<String>, Error> {
    respond(backend()?.forecast_approval(&signed_in()?, payment_link, people).await)
}

/// Lets a campaign leave that another user sent.
#[server(prefix = "/api/fn", endpoint = "approve_campaign")]
pub async fn approve_campaign(
    /// Which campaign.
    id: CampaignId,
    /// What each person is asked for, as the user saw it; empty for what it was when the campaign began to wait.
    #[server(default)]
    sum: String,
) -> Result<String, Error> {
    respond(backend()?.approve_campaign(&signed_in()?, id, sum).await)
}

/// Lets a campaign leave that the settings ask for no approval of any more.
#[server(prefix = "/api/fn", endpoint = "release_campaign")]
pub async fn release_campaign(
    /// Which campaign.
    id: CampaignId,
    /// What each person is asked for, as the user saw it; empty for what it was when the campaign began to wait.
    #[server(default)]
    sum: String,
) -> Result<String, Error> {
    respond(backend()?.release_campaign(&signed_in()?, id, sum).await)
}

/// Takes back a campaign that another user sent.
#[server(prefix = "/api/fn", endpoint = "decline_campaign")]
pub async fn decline_campaign(
    /// Which campaign.
    id: CampaignId,
    /// Why, in the user's words; may be empty.
    #[server(default)]
    reason: String,
) -> Result<String, Error> {
    respond(backend()?.decline_campaign(&signed_in()?, id, reason).await)
}

/// What waits, and what the asker can do about it.
#[component]
pub(super) fn Decision(id: CampaignId, awaited: Awaited, actions: Actions) -> impl IntoView {
    let sum = awaited.sum();
    let changed = awaited.asked_before.map(|before| {
        let words = format!("The price has changed since Send was pressed: each person was to be asked for {before}.");
        view! { <Notice tone=Tone::Warn>{words}</Notice> }
    });
    let id = id.to_string();
    let (title, answer) = match (awaited.is_yours, awaited.can_release) {
        (false, _) => ("Waits for your approval", view! { <TwoAnswers id sum=awaited.each actions/> }.into_any()),
        (true, true) => ("Can leave without approval", view! { <Release id sum=awaited.each actions/> }.into_any()),
        (true, false) if awaited.is_nobody_else => ("Waits for approval", view! { <NobodyElse/> }.into_any()),
        (true, false) => (
            "Waits for approval",
            view! { <p class="muted">"Someone else than you approves it. It leaves as soon as they do."</p> }
                .into_any(),
        ),
    };
    view! {
        <div class="decision">
            <Card title=title text=sum>
                {changed}
                {answer}
            </Card>
        </div>
    }
}

/// The two answers, for everyone but the sender.
#[component]
fn TwoAnswers(id: String, sum: String, actions: Actions) -> impl IntoView {
    let declined = id.clone();
    view! {
        <ActionForm action=actions.approve>
            <input type="hidden" name="id" value=id/>
            <input type="hidden" name="sum" value=sum/>
            <Button kind="submit" variant=Variant::Primary busy=actions.approve.pending()>"Approve"</Button>
        </ActionForm>
        <details>
            <summary>"Decline…"</summary>
            <ActionForm action=actions.decline attr:class="stack">
                <input type="hidden" name="id" value=declined/>
                <Field name="reason" label="Reason for declining (optional)" maxlength=300/>
                <FormActions>
                    <Button kind="submit" variant=Variant::Danger busy=actions.decline.pending()>"Decline"</Button>
                </FormActions>
            </ActionForm>
        </details>
    }
}

/// The settings ask for no approval of it any more.
#[component]
fn Release(id: String, sum: String, actions: Actions) -> impl IntoView {
    view! {
        <p>"The settings ask for no approval of this campaign any more, so you can release it yourself."</p>
        <ActionForm action=actions.release>
            <input type="hidden" name="id" value=id/>
            <input type="hidden" name="sum" value=sum/>
            <Button kind="submit" variant=Variant::Primary busy=actions.release.pending()>"Release"</Button>
        </ActionForm>
    }
}

/// Without a colleague it would wait for ever.
#[component]
fn NobodyElse() -> impl IntoView {
    view! {
        <Notice tone=Tone::Warn>
            "Nobody else can approve this yet. Invite a colleague, or switch the approval off in Settings."
        </Notice>
        <div><LinkButton href="/settings">"Open Settings"</LinkButton></div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_reads_as_a_sentence() {
        let awaited =
            |people| Awaited { people, each: "$90.00".to_owned(), total: "$360.00".to_owned(), ..Awaited::default() };
        assert_eq!(awaited(4).sum(), "4 people are asked for $90.00 each, $360.00 in total.");
        assert_eq!(awaited(1).sum(), "1 person is asked for $90.00.");
    }
}
