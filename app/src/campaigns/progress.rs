//! How far a campaign is, live: events from the server, and questions to it where events do not come through.

use super::{Progress, calls::campaign_progress};
use crate::{
    error::Error,
    id::CampaignId,
    ui::{self, Notice, Status, Tone},
};
use futures::{StreamExt, channel::oneshot, future::abortable};
use gloo_net::eventsource::{State, futures::EventSource};
use leptos::{prelude::*, task::spawn_local};
use std::{cell::RefCell, time::Duration};

/// So many connections in a row that fail are no passing fault.
const MOST_FAILURES: u32 = 2;
/// How often the server is asked where events do not come through.
const ASK_EVERY: Duration = Duration::from_secs(2);
/// How often a campaign that is over is looked at: a message arrives after it left, and what is over may begin anew.
const LOOK_EVERY: Duration = Duration::from_secs(3);

/// A campaign's progress in words and counts that keeps itself up to date: what the dialog shows after "Send".
#[component]
pub fn LiveProgress(
    /// Which campaign.
    id: CampaignId,
) -> impl IntoView {
    let progress = RwSignal::new(None);
    Effect::new(move |_| follow(id.clone(), move |seen| progress.set(Some(seen))));
    move || match progress.get() {
        Some(progress) => view! { <Headline progress=progress.clone()/> <ProgressCard progress/> }.into_any(),
        None => view! { <p class="muted" role="status">"Sending …"</p> }.into_any(),
    }
}

/// How it stands in a sentence.
#[component]
fn Headline(progress: Progress) -> impl IntoView {
    let (tone, title, text) = match progress {
        Progress { awaits_approval: true, .. } => {
            (Tone::Warn, "Waits for approval", "The messages are sent once another user of your team approves them.")
        }
        Progress { is_paused: true, .. } => {
            (Tone::Warn, "Paused", "Messages that are not sent yet wait. The campaign's page says why.")
        }
        progress if progress.is_done() => (Tone::Good, "Done", "No message is waiting any more."),
        progress if progress.is_waiting() => (
            Tone::Good,
            "Waiting",
            "The messages are sent when their time comes. On the campaign's page you can send them now or take them back.",
        ),
        _ => (Tone::Good, "On its way", "The messages are being sent. You can close this window; sending goes on."),
    };
    view! {
        <Notice tone=tone title=title>
            <p>{text}</p>
        </Notice>
    }
}

/// Progress as a bar and counts.
#[component]
pub(super) fn ProgressCard(progress: Progress) -> impl IntoView {
    let to_send = progress.people - progress.people_skipped;
    let done = progress.people_done.saturating_sub(progress.people_skipped);
    let label = people_done(&progress);
    let counts = [
        (progress.delivered, "delivered", Tone::Good),
        (progress.sent, "sent", Tone::Good),
        (progress.held, "held", Tone::Neutral),
        (progress.queued, if progress.is_paused { "paused" } else { "queued" }, Tone::Neutral),
        (progress.unknown, "not confirmed", Tone::Warn),
        (progress.failed, "failed", Tone::Bad),
        (progress.canceled, "canceled", Tone::Neutral),
    ];
    let has_messages = counts.iter().any(|(count, ..)| *count > 0);
    view! {
        <section class="card campaign-progress" aria-label="Progress">
            <ui::Progress label=label done=i64::from(done) total=i64::from(to_send)/>
            {has_messages.then(|| view! {
                <div class="campaign-messages">
                    <p class="campaign-messages-title" id="campaign-messages">"Messages"</p>
                    <ul class="campaign-counts" aria-labelledby="campaign-messages">
                        {counts
                            .into_iter()
                            .filter(|(count, ..)| *count > 0)
                            .map(|(count, word, tone)| view! { <li><Status tone=tone label=format!("{count} {word}")/></li> })
                            .collect_view()}
                    </ul>
                </div>
            })}
        </section>
    }
}

/// "38 of 40 people done, 2 skipped": the bar counts people, and only people.
fn people_done(progress: &Progress) -> String {
    let to_send = progress.people - progress.people_skipped;
    let done = progress.people_done.saturating_sub(progress.people_skipped);
    let all = format!("{done} of {to_send} {} done", if to_send == 1 { "person" } else { "people" });
    match progress.people_skipped {
        0 => all,
        skipped => format!("{all}, {skipped} skipped"),
    }
}

/// Calls back with the campaign's progress whenever it differs, until the part of the page that asked is gone. Browser only: call it in an effect.
pub(super) fn follow(id: CampaignId, seen: impl Fn(Progress) + 'static) {
    let last = RefCell::new(None);
    let seen = move |progress: Progress| {
        if last.replace(Some(progress.clone())).as_ref() != Some(&progress) {
            seen(progress);
        }
    };
    let (work, handle) = abortable(async move {
        while listen(&id, &seen).await || ask(&id, &seen).await {
            pause(LOOK_EVERY).await;
        }
    });
    spawn_local(async move {
        let _ = work.await;
    });
    on_cleanup(move || handle.abort());
}

/// Listens to the server's events; false when they do not come through.
async fn listen(id: &CampaignId, seen: &impl Fn(Progress)) -> bool {
    let Ok(mut source) = EventSource::new(&format!("/events/campaigns/{id}")) else {
        return false;
    };
    let Ok(mut events) = source.subscribe("progress") else {
        return false;
    };
    let mut failures = 0;
    while let Some(event) = events.next().await {
        let Ok((_, event)) = event else {
            // The browser connects again by itself, unless it was told not to.
            failures += 1;
            if source.state() == State::Closed || failures == MOST_FAILURES {
                return false;
            }
            continue;
        };
        failures = 0;
        let Some(progress) = event.data().as_string().and_then(|data| serde_json::from_str::<Progress>(&data).ok())
        else {
            return false;
        };
        let is_done = progress.is_done();
        seen(progress);
        if is_done {
            return true;
        }
    }
    false
}

/// Asks until all is over; false when this visitor may not ask any more.
async fn ask(id: &CampaignId, seen: &impl Fn(Progress)) -> bool {
    loop {
        match campaign_progress(id.clone()).await {
            Ok(progress) => {
                let is_done = progress.is_done();
                seen(progress);
                if is_done {
                    return true;
                }
            }
            Err(Error::NotSignedIn | Error::NotFound | Error::NotAllowed) => return false,
            Err(_) => {}
        }
        pause(ASK_EVERY).await;
    }
}

async fn pause(time: Duration) {
    let (rung, ring) = oneshot::channel();
    set_timeout(
        move || {
            let _ = rung.send(());
        },
        time,
    );
    let _ = ring.await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_counts_people_and_says_so() {
        let progress = |people, people_done, people_skipped| Progress {
            people,
            people_done,
            people_skipped,
            sent: 7,
            ..Progress::default()
        };
        assert_eq!(people_done(&progress(12, 9, 2)), "7 of 10 people done, 2 skipped");
        assert_eq!(people_done(&progress(1, 0, 0)), "0 of 1 person done");
        assert_eq!(people_done(&progress(3, 2, 1)), "1 of 2 people done, 1 skipped");
    }
}
