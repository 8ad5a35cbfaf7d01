//! The line on every page, and the page on which the owner decides.

use super::{
    Halt,
    calls::{CancelStopped, StartSending, find_halt},
};
use crate::{
    account::current::CurrentBusiness,
    form::action,
    paths,
    ui::{Button, Card, Failure, FormActions, Loaded, Notice, PageHead, RelativeTime, Tone, Variant},
};
use leptos::prelude::*;

/// Says on every page that nothing leaves, and where that is decided.
#[component]
pub fn HaltBanner(business: CurrentBusiness) -> impl IntoView {
    let banner = move || {
        Suspend::new(async move {
            business.await.is_ok_and(|business| business.sending_stopped).then(|| {
                view! {
                    <Notice tone=Tone::Warn title="Sending is stopped">
                        "This data was restored from a copy, or sending was stopped by hand. Nothing leaves until the owner decides. "
                        <a href=paths::SENDING>"See what waits"</a>
                    </Notice>
                }
            })
        })
    };
    view! { <Transition>{banner}</Transition> }
}

/// `/sending`
#[component]
pub fn HaltPage() -> impl IntoView {
    let (start, cancel) = (action::<StartSending>(), action::<CancelStopped>());
    let business = expect_context::<CurrentBusiness>();
    let halt = Resource::new_blocking(
        move || (start.version().get(), cancel.version().get()),
        |_| async move { find_halt().await },
    );
    Effect::new(move |before: Option<usize>| {
        let now = start.version().get() + cancel.version().get();
        // The line above the page goes with it.
        if before.is_some_and(|before| before != now) {
            business.refetch();
        }
        now
    });
    let said = move || {
        let answer = start.value().get().or_else(|| cancel.value().get())?;
        Some(match answer {
            Ok(words) => view! { <Notice tone=Tone::Good>{words}</Notice> }.into_any(),
            Err(error) => view! { <Failure error/> }.into_any(),
        })
    };
    view! {
        <PageHead title="Sending"/>
        {said}
        <Loaded from=halt let:halt>
            {match halt {
                Some(halt) => view! { <Decide halt start cancel/> }.into_any(),
                None => view! { <p>"Messages leave as usual."</p> }.into_any(),
            }}
        </Loaded>
    }
}

#[component]
fn Decide(halt: Halt, start: ServerAction<StartSending>, cancel: ServerAction<CancelStopped>) -> impl IntoView {
    let waiting = halt.what_waits();
    let oldest = halt.oldest_at.map(|at| {
        view! { <p>"The oldest is from a campaign that was sent " <RelativeTime at now=halt.now/> "."</p> }
    });
    let has_waiting = waiting.is_some();
    let decision = if halt.may_decide {
        view! {
            <FormActions>
                {has_waiting
                    .then(|| {
                        view! {
                            <ActionForm action=cancel>
                                <Button kind="submit" variant=Variant::Danger busy=cancel.pending()>"Cancel what waits"</Button>
                            </ActionForm>
                        }
                    })}
                <ActionForm action=start>
                    <Button kind="submit" variant=Variant::Primary busy=start.pending()>"Start sending"</Button>
                </ActionForm>
            </FormActions>
        }
        .into_any()
    } else {
        view! { <p>"An owner of your business decides."</p> }.into_any()
    };
    view! {
        <Card title="Sending is stopped">
            <p>"Stopped " <RelativeTime at=halt.since now=halt.now/> "."</p>
            <p>
                "A restored copy does not know what was sent, paid or opted out after it was made. If sending starts, people may get the \
                 same message twice."
            </p>
            <p>
                {waiting
                    .map_or_else(
                        || "Nothing waits.".to_owned(),
                        |waiting| format!("“Start sending” lets {waiting} leave at their time. “Cancel what waits” takes them back for good."),
                    )}
            </p>
            {oldest}
            {decision}
        </Card>
    }
}
