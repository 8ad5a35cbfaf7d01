//! A campaign that waits for a second pair of eyes: what is said, and the two answers.

use super::{
    actions::{Actions, AskStep},
    step::{Named, Step},
};
use crate::{
    approval::Awaited,
    id::CampaignId,
    paths,
    ui::{Button, Card, Field, FormActions, LinkButton, Notice, Tone, Variant},
};
use leptos::prelude::*;

/// What waits, and what the asker can do about it.
#[component]
pub(super) fn Decision(
    id: CampaignId,
    awaited: Awaited,
    /// The messages that wait.
    waiting: Named,
    actions: Actions,
) -> impl IntoView {
    let sum = awaited.sum();
    let named = Named { sum: sum.clone(), ..waiting };
    let changed = awaited.asked_before.map(|before| {
        let words = format!("The price has changed since Send was pressed: each person was to be asked for {before}.");
        view! { <Notice tone=Tone::Warn>{words}</Notice> }
    });
    let (title, answer) = match (awaited.is_yours, awaited.can_release) {
        (false, _) => ("Waits for your approval", view! { <TwoAnswers id sum=awaited.each named actions/> }.into_any()),
        (true, true) => {
            ("Can leave without approval", view! { <Release id sum=awaited.each named actions/> }.into_any())
        }
        (true, false) if awaited.is_nobody_else => ("Waits for approval", view! { <NobodyElse/> }.into_any()),
        (true, false) => (
            "Waits for approval",
            view! { <p class="muted">"Another user approves it. It leaves as soon as they do."</p> }.into_any(),
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
fn TwoAnswers(id: CampaignId, sum: String, named: Named, actions: Actions) -> impl IntoView {
    let declined = id.to_string();
    view! {
        <AskStep id step=Step::Approve(sum) named actions>
            <Button kind="submit" variant=Variant::Primary busy=actions.approve.pending()>"Approve"</Button>
        </AskStep>
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
fn Release(id: CampaignId, sum: String, named: Named, actions: Actions) -> impl IntoView {
    view! {
        <p>"The settings ask for no approval of this campaign any more, so you can release it yourself."</p>
        <AskStep id step=Step::Release(sum) named actions>
            <Button kind="submit" variant=Variant::Primary busy=actions.release.pending()>"Release"</Button>
        </AskStep>
    }
}

/// Without a colleague it would wait for ever.
#[component]
fn NobodyElse() -> impl IntoView {
    view! {
        <Notice tone=Tone::Warn>
            "Nobody else can approve this yet. Invite a colleague, or switch the approval off in Settings."
        </Notice>
        <div><LinkButton href=paths::SETTINGS>"Open Settings"</LinkButton></div>
    }
}
